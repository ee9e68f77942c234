use model::{CheckId, Confidence, Severity, site::Role};

use super::sitemaps::{is_page, named, served};
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.sitemap-missing"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.sitemaps.org/protocol.html",
    page: page!("seo/sitemap-missing"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let is_there = served(visit).next().is_some() || !named(visit).is_empty();
    // Only where it was looked for, and the answer was clear.
    let asked = visit.answered(Role::Sitemap);
    let absent = asked
        .filter(|(_, answer)| {
            matches!(answer.status, 404 | 410) || answer.is_success() && is_page(answer)
        })
        .map(|(resource, _)| resource);
    if let Some(resource) = absent.take(1).find(|_| !is_there) {
        report.add(Found::at(&resource.url).evidence("url", address(&resource.url)));
    }
}
