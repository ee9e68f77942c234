//! Scores against published ones.

use std::fs;

use formats::cvss;

use crate::shared;

#[test]
fn every_published_vector_of_version_3_has_its_scores() {
    let Some(path) = shared("cvss/v3.1.txt") else { return };
    let mut seen = 0;
    for line in fs::read_to_string(path).unwrap().lines() {
        let (vector, expected) = line.split_once(" - ").unwrap();
        let scores = cvss::scores(vector).unwrap_or_else(|| panic!("{vector} has a score"));
        let shown = format!("({}, {}, {})", scores.base, scores.temporal, scores.environmental);
        assert_eq!(shown, expected, "{vector}");
        seen += 1;
    }
    assert!(seen > 2_000);
}
