//! An emulator of Meta's WhatsApp Cloud API, for trying and testing bots without an account.
//!
//! It answers like the Graph API, sends signed webhooks, keeps a world of people and groups with their 24-hour windows on a
//! movable clock, and fails on demand. It reads requests as plain JSON and knows nothing of the daemon's own client, so
//! that neither can repeat the other's mistakes. It must never speak to the real Graph API.
//!
//! # Where to start reading
//!
//! [`Emulator`] starts and stops it and has the direct methods; `control` has the table of the HTTP control API; `graph` is the
//! way of a request, `send` the rules of sending, `status` what becomes of a message, `courier` how webhooks travel,
//! `faults` what can go wrong.
//!
//! ```text
//! bot ──▶ graph ──▶ validate ─▶ send ──▶ ledger          test ──▶ control ──▶ acts ──▶ world
//!           ▲  └──▶ manage, group_calls                                         │
//!        faults        └──────────┬──────── status, inbound, group_events ◀─────┘
//! bot ◀── courier ◀── hooks ◀─────┘
//! ```

mod acts;
mod answer;
mod args;
mod clock;
mod control;
mod control_people;
mod control_traffic;
mod courier;
mod emulator;
mod envelope;
mod faults;
mod fields;
mod graph;
mod group_calls;
mod group_events;
mod groups;
mod hooks;
mod ids;
mod inbound;
mod interactive;
mod json;
mod ledger;
mod manage;
mod people;
pub mod play;
mod rates;
mod reply;
mod requests;
mod send;
mod setup;
pub mod stage;
mod status;
mod templates;
pub mod terminal;
mod validate;
mod window;
mod world;

#[cfg(test)]
mod tests;

pub use acts::{GroupChange, Injection};
pub use args::{EmulatorArgs, run};
pub use clock::{EmulatorClock, MachineTime, TimeSource};
pub use emulator::Emulator;
pub use faults::{Endpoint, Fault, FaultKind};
pub use groups::{Group, JoinApproval, JoinRequest, NewGroup};
pub use hooks::{Delivery, Signature, WebhookTarget};
pub use inbound::{ControlError, Said, Tap, Tapped};
pub use ledger::Accepted;
pub use people::{Identity, NewPerson, Person};
pub use rates::RateLimits;
pub use requests::Seen;
pub use setup::{DEFAULT_OWNER, EmulatorConfig, default_group, default_people};
pub use status::StatusPolicy;
pub use templates::Template;
pub use window::WindowRule;
