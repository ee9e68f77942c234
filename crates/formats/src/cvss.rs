//! Scores of CVSS vectors, versions 2.0 to 4.0.

use std::fmt;

use model::Severity;

/// A vector longer than this is none: the longest that means something has some 200 bytes.
const LONGEST_BYTES: usize = 1024;

/// A score from 0.0 to 10.0, held in tenths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Score(u8);

impl Score {
    /// From tenths; `None` above 100.
    #[must_use]
    pub const fn from_tenths(tenths: u8) -> Option<Self> {
        if tenths <= 100 { Some(Self(tenths)) } else { None }
    }

    /// From 0 to 100.
    #[must_use]
    pub const fn tenths(self) -> u8 {
        self.0
    }

    /// The qualitative rating of CVSS 3 and 4 (specification 3.1, section 5); `None` there is [`Severity::Info`] here.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self.0 {
            0 => Severity::Info,
            1..40 => Severity::Low,
            40..70 => Severity::Medium,
            70..90 => Severity::High,
            _ => Severity::Critical,
        }
    }

    /// From what the equations give, which they have rounded already.
    fn from_float(score: f64) -> Option<Self> {
        let tenths = (score * 10.0).round();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within 0 and 100"
        )]
        (0.0..=100.0).contains(&tenths).then_some(Self(tenths as u8))
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

/// The scores of a vector of version 2 or 3: each takes in the metrics of the one before it. Without such metrics, they are mostly equal
/// (not always: in version 3.1 the environmental equation differs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scores {
    /// What is true of the vulnerability always and everywhere.
    pub base: Score,
    /// With exploits, remedies and confidence as they were when the vector was written.
    pub temporal: Score,
    /// As it is for one organization.
    pub environmental: Score,
}

/// The score that a vector is known by: the base score, in version 4 that of all metrics it has. `None` where the text is no vector, or
/// lacks a metric that every vector has.
#[must_use]
pub fn score(vector: &str) -> Option<Score> {
    Some(scores(vector)?.base)
}

/// The rating of the score. Version 2 has no more than [`Severity::High`].
#[must_use]
pub fn severity(vector: &str) -> Option<Severity> {
    let severity = score(vector)?.severity();
    match read(vector)? {
        cvss::Cvss::CvssV20(_) => Some(severity.min(Severity::High)),
        _ => Some(severity),
    }
}

/// All scores of a vector; in version 4, which has but one, three times the same.
#[must_use]
pub fn scores(vector: &str) -> Option<Scores> {
    let (base, temporal, environmental) = match read(vector)? {
        cvss::Cvss::CvssV20(v2) => {
            (v2.score().value(), v2.temporal_score().value(), v2.environmental_score().value())
        }
        cvss::Cvss::CvssV30(v3) => {
            let environmental = v3.environmental_score().value();
            // 3.0 rounds up whatever is above a tenth, be it by the error of a floating-point number; the way of 3.1 is what it means.
            let v3 = cvss::v3::Vector { minor_version: 1, ..v3 };
            (v3.base_score().value(), v3.temporal_score().value(), environmental)
        }
        cvss::Cvss::CvssV31(v3) => {
            (v3.base_score().value(), v3.temporal_score().value(), v3.environmental_score().value())
        }
        cvss::Cvss::CvssV40(v4) => {
            let score = v4.score().value();
            (score, score, score)
        }
        _ => return None,
    };
    Some(Scores {
        base: Score::from_float(base)?,
        temporal: Score::from_float(temporal)?,
        environmental: Score::from_float(environmental)?,
    })
}

/// Reads a vector that has every metric it needs.
fn read(vector: &str) -> Option<cvss::Cvss> {
    let vector = vector.trim();
    if vector.len() > LONGEST_BYTES {
        return None;
    }
    // Version 2 is written in parentheses too, and with a prefix that it does not have.
    let vector =
        vector.strip_prefix('(').and_then(|vector| vector.strip_suffix(')')).unwrap_or(vector);
    let vector = vector.strip_prefix("CVSS:2.0/").unwrap_or(vector);
    let read: cvss::Cvss = vector.parse().ok()?;
    let whole = match &read {
        cvss::Cvss::CvssV20(v2) => {
            v2.av.is_some()
                && v2.ac.is_some()
                && v2.au.is_some()
                && v2.c.is_some()
                && v2.i.is_some()
                && v2.a.is_some()
        }
        cvss::Cvss::CvssV30(v3) | cvss::Cvss::CvssV31(v3) => {
            v3.av.is_some()
                && v3.ac.is_some()
                && v3.pr.is_some()
                && v3.ui.is_some()
                && v3.s.is_some()
                && v3.c.is_some()
                && v3.i.is_some()
                && v3.a.is_some()
        }
        // The reader of version 4 has seen to it.
        _ => true,
    };
    whole.then_some(read)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(vector: &str) -> [String; 3] {
        let Scores { base, temporal, environmental } =
            scores(vector).unwrap_or_else(|| panic!("{vector} has a score"));
        [base, temporal, environmental].map(|score| score.to_string())
    }

    #[test]
    fn the_examples_of_the_guide_to_version_2_have_their_scores() {
        // CVSS v2 complete documentation, 3.3.1 to 3.3.3: CVE-2002-0392, CVE-2003-0818, CVE-2003-0062.
        for (vector, expected) in [
            (
                "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H",
                ["7.8", "6.4", "9.2"],
            ),
            (
                "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L",
                ["10.0", "8.3", "9.0"],
            ),
            (
                "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M",
                ["6.2", "4.9", "7.5"],
            ),
        ] {
            assert_eq!(shown(vector), expected, "{vector}");
        }
        assert_eq!(
            score("(AV:N/AC:M/Au:N/C:N/I:P/A:N)"),
            score("CVSS:2.0/AV:N/AC:M/Au:N/C:N/I:P/A:N")
        );
    }

    #[test]
    fn the_examples_of_version_3_have_their_scores() {
        // CVSS v3.1 examples: CVE-2013-1937, CVE-2014-3566, CVE-2014-0160, CVE-2014-6271.
        for (vector, expected) in [
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1"),
            ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", "3.1"),
            ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", "7.5"),
            ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8"),
        ] {
            assert_eq!(score(vector).unwrap().to_string(), expected, "{vector}");
        }
        let temporal = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C";
        assert_eq!(shown(temporal), ["9.8", "8.8", "8.8"]);
        let environmental = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:L/E:P";
        assert_eq!(shown(environmental), ["10.0", "9.4", "9.4"]);
    }

    #[test]
    fn version_3_0_is_not_rounded_up_by_an_error_of_floating_point() {
        // 2.5 * 0.92 is 2.3, but not in binary.
        assert_eq!(shown("CVSS:3.0/AV:L/AC:H/PR:L/UI:R/S:C/C:N/I:N/A:L/RL:U/RC:U")[1], "2.3");
    }

    #[test]
    fn the_examples_of_version_4_have_their_scores() {
        // CVSS v4.0 examples: CVE-2022-41741, CVE-2020-3549, CVE-2023-3089, CVE-2021-44714, CVE-2022-21830, CVE-2016-5729,
        // CVE-2014-0160.
        for (vector, expected) in [
            ("CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.3"),
            ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "7.7"),
            ("CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", "5.2"),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", "8.8"),
            ("CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N", "4.6"),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N", "5.1"),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "10.0"),
            ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "0.0"),
        ] {
            assert_eq!(score(vector).unwrap().to_string(), expected, "{vector}");
        }
    }

    #[test]
    fn a_vector_that_lacks_a_metric_has_no_score() {
        for vector in [
            "",
            "high",
            "7.5",
            "AV:N/AC:L",
            "AV:N/AC:L/Au:N/C:N/I:N",
            "CVSS:3.1/AV:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N/A:N",
            "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H",
        ] {
            assert_eq!(score(vector), None, "{vector}");
        }
        assert_eq!(score(&format!("CVSS:3.1/AV:N{}", "/AV:N".repeat(1_000))), None);
    }

    #[test]
    fn ratings_begin_where_the_specification_says() {
        for (tenths, severity) in [
            (0, Severity::Info),
            (1, Severity::Low),
            (39, Severity::Low),
            (40, Severity::Medium),
            (69, Severity::Medium),
            (70, Severity::High),
            (89, Severity::High),
            (90, Severity::Critical),
            (100, Severity::Critical),
        ] {
            assert_eq!(Score::from_tenths(tenths).unwrap().severity(), severity, "{tenths}");
        }
        assert_eq!(Score::from_tenths(101), None);
        assert_eq!(severity("AV:N/AC:L/Au:N/C:C/I:C/A:C"), Some(Severity::High));
        assert_eq!(
            severity("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"),
            Some(Severity::Critical)
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read(
            text in prop_oneof![
                any::<String>(),
                prop::collection::vec(prop::sample::select(vec![
                    "CVSS:2.0", "CVSS:3.0", "CVSS:3.1", "CVSS:4.0", "AV:N", "AC:L", "Au:N", "PR:N", "UI:N", "S:U", "C:H", "I:H", "A:H",
                    "AT:N", "VC:H", "VI:N", "VA:L", "SC:N", "SI:S", "SA:N", "MSI:S", "E:X", "E:U", "", ":", "é:é", "RL:ND",
                ]), 0..16).prop_map(|parts| parts.join("/")),
            ]
        ) {
            prop_assert!(score(&text).is_none_or(|score| score.tenths() <= 100));
            prop_assert_eq!(score(&text).is_some(), severity(&text).is_some());
        }
    }
}
