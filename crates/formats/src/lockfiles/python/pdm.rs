//! `pdm.lock` of all versions. A package and each of its extras has an entry; from 4.3 on entries name their groups.

use model::{Ecosystem, Scope};

use super::{
    super::{Files, List, entries::Entries, needs::Tell},
    graph::Graph,
    manifest::{self, Asked},
    requirement::{self, normal},
};
use crate::json::Value;

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.toml();
    let asked = manifest::asked_beside(path, files);
    let packages = root.get("package").items();
    let mut graph = Graph::default();
    let mut tell = Tell::RelationAndScope;
    let mut nodes = Vec::with_capacity(packages.len());
    for package in packages {
        let name = package.text("name").unwrap_or_default();
        let version = package.text("version").unwrap_or_default();
        let is_release = ["git", "path", "url"].iter().all(|key| package.text(key).is_none());
        let found = is_release.then(|| {
            let mut found = entries.found(Ecosystem::PyPi, name, version);
            let groups = package.get("groups").items();
            if !groups.is_empty() {
                tell = Tell::Relation;
                found.scope = scope_of_groups(groups, &asked);
            }
            found
        });
        nodes.push(graph.put(name, version, found, &mut entries));
    }
    for (package, node) in packages.iter().zip(nodes) {
        let needed = package.get("dependencies").items().iter().filter_map(Value::as_str);
        for requirement in needed.filter_map(requirement::parse) {
            graph.edge(node, requirement.name, requirement.pinned());
        }
    }
    manifest::ask(&asked, &mut graph);
    graph.apply(&mut entries, tell);
    entries.finish()
}

/// `default` is the product's. Whether another group is an extra of it or for development, the manifest says.
fn scope_of_groups(groups: &[Value<'_>], asked: &[Asked]) -> Scope {
    let is_development = |group: &str| {
        let group = normal(group);
        let mut own = asked
            .iter()
            .filter(|asked| asked.group.as_deref().is_some_and(|known| normal(known) == group));
        match own.next() {
            Some(first) => first.scope == Scope::Development,
            None => group == "dev",
        }
    };
    if groups.iter().filter_map(Value::as_str).all(is_development) {
        Scope::Development
    } else {
        Scope::Production
    }
}
