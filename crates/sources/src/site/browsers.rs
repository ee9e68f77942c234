//! Whose browser renders a visit's pages: its own, or one of those that several visits have in turn, as each takes memory and a
//! processor, whatever it shows.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::ScopedJoinHandle,
    time::{Duration, Instant},
};

use fetch::{
    Error,
    browser::{self, Browser},
};

use super::ask::Asker;

/// How often whoever waits looks whether to go on waiting.
const TICK: Duration = Duration::from_millis(50);
/// Part of a visit's time that is kept for what comes behind its pages.
const REST: u32 = 5;

/// So many browsers at a time.
#[derive(Debug)]
pub struct Browsers {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    free: usize,
    /// How many somebody has.
    lent: HashMap<u128, usize>,
    /// Who waits, in the order in which they came.
    waiting: BTreeMap<u64, u128>,
    arrivals: u64,
}

/// On whose behalf one of several browsers is had, such as an organization. Who has fewest of them is next, and among equals who has
/// waited longest.
#[derive(Clone, Debug)]
pub struct Borrower {
    browsers: Arc<Browsers>,
    who: u128,
}

/// Somebody has one of them, until this is dropped.
#[derive(Debug)]
struct Turn<'b>(&'b Borrower);

impl Browsers {
    /// At least one.
    #[must_use]
    pub fn new(at_once: usize) -> Arc<Self> {
        let (lent, waiting) = (HashMap::new(), BTreeMap::new());
        let state = State { free: at_once.max(1), lent, waiting, arrivals: 0 };
        Arc::new(Self { state: Mutex::new(state), changed: Condvar::new() })
    }

    /// Who may have one in turn with others.
    #[must_use]
    pub fn borrower(self: &Arc<Self>, who: u128) -> Borrower {
        Borrower { browsers: Arc::clone(self), who }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn next(&self) -> Option<u64> {
        let lent = |who: &u128| self.lent.get(who).copied().unwrap_or_default();
        let next = self.waiting.iter().min_by_key(|(arrival, who)| (lent(who), **arrival));
        next.filter(|_| self.free > 0).map(|(arrival, _)| *arrival)
    }
}

impl Borrower {
    /// Waits for one as long as there is use for it.
    fn turn(&self, is_over: impl Fn() -> bool) -> Option<Turn<'_>> {
        let Browsers { changed, .. } = &*self.browsers;
        let mut state = self.browsers.state();
        let arrival = state.arrivals;
        state.arrivals += 1;
        state.waiting.insert(arrival, self.who);
        loop {
            let is_over = is_over();
            if is_over || state.next() == Some(arrival) {
                state.waiting.remove(&arrival);
                // Who comes next may be somebody else now.
                changed.notify_all();
                if is_over {
                    return None;
                }
                state.free -= 1;
                *state.lent.entry(self.who).or_default() += 1;
                return Some(Turn(self));
            }
            let waited = changed.wait_timeout(state, TICK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let Borrower { browsers, who } = self.0;
        let mut state = browsers.state();
        state.free += 1;
        if let Some(lent) = state.lent.get_mut(who) {
            *lent -= 1;
            if *lent == 0 {
                state.lent.remove(who);
            }
        }
        browsers.changed.notify_all();
    }
}

/// A browser that is not there yet.
pub(super) enum Starting<'s> {
    /// Of the visit's own; it is started while the site is visited.
    Own(ScopedJoinHandle<'s, Result<Browser, Error>>),
    /// One of several; it is started when it is needed.
    InTurn(&'s browser::Options, &'s Borrower),
}

/// Who has a browser for whoever has pages to render.
pub(super) enum Lender<'s> {
    Own(Box<Browser>),
    InTurn(&'s browser::Options, &'s Borrower),
}

/// Why there was no browser.
pub(super) enum Without {
    Cancelled,
    /// Others had them all.
    NeverFree,
    /// One of several does not work.
    Broken(Error),
}

impl<'s> Starting<'s> {
    pub(super) fn lender(self) -> Result<Lender<'s>, Error> {
        match self {
            Self::InTurn(options, borrower) => Ok(Lender::InTurn(options, borrower)),
            Self::Own(starting) => {
                let failed = || Error::Browser { reason: "could not be started".to_owned() };
                let browser = starting.join().map_err(|_| failed())??;
                Ok(Lender::Own(Box::new(browser)))
            }
        }
    }
}

impl Lender<'_> {
    /// Has something done with a browser, and says how long it was had for it. One of several is given back at the end.
    pub(super) fn lend<T>(
        &mut self,
        asker: &Asker<'_>,
        work: impl FnOnce(&mut Browser) -> T,
    ) -> Result<(T, Duration), Without> {
        match self {
            Self::Own(browser) => {
                let began = Instant::now();
                Ok((work(browser), began.elapsed()))
            }
            Self::InTurn(options, borrower) => {
                let waits = Instant::now();
                let limits = asker.limits();
                let is_over = || {
                    let is_late = asker.remaining() <= limits.total / REST;
                    asker.is_over() || is_late || waits.elapsed() >= limits.browser_wait
                };
                let _turn = borrower.turn(is_over).ok_or(Without::NeverFree)?;
                let began = Instant::now();
                match Browser::start(options, asker.cancel()) {
                    Ok(mut browser) => Ok((work(&mut browser), began.elapsed())),
                    Err(Error::Cancelled) => Err(Without::Cancelled),
                    Err(error) => Err(Without::Broken(error)),
                }
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
            for who in 0..8 {
                let borrower = browsers.borrower(who % 3);
                let (having, had) = (&having, &had);
                scope.spawn(move || {
                    for _ in 0..50 {
                        let turn = borrower.turn(|| false).unwrap();
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
        let state = browsers.state();
        assert_eq!((state.free, state.lent.len(), state.waiting.len()), (2, 0, 0));
    }

    #[test]
    fn who_has_one_waits_behind_who_has_none() {
        let browsers = Browsers::new(2);
        let [many, few] = [browsers.borrower(1), browsers.borrower(2)];
        let first = many.turn(|| false).unwrap();
        let second = many.turn(|| false).unwrap();
        let mut state = browsers.state();
        state.waiting.extend([(7, 1), (8, 1), (9, 2)]);
        assert_eq!(state.next(), None);
        drop(state);
        drop(first);
        assert_eq!(browsers.state().next(), Some(9));
        browsers.state().waiting.remove(&9);
        assert_eq!(browsers.state().next(), Some(7));
        browsers.state().waiting.clear();
        drop((second, few.turn(|| false).unwrap()));
    }

    #[test]
    fn whoever_has_no_more_use_for_one_stops_waiting() {
        let borrower = Browsers::new(0).borrower(1);
        let turn = borrower.turn(|| false);
        assert!(turn.is_some());
        let looks = AtomicUsize::new(0);
        assert!(borrower.turn(|| looks.fetch_add(1, SeqCst) == 3).is_none());
        drop(turn);
        assert!(borrower.turn(|| true).is_none());
        assert!(borrower.turn(|| false).is_some());
    }
}
