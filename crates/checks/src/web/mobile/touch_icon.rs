use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("mobile.touch-icon"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.apple.com/library/archive/documentation/AppleApplications/Reference/SafariWebContent/ConfiguringWebApplications/ConfiguringWebApplications.html",
    page: page!("mobile/touch-icon"),
    run: Run::Site(run),
};

const NAMES: [&str; 2] = ["apple-touch-icon", "apple-touch-icon-precomposed"];
/// So many icons are looked at.
const MAX_LINKS: usize = 20;

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(page) = visit.landing() else { return };
    let links = NAMES.iter().flat_map(|name| page.document.links(name)).take(MAX_LINKS);
    let mut is_named = false;
    for link in links {
        is_named = true;
        let Some(url) = link.attribute("href").and_then(|href| page.join(href)) else { continue };
        let answer = visit.site.at(&url).and_then(|icon| icon.answer());
        if answer.is_some_and(|answer| matches!(answer.status, 404 | 410 | 500..=599)) {
            report.add(
                Found::at(page.url())
                    .line(link.line())
                    .key("fails")
                    .severity(Severity::Low)
                    .detail("The icon that the page names fails to load.")
                    .evidence("element", crate::web::elements::tag(link)),
            );
            break;
        }
    }
    // Phones ask for this one where none is named.
    let usual = page.url().join("/apple-touch-icon.png").ok();
    let answer = usual.and_then(|url| visit.site.at(&url)?.answer());
    let is_served = answer.is_some_and(|answer| answer.is_success());
    if !is_named && !is_served {
        report.add(Found::at(page.url()).key("missing").evidence("url", address(page.url())));
    }
}
