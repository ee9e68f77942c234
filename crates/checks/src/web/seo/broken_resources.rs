use std::collections::HashSet;

use model::{CheckId, Confidence, Severity, site::Role};
use url::Url;

use crate::web::{
    Check, Report, Run, Visit, page,
    shown::{Several, address},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.broken-resources"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Status/404",
    page: page!("seo/broken-resources"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    // Images for those who share a link are no part of the page: they are judged by `seo.social-image`.
    let metas = visit.pages.iter().flat_map(|page| {
        let images = ["og:image", "og:image:url", "og:image:secure_url", "twitter:image"];
        images
            .into_iter()
            .flat_map(|name| page.document.meta(name))
            .filter_map(|meta| page.join(meta.1))
    });
    let shared: HashSet<Url> = metas.collect();
    for (role, key, what) in [
        (
            Role::Script,
            "scripts",
            "Scripts that pages load are missing: what they do does not work.",
        ),
        (Role::Style, "styles", "Style sheets that pages load are missing."),
        (Role::Image, "images", "Images on pages are missing."),
        (Role::Font, "fonts", "Fonts that style sheets name are missing."),
    ] {
        let mut several = Several::default();
        let mut first = None;
        for (resource, answer) in visit.answered(role) {
            let is_broken = match answer.status {
                404 | 410 => true,
                429 | 503 => false,
                // Others' servers may turn robots away.
                status => visit.is_same_origin(&answer.url) && matches!(status, 400..=599),
            };
            if !is_broken || shared.contains(&resource.url) {
                continue;
            }
            let (page, line) = match &resource.referrer {
                Some((page, line)) => (page, Some(*line)),
                None => (visit.site.home(), None),
            };
            first.get_or_insert(page);
            several.add_as(line, "url", || format!("{} {}", answer.status, address(&resource.url)));
        }
        if let Some(found) = first.and_then(|page| several.found(page)) {
            report.add(found.key(key).detail(what));
        }
    }
}
