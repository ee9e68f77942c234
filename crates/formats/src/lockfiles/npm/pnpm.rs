//! `pnpm-lock.yaml`, `lockfileVersion` 5.x (`/name/1.0.0_peers`), 6.x (`/name@1.0.0(peers)`) and 9.x (`name@1.0.0`, with the graph in
//! `snapshots`). <https://github.com/pnpm/spec/tree/master/lockfile>
//!
//! A package that is installed with different peers is one entry here.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use model::Ecosystem;

use super::{
    super::{
        Files, List,
        entries::Entries,
        needs::{Needs, Node, Tell},
    },
    SECTIONS, is_version, split,
};
use crate::{json::Value, yaml};

pub(super) fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let documents = yaml::parse(entries.text());
    if let Some(problem) = documents.problem {
        entries.push_problem(problem);
    }
    let mut lock = Lock { needs: Needs::default(), nodes: HashMap::default() };
    // pnpm 11 keeps what it needs itself in a document before the project's.
    for root in &documents.roots {
        lock.read(root, &mut entries);
    }
    lock.needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

/// How a file refers to packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    /// `name/version`
    Slash,
    /// `name@version`
    At,
}

struct Lock<'a> {
    needs: Needs,
    nodes: HashMap<(&'a str, &'a str), Node, RandomState>,
}

impl<'a> Lock<'a> {
    fn read(&mut self, root: &'a Value<'_>, entries: &mut Entries<'_>) {
        let version = root.text("lockfileVersion").unwrap_or_default();
        let style = match version.split('.').next().and_then(|major| major.parse().ok()) {
            Some(0_u32..=5) => Style::Slash,
            _ => Style::At,
        };
        for (key, entry) in root.get("packages").entries() {
            let Some(package) = package_of_key(key, style) else { continue };
            if self.nodes.contains_key(&package) {
                continue;
            }
            let index = is_version(package.1).then(|| {
                let mut found = entries.found(Ecosystem::Npm, package.0, package.1);
                found.withdrawn = entry.text("deprecated").is_some_and(|reason| !reason.is_empty());
                entries.push(found)
            });
            let node = self.needs.node(index.flatten());
            self.nodes.insert(package, node);
        }
        for section in ["packages", "snapshots"] {
            for (key, entry) in root.get(section).entries() {
                let node = package_of_key(key, style).and_then(|package| self.nodes.get(&package));
                if let Some(node) = node.copied() {
                    self.connect(node, entry, style);
                }
            }
        }
        self.ask(root, style);
        for (_, importer) in root.get("importers").entries() {
            self.ask(importer, style);
        }
    }

    fn connect(&mut self, node: Node, entry: &Value<'_>, style: Style) {
        for section in ["dependencies", "optionalDependencies"] {
            for (name, reference) in entry.get(section).entries() {
                if let Some(needed) = self.resolve(name, reference, style) {
                    self.needs.edge(node, needed);
                }
            }
        }
    }

    fn ask(&mut self, importer: &Value<'_>, style: Style) {
        for (section, scope) in SECTIONS {
            for (name, reference) in importer.get(section).entries() {
                if let Some(node) = self.resolve(name, reference, style) {
                    self.needs.root(node, *scope);
                }
            }
        }
    }

    /// What stands behind a name: a version, another package's key if it is an alias, or `{specifier, version}`.
    fn resolve(&self, name: &str, reference: &Value<'_>, style: Style) -> Option<Node> {
        let reference = reference.as_str().or_else(|| reference.text("version"))?;
        let plain = match style {
            Style::Slash => reference.split('_').next().unwrap_or_default(),
            Style::At => reference.split('(').next().unwrap_or_default(),
        };
        self.nodes
            .get(&(name, plain))
            .or_else(|| self.nodes.get(&package_of_key(reference, style)?))
            .copied()
    }
}

/// Name and version in a key of `packages`, without the peers and without another registry's host in front.
fn package_of_key(key: &str, style: Style) -> Option<(&str, &str)> {
    match style {
        Style::At => {
            let key = key.split('(').next().unwrap_or_default();
            let (name, version) = split(key.strip_prefix('/').unwrap_or(key))?;
            // Before version 9 another registry's host stood in front: `host/name@version`.
            let slashes = name.matches('/').count();
            let is_name = slashes == usize::from(name.starts_with('@'));
            Some((if is_name { name } else { name.split_once('/')?.1 }, version))
        }
        Style::Slash => {
            let (_, path) = key.split_once('/')?;
            let name_parts = if path.starts_with('@') { 2 } else { 1 };
            let at = path.match_indices('/').nth(name_parts - 1)?.0;
            let (name, version) = (path.get(..at)?, path.get(at + 1..)?);
            Some((name, version.split('_').next().unwrap_or_default()))
        }
    }
}
