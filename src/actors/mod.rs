//! The five actors: thin, supervised, each in a file or folder of its own.
//!
//! A handler turns a message into calls of ports and pure functions; it must hold no rule of its own and know no
//! sibling. What they share is how asynchronous work is fenced ([`mod@unit`]) and how they are kept alive ([`supervision`]).

pub mod correlation;
pub mod owner_session;
pub mod scheduler;
pub mod sender;
pub mod supervision;
pub mod unit;
pub mod webhook;
