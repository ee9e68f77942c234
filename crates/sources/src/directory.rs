//! A directory, or a single file, as it stands on the disk.

use std::{
    io::{self, Read, Seek},
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use ignore::{WalkBuilder, WalkState};
use model::{Note, NoteKind, TargetPath};

use crate::{
    Error, Limits, Origin, Sink, Sinks, archive,
    content::{self, Format, PIECE_BYTES},
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
        let (folder, name) = (
            root.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")),
            root.file_name(),
        );
        let name =
            PathBuf::from(name.ok_or_else(|| open(io::Error::from(io::ErrorKind::InvalidInput)))?);
        let folder = Dir::open_ambient_dir(folder, cap_std::ambient_authority()).map_err(open)?;
        // Opened here first, so that an unreadable target is an error and not a note.
        folder.open(&name).map_err(open)?;
        file(&folder, &name, options, &mut Vec::new(), &mut sinks.sink());
        return Ok(());
    }
    let dir = Dir::open_ambient_dir(root, cap_std::ambient_authority()).map_err(open)?;
    std::fs::read_dir(root).map_err(open)?;
    let walker = WalkBuilder::new(root)
        .standard_filters(options.honour_ignore_files)
        .hidden(false)
        .require_git(false)
        .follow_links(false)
        .max_depth(Some(options.limits.directory_depth))
        .threads(options.threads)
        .build_parallel();
    walker.run(|| {
        let mut sink = sinks.sink();
        let mut buffer = Vec::new();
        let dir = &dir;
        Box::new(move |entry| {
            if sink.is_cancelled() {
                return WalkState::Quit;
            }
            match entry {
                Ok(entry) => visit(dir, root, &entry, options, &mut buffer, &mut sink),
                Err(error) => {
                    sink.note(unreadable_entry(root, &error));
                    WalkState::Continue
                }
            }
        })
    });
    Ok(())
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
        sink.note(Note::at(NoteKind::Excluded, path, "left out by the configuration"));
        return WalkState::Skip;
    }
    if kind.is_dir() {
        if entry.depth() >= options.limits.directory_depth {
            sink.note(Note::at(
                NoteKind::Limit,
                path,
                "directories nested too deeply; not entered",
            ));
        }
        return WalkState::Continue;
    }
    if kind.is_symlink() {
        sink.note(Note::at(NoteKind::Symlink, path, "a symbolic link; not followed"));
    } else if kind.is_file() {
        file(dir, relative, options, buffer, sink);
    } else {
        sink.note(Note::at(NoteKind::Special, path, "a device, pipe or socket"));
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
    options: &Options,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) {
    let path = target_path(relative);
    if let Err(error) = try_file(dir, relative, &path, options, buffer, sink) {
        sink.note(Note::at(NoteKind::Unreadable, path, io_sentence(&error)));
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
        sink.note(Note::at(NoteKind::Special, path.clone(), "a device, pipe or socket"));
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
    buffer.clear();
    // One byte more tells whether there is more.
    file.by_ref().take(PIECE_BYTES as u64 + 1).read_to_end(buffer)?;
    if buffer.len() <= PIECE_BYTES {
        content::feed(&origin, buffer, &options.limits, sink);
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
