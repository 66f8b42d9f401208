//! The dialogue against ports in memory, on a clock that is moved by hand.

mod dialogue;
mod orders;
mod rig;
mod writers;
