use std::collections::{BTreeSet, HashMap};

use model::{CheckId, Confidence, Severity};
use url::Url;

use super::indexing::indexable;
use crate::web::{
    Check, Found, Page, Report, Run, Visit, page,
    shown::{Several, address, document_of},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("seo.hreflang-return"),
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://developers.google.com/search/docs/specialty/international/localized-versions",
    page: page!("seo/hreflang-return"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let pages: HashMap<Url, BTreeSet<Url>> =
        indexable(visit).map(|page| (document_of(page.url()), versions(page))).collect();
    for page in indexable(visit) {
        let own = document_of(page.url());
        let Some(named) = pages.get(&own).filter(|named| !named.is_empty()) else { continue };
        if !named.contains(&own) {
            report.add(
                Found::at(page.url())
                    .key("itself")
                    .detail("The page does not name itself among its versions.")
                    .evidence("url", address(&own)),
            );
        }
        let mut several = Several::default();
        for other in named.iter().filter(|other| **other != own) {
            // Pages that were not seen may answer.
            if pages.get(other).is_some_and(|named| !named.contains(&own)) {
                several.add_as(None, "url", || address(other));
            }
        }
        if let Some(found) = several.found(page.url()) {
            report
                .add(found.key("others").detail("These versions do not name the page in return."));
        }
    }
}

fn versions(page: &Page<'_>) -> BTreeSet<Url> {
    let links = page.document.links("alternate").filter(|link| link.has("hreflang"));
    links.filter_map(|link| Some(document_of(&page.join(link.attribute("href")?)?))).collect()
}
