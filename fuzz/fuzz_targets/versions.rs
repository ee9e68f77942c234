//! Versions of every scheme: whatever they are, they have one order, and what they are compared by is not much longer than they are.

#![no_main]

use std::cmp::Ordering;

use formats::versions::{Version, check_lines, compare};
use libfuzzer_sys::fuzz_target;
use model::VersionScheme;

fuzz_target!(|texts: (&str, &str, &str)| {
    let (a, b, c) = texts;
    for scheme in VersionScheme::ALL {
        let mut sorted = [a, b, c];
        sorted.sort_by(|a, b| compare(scheme, a, b));
        let versions = sorted.map(|text| Version::parse(scheme, text));
        assert!(versions.is_sorted());
        for (text, version) in sorted.iter().zip(&versions) {
            assert!(version.key().len() <= 16 * text.len() + 16);
        }
        assert_eq!(compare(scheme, a, b), compare(scheme, b, a).reverse());
        assert_eq!(compare(scheme, a, a), Ordering::Equal);
        assert!(check_lines(scheme, a).len() <= a.lines().count());
    }
});
