//! Whether the database can be opened, and whether its schema fits.

use secrecy::{ExposeSecret, SecretString};

use super::report::Finding;
use crate::store::{OpenError, Schema};

/// Opens the database and reads the state of its schema.
pub(super) async fn check(url: &SecretString) -> Finding {
    let schema = match Schema::open(url.expose_secret()).await {
        Ok(schema) => schema,
        Err(OpenError::InUse { .. }) => {
            return Finding::ok("database", "a daemon is using it, so it was not looked into");
        }
        Err(error) => {
            return Finding::wrong("database", error.to_string(), "correct DATABASE_URL, or the server it names");
        }
    };
    match schema.status().await {
        Ok(steps) => match steps.iter().filter(|step| !step.applied).count() {
            0 => Finding::ok("database", "it opens, and its schema is up to date"),
            pending => Finding::ok("database", format!("it opens; serve will apply {pending} schema steps")),
        },
        Err(error) => Finding::wrong("database", error.to_string(), "look at the log of the database server"),
    }
}
