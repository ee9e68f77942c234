//! A finding: one problem at one place, with all that a person needs to judge and repair it.

use std::{borrow::Cow, fmt, sync::Arc};

use crate::{
    Confidence, Fingerprint, Mask, Package, Place, Relation, Scope, SecretHash, Severity, Span,
};

/// A check's stable name, kebab-case: at once its name on the command line, its key in the configuration and its SARIF
/// rule id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckId(Cow<'static, str>);

impl CheckId {
    /// The id of a check that is compiled in.
    #[must_use]
    pub const fn from_static(id: &'static str) -> Self {
        Self(Cow::Borrowed(id))
    }

    /// The id of a rule that a user brought.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(Cow::Owned(id.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CheckId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What kind of judging found it; the contracts' `scanner`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scanner {
    /// Credentials in files and history.
    Secrets,
    /// Packages that lock files and manifests name.
    Dependencies,
    /// Websites.
    Website,
}

impl Scanner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Secrets, Self::Dependencies, Self::Website];

    /// The one of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scanner| scanner.as_str() == word)
    }

    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Dependencies => "dependencies",
            Self::Website => "website",
        }
    }
}

/// Whether the code of the project reaches what is wrong with a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reachable {
    /// It mentions a function that the advisory names.
    Yes,
    /// It mentions none of them.
    No,
    /// The advisory names none, the code was not looked at, or its words do not tell.
    Unknown,
}

impl Reachable {
    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// What a finding about a package says of the package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageDetail {
    /// Which.
    pub package: Package,
    /// Its package URL, where its ecosystem has one.
    pub purl: Option<Arc<str>>,
    /// The nearest later version that repairs it.
    pub fixed_version: Option<Arc<str>>,
    /// Whether the project asked for it.
    pub relation: Relation,
    /// What for.
    pub scope: Scope,
    /// From what the project asks for to the package, both included, as `name@version`. Empty where the file does not tell.
    pub path: Vec<Arc<str>>,
    /// CVSS base score, in tenths.
    pub score_tenths: Option<u8>,
    /// Attackers are known to use it (CISA KEV).
    pub is_exploited: bool,
    /// How likely it is used within 30 days, in millionths (FIRST EPSS).
    pub epss_millionths: Option<u32>,
    /// Whether the project's code reaches it.
    pub reachable: Reachable,
}

/// Something that lets a reader see what a finding is about: a header, an element of a page, a record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// What it is, in a word. Several pieces may have one name.
    pub name: Arc<str>,
    /// What stands there, on a line; no credential.
    pub value: Arc<str>,
}

impl Evidence {
    /// A piece of evidence.
    #[must_use]
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A number of the Common Weakness Enumeration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cwe(pub u32);

impl Cwe {
    /// Reads `CWE-798`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.strip_prefix("CWE-")?.parse().ok().map(Self)
    }
}

impl fmt::Display for Cwe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CWE-{}", self.0)
    }
}

/// The provider's answer about a found credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verification {
    /// It still works.
    Active,
    /// The provider refuses it.
    Inactive,
    /// The provider was not reached, or its answer says neither.
    Unknown,
}

impl Verification {
    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
            Self::Unknown => "unknown",
        }
    }
}

/// Why a finding is not counted. Suppressed findings are kept and counted, never dropped in silence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Suppression {
    /// A comment on the line (`bartizan:ignore`, `gitleaks:allow`).
    Comment,
    /// Known in the baseline file.
    Baseline,
    /// Listed in `.gitleaksignore`.
    IgnoreFile,
    /// An allow-list of the configuration.
    Configuration,
    /// A VEX statement says that it does not concern the project, and why.
    Vex(Arc<str>),
}

impl Suppression {
    /// The word used in every format.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Comment => "comment",
            Self::Baseline => "baseline",
            Self::IgnoreFile => "ignore-file",
            Self::Configuration => "configuration",
            Self::Vex(_) => "vex",
        }
    }
}

/// The lines around a finding, every secret in them masked, long lines cut.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Snippet {
    /// Number of the first line in `lines`, from 1.
    pub first_line: u64,
    /// Text without line ends.
    pub lines: Vec<String>,
    /// The mark, in lines and columns of this snippet's text as it stands here, masks included.
    pub mark: Span,
}

/// One problem at one place. Made by [`Finding::builder`] only, which insists on a place. What many findings have in common
/// is shared among them: a scan may find hundreds of thousands.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// Which check says so.
    pub check: CheckId,
    /// What kind of judging it was.
    pub scanner: Scanner,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What was found, in a few words.
    pub title: Arc<str>,
    /// What it means, in a sentence or two.
    pub description: Arc<str>,
    /// How to repair it.
    pub remediation: Arc<str>,
    /// The weakness it is an instance of.
    pub cwe: Option<Cwe>,
    /// Pages to read on.
    pub references: Vec<Arc<str>>,
    /// Every id that names the vulnerability.
    pub aliases: Vec<Arc<str>>,
    /// The package it is about.
    pub package: Option<Arc<PackageDetail>>,
    /// Whose credential it is.
    pub provider: Option<Arc<str>>,
    /// Where it stands; for a secret that stands at several places the first of them.
    pub place: Place,
    /// The further places of the same secret, up to a limit.
    pub other_places: Vec<Place>,
    /// How many further places there are in all.
    pub other_places_total: u64,
    /// What lets a reader see it, where there are no lines to show.
    pub evidence: Vec<Evidence>,
    /// The lines around it.
    pub snippet: Option<Arc<Snippet>>,
    /// What may be seen of the secret.
    pub mask: Option<Mask>,
    /// Names the secret without telling it.
    pub secret_hash: Option<SecretHash>,
    /// How the secret was written, where it was not written plainly (`base64`, `hex`, `percent`, `escaped`).
    pub encoding: Option<&'static str>,
    /// Names this finding in later scans.
    pub fingerprint: Fingerprint,
    /// The provider's answer, if it was asked.
    pub verification: Option<Verification>,
    /// Why it does not count.
    pub suppression: Option<Suppression>,
}

impl Finding {
    /// Starts a finding of one check at one place.
    #[must_use]
    pub fn builder(
        check: CheckId,
        scanner: Scanner,
        place: Place,
        fingerprint: Fingerprint,
    ) -> FindingBuilder {
        FindingBuilder(Self {
            check,
            scanner,
            severity: Severity::Info,
            confidence: Confidence::Low,
            title: Arc::default(),
            description: Arc::default(),
            remediation: Arc::default(),
            cwe: None,
            references: Vec::new(),
            aliases: Vec::new(),
            package: None,
            provider: None,
            place,
            other_places: Vec::new(),
            other_places_total: 0,
            evidence: Vec::new(),
            snippet: None,
            mask: None,
            secret_hash: None,
            encoding: None,
            fingerprint,
            verification: None,
            suppression: None,
        })
    }

    /// Whether it counts towards summaries and the exit code.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.suppression.is_none()
    }
}

/// See [`Finding::builder`].
#[derive(Clone, Debug)]
pub struct FindingBuilder(Finding);

impl FindingBuilder {
    /// Severity and confidence.
    #[must_use]
    pub fn rated(mut self, severity: Severity, confidence: Confidence) -> Self {
        self.0.severity = severity;
        self.0.confidence = confidence;
        self
    }

    /// Title, description and remediation.
    #[must_use]
    pub fn told(
        mut self,
        title: impl Into<Arc<str>>,
        description: impl Into<Arc<str>>,
        remediation: impl Into<Arc<str>>,
    ) -> Self {
        self.0.title = title.into();
        self.0.description = description.into();
        self.0.remediation = remediation.into();
        self
    }

    /// The weakness and the pages about it.
    #[must_use]
    pub fn classified(mut self, cwe: Option<Cwe>, references: Vec<Arc<str>>) -> Self {
        self.0.cwe = cwe;
        self.0.references = references;
        self
    }

    /// What may be told of a credential.
    #[must_use]
    pub fn credential(
        mut self,
        provider: Option<Arc<str>>,
        mask: Mask,
        hash: SecretHash,
        encoding: Option<&'static str>,
    ) -> Self {
        self.0.provider = provider;
        self.0.mask = Some(mask);
        self.0.secret_hash = Some(hash);
        self.0.encoding = encoding;
        self
    }

    /// What it is about, by all its names, and where else it stands.
    #[must_use]
    pub fn about(
        mut self,
        package: PackageDetail,
        aliases: Vec<Arc<str>>,
        other_places: Vec<Place>,
        other_places_total: u64,
    ) -> Self {
        self.0.package = Some(Arc::new(package));
        self.0.aliases = aliases;
        self.0.other_places = other_places;
        self.0.other_places_total = other_places_total;
        self
    }

    /// What lets a reader see it, and where else it stands.
    #[must_use]
    pub fn seen(
        mut self,
        evidence: Vec<Evidence>,
        other_places: Vec<Place>,
        other_places_total: u64,
    ) -> Self {
        self.0.evidence = evidence;
        self.0.other_places = other_places;
        self.0.other_places_total = other_places_total;
        self
    }

    /// The lines around it.
    #[must_use]
    pub fn snippet(mut self, snippet: Arc<Snippet>) -> Self {
        self.0.snippet = Some(snippet);
        self
    }

    /// Why it does not count, if so.
    #[must_use]
    pub fn suppressed(mut self, suppression: Option<Suppression>) -> Self {
        self.0.suppression = suppression;
        self
    }

    /// Done.
    #[must_use]
    pub fn build(self) -> Finding {
        self.0
    }
}
