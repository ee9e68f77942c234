//! `bun.lock`: JSON with comments and trailing commas; `packages` by the path that leads to them (`a/b` is the `b` that only `a` uses).
//! <https://bun.sh/docs/install/lockfile>

use std::{cell::Cell, collections::HashMap};

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
use crate::json::Value;

/// Longer chains of packages with versions of their own are not followed, and all of them together no further than this.
const MAX_PATH_BYTES: usize = 4_096;
const MAX_COMPARED_BYTES: usize = 512 << 20;

pub(super) fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let plain = without_comments(bytes);
    let mut entries = Entries::of(&plain);
    let root = entries.json();
    let mut lock = Lock {
        needs: Needs::default(),
        nodes: HashMap::default(),
        left_bytes: Cell::new(MAX_COMPARED_BYTES),
    };
    let packages = root.get("packages").entries();
    for (key, entry) in packages {
        let package = entry.items().first().and_then(Value::as_str).and_then(split);
        let index = package.filter(|(_, version)| is_version(version)).and_then(|package| {
            let found = entries.found(Ecosystem::Npm, package.0, package.1);
            entries.push(found)
        });
        let node = lock.needs.node(index);
        lock.nodes.insert(key, node);
    }
    for (key, entry) in packages {
        // What it needs stands behind the registry's address, which checkouts lack.
        let facts = entry.items().iter().find(|item| !item.entries().is_empty());
        let Some((facts, node)) = facts.zip(lock.nodes.get(&**key).copied()) else { continue };
        for section in ["dependencies", "optionalDependencies", "peerDependencies"] {
            for (name, _) in facts.get(section).entries() {
                if let Some(needed) = lock.resolve(key, name) {
                    lock.needs.edge(node, needed);
                }
            }
        }
    }
    for (_, member) in root.get("workspaces").entries() {
        lock.ask(member);
    }
    lock.needs.apply(&mut entries, Tell::RelationAndScope);
    entries.finish()
}

struct Lock<'a> {
    needs: Needs,
    nodes: HashMap<&'a str, Node, RandomState>,
    left_bytes: Cell<usize>,
}

impl Lock<'_> {
    fn ask(&mut self, member: &Value<'_>) {
        let own = member.text("name").unwrap_or_default();
        for (section, scope) in SECTIONS {
            for (name, _) in member.get(section).entries() {
                if let Some(node) = self.resolve(own, name) {
                    self.needs.root(node, *scope);
                }
            }
        }
    }

    /// The package that a name means for the one at a path: its own, that of one above it, or everyone's.
    fn resolve(&self, path: &str, name: &str) -> Option<Node> {
        let mut path = if path.len() + name.len() > MAX_PATH_BYTES { "" } else { path };
        while !path.is_empty() {
            let bytes = path.len() + name.len();
            self.left_bytes.set(self.left_bytes.get().checked_sub(bytes)?);
            if let Some(node) = self.nodes.get(format!("{path}/{name}").as_str()) {
                return Some(*node);
            }
            path = parent(path);
        }
        self.nodes.get(name).copied()
    }
}

/// The path without its last package, whose name may have a scope.
fn parent(path: &str) -> &str {
    let Some((above, _)) = path.rsplit_once('/') else { return "" };
    match above.rsplit_once('/') {
        Some((higher, scope)) if scope.starts_with('@') => higher,
        None if above.starts_with('@') => "",
        _ => above,
    }
}

/// The same bytes at the same places, with blanks for comments and for commas before a closing bracket.
fn without_comments(bytes: &[u8]) -> Vec<u8> {
    let mut plain = bytes.to_vec();
    let mut comma = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let end = match (byte, bytes.get(at + 1)) {
            (b'"', _) => end_of_string(bytes, at + 1),
            (b'/', Some(b'/')) => memchr::memchr(b'\n', bytes.get(at..).unwrap_or_default())
                .map_or(bytes.len(), |length| at + length),
            (b'/', Some(b'*')) => {
                memchr::memmem::find(bytes.get(at + 2..).unwrap_or_default(), b"*/")
                    .map_or(bytes.len(), |length| at + 2 + length + 2)
            }
            _ => at + 1,
        };
        match byte {
            b'/' if end > at + 1 => {
                let comment = plain.get_mut(at..end).unwrap_or_default();
                comment.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
            }
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = comma.take().and_then(|comma: usize| plain.get_mut(comma)) {
                    *comma = b' ';
                }
            }
            b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => comma = None,
        }
        at = end;
    }
    plain
}

/// Behind the closing quote of a string that began before `start`.
fn end_of_string(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) =
        memchr::memchr2(b'"', b'\\', bytes.get(at..).unwrap_or_default()).map(|length| at + length)
    {
        if bytes.get(found) == Some(&b'"') {
            return found + 1;
        }
        at = found + 2;
    }
    bytes.len()
}
