//! The world around one message, packed into one number.
//!
//! Attempts are counted from 1, as in the product.

/// Most attempts that there is room for.
pub const ATTEMPTS: usize = 3;

/// What a sender reads as the answer to its request, or knows instead of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// 2xx with an id.
    Yes,
    /// No, for good.
    No,
    /// No, for now.
    NotNow,
    /// It did not leave.
    Unsent,
    /// None came.
    Lost,
    /// 2xx that cannot be read.
    Garbled,
}

impl Answer {
    /// Every answer.
    pub const ALL: [Self; 6] = [Self::Yes, Self::No, Self::NotNow, Self::Unsent, Self::Lost, Self::Garbled];
}

/// Where a sender is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sender {
    /// It does nothing; also the new process after a crash.
    Idle,
    /// The intent of the attempt is committed, nothing is sent yet.
    Intended(usize),
    /// It was held up for longer than it may be, and means to send all the same.
    HeldUp(usize),
    /// Its request is out, it waits for the answer.
    Waits(usize),
    /// It is about to record what came of the attempt.
    Has(usize, Answer),
}

impl Sender {
    /// The attempt that it is at.
    pub fn attempt(self) -> Option<usize> {
        match self {
            Self::Idle => None,
            Self::Intended(n) | Self::HeldUp(n) | Self::Waits(n) | Self::Has(n, _) => Some(n),
        }
    }

    fn pack(self) -> u64 {
        let (kind, n) = match self {
            Self::Idle => return 0,
            Self::Intended(n) => (1, n),
            Self::HeldUp(n) => (2, n),
            Self::Waits(n) => (3, n),
            Self::Has(n, answer) => (4 + answer as u64, n),
        };
        kind << 2 | n as u64
    }

    fn unpack(bits: u64) -> Self {
        let n = (bits & 3) as usize;
        match bits >> 2 & 15 {
            0 => Self::Idle,
            1 => Self::Intended(n),
            2 => Self::HeldUp(n),
            3 => Self::Waits(n),
            kind => Self::Has(n, Answer::ALL[kind as usize - 4]),
        }
    }
}

/// What became of a request, whether anybody here knows it or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// There is none, or it has no effect and never will have one.
    None,
    /// The server has not decided.
    InFlight,
    /// It was accepted.
    Accepted,
    /// It was refused, and somebody still waits for that answer.
    Refused,
    /// It was accepted, and reached nobody in the end.
    Bounced,
}

const REQUESTS: [Request; 5] =
    [Request::None, Request::InFlight, Request::Accepted, Request::Refused, Request::Bounced];

/// A set of attempts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts(u8);

impl Attempts {
    /// True when the attempt is in it.
    pub fn has(self, n: usize) -> bool {
        self.0 >> n & 1 == 1
    }

    /// The set with the attempt.
    pub fn with(self, n: usize) -> Self {
        Self(self.0 | 1 << n)
    }

    /// The set with the attempts from this one on.
    pub fn from(self, n: usize) -> Self {
        Self(self.0 >> n << n)
    }

    /// True when there is none in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// The world around one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State {
    /// The entry and its attempts, as `lives` numbers them.
    pub life: usize,
    /// The senders; which is which does not matter.
    pub senders: [Sender; 2],
    /// The requests, by attempt.
    pub requests: [Request; ATTEMPTS],
    /// Attempts after which the owner said: send it again.
    pub consents: Attempts,
    /// Attempts whose answer was a 2xx that could not be read.
    pub garbled: Attempts,
    /// It counts as accepted because the owner said that it arrived.
    pub said_arrived: bool,
    /// The owner said that it is not to be sent, and nothing else since.
    pub withdrawn: bool,
    /// Crashes of a sender so far, and commits of one whose answer was lost.
    pub crashes: u8,
    /// Wrong guesses of the reaper so far.
    pub wrong_guesses: u8,
}

/// How many bits the faults take, at the low end of the number: crashes, then wrong guesses.
pub const FAULT_BITS: u32 = 4;

impl State {
    /// Nothing has happened yet.
    pub fn first(life: usize) -> Self {
        Self {
            life,
            senders: [Sender::Idle; 2],
            requests: [Request::None; ATTEMPTS],
            consents: Attempts::default(),
            garbled: Attempts::default(),
            said_arrived: false,
            withdrawn: false,
            crashes: 0,
            wrong_guesses: 0,
        }
    }

    /// The request of the attempt.
    pub fn request(&self, n: usize) -> Request {
        self.requests[n - 1]
    }

    /// Sets the request of the attempt.
    pub fn set_request(&mut self, n: usize, request: Request) {
        self.requests[n - 1] = request;
    }

    /// One number for each state; the senders in a fixed order, as it does not matter which is which.
    pub fn pack(&self) -> u64 {
        let (a, b) = (self.senders[0].pack(), self.senders[1].pack());
        let [first, second, third] = self.requests;
        let senders = if a < b { a << 6 | b } else { b << 6 | a };
        let requests = (first as u64) << 6 | (second as u64) << 3 | third as u64;
        let sets = u64::from(self.consents.0) << 4 | u64::from(self.garbled.0);
        let words = u64::from(self.said_arrived) << 1 | u64::from(self.withdrawn);
        let faults = u64::from(self.crashes) << 2 | u64::from(self.wrong_guesses);
        (self.life as u64) << 35 | senders << 23 | requests << 14 | sets << 6 | words << 4 | faults
    }

    /// The state of a number.
    pub fn unpack(bits: u64) -> Self {
        let request = |at: u32| REQUESTS[(bits >> at & 7) as usize];
        let set = |at: u32| Attempts((bits >> at & 15) as u8);
        Self {
            life: (bits >> 35) as usize,
            senders: [Sender::unpack(bits >> 29 & 63), Sender::unpack(bits >> 23 & 63)],
            requests: [request(20), request(17), request(14)],
            consents: set(10),
            garbled: set(6),
            said_arrived: bits >> 5 & 1 == 1,
            withdrawn: bits >> 4 & 1 == 1,
            crashes: (bits >> 2 & 3) as u8,
            wrong_guesses: (bits & 3) as u8,
        }
    }
}

#[test]
fn a_state_is_its_number() {
    let state = State {
        life: 4711,
        senders: [Sender::Idle, Sender::Has(3, Answer::Garbled)],
        requests: [Request::Bounced, Request::Accepted, Request::InFlight],
        consents: Attempts::default().with(1).with(3),
        garbled: Attempts::default().with(2),
        said_arrived: true,
        withdrawn: false,
        crashes: 2,
        wrong_guesses: 1,
    };
    let turned = State { senders: [state.senders[1], state.senders[0]], ..state };
    assert_eq!(State::unpack(state.pack()), state);
    assert_eq!(turned.pack(), state.pack());
}
