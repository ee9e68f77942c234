//! Files that name packages, one file of ours per format.
//!
//! A reader gets one file and may ask for others of the same target by path (`-r base.txt`, a parent `pom.xml`, the `Cargo.toml` beside a
//! lock file); it never opens them.

mod apple;
mod beam;
mod cargo;
mod containers;
mod cpp;
mod dart;
mod dotnet;
pub(crate) mod entries;
mod go;
mod haskell;
mod interpolate;
mod java;
mod locked;
mod memo;
pub(crate) mod needs;
mod npm;
pub(crate) mod paths;
mod php;
mod python;
mod r;
mod repair;
mod ruby;
mod terraform;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque, btree_map::Entry};

use model::{Dependency, Relation};

pub use cargo::renamed_crates;
pub use memo::{Memo, Remembering};

use crate::Problem;

/// The files of a target that some [`Format`] claims or a reader [`wants`].
pub trait Files: Sync {
    /// The bytes of a file by its `/`-separated path from the target's root; `None` where there is none or it is too large, or
    /// where too much was read already: see [`Self::spend`].
    fn get(&self, path: &str) -> Option<&[u8]>;

    /// Whether there is such a file, whatever was read already.
    fn has(&self, path: &str) -> bool {
        self.get(path).is_some()
    }

    /// Takes from what may be done for references from one file to another: so many bytes, or as long as reading them takes. Without
    /// a bound, a few short files that all lead to a long one would cost its length each time. `false` if that is used up.
    fn spend(&self, _bytes: usize) -> bool {
        true
    }

    /// The paths of all of them below a folder, at any depth, in order. The root's name is empty.
    fn below<'s>(&'s self, folder: &str) -> Box<dyn Iterator<Item = &'s str> + 's>;

    /// Where readers keep what they understood of files that many others lead to. Without one, they read those again.
    fn memo(&self) -> Option<&Memo> {
        None
    }
}

/// Files in memory, by path.
impl Files for BTreeMap<String, Vec<u8>> {
    fn get(&self, path: &str) -> Option<&[u8]> {
        self.get(path).map(Vec::as_slice)
    }

    fn below<'s>(&'s self, folder: &str) -> Box<dyn Iterator<Item = &'s str> + 's> {
        let prefix = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let paths = self.range(prefix.clone()..).map(|(path, _)| path.as_str());
        Box::new(paths.take_while(move |path| path.starts_with(&prefix)))
    }
}

/// Where a file stands, which is taken apart once for all formats that are asked.
#[derive(Clone, Copy)]
pub struct FilePath<'p> {
    /// From the target's root.
    pub path: &'p str,
    /// The last component of it.
    pub name: &'p str,
}

impl<'p> FilePath<'p> {
    /// Of the file at `path`.
    #[must_use]
    pub fn of(path: &'p str) -> Self {
        Self { path, name: paths::file_name(path) }
    }
}

/// One kind of file.
#[derive(Clone, Copy)]
pub struct Format {
    /// Its stable name in notes and documentation, as its users call it: `Cargo.lock`, `requirements.txt`.
    pub name: &'static str,
    /// Whether it is such a file.
    pub claims: fn(file: FilePath<'_>) -> bool,
    /// Reads it.
    pub read: fn(path: &str, bytes: &[u8], files: &dyn Files) -> List,
    /// The line or command that brings a dependency of such a file to a fixed version.
    pub repair: fn(dependency: &Dependency, fixed_version: &str) -> String,
}

/// How many dependencies are looked at for a chain to one, and how many it may have.
const MAX_LOOKED_AT: usize = 2_000;
const MAX_CHAIN: usize = 64;

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// In the order of the file.
    pub dependencies: Vec<Dependency>,
    /// What was not understood.
    pub problems: Vec<Problem>,
    /// Nobody needs a dependency but those in its [`needed_by`](Dependency::needed_by), and the project where it is
    /// [direct](Relation::Direct). Of most formats this is not known: what is not listed may need something, too.
    pub tells_all_needs: bool,
}

impl List {
    /// Whether each chain from what the project asks for to a dependency leads through some other that `is_gate` holds for. `false` where
    /// that is not known.
    pub fn leads_through(&self, index: u32, is_gate: impl Fn(&Dependency) -> bool) -> bool {
        if !self.tells_all_needs || self.problems.iter().any(|problem| problem.is_unread) {
            return false;
        }
        let mut seen = BTreeSet::from([index]);
        let mut open = vec![index];
        let mut is_met = false;
        while let Some(at) = open.pop() {
            let Some(found) = self.dependencies.get(at as usize) else { return false };
            if at != index && is_gate(found) {
                is_met = true;
                continue;
            }
            let is_asked_for = found.relation != Relation::Transitive || found.needed_by.is_empty();
            if is_asked_for || seen.len() + found.needed_by.len() > MAX_LOOKED_AT {
                return false;
            }
            open.extend(found.needed_by.iter().filter(|who| seen.insert(**who)));
        }
        is_met
    }

    /// A shortest chain from what the project asks for to a dependency, both included, as indices: who must be brought to a newer
    /// version so that it comes along. The dependency alone where the format does not tell who needs it, or the chain is longer than
    /// anyone would follow.
    #[must_use]
    pub fn path_to(&self, index: u32) -> Vec<u32> {
        let is_root = |index: u32| {
            let dependency = self.dependencies.get(index as usize);
            dependency.is_none_or(|found| {
                found.relation == Relation::Direct || found.needed_by.is_empty()
            })
        };
        let mut from = BTreeMap::from([(index, index)]);
        let mut open = VecDeque::from([index]);
        let mut root = index;
        while let Some(at) = open.pop_front() {
            root = at;
            if is_root(at) {
                break;
            }
            let needed_by = self.dependencies.get(at as usize).map(|found| &found.needed_by);
            let room = MAX_LOOKED_AT.saturating_sub(from.len());
            for who in needed_by.into_iter().flatten().take(room) {
                if let Entry::Vacant(entry) = from.entry(*who) {
                    entry.insert(at);
                    open.push_back(*who);
                }
            }
        }
        // In a cycle that nothing direct leads to, there is no root.
        if !is_root(root) {
            return vec![index];
        }
        let mut path = vec![root];
        while root != index {
            if path.len() >= MAX_CHAIN {
                return vec![index];
            }
            root = from.get(&root).copied().unwrap_or(index);
            path.push(root);
        }
        path
    }
}

/// Every format, the more special ones first.
pub const FORMATS: &[Format] = &[
    cargo::LOCK,
    cargo::MANIFEST,
    npm::PACKAGE_LOCK,
    npm::SHRINKWRAP,
    npm::YARN,
    npm::PNPM,
    npm::BUN,
    npm::DENO,
    npm::MANIFEST,
    python::REQUIREMENTS,
    python::PIPFILE_LOCK,
    python::POETRY,
    python::PDM,
    python::UV,
    python::PYLOCK,
    python::CONDA_ENVIRONMENT,
    python::CONDA_LOCK,
    go::GO_MOD,
    go::GO_SUM,
    go::GO_WORK,
    go::MODULES_TXT,
    java::pom::FORMAT,
    java::gradle::FORMAT,
    java::catalogue::FORMAT,
    ruby::gemfile_lock::FORMAT,
    ruby::gemspec::FORMAT,
    php::FORMAT,
    dotnet::packages_lock::FORMAT,
    dotnet::packages_config::FORMAT,
    dotnet::project::FORMAT,
    dotnet::deps_json::FORMAT,
    beam::mix::FORMAT,
    dart::FORMAT,
    apple::package_resolved::FORMAT,
    apple::podfile::FORMAT,
    apple::cartfile::FORMAT,
    beam::rebar::FORMAT,
    haskell::stack_lock::FORMAT,
    haskell::cabal_freeze::FORMAT,
    r::FORMAT,
    cpp::conan::FORMAT,
    cpp::vcpkg::FORMAT,
    terraform::FORMAT,
    containers::github_actions::FORMAT,
    containers::dockerfile::FORMAT,
    crate::sbom::FORMAT,
];

/// The format that claims a path.
#[must_use]
pub fn format_of(path: &str) -> Option<&'static Format> {
    let file = FilePath::of(path);
    FORMATS.iter().find(|format| (format.claims)(file))
}

/// Whether a path names a file that lists nothing by itself but that a reader may ask for.
#[must_use]
pub fn wants(path: &str) -> bool {
    let name = paths::file_name(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(
        name,
        "pyproject.toml" | "Pipfile" | "Gemfile" | "gems.rb" | "composer.json" | "mix.exs"
    ) || matches!(extension, "gemfile" | "props" | "targets")
}
