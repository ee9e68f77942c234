//! How fast pages arrive and are shown.

mod asset_redirects;
mod blocking_scripts;
mod blocking_styles;
mod cache_conflict;
mod cache_validators;
mod compression;
mod css_import;
mod data_urls;
mod delivery;
mod document_size;
mod document_write;
mod dom_size;
mod first_byte;
mod font_count;
mod font_display;
mod font_formats;
mod fonts;
mod http_version;
mod inline_code;
mod invalid_preload;
mod page_weight;
mod preconnect;
mod redirects;
mod requests;
mod static_caching;
mod third_parties;
mod transfer;
mod unload_handler;
mod unminified;
mod unused_preload;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &asset_redirects::CHECK,
    &blocking_scripts::CHECK,
    &blocking_styles::CHECK,
    &cache_conflict::CHECK,
    &cache_validators::CHECK,
    &compression::CHECK,
    &css_import::CHECK,
    &data_urls::CHECK,
    &delivery::CHECK,
    &document_size::CHECK,
    &document_write::CHECK,
    &dom_size::CHECK,
    &first_byte::CHECK,
    &font_count::CHECK,
    &font_display::CHECK,
    &font_formats::CHECK,
    &http_version::CHECK,
    &inline_code::CHECK,
    &invalid_preload::CHECK,
    &page_weight::CHECK,
    &preconnect::CHECK,
    &redirects::CHECK,
    &requests::CHECK,
    &static_caching::CHECK,
    &third_parties::CHECK,
    &unload_handler::CHECK,
    &unminified::CHECK,
    &unused_preload::CHECK,
];
