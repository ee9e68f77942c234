//! Goes over a project's own source files.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use model::{Note, TargetPath};
use sources::{Origin, Piece, Sink, Sinks};

use super::{
    go,
    known::{language_of, left_out},
    rust,
    table::Table,
    tokens::Language,
};
use crate::Cancel;

/// Folders with source files that are kept; with more nobody says that nothing is mentioned.
const MAX_FOLDERS: usize = 50_000;

/// The source files of one language.
pub(super) struct Sources {
    pub(super) language: Language,
    pub(super) table: Table,
    /// Where there are some.
    folders: Mutex<HashSet<Box<str>>>,
    /// Some were not looked at.
    is_partial: AtomicBool,
}

impl Sources {
    pub(super) fn new(language: Language, table: Table) -> Self {
        Self { language, table, folders: Mutex::default(), is_partial: AtomicBool::new(false) }
    }

    /// Whether all files were looked at, and there are some below each of the folders.
    pub(super) fn cover(&self, folders: &[Box<str>]) -> bool {
        let known = lock(&self.folders);
        let is_below = |path: &str, folder: &str| {
            folder.is_empty()
                || path
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        !self.is_partial.load(Ordering::Relaxed)
            && !folders.is_empty()
            && folders.iter().all(|folder| known.iter().any(|path| is_below(path, folder)))
    }

    fn look(&self, path: &str, text: &[u8]) {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut folders = lock(&self.folders);
        if !folders.contains(folder) {
            if folders.len() >= MAX_FOLDERS {
                self.leave_out();
            } else {
                folders.insert(folder.into());
            }
        }
        drop(folders);
        let look = || match self.language {
            Language::Go => go::look(text, &self.table),
            Language::Rust => {
                rust::look(text, &self.table);
                true
            }
        };
        // A reader that panics costs its file, not the scan.
        if !catch_unwind(AssertUnwindSafe(look)).unwrap_or(false) {
            self.leave_out();
        }
    }

    pub(super) fn leave_out(&self) {
        self.is_partial.store(true, Ordering::Relaxed);
    }
}

/// A worker that panicked left something that is still whole.
fn lock(folders: &Mutex<HashSet<Box<str>>>) -> MutexGuard<'_, HashSet<Box<str>>> {
    folders.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands out what there is in each language.
pub(super) struct Reader<'s> {
    pub(super) sources: &'s [Sources],
    pub(super) cancel: &'s Cancel,
}

impl Reader<'_> {
    fn of(&self, path: &TargetPath) -> Option<&Sources> {
        let language = language_of(path.as_str())?;
        self.sources.iter().find(|sources| sources.language == language)
    }
}

impl<'s> Sinks for Reader<'s> {
    type Sink = Self;

    fn sink(&self) -> Self {
        Self { sources: self.sources, cancel: self.cancel }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl Sink for Reader<'_> {
    fn wants(&self, path: &TargetPath) -> bool {
        self.of(path).is_some_and(|sources| sources.table.is_open())
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        let Origin::File(path) = piece.origin else { return };
        let Some(sources) = self.of(path) else { return };
        // Code is written by people and does not come in pieces.
        let is_whole = piece.is_first() && piece.own.end == piece.bytes.len();
        match is_whole {
            true => sources.look(path.as_str(), piece.bytes),
            false => sources.leave_out(),
        }
    }

    fn note(&mut self, note: Note) {
        let left_out = left_out(&note);
        let missing = self.sources.iter().filter(|sources| left_out.contains(&sources.language));
        missing.for_each(Sources::leave_out);
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
