//! Web app manifests that pages name.

use std::collections::HashSet;

use formats::web::html::Element;
use model::site::Answer;
use url::Url;

use crate::web::{Page, Visit};

/// A manifest, and the page that names it.
#[derive(Debug)]
pub(super) struct Linked<'v> {
    pub(super) page: &'v Page<'v>,
    pub(super) link: Element<'v>,
    pub(super) url: Url,
    pub(super) answer: &'v Answer,
}

/// Each manifest that was answered, with the first page that names it. Of several on a page the first counts (HTML, 4.6.7.10).
pub(super) fn linked<'v>(visit: &'v Visit<'v>) -> impl Iterator<Item = Linked<'v>> {
    let mut seen = HashSet::new();
    visit.pages.iter().filter_map(move |page| {
        let link = page.document.links("manifest").next()?;
        let url = page.join(link.attribute("href")?)?;
        let answer = visit.site.at(&url)?.answer()?;
        seen.insert(url.clone()).then_some(Linked { page, link, url, answer })
    })
}
