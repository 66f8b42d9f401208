//! Meta's two send limits: messages per second of the number, and messages from the number to one person.
//!
//! Token buckets on the movable clock, so that moving the clock refills them. Refusing spends nothing.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::reply::GraphError;

/// The limits; `null` switches one off.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Messages per second of the business number, refused with 130429. Meta: 80, later 1,000.
    #[serde(default = "default_throughput")]
    pub per_second: Option<u32>,
    /// Seconds until one more message to the same person is earned, refused with 131056. Meta: 6.
    #[serde(default = "default_pair")]
    pub pair_seconds: Option<f64>,
    /// How many messages to one person may be sent in one go. Meta: 45.
    #[serde(default = "default_burst")]
    pub pair_burst: u32,
}

fn default_throughput() -> Option<u32> {
    Some(80)
}

fn default_pair() -> Option<f64> {
    Some(6.0)
}

fn default_burst() -> u32 {
    45
}

impl Default for RateLimits {
    fn default() -> Self {
        Self { per_second: default_throughput(), pair_seconds: default_pair(), pair_burst: default_burst() }
    }
}

impl RateLimits {
    /// No limit at all; for load tests.
    pub fn off() -> Self {
        Self { per_second: None, pair_seconds: None, ..Self::default() }
    }
}

#[derive(Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: DateTime<Utc>,
}

impl Bucket {
    fn full(capacity: f64, now: DateTime<Utc>) -> Self {
        Self { tokens: capacity, at: now }
    }

    fn refill(&mut self, per_second: f64, capacity: f64, now: DateTime<Utc>) {
        let passed = (now - self.at).as_seconds_f64().max(0.0);
        self.tokens = (self.tokens + passed * per_second).min(capacity);
        self.at = now;
    }
}

/// The buckets and their limits.
#[derive(Default)]
pub(super) struct Rates {
    limits: RateLimits,
    throughput: Option<Bucket>,
    pairs: HashMap<String, Bucket>,
}

impl Rates {
    pub fn new(limits: RateLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// The limits in force.
    pub fn limits(&self) -> RateLimits {
        self.limits
    }

    /// Spends one message to `person` (`None` for a group, which has no pair limit here), or says which limit was hit.
    pub fn spend(&mut self, person: Option<&str>, now: DateTime<Utc>) -> Result<(), GraphError> {
        let per_second = self.limits.per_second.map(f64::from);
        if let Some(rate) = per_second {
            let bucket = self.throughput.get_or_insert_with(|| Bucket::full(rate, now));
            bucket.refill(rate, rate, now);
            if bucket.tokens < 1.0 {
                return Err(GraphError::new(130_429, "Cloud API message throughput has been reached."));
            }
        }
        if let (Some(person), Some(seconds)) = (person, self.limits.pair_seconds) {
            let capacity = f64::from(self.limits.pair_burst.max(1));
            let bucket = self.pairs.entry(person.to_owned()).or_insert_with(|| Bucket::full(capacity, now));
            bucket.refill(1.0 / seconds.max(0.001), capacity, now);
            if bucket.tokens < 1.0 {
                let details = "Too many messages sent from the sender phone number to the same recipient phone \
                               number in a short period of time.";
                return Err(GraphError::new(131_056, details));
            }
            bucket.tokens -= 1.0;
        }
        if let Some(bucket) = &mut self.throughput {
            bucket.tokens -= 1.0;
        }
        Ok(())
    }

    /// Counts a message from a user: it takes throughput like any other, and is never refused.
    pub fn count_inbound(&mut self, now: DateTime<Utc>) {
        let Some(rate) = self.limits.per_second.map(f64::from) else { return };
        let bucket = self.throughput.get_or_insert_with(|| Bucket::full(rate, now));
        bucket.refill(rate, rate, now);
        bucket.tokens = (bucket.tokens - 1.0).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_795_000_000, 0).unwrap()
    }

    #[test]
    fn a_pair_may_burst_and_then_earns_one_message_per_six_seconds() {
        let mut rates = Rates::new(RateLimits { per_second: None, ..RateLimits::default() });
        for _ in 0..45 {
            rates.spend(Some("1"), start()).unwrap();
        }
        assert_eq!(rates.spend(Some("1"), start()).unwrap_err().code, 131_056);
        assert!(rates.spend(Some("2"), start()).is_ok(), "another person has a bucket of their own");
        assert!(rates.spend(None, start()).is_ok(), "a group has none");
        let later = start() + TimeDelta::seconds(6);
        assert!(rates.spend(Some("1"), later).is_ok());
        assert!(rates.spend(Some("1"), later).is_err());
    }

    #[test]
    fn throughput_is_counted_over_all_recipients_and_inbound_messages() {
        let limits = RateLimits { per_second: Some(3), pair_seconds: None, pair_burst: 45 };
        let mut rates = Rates::new(limits);
        rates.count_inbound(start());
        assert!(rates.spend(Some("1"), start()).is_ok());
        assert!(rates.spend(None, start()).is_ok());
        assert_eq!(rates.spend(Some("2"), start()).unwrap_err().code, 130_429);
        assert!(rates.spend(Some("2"), start() + TimeDelta::seconds(1)).is_ok());
    }

    #[test]
    fn limits_can_be_switched_off() {
        let mut rates = Rates::new(RateLimits::off());
        assert!((0..1000).all(|_| rates.spend(Some("1"), start()).is_ok()));
    }
}
