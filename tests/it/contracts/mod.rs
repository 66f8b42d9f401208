//! The same assertions on every database; which one a run is about is said by `WA_TEST_STORE` (see `world::database`).

mod rabbitmq;
mod sqlite;
mod store;
