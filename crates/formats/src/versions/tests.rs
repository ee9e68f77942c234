//! What holds for every scheme.

use std::cmp::Ordering;

use model::{Ecosystem, VersionScheme};
use proptest::prelude::*;

use super::{Version, compare, scheme_named};

/// Asserts that versions stand in their order; `=` is between equal ones. One with `=` before it has no place in the scheme.
#[track_caller]
pub(super) fn ascending(scheme: VersionScheme, list: &str) {
    let mut placed = Vec::new();
    for (place, group) in list.split_whitespace().enumerate() {
        placed.extend(group.split('=').filter(|text| !text.is_empty()).map(|text| (place, text)));
    }
    for (place_a, a) in &placed {
        for (place_b, b) in &placed {
            assert_eq!(compare(scheme, a, b), place_a.cmp(place_b), "{scheme:?}: {a} and {b}");
        }
    }
    for group in list.split_whitespace() {
        if let Some(odd) = group.strip_prefix('=') {
            assert!(!Version::parse(scheme, odd).is_regular(), "{scheme:?}: {odd}");
        }
    }
}

#[test]
fn every_ecosystem_names_its_scheme() {
    for ecosystem in Ecosystem::ALL {
        let (word, scheme) = (ecosystem.as_str(), Some(ecosystem.scheme()));
        assert_eq!(scheme_named(word), scheme, "{word}");
        assert_eq!(scheme_named(&word.to_lowercase()), scheme, "{word}");
        assert_eq!(scheme_named(&format!("{word}:12")), scheme, "{word}");
    }
    assert_eq!(scheme_named("redhat"), Some(VersionScheme::Rpm));
    assert_eq!(scheme_named("semver"), Some(VersionScheme::SemVer));
    assert_eq!(scheme_named("Root:Alpine:3.18"), Some(VersionScheme::Apk));
    assert_eq!(scheme_named("latin"), None);
    assert_eq!(scheme_named(""), None);
}

#[test]
fn a_long_text_is_read_in_one_go() {
    for scheme in VersionScheme::ALL {
        for piece in
            ["1", "1.", "0.", "0-", "a", "1a", "-", "~", "a.", "1a-0.", "0-a0", "ga-0.", "_p"]
        {
            let long = format!("1.{}", piece.repeat(100_000));
            let version = Version::parse(scheme, &long);
            assert!(version.key().len() < 16 * long.len(), "{scheme:?} of {piece}");
            assert_eq!(version.cmp(&version.clone()), Ordering::Equal);
        }
    }
}

/// Texts that a scheme has rules for.
fn version_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => prop::sample::select(vec!["0", "1", "2", "10", "00", "01", "20240101", "99999999999999999999"]),
        6 => prop::sample::select(vec![".", ".", ".", "-", "_", "~", "^", "+", ":", "!", "*", "#", " "]),
        4 => prop::sample::select(vec![
            "a", "b", "c", "m", "r", "p", "v", "x", "alpha", "beta", "rc", "RC", "dev", "post", "pre", "ga", "final", "sp", "snapshot",
            "cr", "git", "svn", "-r", "-r1", "go", "el7", "stable", "ö", "\u{0}", "\u{1}",
        ]),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => version_like(), 1 => any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_order_is_total(a in text(), b in text(), c in text()) {
        for scheme in VersionScheme::ALL {
            let order = |a: &str, b: &str| compare(scheme, a, b);
            prop_assert_eq!(order(&a, &a), Ordering::Equal);
            prop_assert_eq!(order(&a, &b), order(&b, &a).reverse());
            let mut sorted = [&a, &b, &c];
            sorted.sort_by(|a, b| order(a, b));
            let [first, second, third] = sorted;
            prop_assert!(order(first, third) != Ordering::Greater, "{:?}", scheme);
            if order(first, third) == Ordering::Equal {
                prop_assert_eq!(order(first, second), Ordering::Equal);
                prop_assert_eq!(order(second, third), Ordering::Equal);
            }
        }
    }

    #[test]
    fn what_has_no_place_comes_first(a in text(), b in text()) {
        for scheme in VersionScheme::ALL {
            let (a, b) = (Version::parse(scheme, &a), Version::parse(scheme, &b));
            if !a.is_regular() && b.is_regular() {
                prop_assert!(a < b);
            }
        }
    }

    #[test]
    fn blanks_around_a_version_say_nothing(a in version_like()) {
        for scheme in VersionScheme::ALL {
            prop_assert_eq!(compare(scheme, &a, &format!(" {a}\n")), Ordering::Equal);
        }
    }
}
