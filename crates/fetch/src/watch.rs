//! A deadline and a wish to stop, looked at wherever something waits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use crate::Error;

/// How long a wait may go on without looking at the watch.
pub(crate) const TICK: Duration = Duration::from_millis(20);

#[derive(Clone)]
pub(crate) struct Watch {
    deadline: Instant,
    after: Duration,
    stop: Arc<AtomicBool>,
}

impl Watch {
    pub(crate) fn new(after: Duration) -> Self {
        Self::stoppable(after, Arc::default())
    }

    /// One that another thread can end.
    pub(crate) fn stoppable(after: Duration, stop: Arc<AtomicBool>) -> Self {
        let now = Instant::now();
        // A duration the clock cannot hold means no limit; a year is one that never comes.
        let deadline = now.checked_add(after).unwrap_or(now + Duration::from_secs(31_536_000));
        Self { deadline, after, stop }
    }

    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// For gix, which polls one while it computes.
    pub(crate) fn stop_flag(&self) -> &AtomicBool {
        &self.stop
    }

    pub(crate) fn remaining(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether to go on; `host` is whom a timeout is blamed on.
    pub(crate) fn check(&self, host: &str) -> Result<(), Error> {
        if self.remaining().is_zero() {
            return Err(Error::TimedOut { host: host.to_owned(), after: self.after });
        }
        if self.stop.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        Ok(())
    }
}
