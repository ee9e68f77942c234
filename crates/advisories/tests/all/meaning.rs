//! What an index says of packages is what the OSV schema says that records mean.

use std::sync::Arc;

use advisories::{Index, is_about};
use model::{AdvisoryKind, KnownExploited, Package, Severity, SourcePackage};
use proptest::prelude::*;

use crate::{index, index_of, judged, package};

fn record(id: &str, affected: &str) -> String {
    format!(r#"{{"id": "{id}", "modified": "2024-01-01T00:00:00Z", "affected": [{affected}]}}"#)
}

fn entry(ecosystem: &str, name: &str, rest: &str) -> String {
    format!(r#"{{"package": {{"ecosystem": "{ecosystem}", "name": "{name}"}}{rest}}}"#)
}

fn range(events: &str) -> String {
    format!(r#", "ranges": [{{"type": "SEMVER", "events": [{events}]}}]"#)
}

/// An index of one npm package, and which of these versions it says are affected.
fn affected(rest: &str, versions: &[&str]) -> Vec<String> {
    let index = index(&[&record("A-1", &entry("npm", "p", rest))]);
    let is_hit = |version: &&&str| !judged(&index, &format!("npm:p@{version}")).is_empty();
    versions.iter().filter(is_hit).map(|version| (*version).to_owned()).collect()
}

const VERSIONS: &[&str] =
    &["0.0.0-0", "0.9.0", "1.0.0-rc.1", "1.0.0", "1.5.0", "2.0.0", "2.1.0", "3.0.0"];

#[test]
fn introduced_is_affected_and_fixed_is_not() {
    let events = r#"{"introduced": "1.0.0"}, {"fixed": "2.0.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0", "1.5.0"]);
}

#[test]
fn introduced_zero_is_before_every_version() {
    let events = r#"{"introduced": "0"}, {"fixed": "1.0.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["0.0.0-0", "0.9.0", "1.0.0-rc.1"]);
    assert_eq!(affected(&range(r#"{"introduced": "0"}"#), VERSIONS), VERSIONS);
}

#[test]
fn last_affected_is_affected_and_what_follows_is_not() {
    let events = r#"{"introduced": "1.0.0"}, {"last_affected": "2.0.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0", "1.5.0", "2.0.0"]);
}

#[test]
fn a_limit_ends_what_is_said_and_the_last_of_several_counts() {
    let events = r#"{"introduced": "1.0.0"}, {"limit": "1.5.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0"]);
    let events = r#"{"introduced": "1.0.0"}, {"limit": "1.5.0"}, {"limit": "2.1.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0", "1.5.0", "2.0.0"]);
    let events = r#"{"introduced": "2.0.0"}, {"limit": "*"}, {"limit": "1.5.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["2.0.0", "2.1.0", "3.0.0"]);
    let events = r#"{"introduced": "1.0.0"}, {"last_affected": "2.0.0"}, {"limit": "2.0.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0", "1.5.0"]);
}

#[test]
fn events_count_in_the_order_of_versions_whatever_that_of_the_list() {
    let events =
        r#"{"fixed": "3.0.0"}, {"introduced": "2.1.0"}, {"fixed": "1.0.0"}, {"introduced": "0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["0.0.0-0", "0.9.0", "1.0.0-rc.1", "2.1.0"]);
}

#[test]
fn any_of_several_ranges_and_listed_versions_counts() {
    let rest = r#", "ranges": [
        {"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "0.9.0"}]},
        {"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]},
        {"type": "ECOSYSTEM", "events": [{"introduced": "2.1.0"}]}], "versions": ["1.5.0", "2.1.0"]"#;
    assert_eq!(affected(rest, VERSIONS), ["0.0.0-0", "1.5.0", "2.1.0", "3.0.0"]);
}

#[test]
fn ranges_that_touch_leave_no_gap_and_one_that_ends_where_it_begins_is_empty() {
    let events = r#"{"introduced": "2.0.0"}, {"fixed": "2.1.0"}, {"introduced": "1.0.0"}, {"fixed": "2.0.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0", "1.5.0", "2.0.0"]);
    let events = r#"{"introduced": "1.0.0"}, {"fixed": "1.0.0"}, {"introduced": "2.0.0"}, {"fixed": "2.1.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["2.0.0"]);
    let events = r#"{"introduced": "1.0.0"}, {"last_affected": "1.0.0"}"#;
    assert_eq!(affected(&range(events), VERSIONS), ["1.0.0"]);
}

#[test]
fn nothing_said_of_versions_means_all_and_commits_alone_mean_none() {
    assert_eq!(affected("", VERSIONS), VERSIONS);
    assert_eq!(affected(r#", "ranges": [], "versions": []"#, VERSIONS), VERSIONS);
    let commits = r#", "ranges": [{"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]}]"#;
    assert!(affected(commits, VERSIONS).is_empty());
    assert!(affected(r#", "ranges": "all""#, VERSIONS).is_empty());
}

#[test]
fn impossible_ranges_affect_nothing_and_harm_nothing() {
    for events in [
        r#"{"introduced": "1.0.0"}, {"fixed": "1.0.0"}"#,
        r#"{"fixed": "1.0.0"}"#,
        r#"{"introduced": "2.0.0"}, {"limit": "1.0.0"}"#,
        r#"{"limit": "1.0.0"}"#,
        "",
    ] {
        assert!(affected(&range(events), VERSIONS).is_empty(), "{events}");
    }
}

#[test]
fn what_is_no_version_is_affected_only_where_all_are_or_it_is_named() {
    let latest = |rest: &str| !affected(rest, &["latest"]).is_empty();
    assert!(latest(""));
    assert!(latest(r#", "versions": ["latest"]"#));
    assert!(!latest(&range(r#"{"introduced": "0"}, {"fixed": "1.0.0"}"#)));
}

#[test]
fn aliases_of_any_source_are_one_match_that_names_all() {
    let events = range(r#"{"introduced": "0"}, {"fixed": "2.0.0"}"#);
    let later = range(r#"{"introduced": "0"}, {"fixed": "2.1.0"}"#);
    let p = entry("PyPI", "P_p", &events);
    let index = index(&[
        &format!(
            r#"{{"id": "PYSEC-1", "aliases": ["CVE-1"], "affected": [{}]}}"#,
            entry("PyPI", "p.p", &later)
        ),
        &format!(
            r#"{{"id": "GHSA-1", "aliases": ["CVE-1"], "affected": [{p}],
            "severity": [{{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}}]}}"#
        ),
        &format!(r#"{{"id": "OTHER-1", "related": ["CVE-1"], "affected": [{p}]}}"#),
    ]);
    let matches = index.judge(&package("PyPI:P-P@1.0")).unwrap();
    let found: Vec<_> = matches.iter().collect();
    assert_eq!(found.len(), 2);
    let joined = found.iter().find(|m| m.ids().unwrap().len() == 3).unwrap();
    assert_eq!(joined.ids().unwrap(), ["PYSEC-1", "GHSA-1", "CVE-1"]);
    assert_eq!(joined.severity(), Severity::Critical);
    // 2.0.0 repairs it for one source, but the other says that it is affected.
    assert_eq!(joined.fixed_versions().unwrap(), ["2.1.0"]);
    let matches = index.judge(&package("PyPI:p-p@2.0.5")).unwrap();
    let found: Vec<_> = matches.iter().collect();
    assert_eq!(found[0].advisory_ids().unwrap(), ["PYSEC-1"]);
    // Nobody else rates it, so the one that does is believed.
    assert_eq!((found.len(), found[0].severity()), (1, Severity::Critical));
}

#[test]
fn an_id_in_any_case_shows_all_that_sources_say() {
    let p = entry("npm", "p", "");
    let index = index(&[
        &format!(
            r#"{{"id": "GHSA-ab-1", "aliases": ["CVE-1"], "details": "words", "affected": [{p}]}}"#
        ),
        r#"{"id": "PYSEC-1", "aliases": ["CVE-1"]}"#,
    ]);
    for id in ["GHSA-ab-1", "ghsa-AB-1", "cve-1", " PYSEC-1 "] {
        let group = index.show(id).unwrap().unwrap();
        assert_eq!(group.ids().unwrap(), ["PYSEC-1", "GHSA-ab-1", "CVE-1"]);
        let advisories = group.advisories().unwrap();
        assert_eq!(advisories.len(), 2);
        assert!(advisories.iter().any(|advisory| advisory.details == "words"));
    }
    assert!(index.show("CVE-2").unwrap().is_none());
}

#[test]
fn of_two_records_with_one_id_the_later_counts_and_a_withdrawn_one_counts_as_none() {
    let dated = |day: &str, rest: &str, version: &str| {
        let entry = entry("npm", "p", &format!(r#", "versions": ["{version}"]"#));
        format!(
            r#"{{"id": "A-1", "modified": "2024-01-{day}T00:00:00Z"{rest}, "affected": [{entry}]}}"#
        )
    };
    let (old, new) = (dated("01", "", "1.0.0"), dated("02", "", "2.0.0"));
    let withdrawn = dated("03", r#", "withdrawn": "2024-01-03T00:00:00Z""#, "3.0.0");
    for records in [[&old, &new], [&new, &old]] {
        let index = index(&records.map(String::as_str));
        assert!(judged(&index, "npm:p@1.0.0").is_empty());
        assert_eq!(judged(&index, "npm:p@2.0.0"), ["A-1"]);
        assert_eq!(index.status().advisories, 1);
    }
    for records in [[&new, &withdrawn], [&withdrawn, &new]] {
        let index = index(&records.map(String::as_str));
        for version in ["2.0.0", "3.0.0"] {
            assert!(judged(&index, &format!("npm:p@{version}")).is_empty());
        }
        assert_eq!((index.status().advisories, index.status().sources[0].withdrawn), (0, 1));
        assert!(index.show("A-1").unwrap().is_none());
    }
}

#[test]
fn a_release_is_judged_by_what_is_said_of_it_and_of_all() {
    let index = index(&[
        &record("D-12", &entry("Debian:12", "curl", "")),
        &record("D-13", &entry("Debian:13", "curl", "")),
        &record("D-ALL", &entry("Debian", "curl", "")),
        &record("U-22", &entry("Ubuntu:22.04:LTS", "curl", "")),
    ]);
    assert_eq!(judged(&index, "Debian:12:curl@1"), ["D-12", "D-ALL"]);
    assert_eq!(judged(&index, "Debian:11:curl@1"), ["D-ALL"]);
    assert_eq!(judged(&index, "Debian:curl@1"), ["D-ALL"]);
    assert_eq!(judged(&index, "Ubuntu:22.04:curl@1"), ["U-22"]);
    assert!(judged(&index, "Ubuntu:curl@1").is_empty());
    assert!(judged(&index, "Alpine:12:curl@1").is_empty());
}

#[test]
fn versions_of_what_is_rebuilt_are_ordered_as_what_it_was() {
    let events = r#", "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.0-r10"}]}]"#;
    let index = index(&[&record("R-1", &entry("Root:Alpine:3.18", "p", events))]);
    let rebuilt = |version: &str| {
        let release = Some("Alpine:3.18".into());
        let package = Package { release, ..package(&format!("Root:p@{version}")) };
        !index.judge(&package).unwrap().is_empty()
    };
    assert!(rebuilt("1.0-r9"));
    assert!(!rebuilt("1.0-r10"));
}

#[test]
fn a_package_is_judged_by_what_is_said_of_it_and_of_what_it_is_built_of() {
    let until = |ecosystem: &str, name: &str, fixed: &str| {
        let events = format!(r#"{{"introduced": "0"}}, {{"fixed": "{fixed}"}}"#);
        let ranges = format!(r#", "ranges": [{{"type": "ECOSYSTEM", "events": [{events}]}}]"#);
        entry(ecosystem, name, &ranges)
    };
    let index = index(&[
        &record("A-1", &until("Debian:12", "openssl", "3-2")),
        &record("A-2", &until("Debian:12", "libssl3", "3-9")),
        &record(
            "A-3",
            &[until("Debian:12", "libssl3", "4-1"), until("Debian:12", "openssl", "5-1")].join(","),
        ),
        &record("A-4", &until("Debian:12", "libcrypto", "9")),
        &record("A-5", &until("Debian:11", "openssl", "9")),
    ]);
    let ids = |name: &str, source: (&str, Option<&str>)| -> Vec<_> {
        let version = source.1.map(Into::into);
        let source = SourcePackage { name: source.0.into(), version };
        let package = Package { source: Some(Arc::new(source)), ..package(name) };
        assert!(index.knows(&package).unwrap());
        let matches = index.judge(&package).unwrap();
        matches.iter().map(|found| found.ids().unwrap()[0].to_owned()).collect()
    };
    let libssl = "Debian:12:libssl3@3-1";
    // An advisory that names both is said once.
    assert_eq!(ids(libssl, ("openssl", None)), ["A-1", "A-2", "A-3"]);
    assert_eq!(ids(libssl, ("openssl", Some("3-2"))), ["A-2", "A-3"]);
    assert_eq!(ids("Debian:12:libssl3@4-1", ("openssl", Some("4-1"))), ["A-3"]);
    assert_eq!(ids("Debian:12:a@1", ("openssl", Some("5-1"))), Vec::<String>::new());
    assert!(!index.knows(&package("Debian:12:a@1")).unwrap());
    let advisory = index.show("A-1").unwrap().unwrap().advisories().unwrap().remove(0);
    let source = SourcePackage { name: "openssl".into(), version: None };
    let built = Package { source: Some(Arc::new(source)), ..package(libssl) };
    assert!(is_about(&advisory.affected[0], &built));
    assert!(!is_about(&advisory.affected[0], &package(libssl)));
}

#[test]
fn the_entry_about_a_package_is_found_among_those_of_an_advisory() {
    let entries =
        [entry("Debian:12", "curl", ""), entry("Debian", "Curl", ""), entry("PyPI", "A_b", "")];
    let index = index(&[&record("X-1", &entries.join(","))]);
    let advisory = index.show("X-1").unwrap().unwrap().advisories().unwrap().remove(0);
    let about = |text: &str| -> Vec<bool> {
        advisory.affected.iter().map(|entry| is_about(entry, &package(text))).collect()
    };
    assert_eq!(about("Debian:12:curl@1"), [true, false, false]);
    assert_eq!(about("Debian:13:curl@1"), [false, false, false]);
    assert_eq!(about("Debian:13:Curl@1"), [false, true, false]);
    assert_eq!(about("PyPI:a-b@1"), [false, false, true]);
}

#[test]
fn fixed_versions_come_nearest_first_and_only_later_ones() {
    let events = r#"{"introduced": "0"}, {"fixed": "1.2.0"}, {"introduced": "2.0.0"}, {"fixed": "2.10.0"},
        {"introduced": "3.0.0"}, {"last_affected": "3.5.0"}"#;
    let index = index(&[&record("A-1", &entry("npm", "p", &range(events)))]);
    let fixed = |version: &str| {
        let matches = index.judge(&package(&format!("npm:p@{version}"))).unwrap();
        let fixed: Vec<_> = matches.iter().flat_map(|m| m.fixed_versions().unwrap()).collect();
        fixed.join(" ")
    };
    assert_eq!(fixed("1.0.0"), "1.2.0 2.10.0");
    assert_eq!(fixed("2.9.0"), "2.10.0");
    assert_eq!(fixed("3.1.0"), "");
}

#[test]
fn severity_is_the_vectors_then_the_words_then_a_guess() {
    let severity = |rest: &str, affected_rest: &str| {
        let entry = entry("npm", "p", affected_rest);
        let index = index(&[&format!(r#"{{"id": "A-1"{rest}, "affected": [{entry}]}}"#)]);
        let matches = index.judge(&package("npm:p@1.0.0")).unwrap();
        let found = matches.iter().next().unwrap();
        (found.severity(), found.score().map(|score| score.tenths()))
    };
    let vector = |kind: &str, vector: &str| {
        format!(r#", "severity": [{{"type": "{kind}", "score": "{vector}"}}]"#)
    };
    let low = vector("CVSS_V3", "CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N");
    let word = r#", "database_specific": {"severity": "HIGH"}"#;
    assert_eq!(severity(&low, ""), (Severity::Low, Some(18)));
    assert_eq!(severity(&format!("{low}{word}"), ""), (Severity::Low, Some(18)));
    assert_eq!(
        severity(&vector("CVSS_V2", "AV:N/AC:L/Au:N/C:C/I:C/A:C"), ""),
        (Severity::High, Some(100))
    );
    assert_eq!(severity(word, ""), (Severity::High, None));
    assert_eq!(severity(word, &low), (Severity::Low, Some(18)));
    assert_eq!(severity(&vector("CVSS_V3", "nonsense"), ""), (Severity::Medium, None));
    assert_eq!(severity("", ""), (Severity::Medium, None));
}

#[test]
fn the_kind_of_a_match_is_what_its_sources_say() {
    let p = entry("crates.io", "p", r#", "database_specific": {"informational": "unmaintained"}"#);
    let plain = entry("crates.io", "p", "");
    let index = index(&[
        &format!(r#"{{"id": "RUSTSEC-1", "aliases": ["GHSA-1"], "affected": [{p}]}}"#),
        &format!(r#"{{"id": "GHSA-1", "affected": [{plain}]}}"#),
        &record("MAL-1", &entry("npm", "evil", "")),
    ]);
    let kind = |text: &str| {
        let matches = index.judge(&package(text)).unwrap();
        let found = matches.iter().next().unwrap();
        (found.kind().unwrap(), found.severity())
    };
    assert_eq!(kind("crates.io:p@1.0.0").0, AdvisoryKind::Unmaintained);
    assert_eq!(kind("npm:evil@1.0.0"), (AdvisoryKind::Malicious, Severity::Critical));
}

#[test]
fn what_attackers_use_is_high_at_least_and_so_is_a_distributions_repair_of_it() {
    let known =
        |cve: &str| KnownExploited { cve: cve.into(), added_day: Some(9), ransomware: true };
    let low = r#""database_specific": {"severity": "LOW"}"#;
    let index = index_of(
        &[
            &format!(
                r#"{{"id": "GHSA-1", "aliases": ["CVE-1"], {low}, "affected": [{}]}}"#,
                entry("npm", "p", "")
            ),
            &format!(
                r#"{{"id": "DSA-1", "upstream": ["CVE-1"], {low}, "affected": [{}]}}"#,
                entry("Debian:12", "p", "")
            ),
            &format!(
                r#"{{"id": "X-1", "related": ["CVE-1"], {low}, "affected": [{}]}}"#,
                entry("npm", "x", "")
            ),
        ],
        vec![known("CVE-1")],
    );
    for (text, expected) in
        [("npm:p@1", Severity::High), ("Debian:12:p@1", Severity::High), ("npm:x@1", Severity::Low)]
    {
        let matches = index.judge(&package(text)).unwrap();
        assert_eq!(matches.iter().count(), 1);
        let found = matches.iter().next().unwrap();
        assert_eq!(found.severity(), expected, "{text}");
        let exploited = found.exploited().unwrap();
        assert_eq!(exploited.is_some(), expected == Severity::High);
        assert!(exploited.is_none_or(|known| known.ransomware && known.added_day == Some(9)));
    }
    // A repair is another vulnerability than what it repairs: it affects another package.
    assert_eq!(judged(&index, "Debian:12:p@1"), ["DSA-1"]);
}

#[test]
fn an_index_without_advisories_is_one() {
    let empty = index(&[]);
    assert!(judged(&empty, "npm:p@1.0.0").is_empty());
    assert_eq!(empty.status().advisories, 0);
    empty.verify().unwrap();
}

#[test]
fn listed_versions_that_ranges_cover_are_not_kept() {
    let rest = range(r#"{"introduced": "1.0.0"}, {"fixed": "2.0.0"}"#)
        + r#", "versions": ["1.0.0", "1.1.0", "9.0.0"]"#;
    let index = index(&[&record("A-1", &entry("npm", "p", &rest))]);
    let advisories = index.show("A-1").unwrap().unwrap().advisories().unwrap();
    assert_eq!(advisories[0].affected[0].versions, ["9.0.0"]);
    assert_eq!(judged(&index, "npm:p@9.0.0"), ["A-1"]);
}

/// The pseudocode of the schema's section "Evaluation", on small numbers; events of one version as `spans` explains.
fn by_the_book(version: u32, events: &[(u8, u32)]) -> bool {
    let limits: Vec<_> = events.iter().filter(|(kind, _)| *kind == 3).collect();
    if !limits.is_empty() && !limits.iter().any(|(_, limit)| version < *limit) {
        return false;
    }
    let events: Vec<_> = events.iter().filter(|(kind, _)| *kind != 3).copied().collect();
    let mut sorted = Vec::new();
    let mut rest = events.as_slice();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match tail {
            [second, tail @ ..] if first.0 == 0 && second.0 != 0 && first.1 == second.1 => {
                if second.0 == 2 && version == first.1 {
                    return true;
                }
                rest = tail;
            }
            _ => sorted.push(*first),
        }
    }
    sorted.sort_by_key(|(kind, at)| (*at, *kind == 0));
    let mut is_affected = false;
    for (kind, at) in sorted {
        match kind {
            0 if version >= at => is_affected = true,
            1 if version >= at => is_affected = false,
            2 if version > at => is_affected = false,
            _ => {}
        }
    }
    is_affected
}

#[test]
fn a_record_made_to_be_slow_is_not() {
    let range = r#"{"type": "SEMVER", "events": [{"introduced": "1.0.0"}, {"fixed": "1.1.0"}]}"#;
    let ranges = vec![range; 20_000].join(",");
    let versions: Vec<_> = (0..50_000).map(|n| format!(r#""{n}.0.0""#)).collect();
    let rest = format!(r#", "ranges": [{ranges}], "versions": [{}]"#, versions.join(","));
    let begin = std::time::Instant::now();
    let index = index(&[&record("A-1", &entry("npm", "p", &rest))]);
    assert_eq!(judged(&index, "npm:p@49999.0.0"), ["A-1"]);
    let matches = index.judge(&package("npm:p@1.0.0")).unwrap();
    assert_eq!(matches.iter().next().unwrap().fixed_versions().unwrap(), ["1.1.0"]);
    assert!(begin.elapsed().as_secs() < 20);
}

proptest! {
    #[test]
    fn stretches_mean_what_the_schemas_algorithm_means(
        ranges in proptest::collection::vec(proptest::collection::vec((0_u8..4, 0_u32..8), 1..7), 1..3),
    ) {
        let names = ["introduced", "fixed", "last_affected", "limit"];
        let json = |(kind, at): &(u8, u32)| format!(r#"{{"{}": "{at}.0.0"}}"#, names[usize::from(*kind)]);
        let range = |events: &Vec<(u8, u32)>| {
            let events: Vec<_> = events.iter().map(json).collect();
            format!(r#"{{"type": "SEMVER", "events": [{}]}}"#, events.join(","))
        };
        let texts: Vec<_> = ranges.iter().map(range).collect();
        let index: Index = index(&[&record("A-1", &entry("npm", "p", &format!(r#", "ranges": [{}]"#, texts.join(","))))]);
        for version in 0..9 {
            let expected = ranges.iter().any(|events| by_the_book(version, events));
            let found = !judged(&index, &format!("npm:p@{version}.0.0")).is_empty();
            prop_assert_eq!(found, expected, "{} {:?}", version, ranges);
        }
    }
}

#[test]
fn a_systems_packages_come_from_several_repositories() {
    let record = |id: &str, release: &str, fixed: &str| {
        format!(
            r#"{{"id": "{id}", "modified": "2024-01-01T00:00:00Z", "affected": [{{"package": {{"ecosystem": "{release}", "name": "p"}},
            "ranges": [{{"type": "ECOSYSTEM", "events": [{{"introduced": "0"}}, {{"fixed": "{fixed}"}}]}}]}}]}}"#
        )
    };
    let records = [
        record("A-1", "Red Hat:enterprise_linux:9::baseos", "2-1.el9"),
        record("A-2", "Red Hat:enterprise_linux:9::appstream", "3-1.el9"),
        record("A-3", "Red Hat:rhel_eus:9.2::baseos", "9-1.el9"),
        record("A-4", "Red Hat:enterprise_linux:8::baseos", "9-1.el8"),
        record("A-5", "Red Hat:openshift:4.14::el9", "9-1.el9"),
        record("A-6", "SUSE:Linux Enterprise Module for Basesystem 15 SP6", "2-1"),
        record("A-7", "SUSE:Linux Enterprise Module for Basesystem 15 SP5", "2-1"),
        record("A-8", "SUSE:Linux Enterprise Server 12 SP5", "2-1"),
        record("A-9", "SUSE:Linux Enterprise Module for Public Cloud 12", "2-1"),
    ];
    let records: Vec<&str> = records.iter().map(String::as_str).collect();
    let index = index(&records);
    let judged = |release: &str, version: &str| {
        let (ecosystem, release) = release.split_once(':').unwrap();
        let package = Package {
            release: Some(release.into()),
            ..package(&format!("{ecosystem}:p@{version}"))
        };
        let matches = index.judge(&package).unwrap();
        let ids = matches.iter().map(|found| found.ids().unwrap()[0].to_owned());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(judged("Red Hat:enterprise_linux:9", "1-1.el9"), ["A-1", "A-2"]);
    assert_eq!(judged("Red Hat:enterprise_linux:9", "2-1.el9"), ["A-2"]);
    assert_eq!(judged("Red Hat:enterprise_linux:8", "2-1.el8"), ["A-4"]);
    assert_eq!(judged("Red Hat:rhel_eus:9.2::baseos", "2-1.el9"), ["A-3"]);
    assert_eq!(judged("SUSE:Linux Enterprise Server 15 SP6", "1-1"), ["A-6"]);
    assert_eq!(judged("SUSE:Linux Enterprise Server 12 SP5", "1-1"), ["A-8", "A-9"]);
}

#[test]
fn a_version_that_is_too_long_makes_a_range_longer_not_shorter() {
    let long = "9".repeat(1_025);
    let affected = |events: &str, version: &str| {
        let ranges = format!(r#", "ranges": [{{"type": "ECOSYSTEM", "events": [{events}]}}]"#);
        let index = index(&[&record("L-1", &entry("npm", "p", &ranges))]);
        !judged(&index, &format!("npm:p@{version}")).is_empty()
    };
    let fixed = format!(r#"{{"introduced": "2.0.0"}}, {{"fixed": "{long}"}}"#);
    assert!(affected(&fixed, "3.0.0") && !affected(&fixed, "1.0.0"));
    let introduced = format!(r#"{{"introduced": "{long}"}}, {{"fixed": "2.0.0"}}"#);
    assert!(affected(&introduced, "1.0.0") && affected(&introduced, "3.0.0"));
    let limit = format!(r#"{{"introduced": "0"}}, {{"limit": "2.0.0"}}, {{"limit": "{long}"}}"#);
    assert!(affected(&limit, "3.0.0"));
    let last =
        format!(r#"{{"introduced": "0"}}, {{"last_affected": "{long}"}}, {{"fixed": "2.0.0"}}"#);
    assert!(affected(&last, "1.0.0") && !affected(&last, "3.0.0"));
}
