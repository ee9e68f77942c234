//! What several targets need: a file or a folder to scan, and a sink that looks on.
//!
//! Everything goes through the crates' public doors, so that a target tests what a user's target passes through.

pub mod repository;
pub mod rules;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use model::Note;
use sources::{Limits, Piece, Sink, Sinks, directory};
use tempfile::TempDir;

/// A folder in memory where there is one: each input is written to it.
#[must_use]
pub fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a temporary folder")
}

/// Limits small enough that inputs reach them.
#[must_use]
pub fn limits() -> Limits {
    Limits {
        content_bytes: 16 << 20,
        object_bytes: 1 << 20,
        archive_bytes: 4 << 20,
        archive_members: 200,
        archive_ratio: 250,
        archive_depth: 3,
        directory_depth: 16,
        tree_name_bytes: 1 << 20,
    }
}

/// What a source handed out.
#[derive(Clone, Default)]
pub struct Seen {
    /// What the pieces answered for, one behind the other.
    pub owned: Arc<Mutex<Vec<u8>>>,
    /// Bytes of all pieces.
    pub bytes: Arc<AtomicU64>,
    /// What was passed over.
    pub notes: Arc<Mutex<Vec<Note>>>,
}

impl Sinks for Seen {
    type Sink = Self;

    fn sink(&self) -> Self {
        self.clone()
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

impl Sink for Seen {
    fn piece(&mut self, piece: &Piece<'_>) {
        let own = piece.bytes.get(piece.own.clone()).expect("a piece owns a part of itself");
        self.bytes.fetch_add(piece.bytes.len() as u64, Ordering::Relaxed);
        self.owned.lock().expect("nobody panicked").extend_from_slice(own);
        assert_printable(piece.origin.path().as_str());
    }

    fn note(&mut self, note: Note) {
        assert_printable(&note.message);
        self.notes.lock().expect("nobody panicked").push(note);
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Whatever a target is called and holds, it does not drive the terminal.
pub fn assert_printable(text: &str) {
    assert!(!text.chars().any(char::is_control), "{text:?}");
}

/// Scans `bytes` as one file.
#[must_use]
pub fn scan_file(file: &Path, bytes: &[u8]) -> Seen {
    fs::write(file, bytes).expect("room for a file");
    let seen = Seen::default();
    directory::walk(file, &options(), &seen).expect("the file is there");
    seen
}

/// One worker and small limits.
#[must_use]
pub fn options() -> directory::Options {
    directory::Options {
        honour_ignore_files: true,
        threads: 1,
        limits: limits(),
        is_excluded: Arc::new(|_| false),
    }
}

/// A folder and a file in it, made once for each process.
pub struct Place {
    folder: TempDir,
}

impl Default for Place {
    fn default() -> Self {
        Self { folder: folder() }
    }
}

impl Place {
    /// The file.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
