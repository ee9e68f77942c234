//! What a page over https names over plain http.

use formats::web::html::Element;

use crate::web::{
    Page,
    embedded::{self, Use},
    party,
};

/// The elements of a page over https that use a URL over plain http in one of these ways. None, where the page's policy has them
/// upgraded. The visitor's own machine is as trustworthy as https (Secure Contexts, 3.1).
pub(super) fn elements<'p>(page: &'p Page<'_>, uses: &[Use]) -> Vec<Element<'p>> {
    if page.url().scheme() != "https" {
        return Vec::new();
    }
    let written = embedded::of(page).filter(|written| uses.contains(&written.used));
    let insecure = written.filter(|written| {
        written.url(page).is_some_and(|url| url.scheme() == "http" && !party::is_loopback(&url))
    });
    let found: Vec<_> = insecure.map(|written| written.element).collect();
    if !found.is_empty() && upgrades(page) { Vec::new() } else { found }
}

/// Whether an enforced policy of the page turns its `http:` URLs into `https:` (Upgrade Insecure Requests, 3.1).
pub(super) fn upgrades(page: &Page<'_>) -> bool {
    page.policies().policies.has("upgrade-insecure-requests")
}
