//! Which JavaScript libraries the pages of a site load, for whoever has the advisories to ask.

use std::collections::BTreeMap;

use formats::web::{
    html::Element,
    javascript_library::{self as library, Evidence},
};
use model::{Confidence, site::Role};
use url::Url;

use crate::web::{
    Visit,
    embedded::{self, Use},
    scripts,
};

/// A library of a version at a place of a site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Library {
    /// Its name at npm.
    pub package: String,
    /// As the library or its address says it.
    pub version: String,
    /// The script that holds it, or the page, if it stands in the page itself.
    pub url: Url,
    /// The page that loads it, as far as that is known.
    pub page: Option<Url>,
    /// The line in what is at `url`, from 1; of a script that was not fetched the line of the element that names it, in `page`.
    pub line: Option<u64>,
    /// What says so.
    pub how: Evidence,
    /// How sure that is.
    pub confidence: Confidence,
}

/// Every library that pages load: by what scripts say of themselves, and by their addresses. Of one library at one place each version
/// once; what its content says counts more than its address.
#[must_use]
pub fn libraries(visit: &Visit<'_>) -> Vec<Library> {
    let mut all = Vec::new();
    for (resource, answer) in visit.answered(Role::Script).filter(|(_, answer)| answer.is_success())
    {
        let page = resource.referrer.as_ref().map(|(page, _)| page);
        let mut lines = Lines { text: &answer.body, at: 0, line: 1 };
        for found in library::in_content(&answer.body) {
            let line = Some(lines.of(found.range.start));
            all.push(made(found, &answer.url, page, line));
        }
    }
    for page in &visit.pages {
        for script in scripts::inline(page) {
            for found in
                library::in_content(script.text.as_bytes()).into_iter().take(scripts::MAX_TOLD)
            {
                let line = Some(script.line(found.range.start));
                all.push(made(found, page.url(), Some(page.url()), line));
            }
        }
        for (element, url) in loaded(page) {
            for found in library::in_url(url.as_str()) {
                all.push(made(found, &url, Some(page.url()), Some(element.line())));
            }
        }
    }
    unique(all)
}

/// The scripts that elements of a page name.
fn loaded<'p>(page: &'p crate::web::Page<'_>) -> impl Iterator<Item = (Element<'p>, Url)> {
    let scripts = embedded::of(page).filter(|written| written.used == Use::Script);
    scripts.filter_map(|written| Some((written.element, written.url(page)?)))
}

fn made(found: library::Library, url: &Url, page: Option<&Url>, line: Option<u64>) -> Library {
    Library {
        package: found.package,
        version: found.version,
        url: url.clone(),
        page: page.cloned(),
        line,
        how: found.evidence,
        confidence: found.confidence,
    }
}

/// One entry for each version of a library at a place, in the order in which they were found. An address says nothing about a library
/// of which the content speaks.
fn unique(all: Vec<Library>) -> Vec<Library> {
    let mut places: BTreeMap<(Url, String), Vec<usize>> = BTreeMap::new();
    for (index, library) in all.iter().enumerate() {
        let known = places.entry((library.url.clone(), library.package.clone())).or_default();
        let is_told = known.iter().filter_map(|known| all.get(*known)).any(|known| {
            known.version == library.version || (is_by_address(library) && !is_by_address(known))
        });
        if !is_told {
            known.push(index);
        }
    }
    let mut kept: Vec<usize> = places.into_values().flatten().collect();
    kept.sort_unstable();
    kept.into_iter().filter_map(|index| all.get(index).cloned()).collect()
}

fn is_by_address(library: &Library) -> bool {
    matches!(library.how, Evidence::DeliveryNetwork | Evidence::FileName)
}

/// Counts the lines of places that come in order.
struct Lines<'t> {
    text: &'t [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    fn of(&mut self, at: usize) -> u64 {
        if let Some(between) = self.text.get(self.at..at) {
            self.line += memchr::memchr_iter(b'\n', between).count() as u64;
            self.at = at;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use model::site::{Answer, Headers, HttpVersion, Outcome, Resource, Site};

    use super::*;

    fn resource(role: Role, url: &str, kind: &str, body: &str) -> Resource {
        let url = Url::parse(url).unwrap();
        let mut headers = Headers::default();
        headers.add("content-type", kind.as_bytes());
        let answer = Answer {
            url: url.clone(),
            status: 200,
            version: HttpVersion::Http2,
            headers,
            body: body.as_bytes().into(),
            wire_bytes: 0,
            is_cut: false,
            first_byte: std::time::Duration::ZERO,
            end: std::time::Duration::ZERO,
        };
        let outcome = Outcome::Answered(Box::new(answer));
        Resource { role, url, referrer: None, hops: Vec::new(), outcome }
    }

    fn named(resources: Vec<Resource>) -> Vec<(String, String, u64)> {
        let start = Url::parse("https://example.com/").unwrap();
        let site = Site { resources, ..Site::new(start, 0) };
        let found = libraries(&Visit::of(&site));
        found.into_iter().map(|l| (l.package, l.version, l.line.unwrap_or_default())).collect()
    }

    #[test]
    fn libraries_are_known_by_their_heads_and_by_their_addresses() {
        let page = "<script src='/x.js'></script>\n<script src='https://cdn.jsdelivr.net/npm/vue@3.4.21/dist/vue.js'></script>";
        let script = "\n/*! jQuery v3.4.1 | (c) JS Foundation and other contributors | jquery.org/license */";
        let found = named(vec![
            resource(Role::Page, "https://example.com/", "text/html", page),
            resource(Role::Script, "https://example.com/x.js", "text/javascript", script),
        ]);
        let entry = |name: &str, version: &str, line| (name.to_owned(), version.to_owned(), line);
        assert_eq!(found, [entry("jquery", "3.4.1", 2), entry("vue", "3.4.21", 2)]);
    }

    #[test]
    fn what_a_script_says_counts_more_than_what_it_is_called() {
        let page = "<script src='/jquery-1.0.0.min.js'></script>";
        let script =
            "/*! jQuery v3.4.1 | (c) JS Foundation and other contributors | jquery.org/license */";
        let found = named(vec![
            resource(Role::Page, "https://example.com/", "text/html", page),
            resource(
                Role::Script,
                "https://example.com/jquery-1.0.0.min.js",
                "text/javascript",
                script,
            ),
        ]);
        assert_eq!(found, [("jquery".to_owned(), "3.4.1".to_owned(), 1)]);
    }
}
