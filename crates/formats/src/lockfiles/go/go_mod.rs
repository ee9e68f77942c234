//! `go.mod` and `go.work`. From `go 1.17` on, `go.mod` names every module that the packages of the main module need, in the version that
//! is selected. <https://go.dev/ref/mod#go-mod-file>

use std::{
    cmp::Ordering,
    collections::{HashMap, HashSet},
};

use foldhash::fast::RandomState;
use model::{Ecosystem, Relation, VersionScheme};

use super::{
    super::{Files, List, entries::Entries},
    STDLIB, is_version, module,
};
use crate::versions;

/// What a `go.mod` or `go.work` says, as slices of its text.
#[derive(Default)]
pub(super) struct Directives<'a> {
    pub(super) go: Option<&'a str>,
    toolchain: Option<&'a str>,
    pub(super) requires: Vec<Require<'a>>,
    replaces: Vec<Replace<'a>>,
    excludes: HashSet<(&'a str, &'a str), RandomState>,
}

pub(super) struct Require<'a> {
    pub(super) path: &'a str,
    pub(super) version: &'a str,
    pub(super) is_indirect: bool,
}

struct Replace<'a> {
    path: &'a str,
    /// Every version if there is none.
    version: Option<&'a str>,
    by_path: &'a str,
    /// A folder if there is none.
    by_version: Option<&'a str>,
}

pub(super) fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let directives = parse(entries.text());
    directives.list_stdlib(&mut entries);
    let replaces = directives.replaces_by_path();
    for require in &directives.requires {
        if directives.excludes.contains(&(require.path, require.version)) {
            continue;
        }
        let relation = if require.is_indirect { Relation::Transitive } else { Relation::Direct };
        let replace = replaces.get(&(require.path, Some(require.version)));
        match replace.or_else(|| replaces.get(&(require.path, None))) {
            Some(replace) => {
                if let Some(version) = replace.by_version {
                    let found = module(&entries, replace.by_path, version, relation);
                    entries.push(found);
                }
            }
            None if is_version(require.version) => {
                let found = module(&entries, require.path, require.version, relation);
                entries.push(found);
            }
            None => entries.problem(require.path, "A required module has no version"),
        }
    }
    entries.finish()
}

/// A workspace adds a toolchain and replacements to what its modules say themselves.
pub(super) fn read_work(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let directives = parse(entries.text());
    directives.list_stdlib(&mut entries);
    for replace in &directives.replaces {
        if let Some(version) = replace.by_version {
            let found = module(&entries, replace.by_path, version, Relation::Unknown);
            entries.push(found);
        }
    }
    entries.finish()
}

impl<'a> Directives<'a> {
    /// The toolchain if it is named and newer than the language's version, as `go` chooses it.
    fn list_stdlib(&self, entries: &mut Entries<'_>) {
        let toolchain = self.toolchain.and_then(|name| name.strip_prefix("go"));
        // A toolchain of someone's own has a suffix: `go1.21.3-custom`.
        let toolchain = toolchain.and_then(|name| name.split(['-', '+']).next());
        let version = match (self.go, toolchain) {
            (Some(go), Some(toolchain)) => {
                let is_older =
                    versions::compare(VersionScheme::SemVer, toolchain, go) == Ordering::Less;
                Some(if is_older { go } else { toolchain })
            }
            (go, toolchain) => toolchain.or(go),
        };
        if let Some(version) =
            version.filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
        {
            let mut found = entries.found(Ecosystem::Go, STDLIB, version);
            found.relation = Relation::Direct;
            entries.push(found);
        }
    }

    fn replaces_by_path(&self) -> HashMap<(&'a str, Option<&'a str>), &Replace<'a>, RandomState> {
        self.replaces.iter().map(|replace| ((replace.path, replace.version), replace)).collect()
    }

    /// Whether all selected modules stand in it.
    pub(super) fn is_complete(&self) -> bool {
        let mut numbers = self.go.unwrap_or("1.16").split('.');
        let major = numbers.next().and_then(|number| number.parse().ok()).unwrap_or(1_u32);
        let minor = numbers.next().and_then(leading_number).unwrap_or(0);
        (major, minor) >= (1, 17)
    }
}

/// `21` of `21rc1`.
fn leading_number(text: &str) -> Option<u32> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end)?.parse().ok()
}

pub(super) fn parse(text: &str) -> Directives<'_> {
    let mut directives = Directives::default();
    let mut block = None;
    for line in text.lines() {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words = words(code);
        let Some(first) = words.next() else { continue };
        if first == ")" {
            block = None;
            continue;
        }
        let verb = match block {
            Some(verb) => {
                words = self::words(code);
                verb
            }
            None => first,
        };
        let words: Vec<_> = words.take(5).collect();
        if block.is_none() && words.first() == Some(&"(") {
            block = Some(verb);
            continue;
        }
        directives.add(verb, &words, comment);
    }
    directives
}

/// Words, which may stand in quotes.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split_ascii_whitespace().map(|word| word.trim_matches(['"', '`']))
}

impl<'a> Directives<'a> {
    fn add(&mut self, verb: &str, words: &[&'a str], comment: &str) {
        match (verb, words) {
            ("go", [version, ..]) => self.go = Some(version),
            ("toolchain", [name, ..]) => self.toolchain = Some(name),
            ("require", [path, rest @ ..]) => self.requires.push(Require {
                path,
                version: rest.first().copied().unwrap_or_default(),
                is_indirect: comment.trim_start().starts_with("indirect"),
            }),
            ("exclude", [path, version, ..]) => {
                self.excludes.insert((path, version));
            }
            ("replace", words) => {
                let Some(arrow) = words.iter().position(|word| *word == "=>") else { return };
                let (Some([path, version @ ..]), Some([_, by_path, by_version @ ..])) =
                    (words.get(..arrow), words.get(arrow..))
                else {
                    return;
                };
                self.replaces.push(Replace {
                    path,
                    version: version.first().copied(),
                    by_path,
                    by_version: by_version.first().copied().filter(|version| is_version(version)),
                });
            }
            _ => {}
        }
    }
}
