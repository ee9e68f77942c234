use std::collections::HashSet;

use formats::web::sitemap;
use model::{CheckId, Confidence, Severity, site::Role};

use super::sitemaps::{is_gzip, is_page, named};
use crate::web::{Check, Found, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.sitemap-invalid"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.sitemaps.org/protocol.html",
    page: page!("seo/sitemap-invalid"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let named: HashSet<String> =
        named(visit).iter().filter_map(|url| url::Url::parse(url).ok()).map(String::from).collect();
    for (resource, answer) in visit.answered(Role::Sitemap) {
        let is_named = named.contains(resource.url.as_str());
        let (key, detail) = if matches!(answer.status, 404 | 410 | 500..=599) && is_named {
            ("fails", format!("It answers with status {}.", answer.status))
        } else if !answer.is_success() || is_gzip(answer) || answer.is_cut {
            continue;
        } else if is_page(answer) {
            // Where nobody named it, an HTML page says that there is none.
            if !is_named {
                continue;
            }
            ("page", "An HTML page is answered in its place.".to_owned())
        } else {
            let sitemap = sitemap::parse(&answer.body);
            match sitemap.problems.first() {
                Some(problem) => ("unread", format!("{}.", problem.message)),
                None if sitemap.entries.is_empty() => ("empty", "It lists nothing.".to_owned()),
                None => continue,
            }
        };
        report.add(
            Found::at(&answer.url).key(key).detail(detail).evidence("url", address(&resource.url)),
        );
    }
}
