//! Advisories from their publishers: fetched, checked, stored, made into an index.
//!
//! Each source is on its own: one that fails keeps what was stored of it, and the others go on. What a publisher still has as it was is
//! not fetched again; of what changed a little only that is fetched. The index is built once, at the end, and takes the place of the old
//! one when it is whole.

mod current;
mod feed;
mod memory;
mod osv;
mod transfer;

use std::sync::{Arc, atomic::AtomicBool};

use ::advisories::{Error as StoreError, Library, Status, Update};
use model::Ecosystem;

pub(crate) use current::Current;

use feed::Feed;
use memory::Memory;

/// Where OSV publishes its exports.
pub const OSV_URL: &str = "https://osv-vulnerabilities.storage.googleapis.com";
/// Where CISA publishes which vulnerabilities are known to be exploited.
pub const KEV_URL: &str =
    "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json";
/// Where FIRST's scores of how likely each will be are published.
pub const EPSS_URL: &str = "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz";

/// What is asked for if nothing is said: registries of languages.
pub const LANGUAGES: &[Ecosystem] = &[
    Ecosystem::Cran,
    Ecosystem::CratesIo,
    Ecosystem::GitHubActions,
    Ecosystem::Go,
    Ecosystem::Hackage,
    Ecosystem::Hex,
    Ecosystem::Maven,
    Ecosystem::Npm,
    Ecosystem::NuGet,
    Ecosystem::Packagist,
    Ecosystem::Pub,
    Ecosystem::PyPi,
    Ecosystem::RubyGems,
    Ecosystem::Swift,
];

/// Unchanged sources are not written again, nor is the index built, only to say that they are current, as long as they were a moment ago.
const MOMENT_MS: i64 = 60 * 60 * 1_000;

/// Where advisories come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publishers {
    /// An export of OSV, or a mirror that has the same paths.
    pub osv_url: String,
    /// CISA's catalogue, if it is wanted.
    pub kev_url: Option<String>,
    /// FIRST's scores, if they are wanted.
    pub epss_url: Option<String>,
}

impl Default for Publishers {
    fn default() -> Self {
        Self {
            osv_url: OSV_URL.to_owned(),
            kev_url: Some(KEV_URL.to_owned()),
            epss_url: Some(EPSS_URL.to_owned()),
        }
    }
}

/// What to fetch, and from where.
#[derive(Clone, Debug)]
pub struct SyncOptions {
    /// From where.
    pub publishers: Publishers,
    /// Which ecosystems of OSV. `None`: [`LANGUAGES`], and those that are stored already.
    pub ecosystems: Option<Vec<Ecosystem>>,
    /// Sources may be replaced by such with less than half of their records.
    pub accept_fewer: bool,
    /// What time it is, in milliseconds since 1970.
    pub now_ms: i64,
    /// That read while the index is built.
    pub threads: usize,
}

impl SyncOptions {
    /// Everything, from where it is published.
    #[must_use]
    pub fn new(now_ms: i64) -> Self {
        Self {
            publishers: Publishers::default(),
            ecosystems: None,
            accept_fewer: false,
            now_ms,
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress<'a> {
    /// A source is asked whether there is something new.
    Asking(&'a str),
    /// Bytes of a source that are here, and how many there will be if it says so.
    Receiving(&'a str, u64, Option<u64>),
    /// Single records of a source that are here, and how many there will be.
    Records(&'a str, usize, usize),
    /// What a source sent is checked and stored.
    Storing(&'a str),
    /// The index is built.
    Building,
}

/// What became of a sync.
#[derive(Debug)]
pub struct SyncReport {
    /// Each source that was asked for.
    pub sources: Vec<SourceReport>,
    /// The new index. `None` if nothing was new.
    pub built: Option<Status>,
}

/// What became of a source.
#[derive(Debug)]
pub struct SourceReport {
    /// Its name in the library.
    pub name: String,
    /// What became of it. After an error all that was stored is still there.
    pub outcome: Result<Outcome, SyncError>,
}

/// What a source had to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing new.
    Unchanged,
    /// Everything was fetched.
    Replaced {
        /// Documents that it has now.
        documents: u64,
        /// Files that should have been advisories and were not.
        unreadable: u64,
    },
    /// What had changed was fetched.
    Merged {
        /// New and changed documents.
        changed: u64,
        /// Documents that it has no longer.
        removed: u64,
        /// Documents that it lists and does not have, or that are not what it lists. Those that were stored still are.
        unreadable: u64,
    },
}

/// Why a source could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncError {
    /// It could not be reached, or broke off.
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
    /// It could not be stored, or is not what it should be.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It sent something else than is expected there.
    #[error("{file} is not what it should be: {reason}")]
    Content {
        /// Which file.
        file: &'static str,
        /// What was found.
        reason: String,
    },
}

/// Fetches what is new, stores it and builds the index anew if there was anything. Blocks, for minutes the first time.
///
/// # Errors
///
/// [`StoreError::Busy`] while another process does so; or the library's folder cannot be written; or a source that is stored is damaged
/// and keeps the index from being built. Sources that cannot be fetched are no error: the report names them.
pub fn sync(
    client: &fetch::Client,
    library: &Library,
    options: &SyncOptions,
    progress: &(dyn Fn(Progress<'_>) + Sync),
    cancel: &Arc<AtomicBool>,
) -> Result<SyncReport, StoreError> {
    let mut update = library.update()?;
    if options.accept_fewer {
        update.accept_fewer();
    }
    let mut round = Round { client, library, update, options, progress, cancel, is_stale: false };
    let mut sources = Vec::new();
    for ecosystem in round.ecosystems()? {
        sources.push(round.ecosystem(ecosystem));
    }
    for feed in [Feed::kev(options), Feed::epss(options)].into_iter().flatten() {
        sources.push(round.feed(&feed));
    }
    let built = round.build()?;
    Ok(SyncReport { sources, built })
}

/// Builds the index again of what is stored, if there is one that cannot be used: another version of this program built it, or it is
/// damaged. Needs no network. `None` if there was nothing to do.
///
/// # Errors
///
/// As [`sync`].
pub fn rebuild(
    library: &Library,
    now_ms: i64,
    threads: usize,
) -> Result<Option<Status>, StoreError> {
    match library.index() {
        Ok(_) | Err(StoreError::Io { .. }) => Ok(None),
        Err(_) if library.sources()?.is_empty() => Ok(None),
        Err(_) => library.update()?.build(now_ms, threads).map(Some),
    }
}

/// The name under which an ecosystem of OSV is stored.
#[must_use]
pub fn source_of(ecosystem: Ecosystem) -> String {
    format!("osv-{}", ecosystem.as_str().replace(' ', "-"))
}

/// A sync under way.
struct Round<'a> {
    client: &'a fetch::Client,
    library: &'a Library,
    update: Update,
    options: &'a SyncOptions,
    progress: &'a (dyn Fn(Progress<'_>) + Sync),
    cancel: &'a Arc<AtomicBool>,
    /// Whether the index does not say what is stored.
    is_stale: bool,
}

impl Round<'_> {
    fn ecosystems(&self) -> Result<Vec<Ecosystem>, StoreError> {
        if let Some(ecosystems) = &self.options.ecosystems {
            let mut ecosystems = ecosystems.clone();
            ecosystems.sort_unstable();
            ecosystems.dedup();
            return Ok(ecosystems);
        }
        let mut wanted = Vec::new();
        for ecosystem in Ecosystem::ALL {
            // A damaged one is fetched again.
            let is_stored = !matches!(self.library.source(&source_of(*ecosystem)), Ok(None));
            if is_stored || LANGUAGES.contains(ecosystem) {
                wanted.push(*ecosystem);
            }
        }
        Ok(wanted)
    }

    /// What is remembered of a source that `url` names, if it is about what is stored.
    fn memory(&self, name: &str, url: &str) -> Memory {
        let stored = self.library.source(name).ok().flatten();
        stored.map_or_else(
            || Memory::nothing(url),
            |stored| Memory::load(self.library, name, url, stored.at_ms),
        )
    }

    /// A source has nothing new: it is current all the same.
    fn unchanged(&mut self, name: &str, mut memory: Memory) -> Result<Outcome, SyncError> {
        let now_ms = self.options.now_ms;
        if memory.at_ms.is_none_or(|at| now_ms.saturating_sub(at) >= MOMENT_MS) {
            self.update.touch(name, Some(now_ms))?;
            self.is_stale = true;
            memory.at_ms = Some(now_ms);
        }
        memory.store(self.library, name)?;
        Ok(Outcome::Unchanged)
    }

    fn build(&mut self) -> Result<Option<Status>, StoreError> {
        // An index of another version of this program, or a damaged one, is no index.
        let has_index = matches!(self.library.index(), Ok(Some(_)));
        if (has_index && !self.is_stale) || self.library.sources()?.is_empty() {
            return Ok(None);
        }
        (self.progress)(Progress::Building);
        let built = self.update.build(self.options.now_ms, self.options.threads);
        if let Err(StoreError::CorruptSource { source_name }) = &built {
            // The next sync fetches it as if there were none.
            Memory::forget(self.library, source_name);
        }
        built.map(Some)
    }
}
