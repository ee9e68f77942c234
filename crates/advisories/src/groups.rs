//! Ids that name one vulnerability.

use std::collections::HashMap;

use foldhash::fast::RandomState;

/// A record that names more others than this describes many vulnerabilities at once; those are not one.
const ALIASES_MAX: usize = 32;
/// A group does not grow beyond this: one wrong alias must not turn all vulnerabilities of a product into one.
const NAMES_MAX: u32 = 64;

/// Sets of ids (texts by their references), joined by aliases.
#[derive(Default)]
pub(crate) struct Groups {
    nodes: HashMap<u32, u32, RandomState>,
    ids: Vec<u32>,
    parents: Vec<u32>,
    sizes: Vec<u32>,
}

impl Groups {
    /// Joins a record's id with its aliases. Which of too many are joined follows from the order of calls.
    pub(crate) fn add(&mut self, id: u32, aliases: &[u32]) {
        let own = self.node(id);
        if aliases.len() <= ALIASES_MAX {
            for alias in aliases {
                let other = self.node(*alias);
                self.join(own, other);
            }
        }
    }

    /// The ids of each group.
    pub(crate) fn into_sets(mut self) -> Vec<Vec<u32>> {
        let mut sets: HashMap<u32, Vec<u32>, RandomState> = HashMap::default();
        for node in 0..self.ids.len() as u32 {
            let root = self.root(node);
            if let Some(id) = self.ids.get(node as usize) {
                sets.entry(root).or_default().push(*id);
            }
        }
        sets.into_values().collect()
    }

    fn node(&mut self, id: u32) -> u32 {
        *self.nodes.entry(id).or_insert_with(|| {
            let node = self.ids.len() as u32;
            self.ids.push(id);
            self.parents.push(node);
            self.sizes.push(1);
            node
        })
    }

    fn root(&mut self, mut node: u32) -> u32 {
        loop {
            let parent = self.parent(node);
            if parent == node {
                return node;
            }
            // Halve the path.
            let grandparent = self.parent(parent);
            if let Some(slot) = self.parents.get_mut(node as usize) {
                *slot = grandparent;
            }
            node = grandparent;
        }
    }

    fn parent(&self, node: u32) -> u32 {
        self.parents.get(node as usize).copied().unwrap_or(node)
    }

    fn size(&self, node: u32) -> u32 {
        self.sizes.get(node as usize).copied().unwrap_or(1)
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        let size = self.size(a) + self.size(b);
        if a == b || size > NAMES_MAX {
            return;
        }
        let (large, small) = if self.size(a) >= self.size(b) { (a, b) } else { (b, a) };
        if let Some(slot) = self.parents.get_mut(small as usize) {
            *slot = large;
        }
        if let Some(slot) = self.sizes.get_mut(large as usize) {
            *slot = size;
        }
    }
}

/// Where an id stands among those of its group: the databases of one language or registry first, which know their packages best; then
/// GitHub's, then the number that everyone knows.
pub(crate) fn rank(id: &str) -> u8 {
    const PREFIXES: &[&str] = &["MAL-", "RUSTSEC-", "GO-", "PYSEC-", "GHSA-", "CVE-"];
    let at = PREFIXES.iter().position(|prefix| id.starts_with(prefix));
    at.map_or(u8::MAX, |at| at as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sets(records: &[(u32, &[u32])]) -> Vec<Vec<u32>> {
        let mut groups = Groups::default();
        for (id, aliases) in records {
            groups.add(*id, aliases);
        }
        let mut sets = groups.into_sets();
        sets.iter_mut().for_each(|set| set.sort());
        sets.sort();
        sets
    }

    #[test]
    fn aliases_join_in_both_directions_and_across_records() {
        let expected = [vec![1, 2, 3, 4], vec![5]];
        assert_eq!(sets(&[(1, &[2]), (3, &[2, 4]), (5, &[])]), expected);
        assert_eq!(sets(&[(5, &[]), (3, &[4, 2]), (2, &[1])]), expected);
    }

    #[test]
    fn a_chain_of_wrong_aliases_does_not_swallow_everything() {
        let records: Vec<(u32, [u32; 1])> = (0..1000).map(|id| (id, [id + 1])).collect();
        let mut groups = Groups::default();
        records.iter().for_each(|(id, aliases)| groups.add(*id, aliases));
        assert!(groups.into_sets().iter().all(|set| set.len() <= NAMES_MAX as usize));
        let many: Vec<u32> = (1..100).collect();
        assert_eq!(sets(&[(0, &many)]), [vec![0]]);
    }
}
