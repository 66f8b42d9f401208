//! wa-scheduler: posts to WhatsApp groups on time, brings the replies back to the owner, and never
//! loses or doubles a message silently.
//!
//! # Where to start reading
//!
//! Two maps say what there is: [`messages`] (every message between the actors) and [`ports`] (every
//! trait to the outside). [`domain`] holds the rules as plain functions, [`app`] puts the parts
//! together in order.
//!
//! # The graph
//!
//! ```text
//! level 0   WebhookActor        ◀─ Ingest                            from http
//!                               ◀─ Sweep                             from ticker
//! level 1   OwnerSessionActor   ◀─ OwnerSaid                         from Webhook
//! level 2   SchedulerActor      ◀─ Schedule, Cancel                  from OwnerSession, http
//!                               ◀─ Wake                              from wake
//!                               ◀─ Sweep                             from ticker
//!           CorrelationActor    ◀─ MemberSaid                        from Webhook
//!                               ◀─ AnswerQuoted                      from OwnerSession
//! level 3   SenderActor         ◀─ Deliver, Settle, OwnerWrote       from Scheduler, Correlation, OwnerSession
//!                               ◀─ StatusChanged, Deliver            from Webhook
//!                               ◀─ Sweep                             from ticker
//! ```
//!
//! A message only ever goes to a higher level; answers are replies, so the graph has no cycle.
//!
//! # Who may import whom
//!
//! | Module | May use | Never |
//! |---|---|---|
//! | `domain` | itself, chrono, chrono-tz, serde | tokio, actix, sea-orm, reqwest, tracing, any other module |
//! | `ports` | `domain`, async-trait | adapters, actix |
//! | `messages` | `domain`, `ports` error kinds, actix `Message` | actors |
//! | `actors/*` | `domain`, `ports`, `messages`, `actors::{ask, supervision}` | a sibling actor, any adapter |
//! | `whatsapp`, `store` | `domain`, `ports`, their own library | actix, `messages` |
//! | `wake` | `domain`, `ports`, `messages::Wake`, lapin | `store` |
//! | `http` | `domain`, `messages`, `ports`, `whatsapp::{signature, decode}`, actix-web | `actors`, `store`, `wake` |
//! | `sandbox` | `whatsapp::wire`, `app`, `config`, actix-web | `actors`, `store` |
//! | `clock` | `ports` | everything else |
//! | `failpoint` | nothing; every module may use it, `domain` only to plant bugs | everything |
//! | `ticker` | `messages`, `ports` | adapters |
//! | `config`, `telemetry` | `domain` newtypes | everything else |
//! | `app`, `cli` | everything | |
//!
//! `tests/it/layering.rs` holds the `use` lines against this table.

pub mod actors;
pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod failpoint;
pub mod http;
pub mod messages;
pub mod ports;
pub mod sandbox;
pub mod store;
pub mod telemetry;
pub mod ticker;
pub mod wake;
pub mod whatsapp;
