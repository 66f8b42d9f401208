//! The flows of the product, each in a file.

mod changes;
mod commands;
mod dialogue;
mod forget;
mod health;
mod late;
mod replies;
mod retention;
mod sandbox;
mod schedule;
mod series;
mod transcript;
mod window;
