//! `Cargo.lock`, versions 1 to 4. They differ in how much of a dependency is spelled out: `name`, `name version` or
//! `name version (source)`, and versions 1 to 3 are told apart by nothing else that matters here.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use model::{Ecosystem, Scope};

use super::{
    super::{
        Files, List,
        entries::Entries,
        needs::{Needs, Node, Tell},
    },
    manifest,
};
use crate::json::Value;

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.toml();
    // Until 2018 the workspace's first member stood apart.
    let oldest = std::iter::once(root.get("root")).filter(|root| !root.entries().is_empty());
    let packages: Vec<_> = root.get("package").items().iter().chain(oldest).collect();
    let mut lock = Lock::default();
    let nodes: Vec<_> = packages.iter().map(|package| lock.put(package, &mut entries)).collect();
    let scopes = manifest::scopes_of_members(path, files);
    let mut are_all_found = true;
    for (package, node) in packages.iter().zip(nodes) {
        let member = package.get("source").as_str().is_none();
        let scopes = package.text("name").and_then(|name| scopes.get(name));
        for needed in package.get("dependencies").items().iter().filter_map(Value::as_str) {
            let Some((name, what)) = lock.resolve(needed) else {
                are_all_found = false;
                continue;
            };
            if member {
                let scope = scopes.and_then(|scopes| scopes.get(name)).copied();
                lock.needs.root(what, scope.unwrap_or(Scope::Production));
            } else {
                lock.needs.edge(node, what);
            }
        }
    }
    entries.tell_all_needs(are_all_found && lock.needs.are_all_listed());
    lock.needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

#[derive(Default)]
struct Lock<'a> {
    needs: Needs,
    by_name: HashMap<&'a str, Node, RandomState>,
    by_version: HashMap<(&'a str, &'a str), Node, RandomState>,
}

impl<'a> Lock<'a> {
    fn put(&mut self, package: &'a Value<'_>, entries: &mut Entries<'_>) -> Node {
        let name = package.text("name").unwrap_or_default();
        let version = package.text("version").unwrap_or_default();
        let is_registry = package
            .text("source")
            .is_some_and(|source| source.starts_with("registry+") || source.starts_with("sparse+"));
        let index = is_registry.then(|| {
            let found = entries.found(Ecosystem::CratesIo, name, version);
            entries.push(found)
        });
        let node = self.needs.node(index.flatten());
        self.by_name.insert(name, node);
        self.by_version.insert((name, version), node);
        node
    }

    fn resolve<'n>(&self, needed: &'n str) -> Option<(&'n str, Node)> {
        let mut words = needed.split(' ');
        let name = words.next()?;
        let node = match words.next() {
            Some(version) => self.by_version.get(&(name, version)),
            None => self.by_name.get(name),
        };
        Some((name, *node?))
    }
}
