use model::{CheckId, Confidence, Severity, site::tls::Trust};

use super::endpoint::{self, DAY_MS};
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.certificate-lifetime"),
    severity: Severity::Low,
    // A company's own authority may be known to this system; it is not bound.
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://cabforum.org/working-groups/server/baseline-requirements/requirements/",
    page: page!("tls/certificate-lifetime"),
    run: Run::Site(run),
};

/// Baseline Requirements, section 6.3.2: from when on, in milliseconds since 1970, and for how many days at most. The newest first.
const LIMITS: [(i64, i64); 5] = [
    (1_868_227_200_000, 47),  // 2029-03-15
    (1_805_068_800_000, 100), // 2027-03-15
    (1_773_532_800_000, 200), // 2026-03-15
    (1_598_918_400_000, 398), // 2020-09-01
    (1_519_862_400_000, 825), // 2018-03-01
];

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    let Some(leaf) = tls.chain.first().filter(|_| tls.trust == Trust::Trusted) else { return };
    let limit = LIMITS.iter().find(|(from, _)| leaf.not_before_ms >= *from);
    let Some((_, limit)) = limit else { return };
    // The last second counts as well.
    let lifetime = leaf.not_after_ms.saturating_sub(leaf.not_before_ms).saturating_add(1000);
    if lifetime > limit * DAY_MS {
        let found = endpoint::found(visit, "lifetime").detail(format!(
            "It holds for {}; when it was issued, {limit} days were the most.",
            endpoint::span(lifetime)
        ));
        report.add(endpoint::with_certificate(found, leaf));
    }
}
