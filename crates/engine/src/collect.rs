//! From pieces to raw findings: each worker runs its own scanner, and what it found is put together at the end.

use std::{
    collections::HashSet,
    mem,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use checks::secrets::{Candidate, Rank, Scanner};
use model::{Note, NoteKind, SecretValue, Snippet, Span, TargetPath};
use sources::{Derivation, Origin, Piece, Sink, Sinks};

use crate::{
    Cancel, Progress, Scan,
    dependencies::manifests::{self, Manifests, Shared},
    identity::LineId,
    lines::{AllowComment, Lines},
    notes::Notes,
    versions::Versions,
};

/// What the raw findings of one scan may take in memory, in bytes; what comes after is counted and told, not kept. Each may
/// become a finding, which takes as much again.
const MAX_RAW_BYTES: usize = 64 << 20;
/// What an allocation takes beside its bytes, and its entry in a table.
const ALLOCATION_BYTES: usize = 48;
/// Paths of one scan that are findings by themselves.
const MAX_PATHS: usize = 50_000;

/// A candidate and where it stands, before its path has been judged.
pub(crate) struct Raw {
    pub(crate) origin: Origin,
    pub(crate) candidate: Candidate,
    pub(crate) span: Span,
    pub(crate) snippet: Arc<Snippet>,
    pub(crate) line: LineId,
    pub(crate) allowed_by: Option<AllowComment>,
}

/// A path that is a finding whatever the file holds.
pub(crate) struct PathHit {
    pub(crate) rule: u32,
    pub(crate) path: TargetPath,
}

/// What all workers found.
#[derive(Default)]
pub(crate) struct Found {
    pub(crate) raw: Vec<Raw>,
    raw_bytes: usize,
    /// The versions of a file repeat its secrets and its lines; each is kept once.
    secrets: HashSet<SecretValue>,
    snippets: HashSet<Arc<Snippet>>,
    pub(crate) paths: Vec<PathHit>,
    pub(crate) left_out: u64,
    pub(crate) notes: Notes,
}

impl Found {
    fn is_full(&self) -> bool {
        self.raw_bytes >= MAX_RAW_BYTES
    }

    fn add(&mut self, mut raw: Raw) {
        if self.is_full() {
            self.left_out += 1;
            return;
        }
        self.raw_bytes += mem::size_of::<Raw>();
        if let Some(AllowComment::Checks(checks)) = &raw.allowed_by {
            self.raw_bytes += ALLOCATION_BYTES + checks.len();
        }
        if self.raw.last().is_none_or(|last| last.origin != raw.origin) {
            self.raw_bytes += ALLOCATION_BYTES + raw.origin.size_bytes();
        }
        match self.secrets.get(&raw.candidate.secret) {
            Some(known) => raw.candidate.secret = known.clone(),
            None => {
                self.raw_bytes += ALLOCATION_BYTES + raw.candidate.secret.expose().len();
                self.secrets.insert(raw.candidate.secret.clone());
            }
        }
        match self.snippets.get(&raw.snippet) {
            Some(known) => raw.snippet = Arc::clone(known),
            None => {
                let text: usize = raw.snippet.lines.iter().map(String::len).sum();
                self.raw_bytes += 2 * ALLOCATION_BYTES + mem::size_of::<Snippet>() + text;
                self.snippets.insert(Arc::clone(&raw.snippet));
            }
        }
        self.raw.push(raw);
    }
}

/// A worker that panicked left something that is still whole.
pub(crate) fn lock(found: &Mutex<Found>) -> MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the workers' sinks.
pub(crate) struct Collector {
    pub(crate) found: Arc<Mutex<Found>>,
    pub(crate) started: Instant,
    ruleset: Arc<checks::secrets::Ruleset>,
    manifests: Option<Shared>,
    progress: Arc<Progress>,
    cancel: Cancel,
}

impl Collector {
    pub(crate) fn new(scan: &Scan) -> Self {
        Self {
            found: Arc::default(),
            started: Instant::now(),
            ruleset: Arc::clone(&scan.ruleset),
            manifests: None,
            progress: Arc::clone(&scan.progress),
            cancel: scan.cancel.clone(),
        }
    }

    /// Keeps the files that name packages as well.
    pub(crate) fn keeping(mut self, manifests: &Shared) -> Self {
        self.manifests = Some(Arc::clone(manifests));
        self
    }
}

impl Sinks for Collector {
    type Sink = Worker;

    fn sink(&self) -> Worker {
        Worker {
            scanner: Scanner::new(Arc::clone(&self.ruleset)),
            versions: Versions::default(),
            found: Arc::clone(&self.found),
            raw: Vec::new(),
            manifests: self.manifests.clone(),
            progress: Arc::clone(&self.progress),
            cancel: self.cancel.clone(),
        }
    }

    fn expect(&self, contents: u64) {
        self.progress.expect(contents);
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

/// One worker's.
pub(crate) struct Worker {
    scanner: Scanner,
    versions: Versions,
    found: Arc<Mutex<Found>>,
    raw: Vec<Raw>,
    manifests: Option<Shared>,
    progress: Arc<Progress>,
    cancel: Cancel,
}

impl Worker {
    /// How many are kept before they are handed over.
    const BATCH: usize = 256;

    fn hand_over(&mut self) {
        if self.raw.is_empty() {
            return;
        }
        let mut found = lock(&self.found);
        for raw in self.raw.drain(..) {
            found.add(raw);
        }
    }

    fn tell(&self, note: Note) {
        lock(&self.found).notes.add(note);
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.hand_over();
    }
}

impl Sink for Worker {
    fn wants(&self, path: &TargetPath) -> bool {
        if let Some(manifests) = &self.manifests {
            Manifests::see(manifests, path);
        }
        true
    }

    fn content(&mut self, origin: &Origin) {
        // A blob of a history has no path yet; `Scan::history` says so.
        let Origin::File(path) = origin else { return };
        let hits: Vec<u32> = self.scanner.ruleset().about_path(path.as_str()).collect();
        if hits.is_empty() {
            return;
        }
        let mut found = lock(&self.found);
        for rule in hits {
            if found.paths.len() < MAX_PATHS {
                found.paths.push(PathHit { rule, path: path.clone() });
            } else {
                found.left_out += 1;
            }
        }
    }

    fn derivation(&mut self, derivation: &Derivation<'_>) {
        self.versions.expect(derivation);
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        self.progress.add(u64::from(piece.is_first()), piece.own.len() as u64);
        if let Some(manifests) = &self.manifests {
            manifests::keep(manifests, piece);
        }
        // A check that panics costs its content, not the scan.
        let scanned = catch_unwind(AssertUnwindSafe(|| match self.versions.take(piece) {
            None => self.scanner.scan(piece.bytes),
            Some(copied) => {
                let base = self.versions.base().map(|base| (base, copied.as_slice()));
                let (candidates, known) = self.scanner.scan_version(piece.bytes, base);
                self.versions.keep(known);
                candidates
            }
        }));
        let Ok(candidates) = scanned else {
            self.scanner = Scanner::new(Arc::clone(self.scanner.ruleset()));
            self.tell(Note::at(
                NoteKind::Unreadable,
                piece.origin.path(),
                "a check failed on this content; please report it",
            ));
            return;
        };
        for rule in self.scanner.take_cut_short() {
            let id = self
                .scanner
                .ruleset()
                .get(rule)
                .map_or_else(String::new, |rule| rule.id.as_str().to_owned());
            self.tell(Note::at(
                NoteKind::Limit,
                piece.origin.path(),
                format!("rule `{id}` matches too often here; it was not run to the end"),
            ));
        }
        if candidates.is_empty() {
            return;
        }
        {
            // What is not kept need not be located.
            let mut found = lock(&self.found);
            if found.is_full() {
                let own = candidates.iter().filter(|found| piece.own.contains(&found.range.start));
                found.left_out += own.count() as u64;
                return;
            }
        }
        let secrets = stretches(&candidates);
        let mut lines = Lines::new(piece);
        for candidate in candidates {
            if !piece.own.contains(&candidate.range.start) {
                continue;
            }
            let located = lines.locate(&candidate.range, &secrets);
            self.raw.push(Raw {
                origin: piece.origin.clone(),
                candidate,
                span: located.span,
                snippet: Arc::new(located.snippet),
                line: located.line,
                allowed_by: located.allowed_by,
            });
            if self.raw.len() >= Self::BATCH {
                self.hand_over();
            }
        }
    }

    fn note(&mut self, note: Note) {
        if let Some(manifests) = &self.manifests {
            Manifests::note(manifests, &note);
        }
        self.tell(note);
    }

    fn done(&mut self) {
        self.versions.over();
        self.progress.done();
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

/// What is to be masked, in order, none over another.
fn stretches(candidates: &[Candidate]) -> Vec<Range<usize>> {
    let mut masked: Vec<&Range<usize>> = candidates.iter().map(|found| &found.masked).collect();
    masked.sort_unstable_by_key(|range| range.start);
    let mut stretches: Vec<Range<usize>> = Vec::with_capacity(candidates.len());
    for range in masked {
        match stretches.last_mut() {
            Some(last) if range.start < last.end => last.end = last.end.max(range.end),
            _ => stretches.push(range.clone()),
        }
    }
    stretches
}

impl Raw {
    /// Whether a comment on its line suppresses it for `check`.
    pub(crate) fn is_allowed(&self, check: &str) -> bool {
        match &self.allowed_by {
            None => false,
            Some(AllowComment::All) => true,
            Some(AllowComment::Checks(checks)) => checks.split(',').any(|id| id.trim() == check),
        }
    }

    pub(crate) fn is_generic(&self) -> bool {
        self.candidate.rank == Rank::Generic
    }
}
