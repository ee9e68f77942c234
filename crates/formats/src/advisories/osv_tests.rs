use proptest::prelude::*;

use super::*;

fn json(text: &str) -> Record {
    read_json(text.as_bytes()).unwrap()
}

#[test]
fn a_record_is_read_with_everything_that_it_says() {
    let record = json(
        r#"{"schema_version": "1.6.0", "id": "GHSA-1", "aliases": ["CVE-2024-1", ""], "related": ["X-1"],
        "upstream": ["CVE-2024-2"], "summary": "s", "details": "d",
        "published": "2024-05-01T12:00:00Z", "modified": "2024-05-02T12:00:00Z",
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
        "affected": [{"package": {"ecosystem": "Debian:12", "name": "p", "purl": "pkg:deb/debian/p"},
          "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"last_affected": "2"}]},
                     {"type": "GIT", "repo": "r", "events": [{"introduced": "0"}]}],
          "versions": ["9"]}],
        "references": [{"type": "FIX", "url": "https://f"}, {"type": "NEW", "url": "https://n"}, {"type": "WEB"}],
        "database_specific": {"severity": "MODERATE", "cwe_ids": ["CWE-79", "CWE-79", "x"]}}"#,
    );
    assert_eq!(record.problems, []);
    let advisory = record.advisory;
    assert_eq!(advisory.aliases, ["CVE-2024-1"]);
    assert_eq!(advisory.related, ["X-1"]);
    assert_eq!(advisory.upstream, ["CVE-2024-2"]);
    assert_eq!(advisory.modified_ms, Some(1_714_651_200_000));
    assert_eq!(advisory.rating.vectors.len(), 1);
    assert_eq!(advisory.rating.word, Some(Severity::Medium));
    assert_eq!(advisory.cwes, [Cwe(79)]);
    let kinds: Vec<_> = advisory.references.iter().map(|reference| reference.kind).collect();
    assert_eq!(kinds, [ReferenceKind::Fix, ReferenceKind::Web]);
    let affected = &advisory.affected[0];
    assert_eq!((affected.ecosystem, affected.release.as_deref()), (Ecosystem::Debian, Some("12")));
    assert_eq!(
        affected.ranges[0].events,
        [RangeEvent::Introduced("0".into()), RangeEvent::LastAffected("2".into())]
    );
    assert_eq!(affected.versions, ["9"]);
    assert!(affected.has_other_ranges);
}

#[test]
fn wrong_types_in_optional_fields_do_not_lose_a_record() {
    let record = json(
        r#"{"id": "A-1", "modified": 3, "aliases": "CVE-1", "summary": [], "severity": {},
        "affected": [{"package": {"ecosystem": "npm", "name": "a"}, "ranges": 1, "versions": [1, null, "2"]},
                     {"package": {"ecosystem": "npm", "name": "b"}, "ranges": null, "versions": null},
                     {"package": {"ecosystem": "npm", "name": "c"}, "versions": "1.0"},
                     {"package": "npm"}, 7, null],
        "references": {}, "database_specific": "x", "credits": 1}"#,
    );
    let affected = &record.advisory.affected;
    assert_eq!(affected.len(), 3);
    assert_eq!(affected[0].versions, ["2"]);
    assert!(affected[1].is_every_version());
    // What is not understood is not everything.
    assert!(!affected[0].is_every_version() && !affected[2].is_every_version());
}

#[test]
fn an_unknown_ecosystem_is_told_and_the_rest_is_kept() {
    let record = json(
        r#"{"id": "A-1", "affected": [{"package": {"ecosystem": "Moon:1", "name": "a"}},
        {"package": {"ecosystem": "Go", "name": "b"}}]}"#,
    );
    assert_eq!(record.advisory.affected.len(), 1);
    assert_eq!(record.problems[0].message, "no ecosystem is known as Moon");
}

#[test]
fn sources_words_for_severity_are_understood() {
    let word = |specific: &str| {
        let text = format!(
            r#"{{"id": "A", "affected": [{{"package": {{"ecosystem": "npm", "name": "a"}}, {specific}}}]}}"#
        );
        json(&text).advisory.affected[0].rating.word
    };
    assert_eq!(word(r#""database_specific": {"severity": "Important"}"#), Some(Severity::High));
    assert_eq!(word(r#""ecosystem_specific": {"urgency": "unimportant"}"#), Some(Severity::Info));
    assert_eq!(word(r#""ecosystem_specific": {"urgency": "not yet assigned"}"#), None);
    assert_eq!(word(r#""severity": [{"type": "Ubuntu", "score": "low"}]"#), Some(Severity::Low));
}

#[test]
fn affected_code_is_read_as_go_and_rustsec_write_it() {
    let record = json(
        r#"{"id": "A", "affected": [{"package": {"ecosystem": "Go", "name": "stdlib"}, "ecosystem_specific": {"imports":
        [{"path": "net/http", "symbols": ["Server.Serve"]}, {"path": "net/url"}]}},
        {"package": {"ecosystem": "crates.io", "name": "ammonia"}, "ecosystem_specific": {"affects": {"arch": ["x86"],
         "os": ["windows"], "functions": ["ammonia::Document::to_string", "ammonia::Document::write_to", "ammonia::clean"]}}}]}"#,
    );
    let [go, rust] = record.advisory.affected.try_into().unwrap();
    assert_eq!(go.functions[0].symbols, ["Server.Serve"]);
    assert_eq!((go.functions[1].path.as_str(), go.functions[1].symbols.len()), ("net/url", 0));
    assert_eq!(rust.functions[0].path, "ammonia::Document");
    assert_eq!(rust.functions[0].symbols, ["to_string", "write_to"]);
    assert_eq!(rust.functions[1].symbols, ["clean"]);
    assert_eq!(rust.platforms, ["windows", "x86"]);
}

#[test]
fn the_kind_of_an_advisory_is_its_prefix_or_rustsecs_word() {
    let kind = |id: &str, word: &str| {
        let text = format!(
            r#"{{"id": "{id}", "affected": [{{"package": {{"ecosystem": "npm", "name": "a"}},
            "database_specific": {{"informational": {word}}}}}]}}"#
        );
        json(&text).advisory.kind
    };
    assert_eq!(kind("MAL-2024-1", "null"), AdvisoryKind::Malicious);
    assert_eq!(kind("R-1", "null"), AdvisoryKind::Vulnerability);
    assert_eq!(kind("R-1", r#""unmaintained""#), AdvisoryKind::Unmaintained);
    assert_eq!(kind("R-1", r#""unsound""#), AdvisoryKind::Unsound);
    assert_eq!(kind("R-1", r#""notice""#), AdvisoryKind::Notice);
}

#[test]
fn a_withdrawn_record_is_known_as_such_even_without_a_time() {
    assert_eq!(
        json(r#"{"id": "A", "withdrawn": "2024-05-01"}"#).advisory.withdrawn_ms,
        Some(1_714_521_600_000)
    );
    assert_eq!(json(r#"{"id": "A", "withdrawn": "yes"}"#).advisory.withdrawn_ms, Some(0));
    assert_eq!(json(r#"{"id": "A", "withdrawn": null}"#).advisory.withdrawn_ms, None);
}

#[test]
fn yaml_versions_stay_texts() {
    let record = read_yaml(
        b"id: PYSEC-1\nmodified: 2021-12-13T06:35:02.857370Z\naffected:\n- package:\n    name: aim\n    ecosystem: PyPI\n  ranges:\n  - type: ECOSYSTEM\n    events:\n    - introduced: 0\n    - fixed: 3.10\n  versions:\n  - 2.20\n",
    )
    .unwrap();
    let affected = &record.advisory.affected[0];
    assert_eq!(affected.versions, ["2.20"]);
    assert_eq!(affected.ranges[0].events[1], RangeEvent::Fixed("3.10".into()));
    assert!(record.advisory.modified_ms.is_some());
}

#[test]
fn what_is_no_record_is_refused() {
    for bytes in
        [&b""[..], b"{}", b"[]", b"{\"id\": 1}", b"{\"id\": \" \"}", b"\xff", b"{\"id\": \"A\""]
    {
        assert!(read_json(bytes).is_err());
    }
    for bytes in [&b""[..], b"{}", b"[]", b"id: []", b"id: ~", b"\xff", b"id: 'A"] {
        assert!(read_yaml(bytes).is_err());
    }
    assert!(read_json("[".repeat(1_000_000).as_bytes()).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = (read_json(&bytes), read_yaml(&bytes));
    }

    #[test]
    fn any_tree_is_survived(
        name in "id|modified|aliases|summary|severity|affected|references|withdrawn|database_specific",
        value in r#"null|1|""|"x"|\[\]|\{\}|\[(null|1|"x"|\{\})\]|\[\{"package": (1|\{"ecosystem": "npm", "name": "x"\}), "ranges": (1|\[1\]|\[\{"type": "SEMVER", "events": (1|\[1\]|\[\{"fixed": 1\}\])\}\])\}\]"#,
    ) {
        let _ = read_json(format!(r#"{{"id": "A", "{name}": {value}}}"#).as_bytes());
    }
}

#[test]
fn ids_hide_nothing() {
    let read =
        |id: &str| read_json(format!(r#"{{"id": {id}, "aliases": ["CVE-1", {id}]}}"#).as_bytes());
    for id in [r#""A\u0000""#, r#""A\u001b[2J""#, r#""A\u202e""#] {
        assert!(read(id).is_err(), "{id}");
        let record = read_json(format!(r#"{{"id": "A", "aliases": ["CVE-1", {id}]}}"#).as_bytes());
        assert_eq!(record.unwrap().advisory.aliases, ["CVE-1"]);
    }
    assert_eq!(read(r#""RHSA-2024:1""#).unwrap().advisory.aliases, ["CVE-1", "RHSA-2024:1"]);
}
