//! A directory, or a single file, as it stands on the disk.

use std::{
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use ignore::{WalkBuilder, WalkState};
use model::{Note, NoteKind, TargetPath};

use crate::{
    Error, Limits, Origin, Sink, Sinks, archive,
    content::{self, Format, PIECE_BYTES},
    notes,
};

/// How to walk.
#[derive(Clone)]
pub struct Options {
    /// Leave out what `.gitignore`, `.ignore` and git's own excludes name.
    pub honour_ignore_files: bool,
    /// Worker threads.
    pub threads: usize,
    /// Bounds.
    pub limits: Limits,
    /// Says whether the user's configuration leaves a path out.
    pub is_excluded: Arc<dyn Fn(&TargetPath) -> bool + Send + Sync>,
}

/// Feeds every file below `root` to the sinks, or `root` itself if it is a file. Symbolic links are not followed.
///
/// # Errors
/// `root` cannot be opened.
pub fn walk<S: Sinks>(root: &Path, options: &Options, sinks: &S) -> Result<(), Error> {
    let open = |source| Error::Open { path: root.to_owned(), source };
    let metadata = std::fs::metadata(root).map_err(open)?;
    if !metadata.is_dir() {
        return walk_file(root, &metadata, options, &mut sinks.sink()).map_err(open);
    }
    let dir = Dir::open_ambient_dir(root, cap_std::ambient_authority()).map_err(open)?;
    std::fs::read_dir(root).map_err(open)?;
    let walk = Walk { dir: &dir, root, options, sinks };
    if !options.honour_ignore_files {
        walk.run(&[root.to_owned()], None);
        return Ok(());
    }
    let set_aside = Arc::default();
    if is_ruled_plainly(root) {
        walk.run(&[root.to_owned()], Some(&set_aside));
    } else {
        lock(&set_aside).push(root.to_owned());
    }
    let set_aside = std::mem::take(&mut *lock(&set_aside));
    let mut sink = sinks.sink();
    for folder in &set_aside {
        let folder = target_path(folder.strip_prefix(root).unwrap_or(folder));
        sink.note(Note::at(NoteKind::Configuration, folder, NOT_PLAIN));
    }
    drop(sink);
    if !set_aside.is_empty() {
        walk.run(&set_aside, None);
    }
    Ok(())
}

/// The path under which [`walk`] feeds `root` if it is a file; `None` if it is something else.
#[must_use]
pub fn single_file(root: &Path) -> Option<TargetPath> {
    let is_file = std::fs::metadata(root).is_ok_and(|metadata| metadata.is_file());
    let real = std::fs::canonicalize(root).ok().filter(|_| is_file)?;
    Some(path_of_single(root, real.file_name()?))
}

/// As it was called, which a link may be.
fn path_of_single(root: &Path, real_name: &std::ffi::OsStr) -> TargetPath {
    target_path(Path::new(root.file_name().unwrap_or(real_name)))
}

/// Feeds files below `root` that an earlier [`walk`] has told of to the sinks, and looks for no others.
///
/// # Errors
/// `root` cannot be opened.
pub fn again<S: Sinks>(
    root: &Path,
    files: &[TargetPath],
    options: &Options,
    sinks: &S,
) -> Result<(), Error> {
    let dir = Dir::open_ambient_dir(root, cap_std::ambient_authority())
        .map_err(|source| Error::Open { path: root.to_owned(), source })?;
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                let mut sink = sinks.sink();
                let mut buffer = Vec::new();
                while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if sink.is_cancelled() {
                        return;
                    }
                    // A name that had to be escaped leads nowhere, and the sink is told.
                    if sink.wants(path) {
                        file(&dir, Path::new(path.as_str()), path, options, &mut buffer, &mut sink);
                    }
                }
            });
        }
    });
    Ok(())
}

/// Folders that are walked without the rules of ignore files, for what stands there must not be read as one.
type SetAside = Arc<Mutex<Vec<PathBuf>>>;

fn lock(folders: &SetAside) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
    // A worker that panicked left a list that is still a list.
    folders.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

const NOT_PLAIN: &str =
    "its ignore file is a link, a pipe or larger than 1 MiB; nothing in this folder was left out";
/// Largest `.gitignore` and the like.
const MAX_IGNORE_BYTES: u64 = 1 << 20;
/// How much of a file is read before it is known to be more than a binary one's beginning.
const HEAD_BYTES: usize = 64 << 10;
/// Largest `.git` file and `commondir`: each holds one path.
const MAX_POINTER_BYTES: u64 = 8 << 10;

/// Whether what the `ignore` crate opens for this folder are plain files: it follows links, waits at pipes and reads lines
/// of any length. git does not follow a linked `.gitignore` either.
fn is_ruled_plainly(folder: &Path) -> bool {
    [".gitignore", ".ignore"].iter().all(|name| is_plain(&folder.join(name)))
        && has_plain_excludes(folder)
}

/// The same for `info/exclude` of the folder's git directory, whose path may lead through links.
fn has_plain_excludes(folder: &Path) -> bool {
    let pointer = folder.join(".git");
    let git = match std::fs::symlink_metadata(&pointer) {
        Err(_) => return true,
        Ok(metadata) if metadata.is_dir() => Some(pointer),
        // A linked worktree or a submodule.
        Ok(metadata) if metadata.is_file() => git_folder(folder, &pointer),
        Ok(_) => None,
    };
    git.is_some_and(|git| {
        std::fs::metadata(git.join("info/exclude"))
            .map_or(true, |m| m.is_file() && m.len() <= MAX_IGNORE_BYTES)
    })
}

fn is_plain(path: &Path) -> bool {
    std::fs::symlink_metadata(path).map_or(true, |m| m.is_file() && m.len() <= MAX_IGNORE_BYTES)
}

/// Where a `.git` file leads (`gitrepository-layout`). `None` where that is not to be followed.
fn git_folder(folder: &Path, pointer: &Path) -> Option<PathBuf> {
    let read = |path: &Path| {
        let metadata = std::fs::metadata(path).ok()?;
        (metadata.is_file() && metadata.len() <= MAX_POINTER_BYTES)
            .then(|| std::fs::read_to_string(path).ok())
            .flatten()
    };
    let own = folder.join(read(pointer)?.lines().next()?.strip_prefix("gitdir: ")?);
    let common = own.join("commondir");
    match std::fs::metadata(&common) {
        Err(_) => Some(own),
        Ok(_) => Some(own.join(read(&common)?.lines().next()?)),
    }
}

/// A file that the user names is opened wherever a link leads.
fn walk_file<S: Sink>(
    root: &Path,
    metadata: &std::fs::Metadata,
    options: &Options,
    sink: &mut S,
) -> io::Result<()> {
    if !metadata.is_file() {
        return Err(io::Error::other("neither a file nor a folder"));
    }
    let real = std::fs::canonicalize(root)?;
    let (Some(folder), Some(name)) = (real.parent(), real.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let dir = Dir::open_ambient_dir(folder, cap_std::ambient_authority())?;
    // Opened here first, so that an unreadable target is an error and not a note.
    dir.open(name)?;
    let path = path_of_single(root, name);
    if let Err(error) = try_file(&dir, Path::new(name), &path, options, &mut Vec::new(), sink) {
        sink.note(Note::at(NoteKind::Unreadable, path, io_sentence(&error)));
    }
    Ok(())
}

struct Walk<'a, S> {
    dir: &'a Dir,
    root: &'a Path,
    options: &'a Options,
    sinks: &'a S,
}

impl<S: Sinks> Walk<'_, S> {
    /// Walks `folders`, honouring ignore files if there is a list for folders in which that is not safe.
    fn run(&self, folders: &[PathBuf], set_aside: Option<&SetAside>) {
        let Some((first, others)) = folders.split_first() else { return };
        let mut builder = WalkBuilder::new(first);
        for folder in others {
            builder.add(folder);
        }
        builder
            .standard_filters(set_aside.is_some())
            .hidden(false)
            .require_git(false)
            .follow_links(false)
            .max_depth(Some(self.options.limits.directory_depth))
            .threads(self.options.threads);
        if let Some(set_aside) = set_aside.cloned() {
            builder.filter_entry(move |entry| {
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                if !is_folder || is_ruled_plainly(entry.path()) {
                    return true;
                }
                lock(&set_aside).push(entry.path().to_owned());
                false
            });
        }
        builder.build_parallel().run(|| {
            let mut sink = self.sinks.sink();
            let mut buffer = Vec::new();
            Box::new(move |entry| {
                if sink.is_cancelled() {
                    return WalkState::Quit;
                }
                match entry {
                    Ok(entry) => {
                        visit(self.dir, self.root, &entry, self.options, &mut buffer, &mut sink)
                    }
                    Err(error) => {
                        sink.note(unreadable_entry(self.root, &error));
                        WalkState::Continue
                    }
                }
            })
        });
    }
}

fn visit<S: Sink>(
    dir: &Dir,
    root: &Path,
    entry: &ignore::DirEntry,
    options: &Options,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) -> WalkState {
    let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
    if relative.as_os_str().is_empty() {
        return WalkState::Continue;
    }
    let path = target_path(relative);
    let Some(kind) = entry.file_type() else { return WalkState::Continue };
    if relative.file_name().is_some_and(|name| name == ".git") {
        // A repository's own store: `--history` reads it. A file of that name is a worktree's or a submodule's pointer.
        return WalkState::Skip;
    }
    if (options.is_excluded)(&path) {
        sink.note(notes::excluded(path));
        return WalkState::Skip;
    }
    if kind.is_file() && !sink.wants(&path) {
        return WalkState::Continue;
    }
    if kind.is_dir() {
        if relative.components().count() >= options.limits.directory_depth {
            sink.note(notes::too_deep(path));
            return WalkState::Skip;
        }
        return WalkState::Continue;
    }
    if kind.is_symlink() {
        sink.note(notes::symlink(path));
    } else if kind.is_file() {
        file(dir, relative, &path, options, buffer, sink);
    } else {
        sink.note(notes::special(path));
    }
    WalkState::Continue
}

fn unreadable_entry(root: &Path, error: &ignore::Error) -> Note {
    let mut cause = error;
    let mut path = None;
    loop {
        match cause {
            ignore::Error::WithPath { path: at, err } => {
                path = Some(target_path(at.strip_prefix(root).unwrap_or(at)));
                cause = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                cause = err
            }
            _ => break,
        }
    }
    let message = match cause {
        ignore::Error::Io(error) => io_sentence(error),
        _ => "could not be read".to_owned(),
    };
    Note { kind: NoteKind::Unreadable, path, message }
}

/// The system's word for it, without its number.
fn io_sentence(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "vanished while it was read".to_owned(),
        kind => kind.to_string(),
    }
}

#[cfg(unix)]
fn target_path(path: &Path) -> TargetPath {
    use std::os::unix::ffi::OsStrExt as _;
    TargetPath::from_bytes(path.as_os_str().as_bytes())
}

#[cfg(not(unix))]
fn target_path(path: &Path) -> TargetPath {
    TargetPath::from_bytes(path.to_string_lossy().replace('\\', "/").as_bytes())
}

/// Feeds one file. It is opened below `dir` by a call that cannot leave it, whatever becomes of the path meanwhile, and
/// without waiting, should it have become a pipe.
fn file<S: Sink>(
    dir: &Dir,
    relative: &Path,
    path: &TargetPath,
    options: &Options,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) {
    if let Err(error) = try_file(dir, relative, path, options, buffer, sink) {
        sink.note(Note::at(NoteKind::Unreadable, path.clone(), io_sentence(&error)));
    }
}

fn try_file<S: Sink>(
    dir: &Dir,
    relative: &Path,
    path: &TargetPath,
    options: &Options,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) -> io::Result<()> {
    let mut how = OpenOptions::new();
    how.read(true);
    #[cfg(unix)]
    how.custom_flags(i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default());
    let mut file = dir.open_with(relative, &how)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        sink.note(notes::special(path.clone()));
        return Ok(());
    }
    let origin = Origin::File(path.clone());
    sink.content(&origin);
    if metadata.len() > options.limits.content_bytes {
        let message = format!(
            "{} MiB; the limit is {}",
            metadata.len() >> 20,
            options.limits.content_bytes >> 20
        );
        sink.note(Note::at(NoteKind::TooLarge, path.clone(), message));
        return Ok(());
    }
    if let Some(bytes) = read_small(&mut file, metadata.len(), buffer)? {
        content::feed(&origin, bytes, &options.limits, sink);
        return Ok(());
    }
    match content::format_of(buffer) {
        Format::Binary => content::binary(&origin, sink),
        Format::Archive(kind) => {
            file.rewind()?;
            archive::feed(kind, &origin, file, metadata.len(), &options.limits, sink);
        }
        Format::Text | Format::Utf16 { .. } => {
            file.rewind()?;
            // What grows while it is read ends at the limit as well.
            content::stream(&origin, file.take(options.limits.content_bytes), buffer, sink)?;
        }
    }
    Ok(())
}

/// All of a file of at most [`PIECE_BYTES`], in `buffer`, which keeps its length so that it need not be cleared for the next file.
/// `None` where there is more, and of a binary file, of which nobody wants more; `buffer` then holds the beginning.
fn read_small<'b>(
    file: &mut impl Read,
    told_bytes: u64,
    buffer: &'b mut Vec<u8>,
) -> io::Result<Option<&'b [u8]>> {
    // Where a file ends as it was told it needs no further call to say so; one that was told to be empty may be the kernel's.
    let told = usize::try_from(told_bytes).unwrap_or(usize::MAX).min(PIECE_BYTES + 1);
    let mut read = 0;
    loop {
        let room = if read < HEAD_BYTES { HEAD_BYTES } else { told.max(2 * read) };
        if buffer.len() < room.min(PIECE_BYTES + 1) {
            // The next larger file may find room in it as well.
            buffer.resize(room.next_power_of_two().min(PIECE_BYTES + 1), 0);
        }
        let end = if read < HEAD_BYTES { HEAD_BYTES } else { buffer.len() };
        match file.read(buffer.get_mut(read..end).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
        if read > PIECE_BYTES {
            return Ok(None);
        }
        if read == told {
            break;
        }
        if read == HEAD_BYTES && content::format_of(buffer) == Format::Binary {
            return Ok(None);
        }
    }
    Ok(buffer.get(..read))
}
