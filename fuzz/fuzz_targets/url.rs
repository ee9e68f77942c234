//! URLs that somebody asks to be fetched: what passes the guard passes it again, and shows no password.

#![no_main]

use std::collections::BTreeSet;

use fetch::{Policy, SafeUrl, Scheme};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let open = Policy {
        allow_schemes: BTreeSet::from([Scheme::Https, Scheme::Http, Scheme::File, Scheme::Ssh]),
        ..Policy::default()
    };
    for policy in [&Policy::default(), &open] {
        match SafeUrl::parse(text, policy) {
            Ok(url) => {
                assert!(policy.allow_schemes.contains(&url.scheme()));
                for shown in [url.to_string(), format!("{url:?}")] {
                    assert!(!shown.chars().any(char::is_control), "{shown:?}");
                }
            }
            Err(error) => {
                let shown = error.to_string();
                assert!(!shown.chars().any(char::is_control), "{shown:?}");
            }
        }
    }
});
