//! Points for the integrity of scripts.

use model::site::Answer;
use url::Url;

use super::Points;
use crate::web::{Page, party};

/// What scripts of other sites show, in the order in which one outdoes another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    IntegrityOfOwn,
    IntegrityOverHttp,
    HttpsAlone,
    Nothing,
}

pub(super) fn points(answer: &Answer, page: Option<&Page<'_>>) -> Points {
    let Some(page) = page else { return (0, "The answer is no HTML page.") };
    let mut scripts = page.document.by_name("script").peekable();
    if scripts.peek().is_none() {
        return (0, "The page has no scripts.");
    }
    let mut worst: Option<Seen> = None;
    let mut has_foreign = false;
    for script in scripts {
        let Some(source) = script.attribute("src").map(str::trim).filter(|src| !src.is_empty())
        else {
            continue;
        };
        let has_integrity = script.attribute("integrity").is_some_and(|text| !text.is_empty());
        let place = Place::of(source, &answer.url);
        has_foreign |= !place.is_own;
        let seen = match (place.is_own, has_integrity, place.is_https) {
            (true, true, true) if worst.is_none() => Seen::IntegrityOfOwn,
            (true, ..) | (false, true, true) => continue,
            (false, true, false) => Seen::IntegrityOverHttp,
            (false, false, true) => Seen::HttpsAlone,
            (false, false, false) => Seen::Nothing,
        };
        worst = worst.max(Some(seen));
    }
    match worst {
        None if has_foreign => (5, "Scripts of other sites have their hash with them."),
        None => (0, "All scripts come from the site itself."),
        Some(Seen::IntegrityOfOwn) => (5, "The site's own scripts have their hash with them."),
        Some(Seen::IntegrityOverHttp) => {
            (-20, "Scripts of other sites have their hash with them, but may come over http.")
        }
        Some(Seen::HttpsAlone) => {
            (-5, "Scripts of other sites come over https without their hash.")
        }
        Some(Seen::Nothing) => {
            (-50, "Scripts of other sites may come over http, without their hash.")
        }
    }
}

struct Place {
    is_own: bool,
    is_https: bool,
}

impl Place {
    /// An address without a scheme counts as foreign, as the Observatory has it.
    fn of(source: &str, page: &Url) -> Self {
        if source.starts_with("//") {
            return Self { is_own: false, is_https: false };
        }
        match Url::parse(source) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                Self { is_own: party::is_same_site(&url, page), is_https: url.scheme() == "https" }
            }
            _ => Self { is_own: true, is_https: page.scheme() == "https" },
        }
    }
}
