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
use model::{Note, NoteKind};

use super::{
    Options, Repository, is_partial, model_id,
    pack::{Entry, Pack, Skip},
    places::Walk,
};
use crate::{
    Origin, Sink, Sinks,
    content::{self, Format},
};

/// A repository's history, opened.
pub struct History<'r> {
    pub(super) repository: &'r Repository,
    pub(super) tips: Vec<gix::ObjectId>,
    /// One branch was asked for: blobs of others are passed over.
    pub(super) only_reachable: bool,
}

impl History<'_> {
    /// Feeds every blob to the sinks. Blobs come by id; [`Self::places`] tells where they stood.
    pub fn scan<S: Sinks>(&self, options: &Options, sinks: &S) {
        let mut first = sinks.sink();
        let repo = self.repository.inner.to_thread_local();
        for note in self.repository.notes() {
            first.note(note);
        }
        let wanted = (self.only_reachable || is_partial(&repo)).then(|| {
            let (blobs, notes) = Walk::new(&repo).all_blobs(&self.tips);
            notes.into_iter().for_each(|note| first.note(note));
            blobs
        });
        if let Some(wanted) = &wanted {
            report_missing(&repo, wanted, &mut first);
        }
        let folders = object_folders(&repo, &mut first);
        let indices: Vec<PathBuf> =
            folders.iter().flat_map(|folder| pack_indices(folder)).collect();
        let loose_ids: Vec<(usize, gix::ObjectId)> = loose_objects(&folders, repo.object_hash());
        drop(first);
        let mut workers: Vec<S::Sink> = (0..options.threads.max(1)).map(|_| sinks.sink()).collect();
        // With one pack and nothing loose no blob can come twice.
        let seen = (indices.len() + usize::from(!loose_ids.is_empty()) > 1).then(Seen::default);
        let is_wanted = |id: &gix::ObjectId| {
            (!self.only_reachable || wanted.as_ref().is_none_or(|wanted| wanted.contains(id)))
                && seen.as_ref().is_none_or(|seen| seen.is_new(id))
        };
        for index in indices {
            match Pack::open(&index, repo.object_hash(), options.limits.object_bytes) {
                Ok(pack) => pack.blobs(&mut workers, |sink, entry| {
                    feed_entry(entry, options, &is_wanted, sink)
                }),
                Err(message) => {
                    if let Some(sink) = workers.first_mut() {
                        let name =
                            index.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                        let message =
                            format!("pack `{name}` could not be opened: {}", one_line(&message));
                        sink.note(Note::general(NoteKind::Corrupt, message));
                    }
                }
            }
        }
        let stores: Vec<loose::Store> =
            folders.iter().map(|folder| loose::Store::at(folder, repo.object_hash())).collect();
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for sink in &mut workers {
                let (next, stores, loose_ids, is_wanted) = (&next, &stores, &loose_ids, &is_wanted);
                scope.spawn(move || {
                    let mut buffer = Vec::new();
                    while let Some((store, id)) =
                        loose_ids.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        if sink.is_cancelled() {
                            return;
                        }
                        if let Some(store) = stores.get(*store) {
                            feed_loose(store, id, options, is_wanted, &mut buffer, sink);
                        }
                    }
                });
            }
        });
    }

    /// How many commits the history has.
    #[must_use]
    pub fn commits(&self) -> u64 {
        let repo = self.repository.inner.to_thread_local();
        repo.rev_walk(self.tips.iter().copied())
            .all()
            .map_or(0, |walk| walk.flatten().count() as u64)
    }
}

/// Ids that came already, in any pack.
#[derive(Default)]
struct Seen(Mutex<HashSet<gix::ObjectId>>);

impl Seen {
    fn is_new(&self, id: &gix::ObjectId) -> bool {
        // A worker that panicked left a set that is still a set.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(*id)
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect()
}

/// The repository's own objects and those it borrows.
fn object_folders<S: Sink>(repo: &gix::Repository, sink: &mut S) -> Vec<PathBuf> {
    let store = repo.objects.store_ref();
    let mut folders = vec![store.path().to_owned()];
    match store.alternate_db_paths() {
        Ok(alternates) => folders.extend(alternates),
        Err(error) => {
            let message = format!(
                "borrowed objects (`objects/info/alternates`) could not be found: {}",
                one_line(&error.to_string())
            );
            sink.note(Note::general(NoteKind::MissingObject, message));
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

fn loose_objects(folders: &[PathBuf], hash: gix::hash::Kind) -> Vec<(usize, gix::ObjectId)> {
    folders
        .iter()
        .enumerate()
        .flat_map(|(at, folder)| {
            loose::Store::at(folder, hash)
                .iter()
                .flatten()
                .map(move |id| (at, id))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// In a partial clone: how many blobs the trees name that are not here.
fn report_missing<S: Sink>(repo: &gix::Repository, wanted: &HashSet<gix::ObjectId>, sink: &mut S) {
    let missing = wanted.iter().filter(|id| !repo.has_object(**id)).count();
    if missing > 0 {
        let message = format!(
            "{missing} of {} blobs are not in this repository; they were not looked at",
            wanted.len()
        );
        sink.note(Note::general(NoteKind::MissingObject, message));
    }
}

fn feed_entry<S: Sink>(
    entry: Entry<'_>,
    options: &Options,
    is_wanted: &impl Fn(&gix::ObjectId) -> bool,
    sink: &mut S,
) -> bool {
    match entry {
        Entry::Blob(id, bytes) => {
            if is_wanted(id) {
                content::feed(&blob(id), bytes, &options.limits, sink);
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
    is_wanted: &impl Fn(&gix::ObjectId) -> bool,
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
