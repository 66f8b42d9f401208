//! The ring of delay queues: into which queue a ticket goes, and how long it stays there.
//!
//! A broker lets messages expire at the head of a queue only, so messages of different lengths would block each other
//! (RabbitMQ manual, "Time-To-Live", caveats). Here every ticket of one queue leaves at the same instant: time is cut into
//! slots, each slot has a queue, and after one turn of the ring the queues are used again. Tickets leave at the start of
//! their slot, a little early, and the process holds them until the exact instant. Pure reckoning; no broker here.

use chrono::{DateTime, TimeDelta, Utc};

/// The measures of a ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    /// Length of a slot.
    pub slot: TimeDelta,
    /// How many slots, and queues, there are.
    pub slots: u32,
    /// How much before the start of its slot a ticket comes back.
    pub lead: TimeDelta,
}

/// Where a ticket goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Straight to whoever waits for tickets: it would have to be back already.
    Now,
    /// Into a queue of the ring.
    Slot {
        /// The queue.
        number: u32,
        /// How long it stays there.
        wait: TimeDelta,
    },
}

impl Ring {
    /// A quarter of an hour in slots of 15 seconds.
    pub const PRODUCT: Self = Self { slot: TimeDelta::seconds(15), slots: 64, lead: TimeDelta::seconds(2) };

    /// How far ahead tickets are taken: less than one turn, so that no slot is in use twice at once.
    pub fn horizon(self) -> TimeDelta {
        self.slot * i32::try_from(self.slots.saturating_sub(4)).unwrap_or(i32::MAX)
    }

    /// One turn; nothing stays longer, whatever mistake was made.
    pub fn turn(self) -> TimeDelta {
        self.slot * i32::try_from(self.slots).unwrap_or(i32::MAX)
    }

    /// Where the ticket of a slot that is due at `due_at` goes.
    pub fn aim(self, due_at: DateTime<Utc>, now: DateTime<Utc>) -> Aim {
        let slot = self.slot.num_milliseconds().max(1);
        let number = due_at.timestamp_millis().div_euclid(slot);
        let back_at = DateTime::from_timestamp_millis(number * slot).unwrap_or(due_at) - self.lead;
        let wait = back_at - now;
        if wait < TimeDelta::milliseconds(1) || wait > self.turn() {
            return Aim::Now;
        }
        let number = u32::try_from(number.rem_euclid(i64::from(self.slots))).unwrap_or_default();
        Aim::Slot { number, wait }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_800_000_000_000 + millis).expect("instant")
    }

    #[test]
    fn a_ticket_comes_back_before_it_is_due_and_no_more_than_a_slot_and_the_lead() {
        let ring = Ring::PRODUCT;
        for due in (20_000..900_000).step_by(777) {
            let Aim::Slot { wait, .. } = ring.aim(at(due), at(0)) else { panic!("{due} is far enough ahead") };
            let early = at(due) - (at(0) + wait);
            assert!(early >= ring.lead && early < ring.lead + ring.slot, "{due}: {early}");
        }
    }

    #[test]
    fn what_would_have_to_be_back_already_goes_straight() {
        for due in [-60_000, 0, 1_000, 1_999] {
            assert_eq!(Ring::PRODUCT.aim(at(due), at(0)), Aim::Now, "{due}");
        }
    }

    #[test]
    fn the_horizon_is_a_quarter_of_an_hour_and_shorter_than_a_turn() {
        assert_eq!(Ring::PRODUCT.horizon(), TimeDelta::minutes(15));
        assert_eq!(Ring::PRODUCT.turn(), TimeDelta::minutes(16));
    }

    proptest! {
        /// Tickets that share a queue at one time leave it at the same instant, so none blocks another.
        #[test]
        fn tickets_of_one_queue_leave_together(now in 0_i64..100_000_000, a in 0_i64..900_000, b in 0_i64..900_000) {
            let ring = Ring::PRODUCT;
            let (one, other) = (ring.aim(at(now + a), at(now)), ring.aim(at(now + b), at(now)));
            if let (Aim::Slot { number: n, wait: v }, Aim::Slot { number: m, wait: w }) = (one, other) {
                prop_assert_eq!(n == m, v == w);
            }
        }
    }
}
