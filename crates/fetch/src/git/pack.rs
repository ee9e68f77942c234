//! The pack, from the wire to the disk: gix checks, indexes and writes it, the bounds are ours.

use std::{
    collections::BTreeSet,
    fs,
    io::{self, BufRead, Read, Seek as _, SeekFrom},
    path::Path,
    sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};

use gix::{
    ObjectId,
    hash::Kind,
    odb::pack::{self, bundle::write},
    progress::DynNestedProgress,
};

use super::{Limits, cause::Cause};
use crate::{Error, error::printable};

/// gitformat-pack(5): signature, version, number of objects.
const HEADER_BYTES: usize = 12;
/// What gix keeps for each object while it writes the index, with room to spare: it allocates for half of them at a time.
const INDEX_BYTES_PER_OBJECT: u64 = 64;
/// zlib's overhead for what does not compress, and what is read ahead.
const SLACK_BYTES: u64 = 256 << 10;

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
        let mut reader = Bounded {
            inner: reader,
            seen: 0,
            entries: 0,
            entry_start: 0,
            limits: self.limits,
            received_bytes: self.received_bytes,
            cause: self.cause,
        };
        let mut header = [0; HEADER_BYTES];
        reader
            .read_exact(&mut header)
            .map_err(|error| self.broken(&gix::Error::from_error(error)))?;
        let objects = self.count(&header)?;
        let mut whole = io::Read::chain(&header[..], &mut reader);
        let index_bytes = objects.saturating_mul(INDEX_BYTES_PER_OBJECT);
        let options = write::Options {
            alloc_limit_bytes: usize::try_from(self.limits.max_object_bytes.max(index_bytes)).ok(),
            ..write::Options::default()
        };
        let written = pack::Bundle::write_to_directory(
            &mut whole,
            Some(self.folder),
            progress,
            stop,
            // A clone has nothing that a thin pack could build on.
            None::<gix::objs::find::Never>,
            self.hash,
            options,
        )
        .map_err(|error| self.broken(&error))?;
        let bytes = reader.seen;
        self.verify(&written, objects)?;
        Ok(Received { objects, bytes })
    }

    fn count(&self, header: &[u8; HEADER_BYTES]) -> Result<u64, Error> {
        let (_, objects) = pack::data::header::decode(header)
            .map_err(|error| Error::CorruptPack { reason: reason(&error) })?;
        let objects = u64::from(objects);
        if objects > self.limits.max_objects {
            return Err(Error::TooManyObjects { objects, limit: self.limits.max_objects });
        }
        Ok(objects)
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

    /// gix has verified the checksum and every object's id; what is left is that it is all there, and nothing else.
    fn verify(&self, written: &write::Outcome, objects: u64) -> Result<(), Error> {
        let corrupt = |reason: &str| Error::CorruptPack { reason: reason.to_owned() };
        let (Some(data), Some(index)) = (&written.data_path, &written.index_path) else {
            return Err(corrupt("it has no objects in it"));
        };
        if u64::from(written.index.num_objects) != objects {
            return Err(corrupt("it has fewer objects than it says"));
        }
        if let Some(keep) = &written.keep_path {
            fs::remove_file(keep)
                .map_err(|source| Error::Destination { path: keep.clone(), source })?;
        }
        let trailer = last_bytes(data, self.hash.len_in_bytes())
            .map_err(|source| Error::Destination { path: data.clone(), source })?;
        if trailer != written.index.data_hash.as_slice() {
            return Err(corrupt("something follows its end"));
        }
        let index = pack::index::File::at(index, self.hash)
            .map_err(|error| Error::CorruptPack { reason: reason(&error) })?;
        match self.wants.iter().find(|id| index.lookup(id).is_none()) {
            Some(missing) => Err(corrupt(&format!("it lacks the object {missing}"))),
            None => Ok(()),
        }
    }
}

fn last_bytes(path: &Path, count: usize) -> io::Result<Vec<u8>> {
    let mut file = fs::File::open(path)?;
    let mut bytes = vec![0; count];
    let back = i64::try_from(count).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-back))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
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

/// The pack as it arrives, within its limits.
struct Bounded<'a> {
    inner: &'a mut dyn BufRead,
    seen: u64,
    entries: u64,
    /// What had been read when the last entry was seen to end.
    entry_start: u64,
    limits: &'a Limits,
    received_bytes: Option<&'a AtomicU64>,
    cause: &'a Cause,
}

impl Bounded<'_> {
    fn check(&mut self) -> io::Result<()> {
        if self.seen > self.limits.max_pack_bytes {
            let limit_bytes = self.limits.max_pack_bytes;
            return Err(self.cause.note(Error::PackTooLarge { limit_bytes }));
        }
        let entries = self.cause.entries();
        if entries != self.entries {
            self.entries = entries;
            self.entry_start = self.seen;
        }
        // gix buffers an entry as it is compressed, and looks at its size afterwards.
        let limit_bytes = self.limits.max_object_bytes;
        if self.seen - self.entry_start
            > limit_bytes.saturating_add(limit_bytes / 1000 + SLACK_BYTES)
        {
            return Err(self.cause.note(Error::ObjectTooLarge { limit_bytes }));
        }
        Ok(())
    }
}

impl BufRead for Bounded<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.seen += amount as u64;
        if let Some(counter) = self.received_bytes {
            counter.fetch_add(amount as u64, Relaxed);
        }
    }
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}
