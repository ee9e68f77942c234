//! Every blob of a repository, once, by its id.

use std::{
    collections::HashSet,
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use gix::odb::loose;
use model::{Note, NoteKind, ObjectId};

use super::{
    Options, Repository,
    chains::{self, Entry, Family},
    graph::Wanted,
    model_id,
    objects::Objects,
    pack::{Allowance, Pack, Skip},
    places::{self, Attribution, Keep, ReachableBlobs, Walk},
    store::Store,
};
use crate::{
    Origin, Sink, Sinks,
    content::{self, Format},
    notes::one_line,
};

/// Largest commit, in bytes.
const MAX_COMMIT_BYTES: u64 = 16 << 20;

/// Among the folders of objects.
const OWN_FOLDER: usize = 0;

/// A repository's history, opened.
pub struct History<'r> {
    repository: &'r Repository,
    /// The repository's own, then those it borrows.
    packs: Vec<Pack>,
    own_packs: usize,
    /// Folders of objects: the repository's own and those it borrows.
    folders: Vec<PathBuf>,
    tips: Vec<gix::ObjectId>,
    /// One branch was asked for: blobs of others are passed over.
    only_reachable: bool,
    /// What was found missing or damaged when it was opened.
    notes: Vec<Note>,
}

impl<'r> History<'r> {
    pub(super) fn open(
        repository: &'r Repository,
        tips: Vec<gix::ObjectId>,
        only_reachable: bool,
    ) -> Self {
        let repo = repository.inner.to_thread_local();
        let mut notes = repository.notes();
        let folders = object_folders(&repo, &mut notes);
        let mut packs = Vec::new();
        let mut own_packs = 0;
        for (folder, at) in folders.iter().zip(0..) {
            for index in pack_indices(folder) {
                match Pack::open(&index, repo.object_hash()) {
                    Ok(pack) => packs.push(pack),
                    Err(message) => {
                        let name = index.file_stem().unwrap_or_default().to_string_lossy();
                        let message = format!("pack `{name}` could not be opened: {message}");
                        notes.push(Note::general(NoteKind::Corrupt, one_line(&message)));
                    }
                }
            }
            if at == OWN_FOLDER {
                own_packs = packs.len();
            }
        }
        Self { repository, packs, own_packs, folders, tips, only_reachable, notes }
    }

    /// Feeds every blob to the sinks. Blobs come by id; [`Self::places`] tells where they stood.
    pub fn scan<S: Sinks>(&self, options: &Options, sinks: &S) {
        let mut first = sinks.sink();
        let repo = self.repository.inner.to_thread_local();
        self.notes.iter().for_each(|note| first.note(note.clone()));
        let store = Store::new(&self.packs, &self.folders, repo.object_hash());
        let mut workers: Vec<S::Sink> = (0..options.threads.max(1)).map(|_| sinks.sink()).collect();
        // What is borrowed is another repository's: of it only what this one refers to is looked at.
        let borrows = self.folders.len() > 1;
        let wanted = (self.only_reachable || borrows).then(|| {
            self.walk(&repo, &store, options.threads)
                .reachable_blobs(&self.tips, &|| sinks.is_cancelled())
        });
        wanted.iter().filter_map(ReachableBlobs::note).for_each(|note| first.note(note));
        let seen = store.has_duplicates().then(Seen::default);
        let is_wanted = |id: &gix::hash::oid, is_own: bool| {
            let wanted = wanted.as_ref().filter(|_| self.only_reachable || !is_own);
            wanted.is_none_or(|wanted| wanted.contains(id))
                && seen.as_ref().is_none_or(|seen| seen.is_new(id))
        };
        let packed: u64 = self.packs.iter().map(|pack| chains::count(pack, Family::Blobs)).sum();
        sinks.expect(packed + store.loose().len() as u64);
        let allowance = Allowance::of(&self.packs);
        for (pack, at) in self.packs.iter().zip(0..) {
            let is_wanted = |id: &gix::hash::oid| is_wanted(id, at < self.own_packs);
            chains::walk(
                pack,
                Family::Blobs,
                options.limits.object_bytes,
                &allowance,
                &mut workers,
                |sink, entry| {
                    let goes_on = feed_entry(entry, options, &is_wanted, sink);
                    sink.done();
                    goes_on
                },
            );
        }
        let left_out = allowance.left_out();
        if let Some(note) = places::left_out(left_out, "objects", "they were not looked at") {
            first.note(note);
        }
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for sink in &mut workers {
                let (next, store, is_wanted) = (&next, &store, &is_wanted);
                scope.spawn(move || {
                    let mut buffer = Vec::new();
                    while let Some((folder, id)) =
                        store.loose().get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        if sink.is_cancelled() {
                            return;
                        }
                        let is_wanted = |id: &gix::hash::oid| is_wanted(id, *folder == OWN_FOLDER);
                        if let Some(folder) = store.folders().get(*folder) {
                            feed_loose(folder, id, options, &is_wanted, &mut buffer, sink);
                        }
                        sink.done();
                    }
                });
            }
        });
    }

    /// Finds the places of `blobs`, of which `keep` is asked, the earliest first. A blob without an entry is not reachable
    /// from any reference.
    #[must_use]
    pub fn places(
        &self,
        blobs: &HashSet<ObjectId>,
        threads: usize,
        keep: Keep<'_>,
        is_cancelled: &(dyn Fn() -> bool + Sync),
    ) -> Attribution {
        let repo = self.repository.inner.to_thread_local();
        let store = Store::new(&self.packs, &self.folders, repo.object_hash());
        let ids =
            blobs.iter().filter_map(|id| gix::ObjectId::from_hex(id.as_str().as_bytes()).ok());
        let wanted = Wanted::new(ids);
        self.walk(&repo, &store, threads).places(&self.tips, &wanted, keep, is_cancelled)
    }

    fn walk<'a>(
        &'a self,
        repo: &gix::Repository,
        store: &'a Store<'a>,
        threads: usize,
    ) -> Walk<'a> {
        let hash = repo.object_hash();
        let objects = Objects::new(&self.packs, &self.folders, hash, MAX_COMMIT_BYTES);
        let shallow = repo.shallow_commits().ok().flatten();
        let shallow = shallow.map(|commits| commits.iter().copied().collect()).unwrap_or_default();
        Walk { store, objects, hash, shallow, threads }
    }
}

/// Ids that came already, in any pack.
#[derive(Default)]
struct Seen(Mutex<HashSet<gix::ObjectId>>);

impl Seen {
    fn is_new(&self, id: &gix::hash::oid) -> bool {
        // A worker that panicked left a set that is still a set.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(id.to_owned())
    }
}

/// The repository's own objects and those it borrows.
fn object_folders(repo: &gix::Repository, notes: &mut Vec<Note>) -> Vec<PathBuf> {
    let store = repo.objects.store_ref();
    let mut folders = vec![store.path().to_owned()];
    match store.alternate_db_paths() {
        Ok(alternates) => folders.extend(alternates),
        Err(error) => {
            let message = format!(
                "borrowed objects (`objects/info/alternates`) could not be found: {}",
                one_line(&error.to_string())
            );
            notes.push(Note::general(NoteKind::MissingObject, message));
        }
    }
    folders
}

fn pack_indices(folder: &std::path::Path) -> Vec<PathBuf> {
    let mut indices: Vec<PathBuf> = std::fs::read_dir(folder.join("pack"))
        .map(|entries| {
            entries
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|e| e == "idx"))
                .collect()
        })
        .unwrap_or_default();
    indices.sort();
    indices
}

fn feed_entry<S: Sink>(
    entry: Entry<'_>,
    options: &Options,
    is_wanted: &impl Fn(&gix::hash::oid) -> bool,
    sink: &mut S,
) -> bool {
    match entry {
        Entry::Whole { id, derivation, .. } => {
            // Of what is not wanted as well: what is built on it must not be taken for built on another one.
            sink.derivation(&derivation);
            if is_wanted(id) {
                content::feed(&blob(id), derivation.bytes, &options.limits, sink);
            }
        }
        Entry::Large(id, size, reader) => {
            if is_wanted(id) {
                large(&blob(id), size, reader, options, sink);
            }
        }
        Entry::Skipped(id, skip) => {
            if is_wanted(id) {
                let (kind, message) = match skip {
                    Skip::TooLarge(size) => (
                        NoteKind::TooLarge,
                        format!(
                            "a blob of {} MiB stored as a delta; the limit is {}",
                            size >> 20,
                            options.limits.object_bytes >> 20
                        ),
                    ),
                    Skip::Corrupt => (NoteKind::Corrupt, "the object does not decode".to_owned()),
                    // Counted, not told one by one.
                    Skip::Exhausted => return !sink.is_cancelled(),
                    Skip::BaseMissing => (
                        NoteKind::MissingObject,
                        "the object is a delta to one that is not here".to_owned(),
                    ),
                };
                sink.note(Note::at(kind, blob(id).path(), message));
            }
        }
    }
    !sink.is_cancelled()
}

fn blob(id: &gix::hash::oid) -> Origin {
    Origin::Blob { id: model_id(id), member: None }
}

/// A blob that does not fit into memory: text is streamed, archives need to be.
fn large<S: Sink>(
    origin: &Origin,
    size: u64,
    reader: &mut dyn std::io::Read,
    options: &Options,
    sink: &mut S,
) {
    use std::io::Read as _;
    if size > options.limits.content_bytes {
        let message =
            format!("{} MiB; the limit is {}", size >> 20, options.limits.content_bytes >> 20);
        sink.note(Note::at(NoteKind::TooLarge, origin.path(), message));
        return;
    }
    let mut head = Vec::new();
    if reader.take(8_192).read_to_end(&mut head).is_err() {
        sink.note(Note::at(NoteKind::Corrupt, origin.path(), "the object does not decode"));
        return;
    }
    match content::format_of(&head) {
        Format::Binary => content::binary(origin, sink),
        Format::Archive(_) => {
            let message = format!(
                "an archive of {} MiB in the history; the limit is {}",
                size >> 20,
                options.limits.object_bytes >> 20
            );
            sink.note(Note::at(NoteKind::TooLarge, origin.path(), message));
        }
        Format::Text | Format::Utf16 { .. } => {
            let whole = std::io::Cursor::new(head).chain(reader);
            if content::stream(origin, whole, &mut Vec::new(), sink).is_err() {
                sink.note(Note::at(
                    NoteKind::Corrupt,
                    origin.path(),
                    "the object does not decode to its end",
                ));
            }
        }
    }
}

fn feed_loose<S: Sink>(
    store: &loose::Store,
    id: &gix::ObjectId,
    options: &Options,
    is_wanted: &impl Fn(&gix::hash::oid) -> bool,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) {
    let origin = blob(id);
    let corrupt =
        || Note::at(NoteKind::Corrupt, Origin::path(&origin), "the object does not decode");
    match store.try_header(id) {
        Ok(Some((_, gix::object::Kind::Blob))) if !is_wanted(id) => {}
        Ok(Some((size, gix::object::Kind::Blob))) if size > options.limits.object_bytes => {
            match super::tree::open_loose(store.path(), id) {
                Ok(mut reader) => large(&origin, size, &mut reader, options, sink),
                Err(_) => sink.note(corrupt()),
            }
        }
        Ok(Some((_, gix::object::Kind::Blob))) => match store.try_find(id, buffer) {
            Ok(Some(object)) => content::feed(&origin, object.data, &options.limits, sink),
            Ok(None) => {}
            Err(_) => sink.note(corrupt()),
        },
        Ok(_) => {}
        Err(_) => sink.note(corrupt()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    };

    use super::*;
    use crate::{Limits, Piece};

    #[derive(Clone, Default)]
    struct Counts {
        expected: Arc<AtomicU64>,
        done: Arc<AtomicU64>,
    }

    impl Sinks for Counts {
        type Sink = Self;

        fn sink(&self) -> Self {
            self.clone()
        }

        fn expect(&self, contents: u64) {
            self.expected.fetch_add(contents, Relaxed);
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    impl Sink for Counts {
        fn piece(&mut self, _: &Piece<'_>) {}

        fn note(&mut self, _: Note) {}

        fn done(&mut self) {
            self.done.fetch_add(1, Relaxed);
        }

        fn is_cancelled(&self) -> bool {
            false
        }
    }

    #[test]
    fn as_many_contents_are_dealt_with_as_were_expected() {
        let repo = test_kit::Repo::new();
        let mut content = test_kit::noise(20_000);
        for at in 0..5 {
            content[at] ^= 1;
            repo.write("noise", &content).write("text", format!("{at}")).commit("next");
        }
        let options = Options { threads: 2, limits: Limits::default() };
        for is_packed in [false, true] {
            if is_packed {
                repo.git(&["repack", "-adfq"]);
            }
            let opened = Repository::open(repo.path()).unwrap();
            let counts = Counts::default();
            opened.history(None).unwrap().scan(&options, &counts);
            let [expected, done] =
                [&counts.expected, &counts.done].map(|count| count.load(Relaxed));
            // Loose objects are not told apart before they are read.
            assert_eq!((expected, done), if is_packed { (10, 10) } else { (20, 20) });
            let counts = Counts::default();
            let commit = opened.commit(None).unwrap().unwrap();
            opened.scan_tree(&commit, &options, &|_| false, &counts).unwrap();
            assert_eq!((counts.expected.load(Relaxed), counts.done.load(Relaxed)), (2, 2));
        }
    }
}
