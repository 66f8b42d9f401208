//! What goes wrong: kills, panics, and everything the Cloud API can do to a request.

mod backlog;
mod cleaning;
mod graph;
mod kill;
mod order;
mod panics;
mod secrecy;
