use model::{CheckId, Confidence, Severity};

use super::insecure;
use crate::web::{
    Check, Page, Report, Run, Visit, elements,
    embedded::{self, Use},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("content.insecure-own-link"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/Security/Practical_implementation_guides/TLS",
    page: page!("content/insecure-own-link"),
    run: Run::SentAndRendered(run),
};

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    if page.url().scheme() != "https" || insecure::upgrades(page) {
        return;
    }
    let links = embedded::of(page).filter(|written| written.used == Use::Link);
    let own = links.filter(|written| {
        let url = written.url(page);
        url.is_some_and(|url| {
            url.scheme() == "http" && url.port().is_none() && url.host() == page.url().host()
        })
    });
    let own: Vec<_> = own.map(|written| written.element).collect();
    if let Some(found) = elements::about(page, "", &own) {
        report.add(found.key("http"));
    }
}
