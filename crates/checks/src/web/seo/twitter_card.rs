use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.twitter-card"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developer.x.com/en/docs/x-for-websites/cards/overview/markup",
    page: page!("seo/twitter-card"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(page) = visit.landing() else { return };
    let says = |name: &str| page.document.meta(name).any(|(_, content)| !content.trim().is_empty());
    // Title and image are taken from Open Graph; a page that has none of it has another problem.
    if says("og:image") && !says("twitter:card") {
        report.add(Found::at(page.url()).evidence("url", address(page.url())));
    }
}
