//! The words and numbers of findings about packages, the same in every form.

use model::{Finding, Package, PackageDetail};

use crate::text::{grouped, one_line};

/// How many ids of a vulnerability a person is told.
const NAMED_IDS: usize = 8;
/// Of a longer path, the first and the last steps are told.
const NAMED_STEPS: usize = 12;

/// The word of the OSV schema, with the release (`Debian:12`).
pub(crate) fn ecosystem(package: &Package) -> String {
    match &package.release {
        Some(release) => format!("{}:{release}", package.ecosystem),
        None => package.ecosystem.as_str().to_owned(),
    }
}

/// CVSS base score, 0 to 10.
pub(crate) fn score(detail: &PackageDetail) -> Option<f64> {
    detail.score_tenths.map(|tenths| f64::from(tenths) / 10.0)
}

/// EPSS, 0 to 1.
pub(crate) fn probability(detail: &PackageDetail) -> Option<f64> {
    detail.epss_millionths.map(|millionths| f64::from(millionths) / 1_000_000.0)
}

/// `lodash 4.17.15 (npm)`, `libssl3 3.0.11-1 (Debian:12, of openssl)`.
pub(crate) fn named(package: &Package) -> String {
    let source = package.other_source().map(|name| format!(", of {name}")).unwrap_or_default();
    let Package { name, version, .. } = package;
    one_line(&format!("{name} {version} ({}{source})", ecosystem(package)))
}

/// The ids that a person is told.
pub(crate) fn named_ids(finding: &Finding) -> impl Iterator<Item = &str> {
    finding.aliases.iter().take(NAMED_IDS).map(|alias| &**alias)
}

/// `CVE-2020-8203, GHSA-p6mc-m468-83gw`; empty where there is none.
pub(crate) fn ids(finding: &Finding) -> String {
    let ids: Vec<String> = named_ids(finding).map(one_line).collect();
    match finding.aliases.len().saturating_sub(ids.len()) {
        0 => ids.join(", "),
        more => format!("{} and {} more", ids.join(", "), grouped(more)),
    }
}

/// `app@1.0 → b@2 → lodash@4.17.15`; `None` where there is no step between.
pub(crate) fn path(detail: &PackageDetail) -> Option<String> {
    let steps: Vec<String> = match detail.path.len() {
        0 | 1 => return None,
        all if all <= NAMED_STEPS => detail.path.iter().map(|step| one_line(step)).collect(),
        all => {
            let half = NAMED_STEPS / 2;
            let first = detail.path.iter().take(half).map(|step| one_line(step));
            let between = format!("({} more)", grouped(all - 2 * half));
            let last = detail.path.iter().skip(all - half).map(|step| one_line(step));
            first.chain([between]).chain(last).collect()
        }
    };
    Some(steps.join(" → "))
}
