//! CVSS vectors of advisories: whatever stands there, a score is none or within its bounds.

#![no_main]

use formats::cvss;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let scores = cvss::scores(text);
    assert_eq!(cvss::score(text), scores.map(|scores| scores.base));
    assert_eq!(cvss::severity(text).is_some(), scores.is_some());
    if let Some(scores) = scores {
        for score in [scores.base, scores.temporal, scores.environmental] {
            assert!(score.tenths() <= 100);
        }
    }
});
