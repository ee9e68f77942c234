//! How search engines see the site.

mod broken_fragments;
mod broken_links;
mod broken_resources;
mod canonical_conflict;
mod canonical_home;
mod canonical_missing;
mod canonical_target;
mod description_duplicate;
mod description_length;
mod description_missing;
mod empty_without_scripts;
mod favicon;
mod head_closed_early;
mod heading_missing;
mod heading_multiple;
mod hreflang_invalid;
mod hreflang_return;
mod indexing;
mod languages;
mod links_not_crawlable;
mod meta_refresh;
mod nofollow_internal;
mod noindex;
mod open_graph;
mod redirect_chain;
mod robots_blocks_resources;
mod robots_blocks_site;
mod robots_invalid;
mod session_id_url;
mod sitemap_invalid;
mod sitemap_missing;
mod sitemap_urls;
mod sitemaps;
mod social_image;
mod soft_404;
mod title_duplicate;
mod title_length;
mod title_missing;
mod twitter_card;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &broken_fragments::CHECK,
    &broken_links::CHECK,
    &broken_resources::CHECK,
    &canonical_conflict::CHECK,
    &canonical_home::CHECK,
    &canonical_missing::CHECK,
    &canonical_target::CHECK,
    &description_duplicate::CHECK,
    &description_length::CHECK,
    &description_missing::CHECK,
    &empty_without_scripts::CHECK,
    &favicon::CHECK,
    &head_closed_early::CHECK,
    &heading_missing::CHECK,
    &heading_multiple::CHECK,
    &hreflang_invalid::CHECK,
    &hreflang_return::CHECK,
    &links_not_crawlable::CHECK,
    &meta_refresh::CHECK,
    &nofollow_internal::CHECK,
    &noindex::CHECK,
    &open_graph::CHECK,
    &redirect_chain::CHECK,
    &robots_blocks_resources::CHECK,
    &robots_blocks_site::CHECK,
    &robots_invalid::CHECK,
    &session_id_url::CHECK,
    &sitemap_invalid::CHECK,
    &sitemap_missing::CHECK,
    &sitemap_urls::CHECK,
    &social_image::CHECK,
    &soft_404::CHECK,
    &title_duplicate::CHECK,
    &title_length::CHECK,
    &title_missing::CHECK,
    &twitter_card::CHECK,
];
