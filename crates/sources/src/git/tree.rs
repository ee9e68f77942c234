//! The tree of one commit, as a checkout would have it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};

use gix::{object::tree::EntryKind, prelude::FindExt as _};
use model::{Note, NoteKind, ObjectId, TargetPath};

use super::{Options, Repository};
use crate::{Error, Limits, Origin, Sink, Sinks, content, notes};

/// What a path takes in memory beside its own bytes.
const NAME_OVERHEAD_BYTES: usize = 80;

impl Repository {
    /// Feeds every file of the commit's tree to the sinks, by path. `is_excluded` says what the configuration leaves out.
    ///
    /// # Errors
    /// The commit or its tree cannot be read.
    pub fn scan_tree<S: Sinks>(
        &self,
        commit: &ObjectId,
        options: &Options,
        is_excluded: &(dyn Fn(&TargetPath) -> bool + Sync),
        sinks: &S,
    ) -> Result<(), Error> {
        let damaged = |source: Box<dyn std::error::Error + Send + Sync>| Error::Damaged {
            what: format!("commit {}", commit.short()),
            source,
        };
        let repo = self.inner.to_thread_local();
        let id =
            gix::ObjectId::from_hex(commit.as_str().as_bytes()).map_err(|e| damaged(e.into()))?;
        let mut buffer = Vec::new();
        let root =
            repo.objects.find_commit(&id, &mut buffer).map_err(|e| damaged(e.into()))?.tree();
        let mut first = sinks.sink();
        let files = files_below(&repo, root, &options.limits, is_excluded, &mut first);
        drop(first);
        self.scan_files(&files, options, sinks);
        Ok(())
    }

    /// Feeds the blobs of these paths to the sinks.
    pub(super) fn scan_files<S: Sinks>(
        &self,
        files: &[(TargetPath, gix::ObjectId)],
        options: &Options,
        sinks: &S,
    ) {
        sinks.expect(files.len() as u64);
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..options.threads.max(1) {
                let next = &next;
                scope.spawn(move || {
                    let repo = self.inner.to_thread_local();
                    let mut sink = sinks.sink();
                    let mut buffer = Vec::new();
                    while let Some((path, id)) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if sink.is_cancelled() {
                            return;
                        }
                        feed(&repo, path, id, options, &mut buffer, &mut sink);
                        sink.done();
                    }
                });
            }
        });
    }
}

/// The files of a commit. A tree may name the same folder again and again, at every level, so that a few objects stand for
/// more files than there is memory; and nobody checks that a tree is not in itself. So names are counted.
fn files_below<S: Sink>(
    repo: &gix::Repository,
    root: gix::ObjectId,
    limits: &Limits,
    is_excluded: &(dyn Fn(&TargetPath) -> bool + Sync),
    sink: &mut S,
) -> Vec<(TargetPath, gix::ObjectId)> {
    let mut files = Vec::new();
    let mut open = vec![(Vec::new(), root, 0)];
    let mut buffer = Vec::new();
    let mut left = limits.tree_name_bytes;
    while let Some((prefix, id, depth)) = open.pop() {
        if sink.is_cancelled() {
            return files;
        }
        let Ok(entries) = repo.objects.find_tree_iter(&id, &mut buffer) else {
            let path = TargetPath::from_bytes(&prefix);
            sink.note(Note::at(
                NoteKind::MissingObject,
                path,
                "this directory's tree is not in the repository or does not decode",
            ));
            continue;
        };
        for entry in entries {
            let Ok(entry) = entry else {
                let path = TargetPath::from_bytes(&prefix);
                let message = "this directory's tree does not decode to its end";
                sink.note(Note::at(NoteKind::Corrupt, path, message));
                break;
            };
            let name_bytes = prefix.len() + entry.filename.len() + NAME_OVERHEAD_BYTES;
            let Some(rest) = left.checked_sub(name_bytes as u64) else {
                sink.note(Note::general(
                    NoteKind::Limit,
                    format!(
                        "the commit has more files than can be kept in memory; {} of them were looked at",
                        files.len()
                    ),
                ));
                return files;
            };
            left = rest;
            let bytes: Vec<u8> = if prefix.is_empty() {
                entry.filename.to_vec()
            } else {
                [prefix.as_slice(), b"/", entry.filename].concat()
            };
            let path = TargetPath::from_bytes(&bytes);
            if is_excluded(&path) {
                sink.note(notes::excluded(path));
                continue;
            }
            match entry.mode.kind() {
                EntryKind::Tree if depth >= limits.directory_depth => {
                    sink.note(notes::too_deep(path));
                }
                EntryKind::Tree => open.push((bytes, entry.oid.to_owned(), depth + 1)),
                EntryKind::Blob | EntryKind::BlobExecutable if !sink.wants(&path) => {}
                EntryKind::Blob | EntryKind::BlobExecutable => {
                    files.push((path, entry.oid.to_owned()))
                }
                EntryKind::Link => sink.note(notes::symlink(path)),
                EntryKind::Commit => sink.note(notes::submodule(path)),
            }
        }
    }
    files
}

fn feed<S: Sink>(
    repo: &gix::Repository,
    path: &TargetPath,
    id: &gix::ObjectId,
    options: &Options,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) {
    use gix::prelude::{Find as _, HeaderExt as _};
    let origin = Origin::File(path.clone());
    sink.content(&origin);
    let note = match repo.objects.header(id) {
        Err(_) => Note::at(
            NoteKind::MissingObject,
            path.clone(),
            "its content is not in the repository (a partial clone, or damage)",
        ),
        Ok(header) if header.size() > options.limits.object_bytes => {
            let message = format!(
                "{} MiB; the limit for a git object is {}",
                header.size() >> 20,
                options.limits.object_bytes >> 20
            );
            Note::at(NoteKind::TooLarge, path.clone(), message)
        }
        Ok(_) => match repo.objects.try_find(id, buffer) {
            Ok(Some(object)) => {
                content::feed(&origin, object.data, &options.limits, sink);
                return;
            }
            _ => Note::at(NoteKind::Corrupt, path.clone(), "its object does not decode"),
        },
    };
    sink.note(note);
}

/// The content of a loose object, behind its header.
pub(super) fn open_loose(folder: &Path, id: &gix::hash::oid) -> io::Result<impl Read> {
    let hex = id.to_string();
    let (first, rest) = hex.split_at_checked(2).ok_or(io::ErrorKind::InvalidInput)?;
    let file = File::open(folder.join(first).join(rest))?;
    let mut reader = BufReader::new(flate2::read::ZlibDecoder::new(BufReader::new(file)));
    // `blob <size>\0`: never longer than this.
    let mut header = Vec::new();
    reader.by_ref().take(64).read_until(0, &mut header)?;
    Ok(reader)
}
