use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Found, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.favicon"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/links.html#rel-icon",
    page: page!("seo/favicon"),
    run: Run::Site(run),
};

/// So many icons are looked at.
const MAX_LINKS: usize = 20;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(page) = visit.landing() else { return };
    let mut several = Several::default();
    let mut is_named = false;
    for link in page.document.links("icon").take(MAX_LINKS) {
        let Some(url) = link.attribute("href").and_then(|href| page.join(href)) else { continue };
        is_named = true;
        let answer = visit.site.at(&url).and_then(|icon| icon.answer());
        if answer.is_some_and(|answer| matches!(answer.status, 404 | 410 | 500..=599)) {
            several.add(link);
        }
    }
    if let Some(found) = several.found(page.url()) {
        report.add(
            found
                .key("fails")
                .severity(Severity::Low)
                .detail("The icon that the page names fails to load."),
        );
    }
    // Without a link browsers ask for this one.
    let Ok(usual) = page.url().join("/favicon.ico") else { return };
    let answer = visit.site.at(&usual).and_then(|icon| icon.answer());
    if !is_named && answer.is_some_and(|answer| matches!(answer.status, 404 | 410)) {
        report.add(Found::at(page.url()).key("missing").evidence("url", address(&usual)));
    }
}
