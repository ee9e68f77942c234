//! What went wrong below or around gix, in our own words: gix would wrap it in its own.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

use gix::progress::{
    Count, Id, MessageLevel, NestedProgress, Progress, Step, StepShared, UNKNOWN, Unit,
};

use crate::{Error, error::printable};

/// Refs, negotiation and what the server says meanwhile. A ref takes about 70 bytes here and three times as much in memory.
const MAX_BYTES_BESIDE_PACK: u64 = 64 << 20;

/// Keeps the first error of a clone. Cheap to clone; clones are the same.
#[derive(Clone)]
pub(super) struct Cause(Arc<Shared>);

struct Shared {
    host: String,
    first: Mutex<Option<Error>>,
    bytes: AtomicU64,
    pack_bytes: AtomicU64,
    ended: AtomicBool,
}

impl Cause {
    pub(super) fn new(host: &str) -> Self {
        Self(Arc::new(Shared {
            host: host.to_owned(),
            first: Mutex::default(),
            bytes: AtomicU64::new(0),
            pack_bytes: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        }))
    }

    pub(super) fn host(&self) -> &str {
        &self.0.host
    }

    /// Keeps an error, and gives one for gix to carry upwards.
    pub(super) fn note(&self, error: Error) -> io::Error {
        self.0.first.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        io::Error::other("the transfer was stopped")
    }

    pub(super) fn take(&self) -> Option<Error> {
        self.0.first.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    pub(super) fn protocol(&self, reason: &str) -> Error {
        Error::Protocol { host: self.0.host.clone(), reason: printable(reason) }
    }

    /// Counts what arrives; 0 is the end.
    pub(super) fn count(&self, bytes: usize) -> io::Result<()> {
        self.0.ended.store(bytes == 0, Relaxed);
        let all = self.0.bytes.fetch_add(bytes as u64, Relaxed);
        let pack = self.0.pack_bytes.load(Relaxed);
        // The pack has its own limits, and is wrapped in packets.
        if all > MAX_BYTES_BESIDE_PACK + 2 * pack {
            let much = if pack == 0 { "more refs" } else { "much more beside its pack" };
            return Err(
                self.note(self.protocol(&format!("it sends {much} than a repository needs")))
            );
        }
        Ok(())
    }

    pub(super) fn count_pack(&self, bytes: usize) {
        self.0.pack_bytes.fetch_add(bytes as u64, Relaxed);
    }

    /// What ended before is of no more interest.
    pub(super) fn begin_pack(&self) {
        self.0.ended.store(false, Relaxed);
    }

    /// The connection is at its end, whatever was expected.
    pub(super) fn has_ended(&self) -> bool {
        self.0.ended.load(Relaxed)
    }

    /// For gix, which reports here what the server says and how far it is.
    pub(super) fn progress(&self) -> Reports {
        Reports(self.clone())
    }
}

/// gix's progress, of which only the server's fatal errors matter here: gix tells them nowhere else.
pub(super) struct Reports(Cause);

impl Count for Reports {
    fn set(&self, _: Step) {}

    fn step(&self) -> Step {
        0
    }

    fn inc_by(&self, _: Step) {}

    fn counter(&self) -> StepShared {
        StepShared::default()
    }
}

impl Progress for Reports {
    fn init(&mut self, _: Option<Step>, _: Option<Unit>) {}

    fn set_name(&mut self, _: String) {}

    fn name(&self) -> Option<String> {
        None
    }

    fn id(&self) -> Id {
        UNKNOWN
    }

    fn message(&self, level: MessageLevel, message: String) {
        if matches!(level, MessageLevel::Failure) {
            // The transfer fails by itself after this.
            let _ = self.0.note(self.0.protocol(&format!("the server says: {message}")));
        }
    }
}

impl NestedProgress for Reports {
    type SubProgress = Self;

    fn add_child(&mut self, name: impl Into<String>) -> Self {
        self.add_child_with_id(name, UNKNOWN)
    }

    fn add_child_with_id(&mut self, _: impl Into<String>, _: Id) -> Self {
        Self(self.0.clone())
    }
}
