//! How fast a host is asked.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A bucket of requests for each host (generic cell rate algorithm): `per_second` at once, then so many a second.
pub(super) struct Pace {
    interval: Duration,
    burst: Duration,
    /// When the next request would be due, were they spread evenly.
    due: Mutex<HashMap<String, Instant>>,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self { interval, burst: Duration::from_secs(1), due: Mutex::default() }
    }

    /// How long to wait before the next request to a host; it counts as made.
    pub(super) fn wait(&self, host: &str, now: Instant) -> Duration {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = due.entry(host.to_owned()).or_insert(now);
        let mine = (*due).max(now);
        *due = mine + self.interval;
        mine.saturating_duration_since(now).saturating_sub(self.burst)
    }

    /// Nothing is sent to a host until then.
    pub(super) fn hold(&self, host: &str, until: Instant) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = due.entry(host.to_owned()).or_insert(until);
        *due = (*due).max(until + self.burst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_in_a_burst_and_then_evenly() {
        let pace = Pace::new(10);
        let now = Instant::now();
        let waits: Vec<u128> = (0..13).map(|_| pace.wait("a", now).as_millis()).collect();
        assert_eq!(waits.get(..11).unwrap(), [0; 11]);
        assert_eq!(waits.get(11..).unwrap(), [100, 200]);
        assert_eq!(pace.wait("b", now), Duration::ZERO);
        assert_eq!(pace.wait("a", now + Duration::from_secs(10)), Duration::ZERO);
    }

    #[test]
    fn a_host_that_asks_for_time_gets_it() {
        let pace = Pace::new(10);
        let now = Instant::now();
        pace.hold("a", now + Duration::from_secs(3));
        assert_eq!(pace.wait("a", now), Duration::from_secs(3));
        assert_eq!(pace.wait("b", now), Duration::ZERO);
    }
}
