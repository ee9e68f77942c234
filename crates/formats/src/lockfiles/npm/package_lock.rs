//! `package-lock.json` and `npm-shrinkwrap.json`: `lockfileVersion` 1 nests `dependencies` as folders are nested, 2 and 3 have
//! `packages` by folder (2 has both). <https://docs.npmjs.com/cli/configuring-npm/package-lock-json>

use std::{cell::Cell, collections::HashMap};

use foldhash::fast::RandomState;
use model::{Ecosystem, Scope};

use super::{
    super::{
        Files, List,
        entries::Entries,
        needs::{Needs, Node, Tell},
        paths,
    },
    SECTIONS, alias, is_elsewhere, is_version, manifest, published,
};
use crate::json::Value;

/// Node looks for a package in every folder above. Longer paths stand in hostile files alone, and so does what makes paths of this
/// length together; then it is not told any more who needs whom.
const MAX_PATH_BYTES: usize = 4_096;
const MAX_COMPARED_BYTES: usize = 512 << 20;

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let root = entries.json();
    let mut tree = Tree {
        entries,
        needs: Needs::default(),
        nodes: HashMap::default(),
        left_bytes: Cell::new(MAX_COMPARED_BYTES),
    };
    if root.get("packages").entries().is_empty() {
        tree.read_nested(&root, &manifest::asked_at(&paths::beside(path, "package.json"), files));
    } else {
        tree.read_flat(root.get("packages"));
    }
    tree.entries
        .tell_all_needs(tree.needs.are_all_listed() && tree.left_bytes.get() > 2 * MAX_PATH_BYTES);
    tree.needs.apply(&mut tree.entries, Tell::Relation);
    tree.entries.finish()
}

struct Tree<'a> {
    entries: Entries<'a>,
    needs: Needs,
    /// By folder: `node_modules/a/node_modules/@b/c`.
    nodes: HashMap<String, Node, RandomState>,
    left_bytes: Cell<usize>,
}

impl Tree<'_> {
    fn read_flat(&mut self, packages: &Value<'_>) {
        let nodes: Vec<_> =
            packages.entries().iter().map(|(folder, entry)| self.put(folder, entry)).collect();
        for ((folder, entry), node) in packages.entries().iter().zip(nodes) {
            let is_member = !folder.contains("node_modules/");
            for (section, scope) in SECTIONS {
                if *scope == Scope::Development && !is_member {
                    continue;
                }
                for (name, _) in entry.get(section).entries() {
                    match self.resolve(folder, name) {
                        Some(needed) if is_member => self.needs.root(needed, *scope),
                        Some(needed) => self.needs.edge(node, needed),
                        None => {}
                    }
                }
            }
        }
    }

    /// Lists one entry of `packages` unless it is a member of the workspace or a link to one.
    fn put(&mut self, folder: &str, entry: &Value<'_>) -> Node {
        let name = folder.rsplit_once("node_modules/").map(|(_, name)| name);
        let listed = name
            // A folder within a package is none itself; `@scope/name` is.
            .filter(|name| name.matches('/').count() == usize::from(name.starts_with('@')))
            .filter(|_| !entry.get("link").is_true())
            .and_then(|name| self.list(entry.text("name").unwrap_or(name), entry));
        let node = self.needs.node(listed);
        self.nodes.insert(folder.to_owned(), node);
        node
    }

    fn list(&mut self, name: &str, entry: &Value<'_>) -> Option<u32> {
        let version = entry.text("version")?;
        let (name, version) =
            alias(version).or_else(|| published(version)).unwrap_or((name, version));
        if !is_version(version) || entry.text("resolved").is_some_and(is_elsewhere) {
            return None;
        }
        let mut found = self.entries.found(Ecosystem::Npm, name, version);
        if entry.get("dev").is_true() {
            found.scope = Scope::Development;
        }
        let licence = entry.get("license");
        found.licence = licence.as_str().or_else(|| licence.text("type")).map(Into::into);
        found.withdrawn = entry.text("deprecated").is_some_and(|reason| !reason.is_empty());
        self.entries.push(found)
    }

    fn read_nested(&mut self, root: &Value<'_>, asked: &[manifest::Asked]) {
        let mut flat = Vec::new();
        let mut open: Vec<(String, &Value<'_>)> = vec![(String::new(), root)];
        while let Some((folder, entry)) = open.pop() {
            for (name, inner) in entry.get("dependencies").entries().iter().rev() {
                open.push((inside(&folder, name), inner));
            }
            if !folder.is_empty() {
                let node = self.put(&folder, entry);
                flat.push((folder, entry, node));
            }
        }
        for (folder, entry, node) in flat {
            for (name, _) in entry.get("requires").entries() {
                if let Some(needed) = self.resolve(&folder, name) {
                    self.needs.edge(node, needed);
                }
            }
        }
        for asked in asked {
            if let Some(node) = self.resolve("", &asked.name) {
                self.needs.root(node, asked.scope);
            }
        }
    }

    /// The package that a name means in a folder: in its `node_modules`, or in that of a folder above.
    fn resolve(&self, folder: &str, name: &str) -> Option<Node> {
        if folder.len() + name.len() > MAX_PATH_BYTES {
            self.left_bytes.set(0);
            return None;
        }
        let mut candidate = String::with_capacity(folder.len() + name.len() + 14);
        for folder in paths::upwards(folder) {
            // Neither `node_modules` itself nor the folder of a scope in it holds one.
            let last = folder.rsplit('/').next().unwrap_or_default();
            if last == "node_modules" || last.starts_with('@') {
                continue;
            }
            candidate.clear();
            if !folder.is_empty() {
                candidate.push_str(folder);
                candidate.push('/');
            }
            candidate.push_str("node_modules/");
            candidate.push_str(name);
            self.left_bytes.set(self.left_bytes.get().checked_sub(candidate.len())?);
            if let Some(node) = self.nodes.get(&candidate) {
                return Some(*node);
            }
        }
        None
    }
}

fn inside(folder: &str, name: &str) -> String {
    let slash = if folder.is_empty() { "" } else { "/" };
    format!("{folder}{slash}node_modules/{name}")
}
