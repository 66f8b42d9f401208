//! The flows of the product, each in a file.

mod commands;
mod forget;
mod health;
mod late;
mod replies;
mod retention;
mod sandbox;
mod schedule;
mod window;
