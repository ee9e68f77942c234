//! Which of a server's refs are cloned.

use std::collections::{BTreeMap, BTreeSet};

use gix::{ObjectId, bstr::ByteSlice as _, protocol::handshake::Ref};

use super::CloneRequest;
use crate::{Error, error::printable};

/// What is wanted, and what the clone's refs will be.
pub(super) struct Plan {
    /// Empty for an empty repository.
    pub(super) wants: BTreeSet<ObjectId>,
    /// By full name.
    pub(super) refs: BTreeMap<String, ObjectId>,
    pub(super) head: Head,
    /// The server has no refs at all.
    pub(super) empty: bool,
}

/// The clone's `HEAD`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Head {
    /// A branch's full name, and the commit it is at.
    Branch(String, Option<ObjectId>),
    Detached(ObjectId),
}

const HEADS: &str = "refs/heads/";
const TAGS: &str = "refs/tags/";
/// git's own default, for a server that does not tell.
const UNTOLD: &str = "refs/heads/master";
const MAX_NAMES: usize = 5;

/// Prefixes to ask for; a server that does not filter sends more.
pub(super) const PREFIXES: [&str; 3] = ["HEAD", HEADS, TAGS];

/// Refuses what git would not take for a branch's or tag's name, before anyone is asked.
pub(super) fn require_branch_name(branch: &str) -> Result<(), Error> {
    let full = format!("{HEADS}{branch}");
    if is_sound(full.as_bytes()) && !branch.starts_with('-') {
        Ok(())
    } else {
        Err(Error::InvalidBranch { branch: printable(branch) })
    }
}

/// The branch of a full name.
pub(super) fn short(full_name: &str) -> String {
    full_name.strip_prefix(HEADS).unwrap_or(full_name).to_owned()
}

pub(super) fn plan(refs: &[Ref], request: &CloneRequest<'_>) -> Result<Plan, Error> {
    let seen = Seen::new(refs);
    let empty = seen.tips.is_empty() && !matches!(seen.head, Some(Head::Detached(_)));
    if let Some(branch) = request.branch {
        return of_branch(&seen, branch);
    }
    let unborn = || Head::Branch(UNTOLD.to_owned(), None);
    if empty {
        return Ok(Plan { empty, ..Plan::of(BTreeMap::new(), seen.head.unwrap_or_else(unborn)) });
    }
    if request.depth.is_none() {
        let head = seen.head.unwrap_or_else(unborn);
        return Ok(Plan::of(seen.tips, head));
    }
    match seen.head {
        Some(Head::Branch(name, Some(id))) => {
            Ok(Plan::of([(name.clone(), id)].into(), Head::Branch(name, Some(id))))
        }
        Some(head @ Head::Detached(_)) => Ok(Plan::of(BTreeMap::new(), head)),
        Some(Head::Branch(_, None)) | None => {
            let mut known = seen.branches();
            known.truncate(MAX_NAMES);
            Err(Error::NoDefaultBranch {
                known: known.into_iter().map(|name| printable(&name)).collect(),
            })
        }
    }
}

/// A branch before a tag, a tag before a commit, as everywhere in git.
fn of_branch(seen: &Seen, branch: &str) -> Result<Plan, Error> {
    let named = |folder: &str| {
        let full = format!("{folder}{branch}");
        seen.tips.get(&full).map(|id| (full, *id))
    };
    if let Some((full, id)) = named(HEADS) {
        let head = Head::Branch(full.clone(), Some(id));
        return Ok(Plan::of([(full, id)].into(), head));
    }
    if let Some((full, id)) = named(TAGS) {
        let head = Head::Detached(seen.peeled.get(&full).copied().unwrap_or(id));
        return Ok(Plan::of([(full, id)].into(), head));
    }
    // Whether the server has it and gives it away it says when it is asked.
    if let Ok(id) = ObjectId::from_hex(branch.as_bytes())
        && !id.is_null()
    {
        return Ok(Plan::of(BTreeMap::new(), Head::Detached(id)));
    }
    Err(Error::BranchNotFound {
        branch: branch.to_owned(),
        known: similar(branch, &seen.branches()),
    })
}

impl Plan {
    fn of(refs: BTreeMap<String, ObjectId>, head: Head) -> Self {
        let mut wants: BTreeSet<ObjectId> = refs.values().copied().collect();
        if let Head::Detached(id) | Head::Branch(_, Some(id)) = head {
            wants.insert(id);
        }
        Self { wants, refs, head, empty: false }
    }
}

/// The server's branches, tags and `HEAD`.
struct Seen {
    tips: BTreeMap<String, ObjectId>,
    /// What the server says annotated tags lead to. It is asked for as well, so that it is what the clone holds.
    peeled: BTreeMap<String, ObjectId>,
    head: Option<Head>,
}

impl Seen {
    fn new(refs: &[Ref]) -> Self {
        let mut tips = BTreeMap::new();
        let mut peeled_tags = BTreeMap::new();
        let mut head = None;
        for r in refs {
            let (name, id, peeled, target) = match r {
                Ref::Direct { full_ref_name, object } => {
                    (full_ref_name, Some(*object), Some(*object), None)
                }
                Ref::Peeled { full_ref_name, tag, object } => {
                    (full_ref_name, Some(*tag), Some(*object), None)
                }
                Ref::Symbolic { full_ref_name, target, tag, object } => {
                    (full_ref_name, Some(tag.unwrap_or(*object)), Some(*object), Some(target))
                }
                Ref::Unborn { full_ref_name, target } => (full_ref_name, None, None, Some(target)),
            };
            // Some servers send a null id for a ref that is not there yet.
            let id = id.filter(|id| !id.is_null());
            if *name == "HEAD" {
                head = Some((peeled.filter(|_| id.is_some()), target));
            } else if let (Some(id), Ok(text)) = (id, name.to_str())
                && (text.starts_with(HEADS) || text.starts_with(TAGS))
                // git ignores such refs too; a name that is not UTF-8 is a branch nobody can ask for, but its commits count.
                && is_sound(name)
            {
                tips.insert(text.to_owned(), id);
                peeled_tags.extend(
                    peeled
                        .filter(|peeled| *peeled != id && !peeled.is_null())
                        .map(|peeled| (text.to_owned(), peeled)),
                );
            }
        }
        let head = head.and_then(|(id, target)| {
            let branch = target
                .filter(|target| target.starts_with(HEADS.as_bytes()) && is_sound(target))
                .and_then(|target| target.to_str().ok());
            match (branch, id) {
                // The clone's `HEAD` will be at what the branch is at, whatever the server said about its own.
                (Some(branch), id) if id.is_none() || tips.contains_key(branch) => {
                    Some(Head::Branch(branch.to_owned(), tips.get(branch).copied()))
                }
                (_, id) => id.map(Head::Detached),
            }
        });
        Self { tips, peeled: peeled_tags, head }
    }

    fn branches(&self) -> Vec<String> {
        self.tips.keys().filter_map(|name| name.strip_prefix(HEADS)).map(str::to_owned).collect()
    }
}

fn is_sound(full_name: &[u8]) -> bool {
    gix::validate::reference::name(full_name.into()).is_ok()
}

/// Up to five names, the most similar first.
fn similar(wanted: &str, names: &[String]) -> Vec<String> {
    // A server may list a million.
    const MAX_COMPARED: usize = 10_000;
    let mut ranked: Vec<(usize, &String)> =
        names.iter().take(MAX_COMPARED).map(|name| (distance(wanted, name), name)).collect();
    ranked.sort();
    ranked.into_iter().take(MAX_NAMES).map(|(_, name)| printable(name)).collect()
}

/// Levenshtein's, over the first characters: long names are not worth the time.
fn distance(a: &str, b: &str) -> usize {
    const MAX_CHARS: usize = 64;
    let b: Vec<char> = b.chars().take(MAX_CHARS).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().take(MAX_CHARS).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (&above, &y) in row.iter().skip(1).zip(&b) {
            let substituted = diagonal + usize::from(x != y);
            left = substituted.min(above + 1).min(left + 1);
            next.push(left);
            diagonal = above;
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(digit: u8) -> ObjectId {
        ObjectId::from_hex(&[digit; 40]).unwrap()
    }

    fn direct(name: &str, digit: u8) -> Ref {
        Ref::Direct { full_ref_name: name.into(), object: id(digit) }
    }

    fn names(seen: &Seen) -> Vec<&str> {
        seen.tips.keys().map(String::as_str).collect()
    }

    #[test]
    fn only_sound_branches_and_tags_are_seen() {
        let seen = Seen::new(&[
            direct("refs/heads/main", b'1'),
            direct("refs/heads/../../config", b'1'),
            direct("refs/heads/a..b", b'1'),
            direct("refs/heads/x.lock", b'1'),
            direct("refs/heads/x\ny", b'1'),
            direct("refs/heads/null", b'0'),
            direct("refs/pull/1/head", b'1'),
            direct("refs/tags/v1", b'2'),
            Ref::Unborn {
                full_ref_name: "refs/heads/unborn".into(),
                target: "refs/heads/x".into(),
            },
        ]);
        assert_eq!(names(&seen), ["refs/heads/main", "refs/tags/v1"]);
        assert_eq!(seen.head, None);
    }

    #[test]
    fn a_tag_is_wanted_itself() {
        let seen = Seen::new(&[Ref::Peeled {
            full_ref_name: "refs/tags/v1".into(),
            tag: id(b'1'),
            object: id(b'2'),
        }]);
        assert_eq!(seen.tips.get("refs/tags/v1"), Some(&id(b'1')));
    }

    #[test]
    fn a_head_outside_of_the_branches_is_taken_for_its_commit() {
        let symbolic = |target: &str| Ref::Symbolic {
            full_ref_name: "HEAD".into(),
            target: target.into(),
            tag: None,
            object: id(b'1'),
        };
        let main = direct("refs/heads/main", b'2');
        let head = |target| Seen::new(&[symbolic(target), main.clone()]).head;
        assert_eq!(
            head("refs/heads/main"),
            Some(Head::Branch("refs/heads/main".to_owned(), Some(id(b'2')))),
            "what the branch is at"
        );
        for target in [
            "refs/heads/hidden",
            "refs/heads/../x",
            "refs/tags/v1",
            "refs/pull/1/head",
            "/etc/passwd",
            "HEAD",
        ] {
            assert_eq!(head(target), Some(Head::Detached(id(b'1'))), "{target}");
        }
    }

    #[test]
    fn similar_names_come_first() {
        let names =
            ["a", "main", "master", "develop", "release/1.0", "mainline"].map(str::to_owned);
        assert_eq!(similar("mian", &names).first().map(String::as_str), Some("main"));
        assert_eq!(similar("devel", &names).first().map(String::as_str), Some("develop"));
        assert_eq!(similar("x", &names).len(), MAX_NAMES);
        assert!(similar("x", &[]).is_empty());
    }

    #[test]
    fn distances_are_counted_in_single_changes() {
        for (a, b, changes) in
            [("", "", 0), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ä", "a", 1)]
        {
            assert_eq!(distance(a, b), changes, "{a} {b}");
        }
    }
}
