//! `Cargo.toml`: what a lock file does not tell, and all there is where none stands beside or above.

use std::collections::HashMap;

use model::{Ecosystem, Relation, Scope};

use super::super::{
    Files, List,
    entries::Entries,
    locked::{folder_of_lock, manifests_of_lock},
    paths,
};
use crate::{Problem, json::Value};

const LOCKS: &[&str] = &["Cargo.lock"];

/// A workspace with more members is classified by these.
const MAX_MEMBERS: usize = 4_000;

/// What runs with the product, what builds it, what tests it.
const SECTIONS: &[(&str, Scope)] = &[
    ("dependencies", Scope::Production),
    ("build-dependencies", Scope::Development),
    ("dev-dependencies", Scope::Development),
];

/// By member, by package that it asks for.
pub(super) type Scopes = HashMap<String, HashMap<String, Scope>>;

/// What the members of the workspace ask for, whose lock file stands at a path.
pub(super) fn scopes_of_members(lock: &str, files: &dyn Files) -> Scopes {
    let root = paths::beside(lock, "Cargo.toml");
    // The name behind a key of `[workspace.dependencies]`, where they differ.
    let mut renamed = HashMap::new();
    with_manifest(&root, files, |manifest| {
        for (key, asked) in manifest.get("workspace").get("dependencies").entries() {
            if let Some(name) = asked.text("package") {
                renamed.insert(key.clone().into_owned(), name.to_owned());
            }
        }
    });
    let mut members = Scopes::new();
    let manifests = manifests_of_lock(lock, "Cargo.toml", LOCKS, files);
    for path in manifests.take(MAX_MEMBERS) {
        with_manifest(path, files, |manifest| {
            let Some(name) = manifest.get("package").text("name") else { return };
            let scopes = members.entry(name.to_owned()).or_default();
            for (section, key, asked, scope) in asked(manifest) {
                if section == Section::Workspace {
                    continue;
                }
                let name = asked.text("package").or_else(|| Some(renamed.get(key)?.as_str()));
                let known = scopes.entry(name.unwrap_or(key).to_owned()).or_insert(scope);
                if scope == Scope::Production {
                    *known = scope;
                }
            }
        });
    }
    members
}

fn with_manifest(path: &str, files: &dyn Files, f: impl FnOnce(&Value<'_>)) {
    if let Some(bytes) = files.get(path) {
        f(&Entries::of(bytes).toml());
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Package,
    Workspace,
}

/// Every line of every table of dependencies: whose it is, its key, what is asked for and what for.
fn asked<'v>(manifest: &'v Value<'_>) -> Vec<(Section, &'v str, &'v Value<'v>, Scope)> {
    let mut all = Vec::new();
    let targets = manifest.get("target").entries().iter().map(|entry| &entry.1);
    for table in std::iter::once(manifest).chain(targets) {
        for (section, scope) in SECTIONS {
            for (key, asked) in table.get(section).entries() {
                all.push((Section::Package, &**key, asked, *scope));
            }
        }
    }
    for (key, asked) in manifest.get("workspace").get("dependencies").entries() {
        all.push((Section::Workspace, &**key, asked, Scope::Production));
    }
    all
}

/// What a manifest calls packages by another name than their own, with these.
pub(super) fn renamed(bytes: &[u8]) -> Vec<(String, String)> {
    let mut entries = Entries::of(bytes);
    let manifest = entries.toml();
    let lines = asked(&manifest).into_iter();
    lines
        .filter_map(|(_, key, asked, _)| Some((key.to_owned(), asked.text("package")?.to_owned())))
        .collect()
}

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    if folder_of_lock(path, LOCKS, files).is_some() {
        return List::default();
    }
    let manifest = entries.toml();
    let mut is_any = false;
    for (_, key, asked, scope) in asked(&manifest) {
        let is_local = ["git", "path", "workspace"].iter().any(|key| is_set(asked.get(key)));
        let requirement = asked.as_str().or_else(|| asked.text("version"));
        if is_local {
            continue;
        }
        is_any = true;
        if let Some(version) = requirement.and_then(lowest) {
            let name = asked.text("package").unwrap_or(key);
            let mut found = entries.found(Ecosystem::CratesIo, name, version);
            found.relation = Relation::Direct;
            found.scope = scope;
            entries.push(found);
        }
    }
    if is_any {
        let message = "No lock file: versions are the lowest that the manifest allows";
        entries.push_problem(Problem::general(message));
    }
    entries.finish()
}

fn is_set(value: &Value<'_>) -> bool {
    value.as_str().is_some() || value.is_true()
}

/// The version that a requirement begins at: that of `=1.2.3`, `^1.2`, `1`, `~1.2` or `>=1.2, <2`.
/// <https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html>
fn lowest(requirement: &str) -> Option<&str> {
    requirement.split(',').map(str::trim).find_map(|comparator| {
        let version = comparator.trim_start_matches(['=', '^', '~']);
        let version = version.strip_prefix(">=").unwrap_or(version).trim();
        let is_version = version.starts_with(|c: char| c.is_ascii_digit());
        (is_version && !version.contains(['*', ' '])).then_some(version)
    })
}
