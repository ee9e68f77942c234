//! Whether a page is meant for search results, and under which address.

use std::collections::HashSet;

use formats::web::link;
use url::Url;

use crate::web::{Page, Visit, shown::document_of};

/// Robots whose own `<meta>` counts.
const ROBOTS: [&str; 3] = ["robots", "googlebot", "bingbot"];
/// Words of `X-Robots-Tag` that have a value behind a colon; before any other colon stands a robot's name.
const WITH_VALUE: [&str; 4] =
    ["max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"];

/// So many canonical addresses of a page are looked at.
const MAX_CANONICALS: usize = 20;

/// What keeps a page out of search results.
#[derive(Debug)]
pub(super) struct NoIndex {
    pub(super) line: Option<u64>,
    /// Where it says so, as a name of evidence, and what it says.
    pub(super) said: (&'static str, String),
}

/// Whether a page asks not to be in search results, in its header or in its head.
pub(super) fn noindex(page: &Page<'_>) -> Option<NoIndex> {
    let mut fields = page.answer.headers.all("x-robots-tag");
    if let Some(value) = fields.find(|value| says_noindex(value)) {
        return Some(NoIndex { line: None, said: ("header", format!("x-robots-tag: {value}")) });
    }
    ROBOTS.into_iter().find_map(|name| {
        let (meta, _) = page.document.meta(name).find(|(_, content)| says_noindex(content))?;
        Some(NoIndex {
            line: Some(meta.line()),
            said: ("element", crate::web::elements::tag(meta)),
        })
    })
}

fn says_noindex(value: &str) -> bool {
    value.split(',').any(|word| {
        let word = match word.split_once(':') {
            Some((name, _)) if WITH_VALUE.iter().any(|w| name.trim().eq_ignore_ascii_case(w)) => "",
            Some((robot, word)) if is_robot(robot.trim()) => word,
            Some(_) => "",
            None => word,
        };
        let word = word.trim();
        word.eq_ignore_ascii_case("noindex") || word.eq_ignore_ascii_case("none")
    })
}

fn is_robot(name: &str) -> bool {
    name == "*" || ROBOTS.iter().any(|robot| name.eq_ignore_ascii_case(robot))
}

/// The addresses that a page gives as its own (RFC 6596), in its head or its header, with the line.
pub(super) fn canonicals(page: &Page<'_>) -> Vec<(Option<u64>, Url)> {
    let in_head = page.document.links("canonical").filter(|link| link.is_in("head"));
    let in_head = in_head.filter_map(|link| {
        let url = page.join(link.attribute("href").filter(|href| !href.trim().is_empty())?)?;
        Some((Some(link.line()), document_of(&url)))
    });
    let in_header = link::parse(page.answer.headers.all("link")).into_iter();
    let in_header = in_header.filter(|link| link.is("canonical"));
    let in_header = in_header
        .filter_map(|link| Some((None, document_of(&page.url().join(&link.target).ok()?))));
    in_head.chain(in_header).take(MAX_CANONICALS).collect()
}

/// Pages that may stand in search results, each address once.
pub(super) fn indexable<'v, 's>(visit: &'v Visit<'s>) -> impl Iterator<Item = &'v Page<'s>> {
    let mut seen = HashSet::new();
    visit.pages.iter().filter(move |page| {
        let own = document_of(page.url());
        canonicals(page).iter().all(|(_, url)| *url == own)
            && noindex(page).is_none()
            && seen.insert(own)
    })
}

#[cfg(test)]
mod tests {
    use super::says_noindex;

    #[test]
    fn noindex_is_a_word_for_every_robot_or_one_that_counts() {
        for value in ["noindex", "nofollow, NOINDEX", "none", "googlebot: noindex", "*: none"] {
            assert!(says_noindex(value), "{value}");
        }
        for value in [
            "",
            "index",
            "max-image-preview:none",
            "otherbot: noindex",
            "unavailable_after: 25 Jun 2030 15:00:00 GMT",
        ] {
            assert!(!says_noindex(value), "{value}");
        }
    }
}
