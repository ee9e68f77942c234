//! The pack, from the wire to the disk: gix checks and indexes it, the bounds are ours.

use std::{
    cell::Cell,
    collections::BTreeSet,
    fs,
    io::{self, BufRead, BufReader, BufWriter, Read, Write as _},
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    thread,
};

use gix::{
    ObjectId,
    hash::Kind,
    odb::pack::{
        self,
        data::{EntryRange, File, input},
    },
    progress::DynNestedProgress,
};

use super::{Limits, cause::Cause, deltas::Deltas};
use crate::{Error, error::printable};

/// What gix keeps for each object while it writes the index, with room to spare: it allocates for half of them at a time.
const INDEX_BYTES_PER_OBJECT: u64 = 64;
/// zlib's overhead for what does not compress, and what is read ahead.
const SLACK_BYTES: u64 = 256 << 10;
const BUFFER_BYTES: usize = 64 << 10;

pub(super) struct Received {
    pub(super) objects: u64,
    pub(super) bytes: u64,
}

pub(super) struct Receiver<'a> {
    pub(super) folder: &'a Path,
    pub(super) hash: Kind,
    pub(super) limits: &'a Limits,
    pub(super) received_bytes: Option<&'a AtomicU64>,
    pub(super) wants: &'a BTreeSet<ObjectId>,
    pub(super) cause: &'a Cause,
}

impl Receiver<'_> {
    /// Errors for gix to carry upwards; the cause has our own.
    pub(super) fn receive(
        &self,
        reader: &mut dyn BufRead,
        progress: &mut dyn DynNestedProgress,
        stop: &AtomicBool,
    ) -> Result<Received, Error> {
        self.cause.begin_pack();
        let data = self.folder.join("incoming.pack");
        let index = self.folder.join("incoming.idx");
        let meter = Meter::default();
        let copied =
            Copied { inner: reader, file: &create(&data)?, stop, meter: &meter, receiver: self };
        let entries = input::BytesToEntriesIter::new_from_header(
            BufReader::with_capacity(BUFFER_BYTES, copied),
            input::Mode::Verify,
            input::EntryDataMode::KeepAndCrc32,
            self.hash,
        )
        .map_err(|error| self.broken(&error))?;
        let version = entries.version();
        let objects = entries.size_hint().0 as u64;
        self.require_count(objects)?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let mut entries = Entries {
            inner: entries,
            deltas: Some(Deltas::default()),
            threads,
            meter: &meter,
            receiver: self,
        };
        let alloc_limit = self.limits.max_object_bytes.max(objects * INDEX_BYTES_PER_OBJECT);
        let mut out = BufWriter::new(create(&index)?);
        let written = pack::index::write_data_iter_to_stream(
            pack::index::Version::default(),
            || {
                let file =
                    File::at(&data, self.hash).map_err(|e| io::Error::other(e.to_string()))?;
                Ok((bytes_of, file))
            },
            &mut entries,
            Some(threads),
            progress,
            &mut out,
            stop,
            self.hash,
            usize::try_from(alloc_limit).ok(),
            version,
        )
        .map_err(|error| self.broken(&error))?;
        out.flush().map_err(|source| Error::Destination { path: index.clone(), source })?;
        drop(out);
        if meter.seen.get() != meter.entry_end.get() + self.hash.len_in_bytes() as u64 {
            return Err(corrupt("something follows its end"));
        }
        self.require_wants(&index)?;
        for (from, extension) in [(data, "pack"), (index, "idx")] {
            let to = self.folder.join(format!("pack-{}.{extension}", written.data_hash));
            fs::rename(&from, &to).map_err(|source| Error::Destination { path: to, source })?;
        }
        Ok(Received { objects, bytes: meter.seen.get() })
    }

    fn require_count(&self, objects: u64) -> Result<(), Error> {
        if objects > self.limits.max_objects {
            return Err(Error::TooManyObjects { objects, limit: self.limits.max_objects });
        }
        if objects == 0 {
            return Err(corrupt("it has no objects in it"));
        }
        Ok(())
    }

    fn broken(&self, error: &gix::Error) -> Error {
        let io = error.downcast_any_ref::<io::Error>().map(io::Error::kind);
        if error.is_resource_exhausted() && io.is_none() {
            return Error::ObjectTooLarge { limit_bytes: self.limits.max_object_bytes };
        }
        match io {
            Some(io::ErrorKind::UnexpectedEof) if self.cause.has_ended() => Error::ConnectionLost {
                host: self.cause.host().to_owned(),
                reason: "it ended in the middle of the pack".to_owned(),
            },
            Some(
                kind @ (io::ErrorKind::StorageFull
                | io::ErrorKind::QuotaExceeded
                | io::ErrorKind::FileTooLarge
                | io::ErrorKind::ReadOnlyFilesystem
                | io::ErrorKind::PermissionDenied
                | io::ErrorKind::NotFound),
            ) => Error::Destination { path: self.folder.to_owned(), source: kind.into() },
            _ => Error::CorruptPack { reason: reason(error) },
        }
    }

    /// gix has verified the checksum and every object's id; what is left is that it is all there.
    fn require_wants(&self, index: &Path) -> Result<(), Error> {
        let index = pack::index::File::at(index, self.hash).map_err(|e| corrupt(&reason(&e)))?;
        match self.wants.iter().find(|id| index.lookup(id).is_none()) {
            Some(missing) => Err(corrupt(&format!("it lacks the object {missing}"))),
            None => Ok(()),
        }
    }
}

fn create(path: &Path) -> Result<fs::File, Error> {
    fs::File::create_new(path)
        .map_err(|source| Error::Destination { path: path.to_owned(), source })
}

fn corrupt(reason: &str) -> Error {
    Error::CorruptPack { reason: reason.to_owned() }
}

fn bytes_of(range: EntryRange, file: &File) -> Option<&[u8]> {
    file.entry_slice(range)
}

/// The words of the first cause, which say most.
pub(super) fn reason(error: &gix::Error) -> String {
    printable(&error.probable_cause().to_string())
}

pub(super) fn is_end(error: &gix::Error) -> bool {
    error
        .downcast_any_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::UnexpectedEof)
}

#[derive(Default)]
struct Meter {
    /// Bytes of the pack that have been read, ahead of the entry in work.
    seen: Cell<u64>,
    /// What had been seen when the last entry was complete.
    seen_before_entry: Cell<u64>,
    /// Where the last entry ends in the pack.
    entry_end: Cell<u64>,
}

/// The pack as it arrives, written down, within its limits.
struct Copied<'a> {
    inner: &'a mut dyn BufRead,
    file: &'a fs::File,
    stop: &'a AtomicBool,
    meter: &'a Meter,
    receiver: &'a Receiver<'a>,
}

impl Copied<'_> {
    fn check(&self) -> Result<(), Error> {
        let Limits { max_pack_bytes, max_object_bytes, .. } = *self.receiver.limits;
        let seen = self.meter.seen.get();
        if seen > max_pack_bytes {
            return Err(Error::PackTooLarge { limit_bytes: max_pack_bytes });
        }
        // gix buffers an entry as it is compressed, and looks at its size afterwards.
        let most = max_object_bytes.saturating_add(max_object_bytes / 1000 + SLACK_BYTES);
        if seen - self.meter.seen_before_entry.get() > most {
            return Err(Error::ObjectTooLarge { limit_bytes: max_object_bytes });
        }
        Ok(())
    }
}

impl Read for Copied<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let cause = self.receiver.cause;
        if self.stop.load(Relaxed) {
            return Err(io::Error::other("the transfer was stopped"));
        }
        self.check().map_err(|error| cause.note(error))?;
        let read = self.inner.read(buffer)?;
        self.file.write_all(buffer.get(..read).unwrap_or_default()).map_err(|source| {
            cause.note(Error::Destination { path: self.receiver.folder.to_owned(), source })
        })?;
        self.meter.seen.set(self.meter.seen.get() + read as u64);
        cause.count_pack(read);
        if let Some(counter) = self.receiver.received_bytes {
            counter.fetch_add(read as u64, Relaxed);
        }
        Ok(read)
    }
}

/// The entries as gix tells them apart, judged before anything is made of them.
struct Entries<'a, R> {
    inner: input::BytesToEntriesIter<R>,
    /// Until they have been judged.
    deltas: Option<Deltas>,
    threads: usize,
    meter: &'a Meter,
    receiver: &'a Receiver<'a>,
}

impl<R: BufRead> Entries<'_, R> {
    fn judge(&mut self, entry: &mut input::Entry) -> Result<(), Error> {
        self.meter.seen_before_entry.set(self.meter.seen.get());
        self.meter.entry_end.set(entry.pack_offset + entry.bytes_in_pack());
        let limit_bytes = self.receiver.limits.max_object_bytes;
        let size = match &mut self.deltas {
            Some(deltas) => {
                deltas.add(entry).map_err(|_| corrupt("a delta does not say how long it is"))?
            }
            None => 0,
        };
        entry.compressed = None;
        if size.max(entry.decompressed_size) > limit_bytes {
            return Err(Error::ObjectTooLarge { limit_bytes });
        }
        Ok(())
    }

    fn judge_all(&mut self) -> Result<(), Error> {
        let limit_bytes = self.receiver.limits.max_base_bytes;
        let kept = self.deltas.take().map_or(0, |deltas| deltas.kept_bytes(self.threads));
        if kept > limit_bytes {
            return Err(Error::DeltasTooLarge { limit_bytes });
        }
        Ok(())
    }
}

impl<R: BufRead> Iterator for Entries<'_, R> {
    type Item = gix::Result<input::Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        let refused = |error| gix::Error::from_error(self.receiver.cause.note(error));
        match self.inner.next() {
            Some(Ok(mut entry)) => Some(self.judge(&mut entry).map(|()| entry).map_err(refused)),
            None => self.judge_all().err().map(|error| Err(refused(error))),
            failed => failed,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
