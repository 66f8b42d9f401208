//! The webhook edge: what is let in, what is not, and what happens once however often it comes.

mod authenticity;
mod batches;
mod duplicates;
