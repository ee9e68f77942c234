//! Repositories written by hand, because git would not write them: any bytes as objects, deltas to anything, ids that are
//! nobody's hash. Nothing of a repository is trusted, so none of it has to be right.

use std::{fs, io::Write as _, path::Path};

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use sources::{
    Limits,
    git::{Options, Repository},
};

use crate::{Seen, assert_printable, limits};

/// An object of a pack. Objects are named by their place in it.
#[derive(Arbitrary, Debug)]
pub enum Object<'a> {
    /// A file.
    Blob(&'a [u8]),
    /// A folder, as bytes.
    RawTree(&'a [u8]),
    /// A folder: kind, name, object.
    Tree(Vec<(u8, &'a [u8], u8)>),
    /// A commit, as bytes.
    RawCommit(&'a [u8]),
    /// A commit: tree, parents, the rest of it.
    Commit(u8, Vec<u8>, &'a [u8]),
    /// An annotated tag on an object.
    Tag(u8),
    /// A delta, as bytes, to the object so many places before.
    RawDelta(u8, &'a [u8]),
    /// A delta to any object, itself and later ones included.
    RawRefDelta(u8, &'a [u8]),
    /// A delta that fits a base of `base` bytes: copies and new bytes.
    Delta {
        /// Any object.
        to: u8,
        /// What the delta says its base's size is.
        base: u16,
        /// Offset and length of what is copied, and what is put behind it.
        steps: Vec<(u16, u16, &'a [u8])>,
    },
    /// An entry that is not what its header says: type, size, the compressed bytes.
    Broken(u8, u64, &'a [u8]),
}

/// The id of the object at a place.
#[must_use]
pub fn id(place: u8) -> [u8; 20] {
    [place; 20]
}

fn hex(id: [u8; 20]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

const COMMIT: u8 = 1;
const TREE: u8 = 2;
const BLOB: u8 = 3;
const TAG: u8 = 4;
const OFS_DELTA: u8 = 6;
const REF_DELTA: u8 = 7;

impl Object<'_> {
    fn write(&self, at: usize, offsets: &[u64], pack: &mut Vec<u8>) {
        let here = pack.len() as u64;
        let mut entry = |kind: u8, base: &[u8], bytes: &[u8]| {
            header(kind, bytes.len() as u64, pack);
            pack.extend_from_slice(base);
            pack.extend_from_slice(&deflated(bytes));
        };
        match self {
            Self::Blob(bytes) => entry(BLOB, &[], bytes),
            Self::RawTree(bytes) => entry(TREE, &[], bytes),
            Self::Tree(entries) => {
                let mut bytes = Vec::new();
                for (kind, name, to) in entries {
                    let modes = ["40000", "100644", "100755", "120000", "160000", "0", "777777"];
                    bytes.extend_from_slice(modes[usize::from(*kind) % modes.len()].as_bytes());
                    bytes.push(b' ');
                    bytes.extend(name.iter().filter(|byte| **byte != 0));
                    bytes.push(0);
                    bytes.extend_from_slice(&id(*to));
                }
                entry(TREE, &[], &bytes);
            }
            Self::RawCommit(bytes) => entry(COMMIT, &[], bytes),
            Self::Commit(tree, parents, rest) => {
                let mut bytes = format!("tree {}\n", hex(id(*tree))).into_bytes();
                for parent in parents {
                    bytes.extend_from_slice(format!("parent {}\n", hex(id(*parent))).as_bytes());
                }
                bytes.extend_from_slice(
                    b"author A <a@example.org> 1 +0000\ncommitter A <a@example.org> 1 +0000\n",
                );
                bytes.extend_from_slice(rest);
                entry(COMMIT, &[], &bytes);
            }
            Self::Tag(to) => {
                let text = format!("object {}\ntype commit\ntag t\n\n", hex(id(*to)));
                entry(TAG, &[], text.as_bytes());
            }
            Self::RawDelta(back, delta) => {
                let base = at.checked_sub(usize::from(*back)).and_then(|at| offsets.get(at));
                entry(OFS_DELTA, &distance(here - base.copied().unwrap_or(here)), delta);
            }
            Self::RawRefDelta(to, delta) => entry(REF_DELTA, &id(*to), delta),
            Self::Delta { to, base, steps } => entry(REF_DELTA, &id(*to), &delta(*base, steps)),
            Self::Broken(kind, size, bytes) => {
                header(kind % 8, *size, pack);
                pack.extend_from_slice(bytes);
            }
        }
    }
}

fn delta(base: u16, steps: &[(u16, u16, &[u8])]) -> Vec<u8> {
    let made: u64 = steps
        .iter()
        .map(|(_, length, new)| {
            let copied = if *length == 0 { 0x1_0000 } else { u64::from(*length) };
            copied + new.len() as u64
        })
        .sum();
    let mut out = Vec::new();
    varint(u64::from(base), &mut out);
    varint(made, &mut out);
    for (offset, length, new) in steps {
        out.push(0x80 | 0b11 | 0b11_0000);
        out.extend_from_slice(&offset.to_le_bytes());
        out.extend_from_slice(&length.to_le_bytes());
        for part in new.chunks(127) {
            out.push(part.len() as u8);
            out.extend_from_slice(part);
        }
    }
    out
}

fn varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Type and size of an entry (`gitformat-pack`).
fn header(kind: u8, size: u64, out: &mut Vec<u8>) {
    let mut byte = kind << 4 | (size & 15) as u8;
    let mut rest = size >> 4;
    while rest > 0 {
        out.push(byte | 0x80);
        byte = (rest & 0x7f) as u8;
        rest >>= 7;
    }
    out.push(byte);
}

/// How far back a base is (`gitformat-pack`, "offset encoding").
fn distance(mut value: u64) -> Vec<u8> {
    let mut out = vec![(value & 0x7f) as u8];
    value >>= 7;
    while value > 0 {
        value -= 1;
        out.insert(0, 0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    out
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).expect("memory");
    out.finish().expect("memory")
}

/// A pack and its index. At most 256 objects are named.
#[must_use]
pub fn pack(objects: &[Object<'_>]) -> (Vec<u8>, Vec<u8>) {
    let objects = &objects[..objects.len().min(256)];
    let mut pack = b"PACK\0\0\0\x02".to_vec();
    pack.extend_from_slice(&(objects.len() as u32).to_be_bytes());
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(pack.len() as u64);
        object.write(at, &offsets, &mut pack);
    }
    pack.extend_from_slice(&[0; 20]);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..256 {
        index.extend_from_slice(&(objects.len().min(first + 1) as u32).to_be_bytes());
    }
    for place in 0..objects.len() {
        index.extend_from_slice(&id(place as u8));
    }
    index.extend(std::iter::repeat_n(0, 4 * objects.len()));
    for offset in offsets {
        index.extend_from_slice(&(offset as u32).to_be_bytes());
    }
    index.extend_from_slice(&[0; 40]);
    (pack, index)
}

/// Writes a bare repository whose branch is the object at `tip`.
pub fn write(folder: &Path, pack: &[u8], index: &[u8], tip: u8) {
    let put = |path: &str, bytes: &[u8]| fs::write(folder.join(path), bytes).expect("room");
    for made in ["objects/pack", "objects/info", "refs/heads"] {
        fs::create_dir_all(folder.join(made)).expect("room");
    }
    put("HEAD", b"ref: refs/heads/main\n");
    put("config", b"[core]\n\trepositoryformatversion = 0\n\tbare = true\n");
    put("refs/heads/main", format!("{}\n", hex(id(tip))).as_bytes());
    put("objects/pack/pack-0000000000000000000000000000000000000000.pack", pack);
    put("objects/pack/pack-0000000000000000000000000000000000000000.idx", index);
}

/// Writes a loose object that says it is of `kind` and has `size` bytes.
pub fn loose(folder: &Path, place: u8, kind: &str, size: u64, bytes: &[u8]) {
    let hex = hex(id(place));
    let folder = folder.join("objects").join(&hex[..2]);
    let content = [format!("{kind} {size}\0").as_bytes(), bytes].concat();
    let _ = fs::create_dir_all(&folder);
    let _ = fs::write(folder.join(&hex[2..]), deflated(&content));
}

/// Scans a repository in every way there is.
pub fn scan(folder: &Path) {
    let Ok(repository) = Repository::open(folder) else { return };
    let options = Options { threads: 1, limits: Limits { object_bytes: 64 << 10, ..limits() } };
    for revision in [None, Some("main")] {
        if let Ok(history) = repository.history(revision) {
            let seen = Seen::default();
            history.scan(&options, &seen);
            let blobs =
                (0..=u8::MAX).map(|place| model::ObjectId::from_hex(hex(id(place)))).collect();
            let mut kept = 0;
            let mut keep = |_: &sources::git::Sighting<'_>| {
                kept += 1;
                kept <= 10
            };
            let attribution = history.places(&blobs, 1, &mut keep, &|| false);
            for place in attribution.places.values().flat_map(|places| &places.places) {
                assert_printable(place.path.as_str());
            }
            for note in attribution.notes {
                assert_printable(&note.message);
            }
        }
        if let Ok(Some(commit)) = repository.commit(revision) {
            // A commit that cannot be read is an error; what else there is to say is in the notes.
            let _ = repository.scan_tree(&commit, &options, &|_| false, &Seen::default());
        }
    }
}
