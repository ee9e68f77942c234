//! Archives, read member by member and never unpacked: bytes, members, depth and ratio are bounded over all levels.

use std::{
    cell::Cell,
    io::{self, Read, Seek},
};

use model::{Note, NoteKind};

use crate::{
    Limits, Origin, Sink,
    content::{self, Format},
    notes::one_line,
    seven_zip,
};

/// What can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Zip,
    Tar,
    Gzip,
    Zstd,
    SevenZip,
}

/// Where tar says that it is tar (POSIX.1-1988 `ustar`, and GNU's).
const TAR_MAGIC_AT: usize = 257;
/// Largest archive inside an archive: it must be held in memory, because zip and 7z are read from their end.
const NESTED_BYTES: u64 = 32 << 20;
/// How much of a member is looked at to tell what it is.
const HEAD_BYTES: u64 = 8_192;
/// Dictionary and buffers of one decoder.
const DECODER_BYTES: u64 = 64 << 20;
/// What may be read of a zip to find its members: they are kept in memory before the first one is seen.
const MAX_DIRECTORY_BYTES: u64 = 16 << 20;
/// The same for one member of a tar, whose name and other properties may be as long as a file.
const MAX_HEADER_BYTES: u64 = 1 << 20;

impl Kind {
    pub(crate) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Some(Self::Zip),
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstd),
            [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Some(Self::SevenZip),
            _ if head.get(TAR_MAGIC_AT..TAR_MAGIC_AT + 5) == Some(b"ustar") => Some(Self::Tar),
            _ => None,
        }
    }
}

/// Why reading an archive ended early.
#[derive(Debug)]
enum Stop {
    /// The sink wants no more.
    Cancelled,
    /// A limit; the sentence says which.
    Limit(String),
    /// The archive is damaged, or in a form that is not understood.
    Unreadable(String),
}

/// What is left of the limits, over all levels of one archive.
struct Budget<'l> {
    limits: &'l Limits,
    bytes: u64,
    members: u64,
    depth: u32,
}

/// Feeds the members of an archive. `size` is what it takes as it is.
pub(crate) fn feed<S: Sink>(
    kind: Kind,
    origin: &Origin,
    reader: impl Read + Seek,
    size: u64,
    limits: &Limits,
    sink: &mut S,
) {
    let by_ratio = size.saturating_mul(limits.archive_ratio).max(Limits::RATIO_FREE_BYTES);
    let mut budget = Budget {
        limits,
        bytes: limits.archive_bytes.min(by_ratio),
        members: limits.archive_members,
        depth: limits.archive_depth,
    };
    members_of(kind, origin, reader, &mut budget, sink);
}

fn members_of<S: Sink>(
    kind: Kind,
    origin: &Origin,
    reader: impl Read + Seek,
    budget: &mut Budget<'_>,
    sink: &mut S,
) {
    let Some(depth) = budget.depth.checked_sub(1) else {
        sink.note(Note::at(
            NoteKind::Archive,
            origin.path(),
            "archives nested too deeply; not opened",
        ));
        return;
    };
    budget.depth = depth;
    let result = match kind {
        Kind::Zip => zip(origin, reader, budget, sink),
        Kind::Tar => tar(origin, reader, budget, sink),
        Kind::Gzip => {
            let reader = flate2::read::MultiGzDecoder::new(reader);
            compressed(origin, reader, budget, sink)
        }
        Kind::Zstd => zstd(origin, reader, budget, sink),
        Kind::SevenZip => seven_zip(origin, reader, budget, sink),
    };
    budget.depth += 1;
    match result {
        Ok(()) | Err(Stop::Cancelled) => {}
        Err(Stop::Limit(message)) => sink.note(Note::at(NoteKind::Archive, origin.path(), message)),
        Err(Stop::Unreadable(message)) => {
            let message = format!("the archive could not be read to its end: {message}");
            sink.note(Note::at(NoteKind::Archive, origin.path(), message));
        }
    }
}

fn unreadable(error: impl std::fmt::Display) -> Stop {
    Stop::Unreadable(one_line(&error.to_string()))
}

fn take_member<S: Sink>(budget: &mut Budget<'_>, sink: &S) -> Result<(), Stop> {
    if sink.is_cancelled() {
        return Err(Stop::Cancelled);
    }
    budget.members = budget.members.checked_sub(1).ok_or_else(|| {
        Stop::Limit(format!(
            "more than {} members; the rest was not looked at",
            budget.limits.archive_members
        ))
    })?;
    Ok(())
}

fn zip<S: Sink>(
    origin: &Origin,
    reader: impl Read + Seek,
    budget: &mut Budget<'_>,
    sink: &mut S,
) -> Result<(), Stop> {
    let meter = Meter::allowing(MAX_DIRECTORY_BYTES);
    let archive = zip::ZipArchive::new(Metered { inner: reader, meter: &meter });
    if meter.is_exhausted() {
        return Err(Stop::Limit(format!(
            "its list of members is longer than {} MiB, or not where it should be; not opened",
            MAX_DIRECTORY_BYTES >> 20
        )));
    }
    let mut archive = archive.map_err(unreadable)?;
    // From here on what is read is the members, which the budget bounds.
    meter.allow(None);
    if archive.has_duplicate_names() {
        sink.note(Note::at(
            NoteKind::Archive,
            origin.path(),
            "several members have the same name; the last one of each was looked at",
        ));
    }
    let mut encrypted = 0_u64;
    for index in 0..archive.len() {
        take_member(budget, sink)?;
        let raw = archive.by_index_raw(index).map_err(unreadable)?;
        if raw.is_dir() {
            continue;
        }
        if raw.encrypted() {
            encrypted += 1;
            continue;
        }
        drop(raw);
        let file = match archive.by_index(index) {
            Ok(file) => file,
            Err(error) => {
                let Stop::Unreadable(message) = unreadable(error) else { continue };
                sink.note(Note::at(
                    NoteKind::Archive,
                    origin.path(),
                    format!("member {index} could not be read: {message}"),
                ));
                continue;
            }
        };
        let inner = origin.member(file.name_raw());
        member(&inner, file, budget, sink)?;
    }
    if encrypted > 0 {
        sink.note(Note::at(
            NoteKind::Archive,
            origin.path(),
            format!("{encrypted} encrypted members were not looked at"),
        ));
    }
    Ok(())
}

fn tar<S: Sink>(
    origin: &Origin,
    reader: impl Read,
    budget: &mut Budget<'_>,
    sink: &mut S,
) -> Result<(), Stop> {
    let meter = Meter::allowing(MAX_HEADER_BYTES);
    let mut archive = tar::Archive::new(Metered { inner: reader, meter: &meter });
    for entry in archive.entries().map_err(unreadable)? {
        take_member(budget, sink)?;
        let entry = match entry {
            Err(_) if meter.is_exhausted() => {
                let limit = MAX_HEADER_BYTES >> 20;
                return Err(Stop::Limit(format!("a member's header is larger than {limit} MiB")));
            }
            entry => entry.map_err(unreadable)?,
        };
        let header = entry.header();
        // Holes of a sparse file are in its size, but not in the archive.
        let stored = if header.entry_type().is_gnu_sparse() {
            header.entry_size().map_err(unreadable)?
        } else {
            entry.size()
        };
        let end = entry.raw_file_position().saturating_add(stored);
        if header.entry_type().is_file() {
            meter.allow(None);
            let inner = origin.member(&entry.path_bytes());
            member(&inner, entry, budget, sink)?;
        }
        // What is left of this member is skipped on the way to the next one's header.
        meter.allow(Some(end.saturating_sub(meter.read.get()).saturating_add(MAX_HEADER_BYTES)));
    }
    Ok(())
}

/// A stream that holds one file, which is often a tar.
fn compressed<S: Sink>(
    origin: &Origin,
    mut reader: impl Read,
    budget: &mut Budget<'_>,
    sink: &mut S,
) -> Result<(), Stop> {
    take_member(budget, sink)?;
    let head = head_of(&mut reader)?;
    let whole = io::Cursor::new(head.clone()).chain(reader);
    if Kind::of(&head) == Some(Kind::Tar) {
        // Bytes that tar skips count as well.
        let mut left = budget.bytes;
        let mut counted = Counted { inner: whole, left: &mut left, exceeded: false };
        let result = tar(origin, &mut counted, budget, sink);
        // Those of its members were counted twice, those of archives in them only by the budget.
        budget.bytes = budget.bytes.min(left);
        return result;
    }
    let path = origin.path();
    let name = path.file_name();
    let stem =
        [".gz", ".zst", ".tgz"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or("content");
    member(&origin.member(stem.as_bytes()), whole, budget, sink)
}

fn zstd<S: Sink>(
    origin: &Origin,
    reader: impl Read,
    budget: &mut Budget<'_>,
    sink: &mut S,
) -> Result<(), Stop> {
    let mut decoder = zstd::stream::read::Decoder::new(reader).map_err(unreadable)?;
    // 2^26: the window is held in memory.
    decoder.window_log_max(DECODER_BYTES.ilog2()).map_err(unreadable)?;
    compressed(origin, decoder, budget, sink)
}

fn seven_zip<S: Sink>(
    origin: &Origin,
    mut reader: impl Read + Seek,
    budget: &mut Budget<'_>,
    sink: &mut S,
) -> Result<(), Stop> {
    seven_zip::check_list(&mut reader, DECODER_BYTES).map_err(Stop::Limit)?;
    let mut archive =
        sevenz_rust2::ArchiveReader::new(&mut reader, sevenz_rust2::Password::empty())
            .map_err(unreadable)?;
    seven_zip::check_blocks(&archive.archive().blocks, DECODER_BYTES).map_err(Stop::Limit)?;
    archive.set_thread_count(1);
    let mut stop = None;
    let result = archive.for_each_entries(|entry, content| {
        if entry.is_directory() {
            return Ok(true);
        }
        let inner = origin.member(entry.name().as_bytes());
        let fed = take_member(budget, sink)
            .and_then(|()| member(&inner, &mut *content, budget, sink))
            // The library unpacks what is left of a member to come to the next one.
            .and_then(|()| pass_over(content, budget));
        match fed {
            Ok(()) => Ok(true),
            Err(reason) => {
                stop = Some(reason);
                Ok(false)
            }
        }
    });
    match stop {
        Some(reason) => Err(reason),
        None => result.map_err(unreadable),
    }
}

/// Reads to the end, which is taken from the budget as well.
fn pass_over(reader: impl Read, budget: &mut Budget<'_>) -> Result<(), Stop> {
    let mut left = budget.bytes;
    let mut counted = Counted { inner: reader, left: &mut left, exceeded: false };
    let result = io::copy(&mut counted, &mut io::sink());
    let exceeded = counted.exceeded;
    budget.bytes = left;
    match result {
        Ok(_) => Ok(()),
        Err(_) if exceeded => Err(over_budget(budget)),
        Err(error) => Err(unreadable(error)),
    }
}

fn over_budget(budget: &Budget<'_>) -> Stop {
    Stop::Limit(format!(
        "unpacks to more than the limit ({} MiB, or {} times its size); the rest was not looked at",
        budget.limits.archive_bytes >> 20,
        budget.limits.archive_ratio
    ))
}

fn head_of(reader: &mut impl Read) -> Result<Vec<u8>, Stop> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(unreadable)?;
    Ok(head)
}

/// Feeds one member, and takes what it unpacks to from the budget.
fn member<S: Sink>(
    origin: &Origin,
    reader: impl Read,
    budget: &mut Budget<'_>,
    sink: &mut S,
) -> Result<(), Stop> {
    sink.content(origin);
    let mut left = budget.bytes;
    let mut counted = Counted { inner: reader, left: &mut left, exceeded: false };
    let head = head_of(&mut counted)?;
    let result = match content::format_of(&head) {
        Format::Binary => {
            content::binary(origin, sink);
            Ok(())
        }
        Format::Archive(kind) => {
            let mut bytes = head;
            let read = counted.by_ref().take(NESTED_BYTES).read_to_end(&mut bytes);
            match read {
                Ok(read) if read as u64 == NESTED_BYTES => {
                    let message = format!(
                        "an archive of more than {} MiB inside an archive; not opened",
                        NESTED_BYTES >> 20
                    );
                    sink.note(Note::at(NoteKind::Archive, origin.path(), message));
                    Ok(())
                }
                Ok(_) => {
                    budget.bytes = *counted.left;
                    members_of(kind, origin, io::Cursor::new(bytes), budget, sink);
                    return Ok(());
                }
                Err(error) => Err(error),
            }
        }
        Format::Text | Format::Utf16 { .. } => {
            let whole = io::Cursor::new(head).chain(&mut counted);
            content::stream(origin, whole, &mut Vec::new(), sink)
        }
    };
    let exceeded = counted.exceeded;
    budget.bytes = left;
    match result {
        Ok(()) if sink.is_cancelled() => Err(Stop::Cancelled),
        Ok(()) => Ok(()),
        Err(_) if exceeded => Err(over_budget(budget)),
        Err(error) => Err(unreadable(error)),
    }
}

/// What may be read at the moment: libraries keep what they read of headers in memory.
struct Meter {
    /// `None` allows everything.
    left: Cell<Option<u64>>,
    /// Bytes in all.
    read: Cell<u64>,
}

impl Meter {
    fn allowing(bytes: u64) -> Self {
        Self { left: Cell::new(Some(bytes)), read: Cell::new(0) }
    }

    fn allow(&self, bytes: Option<u64>) {
        self.left.set(bytes);
    }

    fn is_exhausted(&self) -> bool {
        self.left.get() == Some(0)
    }
}

/// Fails once more was read than its meter allows.
struct Metered<'m, R> {
    inner: R,
    meter: &'m Meter,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.meter.left.get().unwrap_or(u64::MAX);
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        if most == 0 && !buffer.is_empty() {
            return Err(io::Error::other("limit"));
        }
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.meter.read.set(self.meter.read.get().saturating_add(read as u64));
        if let Some(left) = self.meter.left.get() {
            self.meter.left.set(Some(left.saturating_sub(read as u64)));
        }
        Ok(read)
    }
}

impl<R: Seek> Seek for Metered<'_, R> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Fails once more was read than is left.
struct Counted<'b, R> {
    inner: R,
    left: &'b mut u64,
    exceeded: bool,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => {
                *self.left = left;
                Ok(read)
            }
            None => {
                self.exceeded = true;
                Err(io::Error::other("limit"))
            }
        }
    }
}
