//! `poetry.lock` of all versions: what an entry is for is its `category` before Poetry 1.5, its `groups` from 2.0 on, and in between only
//! to be found by who needs it.

use model::{Ecosystem, Scope};

use super::{
    super::{Files, List, entries::Entries, needs::Tell},
    graph::Graph,
    manifest,
};
use crate::json::Value;

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.toml();
    let packages = root.get("package").items();
    let mut graph = Graph::default();
    let mut tell = Tell::RelationAndScope;
    let mut nodes = Vec::with_capacity(packages.len());
    for package in packages {
        let name = package.text("name").unwrap_or_default();
        let version = package.text("version").unwrap_or_default();
        // `legacy` is another index.
        let is_release = matches!(package.get("source").text("type"), None | Some("legacy"));
        let found = is_release.then(|| {
            let mut found = entries.found(Ecosystem::PyPi, name, version);
            if let Some(scope) = scope(package) {
                found.scope = scope;
                tell = Tell::Relation;
            }
            found
        });
        nodes.push(graph.put(name, version, found, &mut entries));
    }
    for (package, node) in packages.iter().zip(nodes) {
        for (name, _) in package.get("dependencies").entries() {
            graph.edge(node, name, None);
        }
    }
    manifest::ask(&manifest::asked_beside(path, files), &mut graph);
    graph.apply(&mut entries, tell);
    entries.finish()
}

fn scope(package: &Value<'_>) -> Option<Scope> {
    let groups = package.get("groups").items();
    let is_production = match package.text("category") {
        Some(category) => category != "dev",
        None if groups.is_empty() => return None,
        None => groups.iter().any(|group| group.as_str() == Some("main")),
    };
    Some(if is_production { Scope::Production } else { Scope::Development })
}
