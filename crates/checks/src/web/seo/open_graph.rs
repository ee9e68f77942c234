use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.open-graph"),
    severity: Severity::Info,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://ogp.me/",
    page: page!("seo/open-graph"),
    run: Run::Site(run),
};

/// What every messenger shows of a link.
const WANTED: [&str; 2] = ["og:title", "og:image"];

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(page) = visit.landing() else { return };
    let missing: Vec<&str> = WANTED
        .into_iter()
        .filter(|name| !page.document.meta(name).any(|(_, content)| !content.trim().is_empty()))
        .collect();
    if !missing.is_empty() {
        report.add(
            Found::at(page.url())
                .key(missing.join(" "))
                .detail(format!("Missing: {}.", missing.join(", ")))
                .evidence("value", missing.join(", ")),
        );
    }
}
