//! What answered where a sitemap was asked for.

use formats::web::robots::Robots;
use model::site::{Answer, Resource, Role};

use crate::web::Visit;

/// Addresses of sitemaps that robots.txt names, as they stand.
pub(super) fn named(visit: &Visit<'_>) -> Vec<String> {
    let robots = visit.answered(Role::Robots).filter(|(_, answer)| answer.is_success());
    robots.flat_map(|(_, answer)| Robots::parse(&answer.body).sitemaps).collect()
}

/// Sitemaps that were answered with one: no error, no page in place of it.
pub(super) fn served<'v>(visit: &'v Visit<'_>) -> impl Iterator<Item = (&'v Resource, &'v Answer)> {
    visit.answered(Role::Sitemap).filter(|(_, answer)| answer.is_success() && !is_page(answer))
}

/// Whether an answer is an HTML page, as single-page applications give for any address.
pub(super) fn is_page(answer: &Answer) -> bool {
    let start = answer.body.trim_ascii_start();
    let begins =
        |with: &[u8]| start.get(..with.len()).is_some_and(|s| s.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html")
}

/// Whether an answer is compressed as a file (RFC 1952), which `.xml.gz` may be.
pub(super) fn is_gzip(answer: &Answer) -> bool {
    answer.body.starts_with(&[0x1f, 0x8b])
}
