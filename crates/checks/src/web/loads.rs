//! What a page loads by its markup, and what came of it.

use std::collections::{HashMap, HashSet};

use formats::web::html::Element;
use model::site::{Answer, Resource, Role};
use url::Url;

use super::{Page, Visit, party};

/// Something that a page loads.
#[derive(Clone, Debug)]
pub(super) struct Load<'d> {
    /// Script, style sheet or image.
    pub role: Role,
    /// In full, without a fragment.
    pub url: Url,
    /// What names it.
    pub element: Element<'d>,
}

/// The scripts, style sheets and images that a page loads, each URL once, in the order of the page.
pub(super) fn loads<'p>(page: &'p Page<'_>) -> Vec<Load<'p>> {
    let mut seen = HashSet::new();
    let mut loads = Vec::new();
    for element in page.document.elements() {
        let Some((role, Some(href))) = named(element) else { continue };
        let Some(mut url) = page.join(href).filter(|url| !href.trim().is_empty() && is_web(url))
        else {
            continue;
        };
        url.set_fragment(None);
        if seen.insert(url.clone()) {
            loads.push(Load { role, url, element });
        }
    }
    loads
}

fn named(element: Element<'_>) -> Option<(Role, Option<&str>)> {
    if element.is("script") {
        return Some((Role::Script, element.attribute("src")));
    }
    if element.is("img") {
        return Some((Role::Image, element.attribute("src")));
    }
    is_style_sheet(element).then(|| (Role::Style, element.attribute("href")))
}

/// Whether it is a link to a style sheet that is in use.
pub(super) fn is_style_sheet(element: Element<'_>) -> bool {
    element.is("link")
        && element.has_word("rel", "stylesheet")
        && !element.has_word("rel", "alternate")
        && !element.has("disabled")
}

/// Whether it comes over the network.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Whether it is JavaScript, a module included, by its `type` (HTML, section 4.12.1).
pub(super) fn is_javascript(script: Element<'_>) -> bool {
    let kind = script.attribute("type").unwrap_or_default().trim().to_ascii_lowercase();
    matches!(
        kind.as_str(),
        "" | "module" | "text/javascript" | "application/javascript" | "application/x-javascript"
    )
}

/// Successful answers by the URL that was asked for.
#[derive(Debug)]
pub(super) struct Fetched<'s>(HashMap<&'s Url, (&'s Resource, &'s Answer)>);

impl<'s> Fetched<'s> {
    /// All of a visit.
    pub(super) fn of(visit: &Visit<'s>) -> Self {
        let all = visit.site.resources.iter();
        let answered = all.filter_map(|resource| Some((resource, resource.answer()?)));
        let successful = answered.filter(|(_, answer)| answer.is_success());
        Self(successful.map(|(resource, answer)| (&resource.url, (resource, answer))).collect())
    }

    /// What came of that URL.
    pub(super) fn get(&self, url: &Url) -> Option<(&'s Resource, &'s Answer)> {
        self.0.get(url).copied()
    }
}

/// Size of a body over the wire; where only the head came, what that says.
pub(super) fn wire_bytes(answer: &Answer) -> u64 {
    let told = answer.headers.get("content-length").and_then(|length| length.trim().parse().ok());
    answer.wire_bytes.max(told.unwrap_or(0))
}

/// A size for people.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", bytes.div_ceil(1_000)),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// Whether a URL is the site's own.
pub(super) fn is_own(visit: &Visit<'_>, url: &Url) -> bool {
    party::is_same_site(url, visit.site.home())
}
