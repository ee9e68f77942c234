//! What several APIs tell of findings.

use app::stored;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Vocabulary;

/// Findings by severity.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Counts {
    critical: i64,
    high: i64,
    medium: i64,
    low: i64,
    info: i64,
}

impl Counts {
    /// What a scan has, once it has completed.
    pub(crate) fn of(scan: &stored::Scan) -> Self {
        Self {
            critical: scan.critical,
            high: scan.high,
            medium: scan.medium,
            low: scan.low,
            info: scan.info,
        }
    }

    /// What a scan of a website has, once it has completed.
    pub(crate) fn of_site(scan: &stored::SiteScan) -> Self {
        Self {
            critical: scan.critical,
            high: scan.high,
            medium: scan.medium,
            low: scan.low,
            info: scan.info,
        }
    }

    /// All together.
    pub(crate) fn sum(&self) -> i64 {
        self.critical + self.high + self.medium + self.low + self.info
    }
}

impl From<stored::Totals> for Counts {
    fn from(stored::Totals([info, low, medium, high, critical]): stored::Totals) -> Self {
        Self { critical, high, medium, low, info }
    }
}

/// The package that a finding is about.
#[derive(Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Package {
    pub(crate) purl: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) ecosystem: Option<String>,
    pub(crate) fixed_version: Option<String>,
}

impl Package {
    /// The one that is stored so.
    pub(crate) fn of(stored: Option<serde_json::Value>) -> Option<Self> {
        serde_json::from_value(stored?).ok()
    }
}

/// What looks for findings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScannerName {
    Secrets,
    Dependencies,
    Code,
    Config,
}

impl Vocabulary for ScannerName {
    const NAME: &'static str = "Scanner";
    const ALL: &'static [Self] = &[Self::Secrets, Self::Dependencies, Self::Code, Self::Config];

    fn word(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Dependencies => "dependencies",
            Self::Code => "code",
            Self::Config => "config",
        }
    }
}

impl ScannerName {
    /// The one that is stored so.
    pub(crate) fn of(word: &str) -> Self {
        Self::ALL.iter().copied().find(|one| one.word() == word).unwrap_or(Self::Code)
    }
}

/// A list of texts, as it is stored.
pub(crate) fn texts(stored: &serde_json::Value) -> Vec<String> {
    let texts = stored.as_array().into_iter().flatten();
    texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
}
