//! `Pipfile.lock`: flat, `default` and `develop` and categories of one's own.

use model::{Ecosystem, Scope};

use super::{
    super::{Files, List, entries::Entries, needs::Tell},
    graph::Graph,
    manifest,
};

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.json();
    let mut graph = Graph::default();
    // What stands in several categories is listed as the first one has it: development comes last.
    let mut categories: Vec<_> = root.entries().iter().filter(|entry| entry.0 != "_meta").collect();
    categories.sort_by_key(|entry| entry.0 == "develop");
    for (category, packages) in categories {
        for (name, entry) in packages.entries() {
            // Checkouts and folders have no version.
            let version = entry.text("version").unwrap_or_default().trim_start_matches('=');
            if version.is_empty() || version.contains('*') {
                continue;
            }
            let mut found = entries.found(Ecosystem::PyPi, name, version);
            if category == "develop" {
                found.scope = Scope::Development;
            }
            graph.put(name, version, Some(found), &mut entries);
        }
    }
    manifest::ask(&manifest::pipfile_beside(path, files), &mut graph);
    graph.apply(&mut entries, Tell::Relation);
    entries.finish()
}
