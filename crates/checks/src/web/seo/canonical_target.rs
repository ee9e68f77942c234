use std::collections::HashMap;

use model::{CheckId, Confidence, Severity, site::Resource};
use url::Url;

use super::indexing::canonicals;
use crate::web::{
    Check, Found, Report, Run, Visit, page,
    shown::{address, document_of},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.canonical-target"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/consolidate-duplicate-urls",
    page: page!("seo/canonical-target"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let seen: HashMap<&Url, &Resource> =
        visit.site.resources.iter().rev().map(|resource| (&resource.url, resource)).collect();
    for page in &visit.pages {
        for (line, url) in canonicals(page) {
            let Some(resource) = seen.get(&url) else { continue };
            let Some(answer) = resource.answer() else { continue };
            let (key, detail) = if matches!(answer.status, 404 | 410 | 500..=599) {
                ("fails", format!("That address answers with status {}.", answer.status))
            } else if !resource.hops.is_empty() && document_of(&answer.url) != url {
                ("redirects", format!("That address redirects to {}.", address(&answer.url)))
            } else {
                continue;
            };
            let mut found =
                Found::at(page.url()).key(key).detail(detail).evidence("url", address(&url));
            found.line = line;
            report.add(found);
        }
    }
}
