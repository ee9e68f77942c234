//! What a source of advisories says about versions of packages, after the OSV schema (<https://ossf.github.io/osv-schema/>).

use std::{fmt, sync::Arc};

use crate::{Cwe, Ecosystem, Severity};

/// One record of one source. Several sources may describe the same vulnerability; their aliases tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// As the source numbers it: `GHSA-...`, `RUSTSEC-2021-0093`, `MAL-2024-1`. Never empty.
    pub id: String,
    /// What it is about.
    pub kind: AdvisoryKind,
    /// The same vulnerability in other sources.
    pub aliases: Vec<String>,
    /// Something similar, or something it is a part of. Not the same.
    pub related: Vec<String>,
    /// What a distribution's advisory repairs in its own package.
    pub upstream: Vec<String>,
    /// One line. May be empty.
    pub summary: String,
    /// Markdown. May be empty.
    pub details: String,
    /// When it became public, in milliseconds since 1970.
    pub published_ms: Option<i64>,
    /// When it was last changed, in milliseconds since 1970. Of two records with one id the later one counts.
    pub modified_ms: Option<i64>,
    /// When its source took it back, in milliseconds since 1970.
    pub withdrawn_ms: Option<i64>,
    /// How bad, for every package it names.
    pub rating: Rating,
    /// Kinds of weakness.
    pub cwes: Vec<Cwe>,
    /// Pages to read on.
    pub references: Vec<Reference>,
    /// Which packages. Empty where the source knows none that we know.
    pub affected: Vec<Affected>,
}

/// What an advisory is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdvisoryKind {
    /// Something to know (`notice` of RustSec).
    Notice,
    /// Nobody repairs the package any more.
    Unmaintained,
    /// Safe code of the package can break the language's promises (RustSec).
    Unsound,
    /// A weakness.
    Vulnerability,
    /// The package itself is the attack (`MAL-` of OSV).
    Malicious,
}

impl AdvisoryKind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Notice, Self::Unmaintained, Self::Unsound, Self::Vulnerability, Self::Malicious];

    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Unmaintained => "unmaintained",
            Self::Unsound => "unsound",
            Self::Vulnerability => "vulnerability",
            Self::Malicious => "malicious",
        }
    }
}

impl fmt::Display for AdvisoryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How bad, in the words of a source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rating {
    /// CVSS vectors of any version (`CVSS:3.1/AV:N/...`; version 2 without a head).
    pub vectors: Vec<String>,
    /// The source's own word.
    pub word: Option<Severity>,
}

impl Rating {
    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.vectors.is_empty() && self.word.is_none()
    }
}

/// A page about an advisory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// What stands there.
    pub kind: ReferenceKind,
    /// Where. Foreign text: not checked to be a URL.
    pub url: String,
}

macro_rules! reference_kinds {
    ($($name:ident = $word:literal, $what:literal;)*) => {
        /// `references[].type` of the OSV schema.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ReferenceKind {
            $(#[doc = $what] $name,)*
        }

        impl ReferenceKind {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word of the OSV schema.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }
        }
    };
}

reference_kinds! {
    Advisory = "ADVISORY", "A published advisory.";
    Article = "ARTICLE", "An article.";
    Detection = "DETECTION", "A rule or tool that detects it.";
    Discussion = "DISCUSSION", "A thread.";
    Report = "REPORT", "An issue.";
    Fix = "FIX", "The change that repairs it.";
    Introduced = "INTRODUCED", "The change that brought it.";
    Git = "GIT", "A repository.";
    Package = "PACKAGE", "The package's home.";
    Evidence = "EVIDENCE", "A proof.";
    Web = "WEB", "Anything else.";
}

impl ReferenceKind {
    /// Reads the word of the OSV schema.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// Which versions of one package an advisory is about: those in any of the ranges and those listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Where its name means something.
    pub ecosystem: Ecosystem,
    /// What stands behind the ecosystem's colon (`12` of `Debian:12`).
    pub release: Option<Arc<str>>,
    /// As the source spells it.
    pub name: String,
    /// Ranges in the ecosystem's order.
    pub ranges: Vec<VersionRange>,
    /// Single versions.
    pub versions: Vec<String>,
    /// Whether the source named ranges that are not among [`ranges`](Self::ranges): of commits, or not understood. Without it an
    /// empty list of ranges and versions means every version; with it, none.
    pub has_other_ranges: bool,
    /// How bad for this package, where the source makes a difference.
    pub rating: Rating,
    /// The code that is affected. Empty where the source does not tell.
    pub functions: Vec<AffectedFunctions>,
    /// Operating systems and processors it is limited to, in the source's words. Empty where it is not.
    pub platforms: Vec<String>,
}

impl Affected {
    /// Whether it says nothing about versions, which means all of them.
    #[must_use]
    pub const fn is_every_version(&self) -> bool {
        self.ranges.is_empty() && self.versions.is_empty() && !self.has_other_ranges
    }
}

/// A time line of one package.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionRange {
    /// In the source's order.
    pub events: Vec<RangeEvent>,
}

/// What changed with a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RangeEvent {
    /// Affected from it on; `0` is before every version.
    Introduced(String),
    /// No longer affected from it on.
    Fixed(String),
    /// No longer affected behind it.
    LastAffected(String),
    /// Nothing from it on is said; `*` is behind every version.
    Limit(String),
}

impl RangeEvent {
    /// The version.
    #[must_use]
    pub fn version(&self) -> &str {
        match self {
            Self::Introduced(version)
            | Self::Fixed(version)
            | Self::LastAffected(version)
            | Self::Limit(version) => version,
        }
    }
}

/// Affected code of one module, package or type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AffectedFunctions {
    /// As code names it: `golang.org/x/net/http/httpguts`, `crossbeam_deque::Stealer`.
    pub path: String,
    /// Names in it, as code spells them (`Server.Serve`). Empty: all of it.
    pub symbols: Vec<String>,
}

/// That a vulnerability is used by attackers (CISA's catalogue).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownExploited {
    /// `CVE-...`.
    pub cve: String,
    /// The day it was listed, in days since 1970.
    pub added_day: Option<i32>,
    /// Whether ransomware is known to use it.
    pub ransomware: bool,
}

/// How likely a vulnerability is used within 30 days (FIRST's EPSS).
#[derive(Clone, Debug, PartialEq)]
pub struct ExploitPrediction {
    /// `CVE-...`.
    pub cve: String,
    /// Between 0 and 1.
    pub probability: f32,
    /// The share of all vulnerabilities that are less likely, between 0 and 1.
    pub percentile: f32,
}
