//! Wakes: what knocks when something falls due.
//!
//! A wake carries nothing that is trusted; the rows say what is due. [`embedded`] is the timer that every process has and
//! needs no server; [`rabbitmq`] lets a process be woken by what another one scheduled.

pub mod embedded;
pub mod rabbitmq;

pub use embedded::EmbeddedAlarm;
pub use rabbitmq::RabbitWake;
