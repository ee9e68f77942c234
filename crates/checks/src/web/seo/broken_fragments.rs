use std::collections::{HashMap, HashSet};

use model::{CheckId, Confidence, Severity};
use url::Url;

use crate::web::{
    Check, Page, Report, Run, Visit, page,
    shown::{Several, address, document_of},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.broken-fragments"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://html.spec.whatwg.org/multipage/browsing-the-web.html#find-a-potential-indicated-element",
    page: page!("seo/broken-fragments"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let whole = visit.pages.iter().filter(|page| page.is_whole());
    let targets: HashMap<Url, HashSet<&str>> =
        whole.map(|page| (document_of(page.url()), targets(page))).collect();
    for page in &visit.pages {
        let mut several = Several::default();
        for link in page.document.by_name("a") {
            let Some(url) = link.attribute("href").and_then(|href| page.join(href)) else {
                continue;
            };
            let Some(fragment) = url.fragment().filter(|fragment| names_place(fragment)) else {
                continue;
            };
            let Some(targets) = targets.get(&document_of(&url)) else { continue };
            let decoded = percent_encoding::percent_decode_str(fragment).decode_utf8_lossy();
            if !targets.contains(fragment) && !targets.contains(&*decoded) {
                several
                    .add_as(Some(link.line()), "url", || format!("{}#{fragment}", address(&url)));
            }
        }
        if let Some(found) = several.found(page.url()) {
            report.add(found);
        }
    }
}

/// Routes of scripts (`#/x`, `#!x`, `#a=b`) and text fragments (`#:~:text=`) name no element, and `#top` always leads up.
fn names_place(fragment: &str) -> bool {
    !fragment.is_empty()
        && !fragment.eq_ignore_ascii_case("top")
        && !fragment.starts_with(['/', '!'])
        && !fragment.contains(['=', '&', '?', ':'])
}

/// What fragments can lead to.
fn targets<'p>(page: &'p Page<'_>) -> HashSet<&'p str> {
    let names = page.document.by_name("a").filter_map(|link| link.attribute("name"));
    page.document.ids().into_iter().chain(names).collect()
}
