//! How bad an advisory is: by its CVSS vectors, else by its source's word, else by what it is about.

use formats::cvss;
use model::{AdvisoryKind, Rating, Severity};

use crate::layout::NO_SCORE;

/// A severity and a score in tenths, as rows hold them. Ordered by severity, then by score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rated {
    pub(crate) severity: u8,
    pub(crate) score: u8,
}

impl Rated {
    /// The worse of two.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        let order = |rated: Self| (rated.severity, rated.score.wrapping_add(1));
        if order(other) > order(self) { other } else { self }
    }

    /// At least as bad as this; the score stays.
    pub(crate) fn at_least(self, severity: Severity) -> Self {
        Self { severity: self.severity.max(severity.rank()), ..self }
    }
}

/// What a rating says, if it says anything.
pub(crate) fn of(rating: &Rating) -> Option<Rated> {
    // The newest version of CVSS is the one that its source means.
    let newest = rating
        .vectors
        .iter()
        .filter_map(|vector| Some((version(vector), cvss::score(vector)?, vector)))
        .max_by_key(|(version, score, _)| (*version, *score));
    let (severity, score) = match newest {
        Some((_, score, vector)) => (cvss::severity(vector)?, score.tenths()),
        None => (rating.word?, NO_SCORE),
    };
    Some(Rated { severity: severity.rank(), score })
}

/// For an advisory that nobody rated.
pub(crate) fn unrated(kind: AdvisoryKind) -> Rated {
    let severity = match kind {
        AdvisoryKind::Malicious => Severity::Critical,
        AdvisoryKind::Vulnerability => Severity::Medium,
        AdvisoryKind::Unsound | AdvisoryKind::Unmaintained => Severity::Low,
        AdvisoryKind::Notice => Severity::Info,
    };
    Rated { severity: severity.rank(), score: NO_SCORE }
}

fn version(vector: &str) -> &str {
    vector.strip_prefix("CVSS:").and_then(|rest| rest.split_once('/')).map_or("2.0", |(v, _)| v)
}
