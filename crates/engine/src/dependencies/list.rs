//! Reading the files that name packages, several at once.

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use formats::{
    Problem,
    lockfiles::{self, Files, Format, Remembering},
    sbom,
};
use model::{Note, NoteKind, TargetPath};

use super::{Listed, MAX_PROBLEMS, finding, manifests::is_installed_by_mix};
use crate::Scan;

/// What all readers at once may have before them, in bytes. A file may lead to all others, and what is made of it takes many times as
/// much memory: of many bytes there are few readers.
const READ_AT_ONCE_BYTES: usize = 32 << 20;

/// A file that names packages, and what reads it.
struct Task<'f> {
    path: &'f str,
    bytes: &'f [u8],
    format: &'static Format,
}

/// What became of a file.
struct Read {
    listed: Option<Listed>,
    notes: Vec<Note>,
}

/// What the files name, in the order of their paths. Where they lead to each other too often, it is not said which are not followed.
pub(super) fn list(
    files: &BTreeMap<String, Vec<u8>>,
    scan: &Scan,
    notes: &mut Vec<Note>,
) -> Vec<Listed> {
    let tasks: Vec<Task<'_>> =
        files.iter().filter_map(|(path, bytes)| task(path, bytes, files)).collect();
    let remembering = Remembering::new(files);
    let total: usize = files.values().map(Vec::len).sum();
    let readers = (READ_AT_ONCE_BYTES / total.max(1)).min(scan.threads).min(tasks.len());
    let next = AtomicUsize::new(0);
    let read = Mutex::new(BTreeMap::new());
    let work = || {
        while !scan.cancel.is_cancelled() {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(task) = tasks.get(at) else { break };
            let one = task.read(&remembering);
            read.lock().unwrap_or_else(PoisonError::into_inner).insert(at, one);
        }
    };
    thread::scope(|scope| {
        for _ in 1..readers {
            scope.spawn(work);
        }
        work();
    });
    let mut listed = Vec::new();
    for one in read.into_inner().unwrap_or_else(PoisonError::into_inner).into_values() {
        notes.extend(one.notes);
        listed.extend(one.listed);
    }
    if remembering.is_spent() {
        let message = "files that lock files and manifests refer to were not all read: there are too many references";
        notes.push(Note::general(NoteKind::Limit, message));
    }
    listed
}

fn task<'f>(path: &'f str, bytes: &'f [u8], files: &BTreeMap<String, Vec<u8>>) -> Option<Task<'f>> {
    let format = match lockfiles::format_of(path) {
        Some(format) => format,
        None if sbom::looks_like_sbom(bytes) => &sbom::FORMAT,
        None => return None,
    };
    (!is_installed_by_mix(path, files)).then_some(Task { path, bytes, format })
}

impl Task<'_> {
    fn read(&self, files: &dyn Files) -> Read {
        let &Self { path, bytes, format } = self;
        let at = TargetPath::from_escaped(path);
        // A reader that panics costs its file, not the scan.
        let Ok(list) = catch_unwind(AssertUnwindSafe(|| (format.read)(path, bytes, files))) else {
            let message = "a reader failed on this file; please report it";
            let note = Note::at(NoteKind::Unreadable, at, message);
            return Read { listed: None, notes: Vec::from([note]) };
        };
        let notes = told(&list.problems, &at);
        let is_empty = list.dependencies.is_empty();
        Read { listed: (!is_empty).then_some(Listed { path: at, format, list }), notes }
    }
}

/// What is wrong with a file: first that something of it was not read. A broken file among those of tests is there to be broken.
fn told(problems: &[Problem], at: &TargetPath) -> Vec<Note> {
    let is_sample = finding::is_sample(at.as_str());
    let kind = |problem: &Problem| match problem.is_unread && !is_sample {
        true => NoteKind::PackagesUnread,
        false => NoteKind::Format,
    };
    let (unread, others): (Vec<_>, Vec<_>) =
        problems.iter().partition(|problem| kind(problem) == NoteKind::PackagesUnread);
    let shown = unread.into_iter().chain(others).take(MAX_PROBLEMS);
    let mut notes: Vec<Note> = shown
        .map(|problem| {
            let message = match problem.line {
                Some(line) => format!("line {line}: {}", problem.message),
                None => problem.message.clone(),
            };
            Note::at(kind(problem), at.clone(), message)
        })
        .collect();
    if let Some(more) = problems.len().checked_sub(MAX_PROBLEMS).filter(|more| *more > 0) {
        notes.push(Note::at(NoteKind::Format, at.clone(), format!("{more} further problems")));
    }
    notes
}
