use model::{CheckId, Confidence, Severity, site::Role};

use crate::web::{
    Check, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.redirect-chain"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/crawling-indexing/301-redirects",
    page: page!("seo/redirect-chain"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let mut several = Several::default();
    let mut first = None;
    for resource in &visit.site.resources {
        let is_link = matches!(resource.role, Role::Page | Role::Link);
        let Some((page, line)) = resource.referrer.as_ref().filter(|_| is_link) else { continue };
        let is_long = resource.hops.len() > 1 && visit.is_same_origin(&resource.url);
        let Some(answer) = resource.answer().filter(|_| is_long) else { continue };
        first.get_or_insert(page);
        several.add_as(Some(*line), "url", || {
            let way = resource.hops.iter().map(|hop| &hop.url).chain([&answer.url]);
            way.map(address).collect::<Vec<_>>().join(" → ")
        });
    }
    if let Some(found) = first.and_then(|page| several.found(page)) {
        report.add(found);
    }
}
