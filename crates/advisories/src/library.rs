//! The folder that holds what sources said and the index built of it.
//!
//! ```text
//! lock             held by whoever updates
//! index            replaced as a whole
//! sources/<name>   one file for each source, replaced as a whole
//! ```
//!
//! Who fetches sources may keep notes and what is not whole yet in folders of its own beside these.
//!
//! Whatever is written gets its name once it is whole and on the disk. An update that ends in the middle leaves the index that was
//! there, and perhaps sources that are newer than it; the next update builds of those.

use std::{
    collections::HashSet,
    fs::{self, File, TryLockError},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use formats::advisories::{epss, kev};
use model::{ExploitPrediction, KnownExploited};
use tempfile::NamedTempFile;

use crate::{
    batch::Batch,
    builder::Builder,
    error::{Error, Result},
    import::{self, Imported, Limits},
    index::Index,
    pack::{Document, DocumentKind, PackBlock, PackReader, PackWriter, SourceHead},
    spans,
    status::Status,
};

/// A folder of advisories.
#[derive(Clone, Debug)]
pub struct Library {
    folder: PathBuf,
}

impl Library {
    /// A folder, which need not exist until something is stored.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// Opens the index. `None` if none was built yet.
    ///
    /// # Errors
    ///
    /// There is one, but it cannot be used: see [`Error::Outdated`] and [`Error::Corrupt`].
    pub fn index(&self) -> Result<Option<Index>> {
        match Index::open(&self.index_path()) {
            Ok(index) => Ok(Some(index)),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Where all of it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the index is.
    #[must_use]
    pub fn index_path(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// The stored sources, by name.
    ///
    /// # Errors
    ///
    /// The folder cannot be read, or a source is damaged.
    pub fn sources(&self) -> Result<Vec<SourceHead>> {
        let heads = self
            .source_names()?
            .into_iter()
            .map(|name| PackReader::open(&self.path_of(&name)?, &name).map(|reader| reader.head));
        heads.collect()
    }

    /// One stored source. `None` if there is none of that name.
    ///
    /// # Errors
    ///
    /// It cannot be read, or is damaged.
    pub fn source(&self, name: &str) -> Result<Option<SourceHead>> {
        match PackReader::open(&self.path_of(name)?, name) {
            Ok(reader) => Ok(Some(reader.head)),
            Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Hands over every document of a stored source, as it came.
    ///
    /// # Errors
    ///
    /// There is no such source, it is damaged, or the sink returned an error.
    pub fn documents(&self, source: &str, sink: import::Sink<'_>) -> Result<()> {
        let mut reader = PackReader::open(&self.path_of(source)?, source)?;
        while let Some(block) = reader.next_block()? {
            block.documents()?.into_iter().try_for_each(&mut *sink)?;
        }
        Ok(())
    }

    /// Begins to change what is stored.
    ///
    /// # Errors
    ///
    /// [`Error::Busy`] while another process does; or the folder cannot be written.
    pub fn update(&self) -> Result<Update> {
        let sources = self.folder.join("sources");
        fs::create_dir_all(&sources).map_err(Error::io("make", &sources))?;
        let path = self.folder.join("lock");
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Error::Busy),
            Err(TryLockError::Error(source)) => return Err(Error::io("lock", &path)(source)),
        }
        for folder in [&self.folder, &sources] {
            remove_unfinished(folder)?;
        }
        Ok(Update { library: self.clone(), accepts_fewer: false, _lock: lock })
    }

    fn source_names(&self) -> Result<Vec<String>> {
        let folder = self.folder.join("sources");
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("read", &folder)(error)),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry.map_err(Error::io("read", &folder))?;
            // Files that never got their name begin with a dot.
            if let Ok(name) = entry.file_name().into_string()
                && is_source_name(&name)
            {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    fn path_of(&self, source: &str) -> Result<PathBuf> {
        if is_source_name(source) {
            Ok(self.folder.join("sources").join(source))
        } else {
            Err(Error::SourceName { name: model::one_line(source, 100) })
        }
    }
}

fn is_source_name(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !name.is_empty() && name.len() <= 100 && !name.starts_with('.') && name.chars().all(is_allowed)
}

/// The right to change what is stored, until it is dropped or the process ends.
#[derive(Debug)]
pub struct Update {
    library: Library,
    accepts_fewer: bool,
    _lock: File,
}

/// Of a source with no more records than these, any number may be gone.
const FEW_RECORDS: u64 = 100;

impl Update {
    /// Lets a source be replaced by one with much less in it.
    pub fn accept_fewer(&mut self) {
        self.accepts_fewer = true;
    }

    /// Stores all that a file, folder or archive holds as a source, instead of what was stored of that name. `at_ms`: as of when it is
    /// current, in milliseconds since 1970; `None` if nobody knows, which means as of its newest advisory.
    ///
    /// # Errors
    ///
    /// It cannot be read, holds nothing that is an advisory or is beyond the limits, or cannot be written; or as with
    /// [`replace`](Self::replace). What was stored stays.
    pub fn import(
        &mut self,
        source: &str,
        at_ms: Option<i64>,
        path: &Path,
        limits: &Limits,
    ) -> Result<Imported> {
        let mut imported = Imported::default();
        self.replace(source, at_ms, |sink| {
            imported = import::from_path(path, limits, sink)?;
            if imported.documents == 0 {
                return Err(Error::Refused("it holds nothing that is an advisory".to_owned()));
            }
            Ok(())
        })?;
        Ok(imported)
    }

    /// Stores all documents that `bring` hands over as a source, instead of what was stored of that name. Of those with one id, all are
    /// kept; the index takes the latest. Returns how many there are.
    ///
    /// # Errors
    ///
    /// Whatever `bring` returns; [`Error::Fewer`] for less than half of what is stored, unless that is
    /// [accepted](Self::accept_fewer); or it cannot be written. What was stored stays.
    pub fn replace(
        &mut self,
        source: &str,
        at_ms: Option<i64>,
        bring: impl FnOnce(&mut dyn FnMut(Document) -> Result<()>) -> Result<()>,
    ) -> Result<u64> {
        let (temporary, mut writer) = self.begin(source, at_ms)?;
        let path = temporary.path().to_owned();
        let mut sent = 0;
        bring(&mut |document| {
            sent += document.records();
            writer.add(&document).map_err(Error::io("write", &path))
        })?;
        if !self.accepts_fewer {
            self.require_most(source, sent)?;
        }
        self.end(source, temporary, writer)
    }

    /// Whoever sends half an archive, or somebody else's, does not get to hide what is known. What is damaged may be replaced by anything.
    fn require_most(&self, source: &str, sent: u64) -> Result<()> {
        let mut stored = 0;
        let read = self.library.documents(source, &mut |document| {
            stored += document.records();
            Ok(())
        });
        if read.is_ok() && stored > FEW_RECORDS && sent < stored.div_ceil(2) {
            return Err(Error::Fewer { source_name: source.to_owned(), stored, sent });
        }
        Ok(())
    }

    /// Puts changed documents in the place of those with their ids, and leaves the others. Returns how many there are then.
    ///
    /// # Errors
    ///
    /// What is stored is damaged, or it cannot be written. What was stored stays.
    pub fn merge(
        &mut self,
        source: &str,
        at_ms: Option<i64>,
        changed: &[Document],
        removed: &[String],
    ) -> Result<u64> {
        let ids = changed.iter().map(|document| &document.id).chain(removed);
        let gone: HashSet<&str> = ids.map(String::as_str).collect();
        let (temporary, mut writer) = self.begin(source, at_ms)?;
        let path = temporary.path().to_owned();
        let mut add = |document: &Document| writer.add(document).map_err(Error::io("write", &path));
        if self.library.path_of(source)?.exists() {
            self.library.documents(source, &mut |document| {
                if gone.contains(document.id.as_str()) { Ok(()) } else { add(&document) }
            })?;
        }
        changed.iter().try_for_each(add)?;
        self.end(source, temporary, writer)
    }

    /// Says that what is stored of a source is current as of another time.
    ///
    /// # Errors
    ///
    /// There is no such source, it is damaged, or it cannot be written. What was stored stays.
    pub fn touch(&mut self, source: &str, at_ms: Option<i64>) -> Result<()> {
        let path = self.library.path_of(source)?;
        let mut stored = PackReader::open(&path, source)?;
        let temporary = temporary(&self.library.folder.join("sources"))?;
        let file = temporary.reopen().map_err(Error::io("open", temporary.path()))?;
        stored.copy(file, at_ms).map_err(Error::io("write", temporary.path()))?;
        self.name(temporary, path)
    }

    /// Forgets a source. Whether there was one.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    pub fn remove(&mut self, source: &str) -> Result<bool> {
        let path = self.library.path_of(source)?;
        match fs::remove_file(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(Error::io("remove", path)(error)),
        }
    }

    /// Builds the index of all that is stored, and puts it in the place of the old one. `now_ms` is in milliseconds since 1970; up to
    /// `threads` threads read.
    ///
    /// # Errors
    ///
    /// A source is damaged, or the index cannot be written. The old index stays.
    pub fn build(&mut self, now_ms: i64, threads: usize) -> Result<Status> {
        let folder = &self.library.folder;
        let temporary = temporary(folder)?;
        let path = temporary.path().to_owned();
        let to = BufWriter::with_capacity(
            1 << 20,
            temporary.reopen().map_err(Error::io("open", &path))?,
        );
        let mut builder = Builder::new(to).map_err(Error::io("write", &path))?;
        for name in self.library.source_names()? {
            let reader = PackReader::open(&self.library.path_of(&name)?, &name)?;
            builder.begin_source(&name, reader.head.at_ms);
            read_source(reader, &mut builder, threads.max(1), &path)?;
        }
        let (mut to, status) = builder.finish(now_ms).map_err(Error::io("write", &path))?;
        to.flush().map_err(Error::io("write", &path))?;
        drop(to);
        self.name(temporary, self.library.index_path())?;
        Ok(status)
    }

    fn begin(&self, source: &str, at_ms: Option<i64>) -> Result<(NamedTempFile, PackWriter)> {
        self.library.path_of(source)?;
        let temporary = temporary(&self.library.folder.join("sources"))?;
        let path = temporary.path().to_owned();
        let file = temporary.reopen().map_err(Error::io("open", &path))?;
        let writer = PackWriter::new(file, at_ms).map_err(Error::io("write", &path))?;
        Ok((temporary, writer))
    }

    fn end(&self, source: &str, temporary: NamedTempFile, writer: PackWriter) -> Result<u64> {
        let documents = writer.finish().map_err(Error::io("write", temporary.path()))?;
        self.name(temporary, self.library.path_of(source)?)?;
        Ok(documents)
    }

    /// Gives a whole file its name: first its bytes are on the disk, then the name is.
    fn name(&self, temporary: NamedTempFile, path: PathBuf) -> Result<()> {
        temporary.as_file().sync_all().map_err(Error::io("write", &path))?;
        temporary.persist(&path).map_err(|error| Error::io("write", &path)(error.error))?;
        if let Some(folder) = path.parent() {
            // Not every file system lets a folder be synchronised, and none needs it to be consistent.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

/// What files are called until they are whole.
const UNFINISHED: &str = ".new-";

/// A file of this folder that is gone again unless it gets a name.
fn temporary(folder: &Path) -> Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED);
    // What everyone may know, anyone may read, unless the user's mask says otherwise.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder).map_err(Error::io("write in", folder))
}

/// What a process left that was ended. Only who holds the lock may do this.
fn remove_unfinished(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
            fs::remove_file(entry.path()).map_err(Error::io("remove", entry.path()))?;
        }
    }
    Ok(())
}

/// What one block of a source said.
#[derive(Default)]
struct Understood {
    batch: Batch,
    exploited: Vec<KnownExploited>,
    predicted: Vec<ExploitPrediction>,
    unreadable: u64,
    partly_understood: u64,
}

/// Blocks are read in turn, understood by several threads, and added in turn: an index depends on what is stored, and on nothing else.
fn read_source(
    mut reader: PackReader,
    builder: &mut Builder<BufWriter<File>>,
    threads: usize,
    path: &Path,
) -> Result<()> {
    type Answer = SyncSender<Result<Understood>>;
    let (jobs, job) = sync_channel::<(PackBlock, Answer)>(threads);
    let job: Mutex<Receiver<(PackBlock, Answer)>> = Mutex::new(job);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = job.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((block, answer)) = next else { return };
                    // Nobody waits any more after an error.
                    let _ = answer.send(understand(&block));
                }
            });
        }
        let mut waiting = std::collections::VecDeque::new();
        let mut take = |answer: Receiver<Result<Understood>>| -> Result<()> {
            let understood =
                answer.recv().map_err(|_| Error::Corrupt { what: "a thread ended" })??;
            builder.exploited(understood.exploited);
            builder.predicted(understood.predicted);
            builder.note_problems(understood.unreadable, understood.partly_understood);
            builder.append(understood.batch).map_err(Error::io("write", path))
        };
        // Dropped with its end, which is what ends the threads.
        let jobs = jobs;
        while let Some(block) = reader.next_block()? {
            let (answer, answered) = sync_channel(1);
            if jobs.send((block, answer)).is_err() {
                break;
            }
            waiting.push_back(answered);
            if waiting.len() > 2 * threads
                && let Some(first) = waiting.pop_front()
            {
                take(first)?;
            }
        }
        waiting.into_iter().try_for_each(take)
    })
}

fn understand(block: &PackBlock) -> Result<Understood> {
    let mut out = Understood::default();
    for document in block.documents()? {
        let problem = match document.kind {
            DocumentKind::Kev => {
                kev::read(&document.bytes).map(|list| out.exploited.extend(list)).err()
            }
            DocumentKind::Epss => {
                epss::read(&document.bytes).map(|read| out.predicted.extend(read.scores)).err()
            }
            _ => match document.record() {
                Some(Ok(record)) => {
                    let is_partly = !record.problems.is_empty()
                        || record.advisory.affected.iter().any(spans::has_too_long);
                    out.partly_understood += u64::from(is_partly);
                    out.batch.push(&record.advisory).map_err(Error::io("compress", "memory"))?;
                    None
                }
                Some(Err(problem)) => Some(problem),
                None => None,
            },
        };
        out.unreadable += u64::from(problem.is_some());
    }
    out.batch.close().map_err(Error::io("compress", "memory"))?;
    Ok(out)
}
