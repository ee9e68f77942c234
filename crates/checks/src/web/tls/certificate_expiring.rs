use model::{CheckId, Confidence, Severity};

use super::endpoint::{self, DAY_MS};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.certificate-expiring"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://letsencrypt.org/docs/integration-guide/#when-to-renew",
    page: page!("tls/certificate-expiring"),
    run: Run::Site(run),
};

/// Those that hold for so few days are renewed every other day.
const SHORT_LIVED_DAYS: i64 = 10;

/// What renews by itself does so when a third of the time is left: there is something wrong only well after that.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(leaf) = visit.site.tls.as_ref().and_then(|tls| tls.chain.first()) else { return };
    let left = leaf.not_after_ms.saturating_sub(visit.site.at_ms);
    let lifetime = leaf.not_after_ms.saturating_sub(leaf.not_before_ms);
    if left < 0 || lifetime <= SHORT_LIVED_DAYS * DAY_MS {
        return;
    }
    let severity = if left <= (14 * DAY_MS).min(lifetime / 8) {
        Severity::Medium
    } else if left <= (30 * DAY_MS).min(lifetime / 4) {
        Severity::Low
    } else {
        return;
    };
    let found = endpoint::found(visit, "certificate").severity(severity).detail(format!(
        "{} of its {} are left.",
        endpoint::span(left),
        endpoint::span(lifetime)
    ));
    report.add(endpoint::with_certificate(found, leaf));
}
