//! Response headers of a website: each reader is total, and nothing it says drives a terminal.

#![no_main]

use bartizan_fuzz::assert_printable;
use formats::web::{
    MAX_ISSUES, cache_control,
    content_type::MediaType,
    cross_origin::{EmbedderPolicy, OpenerPolicy, ResourcePolicy},
    csp::{Delivery, Policies},
    hsts::Hsts,
    link,
    permissions_policy::PermissionsPolicy,
    referrer_policy,
    set_cookie::{Sender, SetCookie},
    structured,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &str| {
    for delivery in [Delivery::Header, Delivery::Meta, Delivery::ReportOnlyHeader] {
        let mut policies = Policies::default();
        policies.add(delivery, field);
        let _ = policies.allows_inline_script();
        let _ = policies.allows_any_host("script-src");
        let _ = policies.allows_host("script-src", "a.example");
        for policy in &policies.policies {
            assert!(policy.issues.len() <= MAX_ISSUES);
            policy.issues.iter().for_each(|issue| assert_printable(&issue.to_string()));
        }
    }
    if let Ok(cookie) = SetCookie::parse(field) {
        let _ = cookie.rejection(Sender { host: "a.example", is_secure: true });
        let _ = cookie.looks_like_session();
    }
    let _ = (Hsts::parse(field), MediaType::extract([field]), cache_control::parse([field]));
    let _ = (structured::list(field), structured::item(field), link::parse([field]));
    let _ = (PermissionsPolicy::parse([field]), PermissionsPolicy::parse_feature_policy(field));
    let _ =
        (OpenerPolicy::parse(field), EmbedderPolicy::parse(field), ResourcePolicy::parse(field));
    referrer_policy::parse([field]).unknown.iter().for_each(|word| assert_printable(word));
});
