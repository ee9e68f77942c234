//! `package.json`: what a project asks for. Listed by itself only where no lock file says more.

use model::{Ecosystem, Relation, Scope};

use super::{
    super::{
        Files, List,
        entries::Entries,
        locked::{folder_of_lock, manifests_of_lock},
        paths,
    },
    SECTIONS, alias, is_version,
};
use crate::{Problem, json::Value};

/// The lock files that cover the folders below them too: those of workspaces.
const LOCKS: &[&str] = &[
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "deno.lock",
];

/// One line of a manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) range: String,
    pub(super) scope: Scope,
}

/// What the manifest at a path asks for; nothing if there is none.
pub(super) fn asked_at(path: &str, files: &dyn Files) -> Vec<Asked> {
    with_manifest(path, files, asked).unwrap_or_default()
}

/// What a project asks for whose lock file stands at a path: its manifest, and those of the members of its workspace.
pub(super) fn asked_beside(lock: &str, files: &dyn Files) -> Vec<Asked> {
    let beside = paths::beside(lock, "package.json");
    let mut all = asked_at(&beside, files);
    let has_members = |root: &Value<'_>| {
        let members = root.get("workspaces");
        !members.items().is_empty() || !members.entries().is_empty()
    };
    if with_manifest(&beside, files, has_members) != Some(true) {
        return all;
    }
    for path in manifests_of_lock(lock, "package.json", LOCKS, files) {
        if path != beside && !path.contains("node_modules/") {
            all.append(&mut asked_at(path, files));
        }
    }
    all
}

fn with_manifest<T>(path: &str, files: &dyn Files, f: impl Fn(&Value<'_>) -> T) -> Option<T> {
    Some(f(&Entries::of(files.get(path)?).json()))
}

fn asked(root: &Value<'_>) -> Vec<Asked> {
    let mut all = Vec::new();
    for (section, scope) in SECTIONS {
        for (name, range) in root.get(section).entries() {
            all.push(Asked {
                name: name.clone().into_owned(),
                range: range.as_str().unwrap_or_default().to_owned(),
                scope: *scope,
            });
        }
    }
    all
}

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    if folder_of_lock(path, LOCKS, files).is_some() {
        return List::default();
    }
    let root = entries.json();
    let mut open = 0_usize;
    for (section, scope) in SECTIONS {
        for (name, range) in root.get(section).entries() {
            let Some(range) = range.as_str() else { continue };
            let (name, range) = alias(range).unwrap_or((name, range));
            let version = range.trim_start_matches(['=', ' ']);
            if is_exact(version) {
                let mut found = entries.found(Ecosystem::Npm, name, version);
                found.relation = Relation::Direct;
                found.scope = *scope;
                entries.push(found);
            } else {
                open += 1;
            }
        }
    }
    if open > 0 {
        let message = format!("No lock file: the versions of {open} dependencies are not known");
        entries.push_problem(Problem::general(message));
    }
    entries.finish()
}

/// Three numbers and no range.
fn is_exact(version: &str) -> bool {
    let core = version.split(['-', '+']).next().unwrap_or_default();
    is_version(version)
        && core.split('.').count() == 3
        && core.split('.').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
