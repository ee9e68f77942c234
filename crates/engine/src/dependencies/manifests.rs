//! The files that name packages, kept while a target is read.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use formats::{lockfiles, sbom};
use model::{Note, NoteKind, TargetPath};
use sources::{Origin, Piece, Sink, Sinks};

use super::{Dependencies, reach::Known, vex};
use crate::{Cancel, Progress, Scan};

/// Largest lock file that is read. The largest of public projects are a tenth of it.
const MAX_FILE_BYTES: usize = 64 << 20;
/// What all of them may take.
const MAX_BYTES: usize = 256 << 20;
/// Folders that hold packages which a lock file elsewhere accounts for. Elixir's `deps` is none: the name is anybody's.
const INSTALLED: &[&str] = &[
    "node_modules",
    "bower_components",
    "site-packages",
    ".venv",
    ".tox",
    ".git",
    "Pods",
    "_build",
    "vendor",
];

/// Files of one target that name packages, by path.
#[derive(Default)]
pub(crate) struct Manifests {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    bytes: usize,
    pub(crate) notes: Vec<Note>,
    /// The target, if it is one file: who names it expects something of it.
    pub(crate) alone: Option<Alone>,
    /// Source files, if there are advisories that may ask about them.
    pub(crate) sources: Option<Known>,
}

/// A file that is the whole target.
pub(crate) struct Alone {
    pub(crate) path: TargetPath,
    /// It says that it is a bill of materials.
    pub(crate) claims_sbom: bool,
}

impl Manifests {
    /// Where `dependencies` are to be judged, of a target that may be the one file `alone`.
    pub(crate) fn shared(dependencies: Option<&Dependencies>, alone: Option<TargetPath>) -> Shared {
        let index = dependencies.and_then(|dependencies| dependencies.index.as_ref());
        let sources = index.map(|_| Known::default());
        let alone = alone.map(|path| Alone { path, claims_sbom: false });
        Arc::new(Mutex::new(Self { alone, sources, ..Self::default() }))
    }

    /// Is told of every file and of what was passed over.
    pub(crate) fn see(manifests: &Shared, path: &TargetPath) {
        if may_be_source(path)
            && let Some(sources) = &mut lock(manifests).sources
        {
            sources.see(path);
        }
    }

    pub(crate) fn note(manifests: &Shared, note: &Note) {
        if let Some(sources) = &mut lock(manifests).sources {
            sources.note(note);
        }
    }
}

/// Asked of each file of a target, before anybody waits for another.
fn may_be_source(path: &TargetPath) -> bool {
    matches!(path.as_str().as_bytes(), [.., b'.', b'g', b'o'] | [.., b'.', b'r', b's'])
}

/// Shared by the workers of a scan.
pub(crate) type Shared = Arc<Mutex<Manifests>>;

/// A worker that panicked left something that is still whole.
pub(crate) fn lock(manifests: &Shared) -> MutexGuard<'_, Manifests> {
    manifests.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a file is kept for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// Its name says what it is.
    ByName,
    /// It may be a bill of materials whatever its name: its beginning tells.
    IfSbom,
}

fn wanted(path: &str) -> Option<Wanted> {
    let is_member = path.contains("!/");
    let is_named =
        || lockfiles::format_of(path).is_some() || lockfiles::wants(path) || vex::is_document(path);
    let wanted = match () {
        () if is_member => None,
        () if is_named() => Some(Wanted::ByName),
        () if may_be_sbom(path) => Some(Wanted::IfSbom),
        () => None,
    };
    // Go's list of what a folder `vendor` holds is the project's.
    let own = path.strip_suffix("vendor/modules.txt").unwrap_or(path);
    wanted.filter(|_| !is_installed(own))
}

/// Whether a file is one of them.
pub(crate) fn is_wanted(path: &TargetPath) -> bool {
    wanted(path.as_str()).is_some()
}

/// Whether a file belongs to a package that is installed.
pub(super) fn is_installed(path: &str) -> bool {
    path.split('/').any(|part| INSTALLED.contains(&part))
}

/// Whether a file lies where Mix installs packages: in `deps`, which is anybody's name unless a project of Mix's is beside it.
pub(super) fn is_installed_by_mix(path: &str, files: &BTreeMap<String, Vec<u8>>) -> bool {
    let is_project = |root: &str| {
        ["mix.exs", "mix.lock"].iter().any(|name| files.contains_key(&format!("{root}{name}")))
    };
    path.match_indices("deps/").any(|(at, _)| {
        let root = path.get(..at).unwrap_or_default();
        (root.is_empty() || root.ends_with('/')) && is_project(root)
    })
}

/// Whether a file may be a bill of materials whatever its name: those that lie in the target's own folder, as a target that is
/// one file does.
fn may_be_sbom(path: &str) -> bool {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    !path.contains('/') && matches!(extension, "json" | "xml" | "spdx" | "cdx" | "tag")
}

/// Keeps what is wanted of a piece. Pieces of one file come in order.
pub(crate) fn keep(manifests: &Shared, piece: &Piece<'_>) {
    let Origin::File(path) = piece.origin else { return };
    let wanted = wanted(path.as_str());
    // A target that is one file has a name and no folder.
    if wanted.is_none() && path.as_str().contains('/') {
        return;
    }
    let Some(own) = piece.bytes.get(piece.own.clone()) else { return };
    let mut manifests = lock(manifests);
    if let Some(alone) = manifests.alone.as_mut().filter(|_| piece.is_first()) {
        alone.claims_sbom = sbom::claims_to_be_sbom(own);
    }
    let Some(wanted) = wanted else { return };
    let is_begun = manifests.files.contains_key(path.as_str());
    if wanted == Wanted::IfSbom && !is_begun && !sbom::looks_like_sbom(own) {
        return;
    }
    let is_room = manifests.bytes + own.len() <= MAX_BYTES;
    match manifests.files.entry(path.as_str().to_owned()) {
        // Its beginning was left out.
        Entry::Vacant(_) if !piece.is_first() => return,
        Entry::Vacant(entry) if is_room => drop(entry.insert(own.to_vec())),
        Entry::Occupied(mut entry)
            if is_room && entry.get().len() + own.len() <= MAX_FILE_BYTES =>
        {
            entry.get_mut().extend_from_slice(own);
        }
        entry => {
            let kept = match entry {
                Entry::Occupied(entry) => entry.remove().len(),
                Entry::Vacant(_) => 0,
            };
            manifests.bytes -= kept;
            let message = "a list of packages, too large to be kept beside the others";
            manifests.notes.push(Note::at(NoteKind::Limit, path.clone(), message));
            return;
        }
    }
    manifests.bytes += own.len();
}

/// Reads nothing but these files. What it is told of others is none of its business: another pass over the target tells it.
pub(crate) struct Reader {
    pub(crate) manifests: Shared,
    /// Whom to tell how much was looked at; nobody where another pass over the same files tells it.
    progress: Option<Arc<Progress>>,
    cancel: Cancel,
}

impl Reader {
    pub(crate) fn new(scan: &Scan, manifests: Shared) -> Self {
        Self { manifests, progress: None, cancel: scan.cancel.clone() }
    }

    /// One that tells how much it looks at.
    pub(crate) fn telling(scan: &Scan, manifests: Shared) -> Self {
        Self { progress: Some(Arc::clone(&scan.progress)), ..Self::new(scan, manifests) }
    }
}

impl Sinks for Reader {
    type Sink = Self;

    fn sink(&self) -> Self {
        Self {
            manifests: Arc::clone(&self.manifests),
            progress: self.progress.clone(),
            cancel: self.cancel.clone(),
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl Sink for Reader {
    fn wants(&self, path: &TargetPath) -> bool {
        Manifests::see(&self.manifests, path);
        is_wanted(path)
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        if let Some(progress) = &self.progress {
            progress.add(u64::from(piece.is_first()), piece.own.len() as u64);
        }
        keep(&self.manifests, piece);
    }

    fn note(&mut self, note: Note) {
        Manifests::note(&self.manifests, &note);
        if note.kind.is_incomplete() && note.path.as_ref().is_none_or(is_wanted) {
            lock(&self.manifests).notes.push(note);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_installed_is_not_asked_for() {
        let wanted = |path: &str| is_wanted(&TargetPath::from_bytes(path.as_bytes()));
        assert!(wanted("Cargo.lock") && wanted("a/b/package-lock.json"));
        assert!(wanted("vendor/modules.txt"));
        assert!(!wanted("node_modules/.package-lock.json"));
        assert!(!wanted("a/node_modules/b/package.json"));
        assert!(!wanted("vendor/x/Cargo.lock") && !wanted("vendor/x/vendor/modules.txt"));
        assert!(!wanted("_build/dev/lib/x/rebar.lock"));
        assert!(wanted("deps/x/package.json"));
        assert!(!wanted("a.zip!/Cargo.lock"));
        assert!(!wanted("src/main.rs"));
    }

    #[test]
    fn the_name_deps_is_mixs_beside_a_project_of_its_only() {
        let files = |path: &str| BTreeMap::from([(path.to_owned(), Vec::new())]);
        assert!(is_installed_by_mix("deps/x/package.json", &files("mix.exs")));
        assert!(is_installed_by_mix("apps/a/deps/x/package.json", &files("apps/a/mix.lock")));
        assert!(!is_installed_by_mix("deps/x/package.json", &files("apps/a/mix.lock")));
        assert!(!is_installed_by_mix("mydeps/x/package.json", &files("mix.exs")));
        assert!(!is_installed_by_mix("package.json", &files("mix.exs")));
    }
}
