//! The flows of the product, each in a file.

mod commands;
mod health;
mod late;
mod replies;
mod sandbox;
mod schedule;
mod window;
