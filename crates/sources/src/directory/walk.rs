//! Walking a directory's tree, several workers at once.
//!
//! A folder is opened below the root by a call that cannot leave it, and what it holds is opened through its handle. Neither is followed where
//! it has become a link since it was listed.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use cap_std::fs::Dir;
use model::{Note, NoteKind};

use super::{
    Options, file,
    ignored::{Ignored, Present},
    io_sentence,
    listing::{Kind, list},
    target_path, without_waiting,
};
use crate::{Sink, Sinks, notes};

const UNUSABLE: &str = "an ignore file is a link, a pipe, unreadable or larger than 1 MiB; nothing in this folder was left out";

/// The tree below `root`, which `dir` is.
pub(super) struct Walk<'w, S> {
    pub(super) dir: &'w Dir,
    pub(super) root: &'w Path,
    pub(super) options: &'w Options,
    pub(super) sinks: &'w S,
}

/// What is to be done.
enum Task {
    /// A folder below the root, and what those around it leave out.
    Folder(PathBuf, Option<Ignored>),
    /// Files of a folder.
    Files(Arc<Folder>, Vec<OsString>),
}

/// A folder that is open.
struct Folder {
    dir: Dir,
    /// Below the root.
    path: PathBuf,
}

impl<S: Sinks> Walk<'_, S> {
    pub(super) fn run(&self) {
        let ignored = self.options.honour_ignore_files.then(|| Ignored::around(self.root));
        let queue = Queue::new(Task::Folder(PathBuf::new(), ignored));
        std::thread::scope(|scope| {
            for _ in 0..self.options.threads.max(1) {
                scope.spawn(|| {
                    let sink = self.sinks.sink();
                    let buffers = Default::default();
                    let mut worker = Worker { walk: self, queue: &queue, sink, buffers };
                    while let Some((task, _at_work)) = queue.next() {
                        worker.work(task);
                    }
                });
            }
        });
    }
}

/// One thread.
struct Worker<'w, S: Sinks> {
    walk: &'w Walk<'w, S>,
    queue: &'w Queue,
    sink: S::Sink,
    buffers: Buffers,
}

/// What a thread reads into.
#[derive(Default)]
struct Buffers {
    file: Vec<u8>,
    listing: Vec<u8>,
}

impl<S: Sinks> Worker<'_, S> {
    fn work(&mut self, task: Task) {
        if self.sink.is_cancelled() {
            return self.queue.stop();
        }
        match task {
            Task::Folder(path, ignored) => {
                if let Err(error) = self.folder(&path, ignored) {
                    unreadable(&mut self.sink, &path, &error);
                }
            }
            Task::Files(folder, names) => self.files(&folder, names),
        }
    }

    /// Reads a folder: what is in it is handed out, its files are read at once.
    fn folder(&mut self, path: &Path, ignored: Option<Ignored>) -> io::Result<()> {
        let Walk { dir: root, options, .. } = self.walk;
        // The root's own handle is none that can be listed.
        let below = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        let dir = Dir::from_std_file(root.open_with(below, &without_waiting())?.into_std());
        let (mut entries, mut present) = (Vec::new(), Present::default());
        let Self { sink, buffers, .. } = self;
        let listed = list(&dir, &mut buffers.listing, |name, kind| match kind {
            Ok(kind) => {
                present.see(&name);
                entries.push((name, kind));
            }
            Err(error) => unreadable(sink, &path.join(name), &error),
        });
        if let Err(error) = listed {
            unreadable(sink, path, &error);
        }
        let ignored = ignored.and_then(|around| {
            let inside = around.inside(&dir, path, &self.walk.root.join(path), present);
            if inside.is_err() {
                let path = target_path(path);
                self.sink.note(Note::at(NoteKind::Configuration, path, UNUSABLE));
            }
            inside.ok()
        });
        let folder = Arc::new(Folder { dir, path: path.to_owned() });
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        let is_deepest = path.components().count() + 1 >= options.limits.directory_depth;
        for (name, kind) in entries {
            let is_folder = kind == Kind::Folder;
            // A repository's own store: `--history` reads it. A file of that name is a worktree's or a submodule's pointer.
            if name == ".git"
                || ignored
                    .as_ref()
                    .is_some_and(|ignored| ignored.leaves_out(path, &name, is_folder))
            {
                continue;
            }
            if kind == Kind::File {
                files.push(name);
                continue;
            }
            let path = path.join(name);
            let target = target_path(&path);
            if (options.is_excluded)(&target) {
                self.sink.note(notes::excluded(target));
            } else if kind == Kind::Link {
                self.sink.note(notes::symlink(target));
            } else if !is_folder {
                self.sink.note(notes::special(target));
            } else if is_deepest {
                self.sink.note(notes::too_deep(target));
            } else {
                folders.push(Task::Folder(path, ignored.clone()));
            }
        }
        self.queue.add(folders);
        self.files(&folder, files);
        Ok(())
    }

    /// Reads files of a folder, and leaves half of them to whoever has nothing to do.
    fn files(&mut self, folder: &Arc<Folder>, mut names: Vec<OsString>) {
        let options = self.walk.options;
        while let Some(name) = names.pop() {
            if self.sink.is_cancelled() {
                self.queue.stop();
                return;
            }
            if !names.is_empty() && self.queue.has_idle() {
                let half = names.split_off(names.len() / 2);
                self.queue.add(vec![Task::Files(Arc::clone(folder), half)]);
            }
            let path = target_path(&folder.path.join(&name));
            if (options.is_excluded)(&path) {
                self.sink.note(notes::excluded(path));
            } else if self.sink.wants(&path) {
                let Self { sink, buffers, .. } = self;
                file(&folder.dir, Path::new(&name), &path, options, &mut buffers.file, sink);
            }
        }
    }
}

fn unreadable(sink: &mut impl Sink, path: &Path, error: &io::Error) {
    sink.note(Note::at(NoteKind::Unreadable, target_path(path), io_sentence(error)));
}

/// Tasks that nobody has begun.
struct Queue {
    state: Mutex<State>,
    /// A task was added, or there will be no more.
    changed: Condvar,
    /// Workers that wait, as is known while the state is locked.
    idle: AtomicUsize,
}

struct State {
    /// The last one is begun first: a tree is walked to its depth, which keeps few folders waiting.
    tasks: Vec<Task>,
    /// Tasks that were begun and are not done; they may add others.
    at_work: usize,
    is_stopped: bool,
}

/// Somebody is at work on a task, until this is dropped, by a panic as well.
struct AtWork<'q>(&'q Queue);

impl Queue {
    fn new(first: Task) -> Self {
        Self {
            state: Mutex::new(State { tasks: vec![first], at_work: 0, is_stopped: false }),
            changed: Condvar::new(),
            idle: AtomicUsize::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked left a list that is still a list.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, tasks: Vec<Task>) {
        if tasks.is_empty() {
            return;
        }
        let mut state = self.lock();
        state.tasks.extend(tasks);
        if self.has_idle() {
            self.changed.notify_all();
        }
    }

    /// The next task; `None` once there will be no more.
    fn next(&self) -> Option<(Task, AtWork<'_>)> {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return None;
            }
            if let Some(task) = state.tasks.pop() {
                state.at_work += 1;
                return Some((task, AtWork(self)));
            }
            if state.at_work == 0 {
                return None;
            }
            self.idle.fetch_add(1, Ordering::Relaxed);
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            self.idle.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Nothing more is begun.
    fn stop(&self) {
        self.lock().is_stopped = true;
        self.changed.notify_all();
    }

    fn has_idle(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.at_work -= 1;
        if state.at_work == 0 {
            self.0.changed.notify_all();
        }
    }
}
