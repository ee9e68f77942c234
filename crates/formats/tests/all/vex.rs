//! OpenVEX and CSAF.

use formats::vex::{Document, Justification, Status, looks_like_vex, read};
use proptest::prelude::*;

/// Each statement as a line.
fn rows(document: &Document) -> Vec<String> {
    let row = |statement: &formats::vex::Statement| {
        let products = statement.products.iter().map(|product| {
            let parts: Vec<_> =
                product.subcomponents.iter().map(|part| format!(">{part}")).collect();
            format!("{}{}", product.id, parts.concat())
        });
        format!(
            "{} {:?} {}{}{}",
            statement.vulnerabilities.join("="),
            statement.status,
            products.collect::<Vec<_>>().join(" "),
            statement.justification.map_or(String::new(), |it| format!(" ({})", it.as_str())),
            statement.impact.as_ref().map_or(String::new(), |it| format!(" {it:?}")),
        )
    };
    document.statements.iter().map(row).collect()
}

const OPENVEX: &str = r#"{
  "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.com/vex/1", "author": "A", "version": 1,
  "statements": [
    {"vulnerability": {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2023-1255", "name": "CVE-2023-1255", "aliases": ["GHSA-1", "RUSTSEC-1"]},
     "products": [{"@id": "pkg:oci/app@sha256%3Aab", "subcomponents": [{"@id": "pkg:apk/alpine/libssl3@3.0.8-r3"}, {"@id": "x", "identifiers": {"purl": "pkg:apk/alpine/libcrypto3@3.0.8-r3"}}]}],
     "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path", "impact_statement": "only AES-XTS"},
    {"vulnerability": {"name": "CVE-2"}, "products": [{"@id": "https://example.com/p", "identifiers": {"purl": "pkg:npm/a@1"}}], "status": "fixed"},
    {"vulnerability": "CVE-3", "products": ["pkg:npm/b@1"], "status": "under_investigation"},
    {"vulnerability": {"name": "CVE-4"}, "products": ["pkg:npm/b@1"], "status": "not_affected"},
    {"vulnerability": {"name": "CVE-5"}, "status": "affected"},
    {"vulnerability": {"name": "CVE-6"}, "products": ["a"], "status": "maybe"},
    {"products": ["a"], "status": "fixed"}
  ]
}"#;

#[test]
fn openvex_statements_have_aliases_and_parts_of_products() {
    let document = read(OPENVEX.as_bytes());
    assert_eq!(
        rows(&document),
        [
            "CVE-2023-1255=GHSA-1=RUSTSEC-1 NotAffected pkg:oci/app@sha256%3Aab>pkg:apk/alpine/libssl3@3.0.8-r3>pkg:apk/alpine/libcrypto3@3.0.8-r3 (vulnerable_code_not_in_execute_path) \"only AES-XTS\"",
            "CVE-2 Fixed pkg:npm/a@1",
            "CVE-3 UnderInvestigation pkg:npm/b@1",
            "CVE-4 NotAffected pkg:npm/b@1",
        ]
    );
    let messages: Vec<_> = document.problems.iter().map(|it| &*it.message).collect();
    assert_eq!(
        messages,
        [
            "Statement 4 says `not_affected` and not why",
            "Statement 5 has no products",
            "Statement 6 has no known status",
            "Statement 7 has no vulnerability",
        ]
    );
}

const CSAF: &str = r#"{
  "document": {"category": "csaf_vex", "csaf_version": "2.0"},
  "product_tree": {
    "branches": [{"category": "vendor", "branches": [
      {"category": "product_version", "product": {"product_id": "openssl", "product_identification_helper": {"purl": "pkg:rpm/redhat/openssl@1.1.1k"}}},
      {"category": "product_name", "product": {"product_id": "rhel", "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:8"}}},
      {"category": "product_name", "product": {"product_id": "image", "product_identification_helper": {"purl": "pkg:oci/app@sha256:ab"}}}
    ]}],
    "full_product_names": [{"product_id": "lib", "product_identification_helper": {"purl": "pkg:npm/lib@1.0.0"}}],
    "relationships": [
      {"category": "default_component_of", "product_reference": "openssl", "relates_to_product_reference": "rhel", "full_product_name": {"product_id": "rhel:openssl"}},
      {"category": "default_component_of", "product_reference": "lib", "relates_to_product_reference": "image", "full_product_name": {"product_id": "image:lib"}}
    ],
    "product_groups": [{"group_id": "g", "product_ids": ["image:lib"]}]
  },
  "vulnerabilities": [{
    "cve": "CVE-2022-0001", "ids": [{"system_name": "GitHub", "text": "GHSA-2"}],
    "product_status": {
      "known_not_affected": ["lib", "image:lib", "rhel"], "fixed": ["rhel:openssl"], "known_affected": ["openssl"], "under_investigation": ["image"]
    },
    "flags": [{"label": "component_not_present", "product_ids": ["lib"]}, {"label": "inline_mitigations_already_exist", "group_ids": ["g"]}],
    "threats": [{"category": "impact", "details": "not built in", "product_ids": ["lib"]}, {"category": "exploit_status", "details": "no"}]
  }, {"product_status": {"fixed": ["lib"]}}]
}"#;

#[test]
fn csaf_products_are_those_of_the_tree_and_reasons_those_of_each() {
    let document = read(CSAF.as_bytes());
    assert_eq!(
        rows(&document),
        [
            "CVE-2022-0001=GHSA-2 NotAffected pkg:npm/lib@1.0.0 (component_not_present) \"not built in\"",
            "CVE-2022-0001=GHSA-2 NotAffected pkg:oci/app@sha256:ab>pkg:npm/lib@1.0.0 (inline_mitigations_already_exist)",
            "CVE-2022-0001=GHSA-2 Fixed pkg:rpm/redhat/openssl@1.1.1k",
            "CVE-2022-0001=GHSA-2 Affected pkg:rpm/redhat/openssl@1.1.1k",
            "CVE-2022-0001=GHSA-2 UnderInvestigation pkg:oci/app@sha256:ab",
        ]
    );
    let messages: Vec<_> = document.problems.iter().map(|it| &*it.message).collect();
    assert_eq!(
        messages,
        [
            "A vulnerability has no identifier",
            "1 times a product is meant whose package URL, or its version, is missing"
        ]
    );
    assert_eq!(document.statements[0].justification, Some(Justification::ComponentNotPresent));
    assert!(document.statements[0].status < Status::Fixed);
}

#[test]
fn documents_are_known_by_their_content_and_others_are_a_problem() {
    assert!(looks_like_vex(OPENVEX.as_bytes()) && looks_like_vex(CSAF.as_bytes()));
    for text in ["", "{}", "[1]", "\"csaf_version\""] {
        assert!(!looks_like_vex(text.as_bytes()));
        assert_eq!(read(text.as_bytes()).problems.len(), 1);
    }
}

#[test]
fn documents_may_end_anywhere() {
    for text in [OPENVEX, CSAF] {
        for end in 0..text.len() {
            assert!(!read(&text.as_bytes()[..end]).problems.is_empty());
        }
    }
}

#[test]
fn many_flags_of_a_large_group_are_bounded() {
    let ids = "\"lib\",".repeat(50_000);
    let flags = r#"{"label":"component_not_present","group_ids":["g"]},"#.repeat(50_000);
    let text = format!(
        r#"{{"document":{{"csaf_version":"2.0"}},"product_tree":{{"product_groups":[{{"group_id":"g","product_ids":[{}]}}]}},
        "vulnerabilities":[{{"cve":"CVE-1","flags":[{}]}}]}}"#,
        ids.trim_end_matches(','),
        flags.trim_end_matches(',')
    );
    let start = std::time::Instant::now();
    assert_eq!(read(text.as_bytes()).problems.len(), 1);
    assert!(start.elapsed().as_secs() < 5);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_mixture_of_documents_makes_it_panic(
        picks in proptest::collection::vec((0_usize..2, any::<prop::sample::Index>(), 0_usize..60), 0..30),
    ) {
        let text: String = picks
            .iter()
            .map(|(which, at, length)| {
                let text = [OPENVEX, CSAF][*which];
                let at = at.index(text.len());
                &text[at..text.len().min(at + length)]
            })
            .collect();
        let _ = read(text.as_bytes());
    }
}

#[test]
fn a_range_of_versions_is_not_taken_for_all_of_them() {
    let branch = |category: &str, id: &str, purl: &str| {
        format!(
            r#"{{"category": "{category}", "product": {{"product_id": "{id}", "product_identification_helper": {{"purl": "{purl}"}}}}}}"#
        )
    };
    let branches = [
        branch("product_version_range", "range", "pkg:npm/a"),
        branch("product_version", "version", "pkg:npm/b"),
        branch("product_version", "whole", "pkg:npm/%40c/d@1.0.0"),
        branch("product_name", "name", "pkg:npm/e"),
    ];
    let document = read(
        format!(
            r#"{{"document": {{"csaf_version": "2.0"}}, "product_tree": {{"branches": [{}]}}, "vulnerabilities": [
            {{"cve": "CVE-1", "product_status": {{"fixed": ["range", "version", "whole"], "known_not_affected": ["name"]}}}},
            {{"cve": "CVE-2", "product_status": {{"fixed": ["whole"], "known_affected": ["whole"]}}}}]}}"#,
            branches.join(", ")
        )
        .as_bytes(),
    );
    assert_eq!(
        rows(&document),
        [
            "CVE-1 NotAffected pkg:npm/e",
            "CVE-1 Fixed pkg:npm/%40c/d@1.0.0",
            "CVE-2 Fixed pkg:npm/%40c/d@1.0.0",
            "CVE-2 Affected pkg:npm/%40c/d@1.0.0",
        ]
    );
    assert_eq!(document.problems.len(), 1);
}
