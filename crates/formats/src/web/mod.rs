//! What a website says in text: response headers, documents at agreed places, DNS records, and what scripts say about themselves.
//!
//! Each module reads one of them by its specification and answers with a typed value and what is wrong with it, in words of that
//! specification; whether that matters is for a check to judge. Every reader is total over foreign bytes and takes linear time.
//! What a browser would ignore is left out of the value and kept as an issue. Lists of issues are bounded ([`MAX_ISSUES`]).

pub mod cache_control;
pub mod content_type;
pub mod cross_origin;
pub mod csp;
pub mod data_url;
pub mod email_dns;
pub mod hsts;
pub mod html;
pub mod html_refresh;
pub mod javascript_library;
pub mod json_ld;
pub mod link;
pub mod manifest;
pub mod permissions_policy;
pub mod referrer_policy;
pub mod robots;
pub mod security_txt;
pub mod set_cookie;
pub mod sitemap;
pub mod source_map;
pub mod structured;
mod syntax;

/// So many issues of one value are kept; more say nothing new, and foreign bytes decide how many there are.
pub const MAX_ISSUES: usize = 200;

/// Keeps an issue while there is room.
fn note<T>(issues: &mut Vec<T>, issue: T) {
    if issues.len() < MAX_ISSUES {
        issues.push(issue);
    }
}
