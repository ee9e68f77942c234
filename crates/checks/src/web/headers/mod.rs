//! What the heads of answers say, cookies among it.

pub(super) mod cookies;
mod heads;
pub(super) mod policies;
mod transport;

mod cacheable_cookies;
mod content_type_missing;
mod content_type_options;
mod cookie_attributes;
mod cookie_lifetime;
mod cookie_over_http;
mod cookie_prefix;
mod cookie_rejected;
mod cookie_scope;
mod cookie_syntax;
mod cors_insecure_origin;
mod cors_invalid;
mod cors_null_origin;
mod cors_wildcard_credentials;
mod cross_domain_policies;
mod cross_origin_policies_invalid;
mod csp_bypassable_host;
mod csp_insecure_scheme;
mod csp_meta_only;
mod csp_missing_directives;
mod csp_nonce_reused;
mod csp_report_endpoint;
mod csp_report_only;
mod csp_syntax;
mod csp_unsafe_eval;
mod csp_unsafe_inline;
mod csp_unsafe_inline_style;
mod csp_wildcard_source;
mod debug_headers;
mod deprecated_headers;
mod duplicate_headers;
mod framing;
mod hsts_invalid;
mod hsts_over_http;
mod hsts_preload;
mod hsts_short;
mod hsts_subdomains;
mod internal_address;
mod permissions_policy_invalid;
mod referrer_policy_invalid;
mod referrer_policy_unsafe;
mod refresh_header;
mod security_headers;
mod server_version;
mod technology_banner;

#[cfg(test)]
mod tests;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &cacheable_cookies::CHECK,
    &content_type_missing::CHECK,
    &content_type_options::CHECK,
    &cookie_attributes::CHECK,
    &cookie_lifetime::CHECK,
    &cookie_over_http::CHECK,
    &cookie_prefix::CHECK,
    &cookie_rejected::CHECK,
    &cookie_scope::CHECK,
    &cookie_syntax::CHECK,
    &cors_insecure_origin::CHECK,
    &cors_invalid::CHECK,
    &cors_null_origin::CHECK,
    &cors_wildcard_credentials::CHECK,
    &cross_domain_policies::CHECK,
    &cross_origin_policies_invalid::CHECK,
    &csp_bypassable_host::CHECK,
    &csp_insecure_scheme::CHECK,
    &csp_meta_only::CHECK,
    &csp_missing_directives::CHECK,
    &csp_nonce_reused::CHECK,
    &csp_report_endpoint::CHECK,
    &csp_report_only::CHECK,
    &csp_syntax::CHECK,
    &csp_unsafe_eval::CHECK,
    &csp_unsafe_inline::CHECK,
    &csp_unsafe_inline_style::CHECK,
    &csp_wildcard_source::CHECK,
    &debug_headers::CHECK,
    &deprecated_headers::CHECK,
    &duplicate_headers::CHECK,
    &framing::CHECK,
    &hsts_invalid::CHECK,
    &hsts_over_http::CHECK,
    &hsts_preload::CHECK,
    &hsts_short::CHECK,
    &hsts_subdomains::CHECK,
    &internal_address::CHECK,
    &permissions_policy_invalid::CHECK,
    &referrer_policy_invalid::CHECK,
    &referrer_policy_unsafe::CHECK,
    &refresh_header::CHECK,
    &security_headers::CHECK,
    &server_version::CHECK,
    &technology_banner::CHECK,
];
