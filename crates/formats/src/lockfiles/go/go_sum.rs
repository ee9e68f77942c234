//! `go.sum`: checksums of every version that the module graph mentions, most of which are not used. It is asked only for what a `go.mod`
//! of before 1.17 leaves out.
//!
//! Of several versions the highest is selected; it is used only if its content has a checksum, not just its `go.mod`.
//! <https://go.dev/ref/mod#go-sum-files>, <https://go.dev/ref/mod#minimal-version-selection>

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use foldhash::fast::RandomState;
use model::{Relation, VersionScheme};

use super::{
    super::{Files, List, entries::Entries, paths},
    go_mod, is_version, module,
};
use crate::versions;

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let manifest = files.get(&paths::beside(path, "go.mod")).map(Entries::of);
    let directives = manifest.as_ref().map(|manifest| go_mod::parse(manifest.text()));
    if directives.as_ref().is_some_and(go_mod::Directives::is_complete) {
        return List::default();
    }
    let known: HashSet<&str, RandomState> = directives
        .iter()
        .flat_map(|directives| directives.requires.iter().map(|require| require.path))
        .collect();
    let mut highest: HashMap<&str, Line<'_>, RandomState> = HashMap::default();
    for (number, line) in entries.text().lines().enumerate() {
        let mut words = line.split_ascii_whitespace();
        let (Some(path), Some(version)) = (words.next(), words.next()) else { continue };
        let (version, has_content) = match version.strip_suffix("/go.mod") {
            Some(version) => (version, false),
            None => (version, true),
        };
        if known.contains(path) || !is_version(version) {
            continue;
        }
        let line = Line { number, version, has_content };
        highest.entry(path).and_modify(|known| known.take_higher(line)).or_insert(line);
    }
    let mut used: Vec<_> = highest.into_iter().filter(|(_, line)| line.has_content).collect();
    used.sort_unstable_by_key(|(_, line)| line.number);
    for (path, line) in used {
        let found = module(&entries, path, line.version, Relation::Transitive);
        entries.push(found);
    }
    entries.finish()
}

#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    version: &'a str,
    has_content: bool,
}

impl<'a> Line<'a> {
    fn take_higher(&mut self, other: Line<'a>) {
        match versions::compare(VersionScheme::Go, self.version, other.version) {
            Ordering::Less => *self = other,
            Ordering::Equal if other.has_content => *self = other,
            _ => {}
        }
    }
}
