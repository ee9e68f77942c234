//! Structured data of a page.

use formats::web::html::Element;

use crate::web::Page;

/// So many scripts of a page are read.
const MAX_SCRIPTS: usize = 100;

/// Scripts with JSON-LD.
pub(super) fn scripts<'p>(page: &'p Page<'_>) -> impl Iterator<Item = Element<'p>> {
    let scripts = page.document.by_name("script").filter(|script| {
        let kind = script.attribute("type").unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default();
        essence.trim().eq_ignore_ascii_case("application/ld+json")
    });
    scripts.take(MAX_SCRIPTS)
}
