//! `wa-scheduler forget`: removes what is known of a person, straight in the database.

use std::io::Write;

use clap::Args;
use secrecy::ExposeSecret;

use super::{Failure, within_actix};
use crate::clock::SystemClock;
use crate::config;
use crate::domain::address::{Address, Bsuid, Person, Phone};
use crate::domain::notice::OwnerDesk;
use crate::ports::{Clock, Forgetting, Forgotten, People};
use crate::store::{OpenError, Store};

/// What `forget` is told. It needs no settings but `DATABASE_URL` and `OWNER_WA_ID`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wa-scheduler forget '+1 555 000 9901'
  wa-scheduler forget --user-id US.4400112233445566

Removes the person's number, ids, name and words, withdraws what was not sent to them yet, and keeps that something was
done under pseudonyms. What you wrote yourself into posts stays. The same again does no harm. On SQLite a running daemon
holds the file; ask the daemon then: POST /people/forget")]
pub(super) struct ForgetArgs {
    /// Their WhatsApp number with its country code
    #[arg(value_name = "NUMBER", value_parser = number, required_unless_present = "user_id")]
    number: Option<Phone>,
    /// Their business-scoped user id
    #[arg(long, value_name = "ID", value_parser = user_id)]
    user_id: Option<Bsuid>,
}

fn number(text: &str) -> Result<Phone, &'static str> {
    Phone::parse(text).ok_or("expected a WhatsApp number with its country code, 5 to 15 digits")
}

fn user_id(text: &str) -> Result<Bsuid, &'static str> {
    Bsuid::parse(text).ok_or("expected a business-scoped id such as US.4400112233445566")
}

/// Forgets the person and says what was removed.
pub(super) fn run(args: &ForgetArgs) -> Result<(), Failure> {
    let (url, owner) = config::database_and_owner()?;
    let person = Person::new(args.number.clone(), args.user_id.clone());
    within_actix(async {
        let person = person.ok_or_else(|| anyhow::anyhow!("name a number or a --user-id"))?;
        let store = Store::open(url.expose_secret(), desk(owner)).await.map_err(in_use)?;
        anyhow::ensure!(
            store.pending_migrations().await?.is_empty(),
            "the schema is older than this version: run `wa-scheduler migrate up` first"
        );
        let forgotten = store.forget(&person, SystemClock::default().now()).await;
        store.close().await;
        match forgotten? {
            Forgetting::Done(done) => tell(&done),
            Forgetting::Owner => anyhow::bail!("this is the owner (OWNER_WA_ID), who is not forgotten"),
        }
    })
}

/// Nothing goes out from here, so there is no template to knock with.
fn desk(owner: Phone) -> OwnerDesk {
    OwnerDesk { owner: Address::Phone(owner), template: String::new(), language: String::new() }
}

/// A file that is held is held by the daemon, which can do it as well.
fn in_use(error: OpenError) -> anyhow::Error {
    match error {
        OpenError::InUse { .. } => anyhow::anyhow!(
            "the daemon is running and holds the database; ask it instead, at the address it listens on (BIND_ADDRESS):\n  \
             curl -X POST http://localhost:8000/people/forget -H \"X-Admin-Token: $X_ADMIN_TOKEN\" -d '{{\"number\":\"…\"}}'\n\
             or stop it and repeat this command"
        ),
        other => other.into(),
    }
}

fn tell(done: &Forgotten) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for (count, what) in [
        (done.withdrawn, "messages withdrawn before they went out"),
        (done.messages, "messages without their words"),
        (done.events, "received events without their content"),
        (done.replies, "replies that lead to nobody"),
        (done.people, "entries among the people who were seen"),
        (done.pending, "things that are still under way"),
    ] {
        writeln!(stdout, "{count:>6} {what}")?;
    }
    writeln!(stdout, "{}", done.what_follows())?;
    Ok(())
}
