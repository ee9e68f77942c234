//! How far a scan is, and how to stop it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

/// Counts that workers raise and anybody may read.
#[derive(Debug, Default)]
pub struct Progress {
    contents: AtomicU64,
    bytes: AtomicU64,
    expected: AtomicU64,
    done: AtomicU64,
}

impl Progress {
    pub(crate) fn add(&self, contents: u64, bytes: u64) {
        self.contents.fetch_add(contents, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn expect(&self, contents: u64) {
        self.expected.fetch_add(contents, Ordering::Relaxed);
    }

    pub(crate) fn done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// How much of what there is to look at has been looked at; `None` where nobody knows how much there is. What is made of
    /// it in the end is not in it.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        let expected = self.expected.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed).min(expected);
        let percent = done.saturating_mul(100).checked_div(expected)?;
        u8::try_from(percent).ok()
    }

    /// Files, blobs and members of archives so far.
    #[must_use]
    pub fn contents(&self) -> u64 {
        self.contents.load(Ordering::Relaxed)
    }

    /// Their size so far.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }
}

/// A switch that stops a scan between two contents.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stops it.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was stopped.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for what stops by one.
    #[must_use]
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_in_percent_where_the_whole_is_known() {
        let progress = Progress::default();
        progress.done();
        assert_eq!(progress.percent(), None);
        progress.expect(3);
        assert_eq!(progress.percent(), Some(33));
        (0..5).for_each(|_| progress.done());
        assert_eq!(progress.percent(), Some(100));
    }
}
