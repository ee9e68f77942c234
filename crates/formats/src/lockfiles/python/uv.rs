//! `uv.lock`: the members of the workspace are entries too, and tell what they ask for and what for.

use std::collections::HashSet;

use model::{Ecosystem, Scope};

use super::{
    super::{Files, List, entries::Entries, needs::Tell},
    graph::Graph,
};
use crate::json::Value;

pub(super) fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.toml();
    let manifest = root.get("manifest");
    let members: HashSet<_> = manifest.get("members").items().iter().map(Value::as_str).collect();
    let packages = root.get("package").items();
    let mut graph = Graph::default();
    let mut nodes = Vec::with_capacity(packages.len());
    for package in packages {
        let name = package.text("name").unwrap_or_default();
        let version = package.text("version").unwrap_or_default();
        let is_release = package.get("source").text("registry").is_some();
        let found = is_release.then(|| entries.found(Ecosystem::PyPi, name, version));
        nodes.push(graph.put(name, version, found, &mut entries));
    }
    for (package, node) in packages.iter().zip(nodes) {
        let source = package.get("source");
        let is_member = match members.is_empty() {
            true => ["virtual", "editable"].iter().any(|key| source.text(key) == Some(".")),
            false => members.contains(&package.text("name")),
        };
        let groups = |section: &str| package.get(section).entries().iter().map(|entry| &entry.1);
        let own = std::iter::once(package.get("dependencies"));
        for list in own.chain(groups("optional-dependencies")) {
            for (name, version) in named(list) {
                if is_member {
                    graph.root(name, version, Scope::Production);
                } else {
                    graph.edge(node, name, version);
                }
            }
        }
        for (name, version) in groups("dev-dependencies").flat_map(named) {
            graph.root(name, version, Scope::Development);
        }
    }
    // Those of a script, or of a workspace without a project at its root.
    for (name, _) in named(manifest.get("requirements")) {
        graph.root(name, None, Scope::Production);
    }
    for (name, _) in
        manifest.get("dependency-groups").entries().iter().flat_map(|group| named(&group.1))
    {
        graph.root(name, None, Scope::Development);
    }
    graph.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

/// `[{ name = "a" }, { name = "b", version = "1.0" }]`
fn named<'v>(list: &'v Value<'_>) -> impl Iterator<Item = (&'v str, Option<&'v str>)> {
    list.items().iter().filter_map(|item| Some((item.text("name")?, item.text("version"))))
}
