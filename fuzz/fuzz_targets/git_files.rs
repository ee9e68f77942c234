//! A sound repository of which some files are replaced, or changed in a few bytes: packs, indices, references, loose objects.

#![no_main]

use std::{
    fs,
    sync::{LazyLock, Mutex},
};

use bartizan_fuzz::{
    folder,
    repository::{self, Object},
};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};
use tempfile::TempDir;

static FOLDER: LazyLock<Mutex<TempDir>> = LazyLock::new(|| Mutex::new(folder()));

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    changes: Vec<Change<'a>>,
}

#[derive(Arbitrary, Debug)]
enum Change<'a> {
    Replace(u8, &'a [u8]),
    Edit(u8, Vec<(u16, u8)>),
    Cut(u8, u16),
    /// A loose object: place, kind, what its header says, its bytes.
    Loose(u8, u8, u32, &'a [u8]),
}

const PACK: &str = "objects/pack/pack-0000000000000000000000000000000000000000.pack";
const INDEX: &str = "objects/pack/pack-0000000000000000000000000000000000000000.idx";
const FILES: &[&str] = &[
    PACK,
    INDEX,
    INDEX,
    "HEAD",
    "config",
    "refs/heads/main",
    "packed-refs",
    "shallow",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "objects/pack/multi-pack-index",
];

fn file(index: u8) -> &'static str {
    FILES.get(usize::from(index) % FILES.len()).copied().unwrap_or(PACK)
}

/// A delta of a base of 12 bytes: all of it, and a tail.
const DELTA: &[u8] = &[12, 14, 0x90, 12, 2, b'!', b'\n'];

fuzz_target!(|input: Input<'_>| {
    let folder = FOLDER.lock().expect("nobody panicked");
    let root = folder.path().join("r");
    let _ = fs::remove_dir_all(&root);
    fs::create_dir(&root).expect("room for a folder");
    let objects = [
        Object::Blob(b"hello world\n"),
        Object::RawDelta(1, DELTA),
        Object::Tree(vec![(1, b"a.txt", 0), (1, b"b.txt", 1)]),
        Object::Tree(vec![(0, b"folder", 2), (1, b"c.txt", 0)]),
        Object::Commit(2, vec![], b"\nfirst\n"),
        Object::Commit(3, vec![4], b"\nsecond\n"),
    ];
    let (pack, index) = repository::pack(&objects);
    repository::write(&root, &pack, &index, 5);
    for change in &input.changes {
        match change {
            Change::Replace(which, bytes) => {
                let _ = fs::write(root.join(file(*which)), bytes);
            }
            Change::Edit(which, edits) => {
                let path = root.join(file(*which));
                let Ok(mut bytes) = fs::read(&path) else { continue };
                for (at, value) in edits {
                    if let Some(byte) = bytes.get_mut(usize::from(*at)) {
                        *byte = *value;
                    }
                }
                let _ = fs::write(path, bytes);
            }
            Change::Cut(which, length) => {
                if let Ok(file) = fs::OpenOptions::new().write(true).open(root.join(file(*which))) {
                    let _ = file.set_len(u64::from(*length));
                }
            }
            Change::Loose(place, kind, size, bytes) => {
                let kinds = ["blob", "tree", "commit", "tag"];
                let kind = kinds.get(usize::from(*kind) % kinds.len()).copied().unwrap_or("blob");
                repository::loose(&root, *place, kind, u64::from(*size), bytes);
            }
        }
    }
    repository::scan(&root);
});
