//! Entries that are needed by name, where a name may have a few versions, one for each kind of machine.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use model::{Dependency, Scope};

use super::{
    super::{
        entries::Entries,
        needs::{Needs, Node, Tell},
    },
    requirement::normal,
};

/// As many versions of one package are connected.
const MAX_VERSIONS: usize = 16;

/// A list in the making.
#[derive(Default)]
pub(super) struct Graph {
    needs: Needs,
    by_name: HashMap<String, Vec<(String, Node)>, RandomState>,
}

impl Graph {
    /// Lists an entry, or only notes it if it is `None`: then it still needs others.
    pub(super) fn put(
        &mut self,
        name: &str,
        version: &str,
        dependency: Option<Dependency>,
        entries: &mut Entries<'_>,
    ) -> Node {
        let versions = self.by_name.entry(normal(name)).or_default();
        // A package and each of its extras, or each platform, may have an entry.
        if let Some((_, node)) = versions.iter().find(|known| known.0 == version) {
            return *node;
        }
        let index = dependency.and_then(|dependency| entries.push(dependency));
        let node = self.needs.node(index);
        if versions.len() < MAX_VERSIONS {
            versions.push((version.to_owned(), node));
        }
        node
    }

    /// Whether an entry has a name.
    pub(super) fn knows(&self, name: &str) -> bool {
        self.by_name.contains_key(&normal(name))
    }

    /// Notes that an entry needs a name, in one version if that is known.
    pub(super) fn edge(&mut self, who: Node, name: &str, version: Option<&str>) {
        for what in meant(&self.by_name, name, version) {
            self.needs.edge(who, what);
        }
    }

    /// Notes that the project asks for a name, in one version if that is known.
    pub(super) fn root(&mut self, name: &str, version: Option<&str>, scope: Scope) {
        for node in meant(&self.by_name, name, version) {
            self.needs.root(node, scope);
        }
    }

    /// Notes that whatever has a name needs an entry.
    pub(super) fn needed_by(&mut self, what: Node, name: &str) {
        for who in meant(&self.by_name, name, None) {
            self.needs.edge(who, what);
        }
    }

    /// Notes that the project asks for an entry.
    pub(super) fn ask(&mut self, node: Node, scope: Scope) {
        self.needs.root(node, scope);
    }

    pub(super) fn apply(self, entries: &mut Entries<'_>, tell: Tell) {
        self.needs.apply(entries, tell);
    }
}

fn meant(
    by_name: &HashMap<String, Vec<(String, Node)>, RandomState>,
    name: &str,
    version: Option<&str>,
) -> impl Iterator<Item = Node> {
    let versions = by_name.get(&normal(name)).into_iter().flatten();
    versions
        .filter(move |known| version.is_none_or(|version| known.0 == version))
        .map(|known| known.1)
}
