//! The dialogue against ports in memory, on a clock that is moved by hand.

mod dialogue;
mod orders;
mod ports;
mod rig;
mod writers;
