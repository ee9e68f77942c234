//! What an index says about itself.

use crate::codec::{Reader, Writer};

/// When an index was built, and of what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// In milliseconds since 1970.
    pub built_at_ms: i64,
    /// As of when it is current, in milliseconds since 1970: every source of advisories was at least as new. `None` if there is none, or
    /// one does not tell. This is `advisoriesAt` of reports.
    pub advisories_at_ms: Option<i64>,
    /// Advisories that count: of several with one id one, and none that was withdrawn.
    pub advisories: u64,
    /// Vulnerabilities: advisories that are aliases of each other are one.
    pub groups: u64,
    /// Packages (of one release each) that some advisory is about.
    pub packages: u64,
    /// The file's length.
    pub file_bytes: u64,
    /// Each source.
    pub sources: Vec<SourceStatus>,
    /// How many of the packages are of each ecosystem, by the word of the OSV schema. Of others nothing is known.
    pub ecosystems: Vec<(String, u64)>,
    /// Of distributions: the ecosystem, and a release of which something is known, ascending. The release is empty where something is
    /// known of all of them.
    pub releases: Vec<(String, String)>,
}

/// What a source brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// As of when it was current, in milliseconds since 1970, as whoever stored it said.
    pub at_ms: Option<i64>,
    /// The newest change of its advisories, in milliseconds since 1970.
    pub newest_ms: Option<i64>,
    /// Advisories of it that count.
    pub advisories: u64,
    /// Records that say that they were withdrawn.
    pub withdrawn: u64,
    /// Records of which nothing was understood.
    pub unreadable: u64,
    /// Records of which something was not understood, such as an ecosystem that is not known.
    pub partly_understood: u64,
    /// Records that are too long, and packages without a usable name.
    pub refused: u64,
    /// Vulnerabilities that it says are exploited.
    pub exploited: u64,
    /// Vulnerabilities for which it has a prediction.
    pub predicted: u64,
}

impl SourceStatus {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Whether it brought advisories, and not only what is known about them.
    #[must_use]
    pub const fn has_advisories(&self) -> bool {
        self.advisories + self.withdrawn + self.unreadable > 0
            || (self.exploited == 0 && self.predicted == 0)
    }

    const fn as_of(&self) -> Option<i64> {
        match self.at_ms {
            Some(at) => Some(at),
            None => self.newest_ms,
        }
    }
}

impl Status {
    pub(crate) fn of(sources: Vec<SourceStatus>, now_ms: i64) -> Self {
        let told = sources.iter().filter(|source| source.has_advisories()).map(SourceStatus::as_of);
        Self {
            built_at_ms: now_ms,
            // `None` is less than any time. A record may claim to be of the future; what is known is not.
            advisories_at_ms: told.min().flatten().map(|at| at.min(now_ms)),
            advisories: sources.iter().map(|source| source.advisories).sum(),
            sources,
            ..Self::default()
        }
    }

    pub(crate) fn write(&self, to: &mut Writer) {
        to.signed(Some(self.built_at_ms));
        to.signed(self.advisories_at_ms);
        for number in [self.advisories, self.groups, self.packages] {
            to.number(number);
        }
        to.list(&self.sources, |to, source| {
            to.text(&source.name);
            to.signed(source.at_ms);
            to.signed(source.newest_ms);
            for number in source.numbers() {
                to.number(number);
            }
        });
        to.list(&self.ecosystems, |to, (ecosystem, packages)| {
            to.text(ecosystem);
            to.number(*packages);
        });
        to.list(&self.releases, |to, (ecosystem, release)| {
            to.text(ecosystem);
            to.text(release);
        });
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let from = &mut Reader(bytes);
        Some(Self {
            built_at_ms: from.signed()??,
            advisories_at_ms: from.signed()?,
            advisories: from.number()?,
            groups: from.number()?,
            packages: from.number()?,
            file_bytes: 0,
            sources: from.list(|from| {
                Some(SourceStatus {
                    name: from.string()?,
                    at_ms: from.signed()?,
                    newest_ms: from.signed()?,
                    advisories: from.number()?,
                    withdrawn: from.number()?,
                    unreadable: from.number()?,
                    partly_understood: from.number()?,
                    refused: from.number()?,
                    exploited: from.number()?,
                    predicted: from.number()?,
                })
            })?,
            ecosystems: from.list(|from| Some((from.string()?, from.number()?)))?,
            releases: from.list(|from| Some((from.string()?, from.string()?)))?,
        })
    }
}

impl SourceStatus {
    const fn numbers(&self) -> [u64; 7] {
        [
            self.advisories,
            self.withdrawn,
            self.unreadable,
            self.partly_understood,
            self.refused,
            self.exploited,
            self.predicted,
        ]
    }
}
