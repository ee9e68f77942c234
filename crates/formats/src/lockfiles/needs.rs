//! Who needs whom in a lock file that also holds what is no registry package: members of the workspace, links, git checkouts.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use model::{Relation, Scope};

use super::entries::Entries;

/// More nodes than this are not connected.
const MAX_NODES: usize = 2_000_000;
/// More edges than this are not drawn.
const MAX_EDGES: usize = 4_000_000;

/// An entry of a file, listed or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node(u32);

impl Node {
    /// An entry beyond [`MAX_NODES`].
    const NOWHERE: Self = Self(u32::MAX);
}

/// How much the roots of a graph tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tell {
    /// Who is asked for; the entries say themselves what they are for.
    Relation,
    /// Also what for: what is reached from roots of development alone is for development.
    RelationAndScope,
}

/// A graph in the making.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    listed: Vec<Option<u32>>,
    /// Who needs what.
    edges: Vec<(Node, Node)>,
    roots: Vec<(Node, Scope)>,
}

impl Needs {
    /// A new entry, with its index in the list if it is listed.
    pub(crate) fn node(&mut self, listed: Option<u32>) -> Node {
        let number = self.listed.len();
        if number >= MAX_NODES {
            return Node::NOWHERE;
        }
        self.listed.push(listed);
        u32::try_from(number).map_or(Node::NOWHERE, Node)
    }

    /// Notes that one entry needs another.
    pub(crate) fn edge(&mut self, who: Node, what: Node) {
        if who != what && self.edges.len() < MAX_EDGES {
            self.edges.push((who, what));
        }
    }

    /// Notes that the project itself asks for an entry.
    pub(crate) fn root(&mut self, node: Node, scope: Scope) {
        self.roots.push((node, scope));
    }

    /// Whether the list will say of each entry all that need it: then none is needed by what is not listed, a checkout of git say.
    pub(crate) fn are_all_listed(&self) -> bool {
        let is_listed = |edge: &(Node, Node)| self.index(edge.0).is_some();
        !self.roots.is_empty()
            && self.listed.len() < MAX_NODES
            && self.edges.len() < MAX_EDGES
            && self.edges.iter().all(is_listed)
    }

    /// Writes the graph into the list. Without roots, relations and scopes stay as they are: then nothing is known about them.
    pub(crate) fn apply(mut self, entries: &mut Entries<'_>, tell: Tell) {
        self.edges.sort_unstable();
        self.edges.dedup();
        for (who, what) in &self.edges {
            if let (Some(who), Some(what)) = (self.index(*who), self.index(*what)) {
                entries.needs(who, what);
            }
        }
        if self.roots.is_empty() {
            return;
        }
        let production = self.reached(Scope::Production);
        let development = self.reached(Scope::Development);
        let mut is_root = vec![false; self.listed.len()];
        for (node, _) in &self.roots {
            if let Some(is_root) = is_root.get_mut(node.0 as usize) {
                *is_root = true;
            }
        }
        let facts = is_root.into_iter().zip(production.into_iter().zip(development));
        for (listed, (is_root, (production, development))) in self.listed.iter().zip(facts) {
            let Some(dependency) = listed.and_then(|index| entries.get_mut(index)) else {
                continue;
            };
            // Two nodes may stand for one entry (a package with and without its peers).
            if is_root {
                dependency.relation = Relation::Direct;
            } else if dependency.relation == Relation::Unknown {
                dependency.relation = Relation::Transitive;
            }
            if tell == Tell::RelationAndScope && development && !production {
                dependency.scope = Scope::Development;
            }
        }
    }

    fn index(&self, node: Node) -> Option<u32> {
        self.listed.get(node.0 as usize).copied().flatten()
    }

    /// Which nodes are reached from the roots of a scope. `edges` is sorted.
    fn reached(&self, scope: Scope) -> Vec<bool> {
        let mut is_reached = vec![false; self.listed.len()];
        let of_scope = self.roots.iter().filter(|root| root.1 == scope);
        let mut open: Vec<Node> = of_scope.map(|root| root.0).collect();
        while let Some(node) = open.pop() {
            let Some(seen) = is_reached.get_mut(node.0 as usize) else { continue };
            if !std::mem::replace(seen, true) {
                let start = self.edges.partition_point(|edge| edge.0 < node);
                let own = self.edges.get(start..).unwrap_or_default();
                open.extend(own.iter().take_while(|edge| edge.0 == node).map(|edge| edge.1));
            }
        }
        is_reached
    }
}

/// [`Needs`] of a format in which a name stands for one entry.
#[derive(Debug, Default)]
pub(crate) struct NeedsByName<'a> {
    needs: Needs,
    nodes: HashMap<&'a str, Node, RandomState>,
    edges: Vec<(Node, &'a str)>,
}

impl<'a> NeedsByName<'a> {
    /// Says which entry a name means; the first one stays.
    pub(crate) fn name(&mut self, name: &'a str, listed: Option<u32>) -> Node {
        *self.nodes.entry(name).or_insert_with(|| self.needs.node(listed))
    }

    /// The entry of a name.
    pub(crate) fn get(&self, name: &str) -> Option<Node> {
        self.nodes.get(name).copied()
    }

    /// Notes that an entry needs whatever has this name, now or later.
    pub(crate) fn edge(&mut self, who: Node, name: &'a str) {
        self.edges.push((who, name));
    }

    /// Notes that the project itself asks for whatever has this name already.
    pub(crate) fn root(&mut self, name: &str, scope: Scope) {
        if let Some(node) = self.get(name) {
            self.needs.root(node, scope);
        }
    }

    /// Writes the graph into the list.
    pub(crate) fn apply(mut self, entries: &mut Entries<'_>, tell: Tell) {
        for (who, name) in &self.edges {
            if let Some(what) = self.nodes.get(name) {
                self.needs.edge(*who, *what);
            }
        }
        self.needs.apply(entries, tell);
    }
}

#[cfg(test)]
mod tests {
    use model::Ecosystem;

    use super::*;
    use crate::lockfiles::List;

    /// Entries `0..count`, each listed.
    fn listed(count: u32) -> (Entries<'static>, Needs, Vec<Node>) {
        let (mut entries, mut needs) = (Entries::of(b""), Needs::default());
        let nodes = (0..count).map(|number| {
            let found = entries.found(Ecosystem::Npm, &format!("p{number}"), "1");
            let index = entries.push(found);
            needs.node(index)
        });
        let nodes = nodes.collect();
        (entries, needs, nodes)
    }

    fn facts(list: &List) -> Vec<(Relation, Scope, &[u32])> {
        let dependencies = list.dependencies.iter();
        dependencies.map(|found| (found.relation, found.scope, &*found.needed_by)).collect()
    }

    #[test]
    fn what_only_development_reaches_is_for_development_through_cycles_and_unlisted_nodes() {
        let (mut entries, mut needs, nodes) = listed(5);
        let member = needs.node(None);
        needs.root(nodes[0], Scope::Production);
        needs.root(nodes[1], Scope::Development);
        needs.root(member, Scope::Development);
        for (who, what) in
            [(nodes[0], nodes[2]), (nodes[1], nodes[2]), (nodes[1], nodes[3]), (nodes[3], nodes[1])]
        {
            needs.edge(who, what);
            needs.edge(who, what);
        }
        needs.edge(member, nodes[4]);
        needs.apply(&mut entries, Tell::RelationAndScope);
        let list = entries.finish();
        use Relation::{Direct, Transitive};
        use Scope::{Development, Production};
        let expected: [(_, _, &[u32]); 5] = [
            (Direct, Production, &[]),
            (Direct, Development, &[3]),
            (Transitive, Production, &[0, 1]),
            (Transitive, Development, &[1]),
            (Transitive, Development, &[]),
        ];
        assert_eq!(facts(&list), expected);
    }

    #[test]
    fn without_roots_nothing_is_claimed() {
        let (mut entries, mut needs, nodes) = listed(2);
        needs.edge(nodes[0], nodes[1]);
        needs.apply(&mut entries, Tell::RelationAndScope);
        let list = entries.finish();
        let unknown = Relation::Unknown;
        let expected: [(_, _, &[u32]); 2] =
            [(unknown, Scope::Production, &[]), (unknown, Scope::Production, &[0])];
        assert_eq!(facts(&list), expected);
    }
}
