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
}

impl Progress {
    pub(crate) fn add(&self, contents: u64, bytes: u64) {
        self.contents.fetch_add(contents, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
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
    pub fn flag(&self) -> &AtomicBool {
        &self.0
    }
}
