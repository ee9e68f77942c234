//! A damaged file is refused, or says that it is damaged; it never ends the process.

use advisories::{Error, Index};
use proptest::prelude::*;

use crate::{bytes_of, package};

const RECORDS: &[&str] = &[
    r#"{"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "s", "affected": [{"package": {"ecosystem": "npm", "name": "p"},
        "ranges": [{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "2.0.0"}]}], "versions": ["3.0.0"]}]}"#,
    r#"{"id": "D-1", "affected": [{"package": {"ecosystem": "Debian:12", "name": "curl"}}]}"#,
];

/// Asks everything that can be asked.
fn use_all(index: &Index) {
    for text in ["npm:p@1.5.0", "npm:p@3.0.0", "npm:absent@1.0.0", "Debian:12:curl@1"] {
        let _ = index.knows(&package(text));
        let Ok(matches) = index.judge(&package(text)) else { continue };
        for found in matches.iter().take(100) {
            let _ = (found.ids(), found.advisory_ids(), found.severity(), found.score());
            let _ = (found.kind(), found.fixed_versions(), found.exploited(), found.prediction());
            let _ = found.advisories();
        }
    }
    for group in index.groups().take(100) {
        let _ = (group.ids(), group.advisories(), group.exploited(), group.prediction());
    }
    let _ = (index.show("CVE-1").map(drop), index.status(), index.verify());
}

#[test]
fn a_file_cut_anywhere_is_refused() {
    let whole = bytes_of(RECORDS, Vec::new());
    use_all(&Index::from_bytes(whole.clone()).unwrap());
    for length in 0..whole.len() {
        assert!(Index::from_bytes(whole[..length].to_vec()).is_err(), "{length}");
    }
    let longer = [whole, vec![0]].concat();
    assert!(matches!(Index::from_bytes(longer), Err(Error::Corrupt { .. })));
}

#[test]
fn any_changed_byte_is_found_and_survived() {
    let whole = bytes_of(RECORDS, Vec::new());
    for at in 0..whole.len() {
        for change in [0x01, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            if let Ok(index) = Index::from_bytes(bytes) {
                assert!(index.verify().is_err(), "{at}");
                use_all(&index);
            }
        }
    }
}

#[test]
fn another_file_and_another_format_are_told_apart() {
    assert!(matches!(Index::from_bytes(vec![7; 10_000]), Err(Error::NotAnIndex { .. })));
    assert!(matches!(Index::from_bytes(Vec::new()), Err(Error::NotAnIndex { .. })));
    let mut newer = bytes_of(RECORDS, Vec::new());
    newer[8] += 1;
    assert!(matches!(Index::from_bytes(newer), Err(Error::Outdated)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// With a head that is right, so that what follows is looked at.
    #[test]
    fn damage_behind_the_head_is_survived(
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..20),
    ) {
        let mut bytes = bytes_of(RECORDS, Vec::new());
        let head = 416;
        for (at, byte) in changes {
            let at = head + at.index(bytes.len() - head);
            bytes[at] = byte;
        }
        if let Ok(index) = Index::from_bytes(bytes) {
            use_all(&index);
        }
    }
}
