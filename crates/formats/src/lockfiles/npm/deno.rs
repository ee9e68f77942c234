//! `deno.lock`, versions 2 to 5: packages of npm and of JSR. What is imported by address has no version and is not listed.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use model::{Dependency, Ecosystem, Scope};

use super::{
    super::{
        Files, List,
        entries::Entries,
        needs::{Needs, Node, Tell},
        repair,
    },
    is_version, split,
};
use crate::json::Value;

pub(super) fn repair(dependency: &Dependency, fixed: &str) -> String {
    let registry = if dependency.package.ecosystem == Ecosystem::Jsr { "jsr" } else { "npm" };
    let wanted = format!("{registry}:{}@{fixed}", dependency.package.name);
    repair::command("deno add", &[&wanted])
}

pub(super) fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.json();
    // Version 2 knows npm alone, 3 keeps both registries in `packages`, later ones at the top.
    let (npm, jsr, specifiers) = match root.text("version") {
        Some("2") => {
            let npm = root.get("npm");
            (npm.get("packages"), npm.get("jsr"), npm.get("specifiers"))
        }
        Some("3") => {
            let packages = root.get("packages");
            (packages.get("npm"), packages.get("jsr"), packages.get("specifiers"))
        }
        _ => (root.get("npm"), root.get("jsr"), root.get("specifiers")),
    };
    let mut lock = Lock::default();
    for (registry, packages) in [(Registry::Npm, npm), (Registry::Jsr, jsr)] {
        for (id, _) in packages.entries() {
            lock.put(registry, id, &mut entries);
        }
    }
    lock.specifiers = specifiers
        .entries()
        .iter()
        .filter_map(|(asked, found)| {
            let (registry, asked) = registry_of(asked);
            Some(((registry, asked), registry_of(found.as_str()?).1))
        })
        .collect();
    for (registry, packages) in [(Registry::Npm, npm), (Registry::Jsr, jsr)] {
        for (id, entry) in packages.entries() {
            lock.connect(registry, id, entry);
        }
    }
    lock.ask(root.get("workspace"));
    lock.needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Registry {
    Npm,
    Jsr,
}

/// `jsr:name` and `npm:name`; npm's where nothing is said.
fn registry_of(text: &str) -> (Registry, &str) {
    match text.strip_prefix("jsr:") {
        Some(rest) => (Registry::Jsr, rest),
        None => (Registry::Npm, text.strip_prefix("npm:").unwrap_or(text)),
    }
}

#[derive(Default)]
struct Lock<'a> {
    needs: Needs,
    /// By `name@version`, peers and all.
    nodes: HashMap<(Registry, &'a str), Node, RandomState>,
    /// The only version of a name, or the last one.
    by_name: HashMap<(Registry, &'a str), Node, RandomState>,
    /// By name and version without peers.
    by_version: HashMap<(Registry, &'a str, &'a str), Node, RandomState>,
    /// From what is asked for to what was chosen: a version, or `name@version` up to version 3.
    specifiers: HashMap<(Registry, &'a str), &'a str, RandomState>,
    /// What packages of JSR ask for; the project does not ask for it itself.
    asked_by_packages: HashSet<(Registry, &'a str), RandomState>,
}

impl<'a> Lock<'a> {
    fn put(&mut self, registry: Registry, id: &'a str, entries: &mut Entries<'_>) {
        let Some((name, rest)) = split(id) else { return };
        // Peers follow behind an underscore, which no version contains.
        let version = rest.split('_').next().unwrap_or_default();
        let key = (registry, name, version);
        let node = self.by_version.get(&key).copied().unwrap_or_else(|| {
            let ecosystem = match registry {
                Registry::Npm => Ecosystem::Npm,
                Registry::Jsr => Ecosystem::Jsr,
            };
            let found = is_version(version).then(|| entries.found(ecosystem, name, version));
            self.needs.node(found.and_then(|found| entries.push(found)))
        });
        self.by_version.insert(key, node);
        self.nodes.insert((registry, id), node);
        self.by_name.insert((registry, name), node);
    }

    fn connect(&mut self, registry: Registry, id: &str, entry: &'a Value<'_>) {
        let Some(node) = self.nodes.get(&(registry, id)).copied() else { return };
        for section in ["dependencies", "optionalDependencies"] {
            let needed = entry.get(section);
            // An array of ids, or a map from a name to an id up to version 3.
            let ids = needed.items().iter().filter_map(Value::as_str);
            for id in ids.chain(needed.entries().iter().filter_map(|entry| entry.1.as_str())) {
                let id = id.split_once("@npm:").map_or(id, |(_, real)| real);
                let (registry, id) = match registry {
                    Registry::Npm => (Registry::Npm, id),
                    Registry::Jsr => registry_of(id),
                };
                self.asked_by_packages.insert((registry, id));
                if let Some(needed) = self.resolve(registry, id) {
                    self.needs.edge(node, needed);
                }
            }
        }
    }

    /// What an id, a name alone or a specifier means.
    fn resolve(&self, registry: Registry, asked: &str) -> Option<Node> {
        if let Some(node) = self.nodes.get(&(registry, asked)) {
            return Some(*node);
        }
        if let Some(chosen) = self.specifiers.get(&(registry, asked)) {
            let (name, _) = split(asked).unwrap_or((asked, ""));
            let id = format!("{name}@{chosen}");
            let node = self.nodes.get(&(registry, id.as_str()));
            return node.or_else(|| self.nodes.get(&(registry, chosen))).copied();
        }
        let name = split(asked).map_or(asked, |(name, _)| name);
        self.by_name.get(&(registry, name)).copied()
    }

    /// The project asks for what its workspace names; without one, for whatever no package asks for.
    fn ask(&mut self, workspace: &Value<'_>) {
        let members = workspace.get("members").entries().iter().map(|entry| &entry.1);
        let mut asked = Vec::new();
        for member in std::iter::once(workspace).chain(members) {
            for list in [member.get("dependencies"), member.get("packageJson").get("dependencies")]
            {
                asked.extend(list.items().iter().filter_map(Value::as_str).map(registry_of));
            }
        }
        if asked.is_empty() {
            let specifiers = self.specifiers.keys();
            asked =
                specifiers.filter(|key| !self.asked_by_packages.contains(*key)).copied().collect();
        }
        for (registry, asked) in asked {
            if let Some(node) = self.resolve(registry, asked) {
                self.needs.root(node, Scope::Production);
            }
        }
    }
}
