//! A directory, or a single file, as it stands on the disk.

mod ignored;
mod listing;
mod walk;

use std::{
    io::{self, Read, Seek},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use model::{Note, NoteKind, TargetPath};

use self::walk::Walk;
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
    dir.entries().map_err(open)?;
    Walk { dir: &dir, root, options, sinks }.run();
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

/// How much of a file is read before it is known to be more than a binary one's beginning.
const HEAD_BYTES: usize = 64 << 10;

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
    file(&dir, Path::new(name), &path, options, &mut Vec::new(), sink);
    Ok(())
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

/// To read a file or a folder: not to wait for whoever writes, should it be a pipe, and not to follow it, should it be a link.
fn without_waiting() -> OpenOptions {
    let mut how = OpenOptions::new();
    how.read(true);
    #[cfg(unix)]
    how.custom_flags(flags(rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW));
    how
}

#[cfg(unix)]
fn flags(flags: rustix::fs::OFlags) -> i32 {
    i32::try_from(flags.bits()).unwrap_or_default()
}

fn try_file<S: Sink>(
    dir: &Dir,
    relative: &Path,
    path: &TargetPath,
    options: &Options,
    buffer: &mut Vec<u8>,
    sink: &mut S,
) -> io::Result<()> {
    let mut file = dir.open_with(relative, &without_waiting())?;
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
