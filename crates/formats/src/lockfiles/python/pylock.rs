//! `pylock.toml` and `pylock.<name>.toml`. <https://packaging.python.org/en/latest/specifications/pylock-toml/>

use model::Ecosystem;

use super::{
    super::{FilePath, Files, List, entries::Entries, needs::Tell},
    graph::Graph,
    manifest,
};

pub(super) fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    let between = name.strip_prefix("pylock.").and_then(|rest| rest.strip_suffix(".toml"));
    name == "pylock.toml" || between.is_some_and(|name| !name.is_empty() && !name.contains('.'))
}

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.toml();
    let packages = root.get("packages").items();
    let mut graph = Graph::default();
    let mut nodes = Vec::with_capacity(packages.len());
    for package in packages {
        let name = package.text("name").unwrap_or_default();
        // What comes from a folder or a checkout may have none.
        let version = package.text("version").unwrap_or_default();
        let is_release = !version.is_empty()
            && ["vcs", "directory", "archive"]
                .iter()
                .all(|key| package.get(key).entries().is_empty());
        let found = is_release.then(|| entries.found(Ecosystem::PyPi, name, version));
        nodes.push(graph.put(name, version, found, &mut entries));
    }
    for (package, node) in packages.iter().zip(nodes) {
        for needed in package.get("dependencies").items() {
            if let Some(name) = needed.text("name") {
                graph.edge(node, name, needed.text("version"));
            }
        }
    }
    manifest::ask(&manifest::asked_beside(path, files), &mut graph);
    graph.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}
