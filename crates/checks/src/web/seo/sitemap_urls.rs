use std::collections::HashMap;

use formats::web::sitemap;
use model::{CheckId, Confidence, Severity, site::Resource};
use url::Url;

use super::indexing::noindex;
use super::sitemaps::{is_gzip, served};
use crate::web::{
    Check, Page, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.sitemap-urls"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.sitemaps.org/protocol.html",
    page: page!("seo/sitemap-urls"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let seen: HashMap<&str, &Resource> =
        visit.site.resources.iter().rev().map(|seen| (seen.url.as_str(), seen)).collect();
    let hidden: HashMap<&Url, &Page<'_>> = visit
        .pages
        .iter()
        .filter(|page| noindex(page).is_some())
        .map(|page| (page.url(), page))
        .collect();
    for (_, answer) in served(visit).filter(|(_, answer)| !is_gzip(answer)) {
        let sitemap = sitemap::parse(&answer.body);
        let (mut fails, mut redirects, mut unwanted) =
            (Several::default(), Several::default(), Several::default());
        for entry in &sitemap.entries {
            let Ok(url) = Url::parse(entry.location.trim()) else { continue };
            let Some(resource) = seen.get(url.as_str()) else { continue };
            let Some(said) = resource.answer() else { continue };
            if matches!(said.status, 404 | 410 | 500..=599) {
                fails.add_as(None, "url", || format!("{} {}", said.status, address(&url)));
            } else if !resource.hops.is_empty() {
                redirects.add_as(None, "url", || address(&url));
            } else if hidden.contains_key(&url) {
                unwanted.add_as(None, "url", || address(&url));
            }
        }
        for (key, several, detail) in [
            ("fails", fails, "They answer with an error."),
            ("redirects", redirects, "They redirect to other addresses."),
            ("noindex", unwanted, "Their pages ask not to be in search results."),
        ] {
            if let Some(found) = several.found(&answer.url) {
                report.add(found.key(key).detail(detail));
            }
        }
    }
}
