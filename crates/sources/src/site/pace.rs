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
    slow: Mutex<Option<Slow>>,
}

/// A host that asks robots for a pause between their requests.
struct Slow {
    host: String,
    pause: Duration,
    next: Instant,
}

impl Pace {
    pub(super) fn new(per_second: u32) -> Self {
        let interval = Duration::from_secs(1) / per_second.max(1);
        Self {
            interval,
            burst: Duration::from_secs(1),
            due: Mutex::default(),
            slow: Mutex::default(),
        }
    }

    /// How long to wait before the next request to a host; it counts as made.
    pub(super) fn wait(&self, host: &str, now: Instant) -> Duration {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        let due = due.entry(host.to_owned()).or_insert(now);
        let mine = (*due).max(now);
        *due = mine + self.interval;
        mine.saturating_duration_since(now).saturating_sub(self.burst)
    }

    /// Robots' requests to this host are made with a pause between them, from now on.
    pub(super) fn slow_down(&self, host: &str, pause: Duration, now: Instant) {
        let slow = Slow { host: host.to_owned(), pause, next: now + pause };
        *self.slow.lock().unwrap_or_else(PoisonError::into_inner) = Some(slow);
    }

    /// How long a robot has to wait before its next request to a host; it counts as made.
    pub(super) fn wait_as_robot(&self, host: &str, now: Instant) -> Duration {
        let wait = self.wait(host, now);
        let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(slow) = slow.as_mut().filter(|slow| slow.host == host) else { return wait };
        let mine = slow.next.max(now);
        slow.next = mine + slow.pause;
        wait.max(mine.saturating_duration_since(now))
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
    fn robots_pause_where_a_host_asks_for_it_and_visitors_do_not() {
        let pace = Pace::new(10);
        let now = Instant::now();
        pace.slow_down("a", Duration::from_secs(2), now);
        let waits: Vec<u64> = (0..3).map(|_| pace.wait_as_robot("a", now).as_secs()).collect();
        assert_eq!(waits, [2, 4, 6]);
        assert_eq!(pace.wait("a", now), Duration::ZERO);
        assert_eq!(pace.wait_as_robot("b", now), Duration::ZERO);
        assert_eq!(pace.wait_as_robot("a", now + Duration::from_secs(60)), Duration::ZERO);
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
