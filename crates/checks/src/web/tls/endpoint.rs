//! What checks of the endpoint share.

use model::{
    one_line,
    site::tls::{Certificate, CipherSuite, Distrust, Tls, Trust},
};

use crate::web::{Found, Visit};

pub(super) const HOUR_MS: i64 = 3_600_000;
pub(super) const DAY_MS: i64 = 24 * HOUR_MS;
/// Most suites, names and the like that a finding shows.
const SHOWN: usize = 5;

/// Something of the host as a whole.
pub(super) fn found(visit: &Visit<'_>, key: impl Into<String>) -> Found {
    Found::at(&visit.root()).key(key)
}

/// Why clients refuse the certificates, as far as that is known.
pub(super) fn refusals(tls: &Tls) -> &[Distrust] {
    match &tls.trust {
        Trust::Refused(reasons) => reasons,
        Trust::Trusted | Trust::Unknown => &[],
    }
}

/// The certificates whose signatures clients check: one that signed itself proves nothing by that.
pub(super) fn signed(tls: &Tls) -> impl Iterator<Item = &Certificate> {
    tls.chain.iter().filter(|certificate| !certificate.self_signed)
}

/// With the names of the suites as evidence.
pub(super) fn with_suites<'s>(
    found: Found,
    suites: impl IntoIterator<Item = &'s CipherSuite>,
) -> Found {
    let shown = suites.into_iter().take(SHOWN);
    shown.fold(found, |found, suite| found.evidence("suite", &suite.name))
}

/// With a certificate as evidence.
pub(super) fn with_certificate(found: Found, certificate: &Certificate) -> Found {
    found
        .evidence("subject", &certificate.subject)
        .evidence("issuer", &certificate.issuer)
        .evidence("sha256", &certificate.sha256)
}

/// A span of time in whole days or, below two, in hours; never negative.
pub(super) fn span(ms: i64) -> String {
    let ms = ms.max(0);
    match ms / DAY_MS {
        0 | 1 => format!("{} hours", ms / HOUR_MS),
        days => format!("{days} days"),
    }
}

/// The first few of some names, for a sentence.
pub(super) fn few(names: &[String]) -> String {
    let shown: Vec<String> =
        names.iter().take(SHOWN).map(|name| format!("`{}`", one_line(name, 100))).collect();
    let more = names.len().saturating_sub(SHOWN);
    match (shown.is_empty(), more) {
        (true, _) => "no name".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}
