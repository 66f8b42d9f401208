//! What an emulator is started with: addresses, secrets, the world at the beginning.
//!
//! Only values; nothing here starts anything. The secrets are made up for tests and have no `Debug` all the same.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::clock::EmulatorClock;
use super::groups::NewGroup;
use super::hooks::WebhookTarget;
use super::people::NewPerson;
use super::rates::RateLimits;
use super::status::StatusPolicy;
use super::window::WindowRule;

/// Number of the owner in the world that is there without any settings.
pub const DEFAULT_OWNER: &str = "15550007777";

/// Settings of an emulator; [`EmulatorConfig::default`] is a small world ready to use.
#[derive(Clone)]
pub struct EmulatorConfig {
    /// Where to listen; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Threads that serve requests.
    pub workers: usize,
    /// How long every answer of the Graph API takes at least.
    pub response_delay: Duration,
    /// Token that requests must carry.
    pub access_token: String,
    /// Id of the business phone number.
    pub phone_number_id: String,
    /// Id of the WhatsApp business account.
    pub business_account_id: String,
    /// The business number, digits only.
    pub display_phone_number: String,
    /// Where webhooks go and how they are signed.
    pub webhook: WebhookTarget,
    /// The emulator's time; share it to move a daemon's time along.
    pub clock: Arc<EmulatorClock>,
    /// People of the world at the beginning and after a reset.
    pub people: Vec<NewPerson>,
    /// Groups of the world at the beginning and after a reset.
    pub groups: Vec<NewGroup>,
    /// Send limits.
    pub rates: RateLimits,
    /// Which status webhooks follow a message.
    pub statuses: StatusPolicy,
    /// What happens outside the 24-hour windows.
    pub window: WindowRule,
    /// File that the ledger is appended to.
    pub ledger_file: Option<PathBuf>,
    /// Seed of all chance; the same seed mints the same ids. Random when absent.
    pub seed: Option<u64>,
}

impl Default for EmulatorConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            workers: 1,
            response_delay: Duration::ZERO,
            access_token: "emu-access-token".to_owned(),
            phone_number_id: "700100200300400".to_owned(),
            business_account_id: "900800700600500".to_owned(),
            display_phone_number: "15550001234".to_owned(),
            webhook: WebhookTarget::default(),
            clock: Arc::new(EmulatorClock::real()),
            people: default_people(DEFAULT_OWNER),
            groups: vec![default_group("team", DEFAULT_OWNER)],
            rates: RateLimits::default(),
            statuses: StatusPolicy::default(),
            window: WindowRule::default(),
            ledger_file: None,
            seed: None,
        }
    }
}

/// An owner and two members.
pub fn default_people(owner: &str) -> Vec<NewPerson> {
    [(owner, "Owner"), ("15550009901", "Ana"), ("15550009902", "Ben")]
        .map(|(phone, name)| NewPerson { phone: phone.to_owned(), name: name.to_owned(), ..NewPerson::default() })
        .to_vec()
}

/// A group of the default people.
pub fn default_group(subject: &str, owner: &str) -> NewGroup {
    let members = [owner, "15550009901", "15550009902"].map(str::to_owned).to_vec();
    NewGroup { subject: subject.to_owned(), members, ..NewGroup::default() }
}
