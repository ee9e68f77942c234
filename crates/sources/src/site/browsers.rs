//! Whose browser renders a visit's pages: its own, or one of those that several visits have in turn, as each takes memory and a
//! processor, whatever it shows.

use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::ScopedJoinHandle,
    time::Duration,
};

use fetch::{
    Error,
    browser::{self, Browser},
};

use super::ask::Asker;

/// How often whoever waits looks whether to go on waiting.
const TICK: Duration = Duration::from_millis(50);

/// So many browsers at a time.
#[derive(Debug)]
pub struct Browsers {
    free: Mutex<usize>,
    freed: Condvar,
}

/// Somebody has one of them, until this is dropped.
#[derive(Debug)]
pub(super) struct Turn<'b>(&'b Browsers);

impl Browsers {
    /// At least one.
    #[must_use]
    pub fn new(at_once: usize) -> Arc<Self> {
        Arc::new(Self { free: Mutex::new(at_once.max(1)), freed: Condvar::new() })
    }

    /// Waits for one as long as there is use for it.
    pub(super) fn turn(&self, is_over: impl Fn() -> bool) -> Option<Turn<'_>> {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if is_over() {
                return None;
            }
            if let Some(rest) = free.checked_sub(1) {
                *free = rest;
                return Some(Turn(self));
            }
            let waited = self.freed.wait_timeout(free, TICK);
            free = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.0.freed.notify_one();
    }
}

/// A browser that is not there yet.
pub(super) enum Starting<'s> {
    /// Of the visit's own; it is started while the site is visited.
    Own(ScopedJoinHandle<'s, Result<Browser, Error>>),
    /// One of several; it is started when it is needed.
    InTurn(&'s browser::Options, &'s Browsers),
}

/// Who has a browser for whoever has pages to render.
pub(super) enum Lender<'s> {
    Own(Box<Browser>),
    InTurn(&'s browser::Options, &'s Browsers),
}

impl<'s> Starting<'s> {
    pub(super) fn lender(self) -> Result<Lender<'s>, Error> {
        match self {
            Self::InTurn(options, browsers) => Ok(Lender::InTurn(options, browsers)),
            Self::Own(starting) => {
                let failed = || Error::Browser { reason: "could not be started".to_owned() };
                let browser = starting.join().map_err(|_| failed())??;
                Ok(Lender::Own(Box::new(browser)))
            }
        }
    }
}

impl Lender<'_> {
    /// Has something done with a browser. One of several is given back at the end: nobody keeps it while they wait for a site.
    pub(super) fn lend<T>(
        &mut self,
        asker: &Asker<'_>,
        work: impl FnOnce(&mut Browser) -> T,
    ) -> Result<T, Error> {
        match self {
            Self::Own(browser) => Ok(work(browser)),
            Self::InTurn(options, browsers) => {
                let busy = || Error::Browser { reason: "was never free".to_owned() };
                let _turn = browsers.turn(|| asker.is_over()).ok_or_else(busy)?;
                let mut browser = Browser::start(options, asker.cancel())?;
                Ok(work(&mut browser))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        thread,
    };

    use super::*;

    #[test]
    fn no_more_have_one_than_there_are_and_all_have_one_in_the_end() {
        let browsers = Browsers::new(2);
        let (having, had) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let turn = browsers.turn(|| false).unwrap();
                        assert!(having.fetch_add(1, SeqCst) < 2);
                        thread::yield_now();
                        having.fetch_sub(1, SeqCst);
                        had.fetch_add(1, SeqCst);
                        drop(turn);
                    }
                });
            }
        });
        assert_eq!(had.load(SeqCst), 400);
    }

    #[test]
    fn whoever_has_no_more_use_for_one_stops_waiting() {
        let browsers = Browsers::new(0);
        let turn = browsers.turn(|| false);
        assert!(turn.is_some());
        let looks = AtomicUsize::new(0);
        assert!(browsers.turn(|| looks.fetch_add(1, SeqCst) == 3).is_none());
        drop(turn);
        assert!(browsers.turn(|| true).is_none());
        assert!(browsers.turn(|| false).is_some());
    }
}
