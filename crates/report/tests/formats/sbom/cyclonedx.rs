use std::sync::Arc;

use model::Suppression;
use report::sbom::{Sbom, SbomFormat};
use serde_json::json;

use super::{empty, files, shop, valid};
use crate::sample;

#[test]
fn cyclonedx_tells_each_package_once_with_places_licences_and_who_needs_it() {
    let shop = shop();
    let document = valid(&Sbom { files: &files(&shop), ..empty() }, SbomFormat::CycloneDx16);
    assert_eq!(
        document,
        json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": "urn:uuid:30313233-3435-8637-b839-616263646566",
            "version": 1,
            "metadata": {
                "timestamp": "2024-05-01T12:00:00Z",
                "tools": {"components": [{"type": "application", "name": "bartizan", "version": "0.1.0"}]},
                "component": {
                    "type": "application",
                    "bom-ref": "Root",
                    "name": "https://git.example/acme/shop.git",
                    "version": "3f2a91bc04d5e6f708192a3b4c5d6e7f8091a2b3",
                    "externalReferences": [{"type": "vcs", "url": "https://git.example/acme/shop.git"}],
                },
            },
            "components": [
                {
                    "type": "library",
                    "bom-ref": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0",
                    "group": "org.apache.logging.log4j",
                    "name": "log4j-core",
                    "version": "2.14.0",
                    "scope": "required",
                    "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0",
                    "evidence": {"occurrences": [{"location": "pom.xml"}]},
                },
                {
                    "type": "library",
                    "bom-ref": "pkg:npm/%40acme/app@1.0.0",
                    "group": "@acme",
                    "name": "app",
                    "version": "1.0.0",
                    "scope": "required",
                    "licenses": [{"expression": "MIT OR Apache-2.0"}],
                    "purl": "pkg:npm/%40acme/app@1.0.0",
                    "evidence": {"occurrences": [{"location": "web/package-lock.json", "line": 8}]},
                },
                {
                    "type": "library",
                    "bom-ref": "pkg:npm/jest@29.0.0",
                    "name": "jest",
                    "version": "29.0.0",
                    "scope": "excluded",
                    "licenses": [{"expression": "LicenseRef-jest"}],
                    "purl": "pkg:npm/jest@29.0.0",
                    "properties": [{"name": "bartizan:withdrawn", "value": "true"}],
                    "evidence": {"occurrences": [{"location": "web/package-lock.json", "line": 20}]},
                },
                {
                    "type": "library",
                    "bom-ref": "pkg:npm/lodash@4.17.15",
                    "name": "lodash",
                    "version": "4.17.15",
                    "scope": "required",
                    "licenses": [{"license": {"name": "Our own licence"}}],
                    "purl": "pkg:npm/lodash@4.17.15",
                    "evidence": {"occurrences": [
                        {"location": "web/package-lock.json", "line": 12},
                        {"location": "web/package-lock.json", "line": 30},
                    ]},
                },
                {
                    "type": "library",
                    "bom-ref": "Package-vcpkg-zlib-1.2.11",
                    "name": "zlib",
                    "version": "1.2.11",
                    "scope": "required",
                    "properties": [{"name": "bartizan:ecosystem", "value": "vcpkg"}],
                    "evidence": {"occurrences": [{"location": "vcpkg.json", "line": 3}]},
                },
            ],
            "dependencies": [
                {"ref": "Root", "dependsOn": [
                    "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0",
                    "pkg:npm/%40acme/app@1.0.0",
                    "pkg:npm/jest@29.0.0",
                ]},
                {"ref": "pkg:npm/%40acme/app@1.0.0", "dependsOn": ["pkg:npm/lodash@4.17.15"]},
                {"ref": "pkg:npm/jest@29.0.0", "dependsOn": ["pkg:npm/lodash@4.17.15"]},
                {"ref": "pkg:npm/lodash@4.17.15", "dependsOn": []},
            ],
        })
    );
}

#[test]
fn cyclonedx_1_5_has_paths_and_no_lines() {
    let shop = shop();
    let document = valid(&Sbom { files: &files(&shop), ..empty() }, SbomFormat::CycloneDx15);
    assert_eq!(document["specVersion"], "1.5");
    assert_eq!(
        document["components"][3]["evidence"],
        json!({"occurrences": [{"location": "web/package-lock.json"}]})
    );
}

#[test]
fn what_is_known_against_packages_stands_beside_them() {
    let shop = shop();
    let mut excused = sample::barely_known();
    excused.suppression = Some(Suppression::Vex("component_not_present".into()));
    let mut unlisted = sample::vulnerable();
    let detail = Arc::make_mut(unlisted.package.as_mut().unwrap());
    (detail.package.name, detail.purl) = ("elsewhere".into(), Some("pkg:npm/elsewhere@1".into()));
    let findings = [sample::vulnerable(), excused, unlisted, sample::rich()];
    let sbom = Sbom { files: &files(&shop), findings: Some(&findings), ..empty() };
    let document = valid(&sbom, SbomFormat::CycloneDx15);
    assert_eq!(
        valid(&sbom, SbomFormat::CycloneDx16)["vulnerabilities"],
        document["vulnerabilities"]
    );
    let [first, second, third] = &document["vulnerabilities"].as_array().unwrap()[..] else {
        panic!("{document}")
    };
    assert_eq!(
        first,
        &json!({
            "id": "CVE-2020-8203",
            "source": {"name": "NVD", "url": "https://nvd.nist.gov/vuln/detail/CVE-2020-8203"},
            "references": [{
                "id": "GHSA-p6mc-m468-83gw",
                "source": {
                    "name": "GitHub Advisories",
                    "url": "https://github.com/advisories/GHSA-p6mc-m468-83gw",
                },
            }],
            "ratings": [{"score": 7.4, "severity": "high"}],
            "cwes": [1321],
            "description": "lodash 4.17.15: Prototype pollution (CVE-2020-8203)",
            "detail": "Who chooses the key of zipObjectDeep changes the prototype of all objects.",
            "recommendation": "Version 4.17.19 repairs it: npm install lodash@4.17.19",
            "advisories": [{"url": "https://github.com/advisories/GHSA-p6mc-m468-83gw"}],
            "affects": [{"ref": "pkg:npm/lodash@4.17.15"}],
            "properties": [
                {"name": "bartizan:check_id", "value": "dependencies.known-vulnerability"},
                {"name": "bartizan:fingerprint", "value": "6c6f646173682e342e31372e31352e31"},
                {"name": "bartizan:exploited", "value": "true"},
                {"name": "bartizan:reachable", "value": "yes"},
                {"name": "bartizan:epss", "value": "0.01234"},
                {"name": "bartizan:fixed_version", "value": "4.17.19"},
            ],
        })
    );
    assert_eq!(second["id"], "dependencies.known-vulnerability");
    assert_eq!(second["affects"], json!([{"ref": "Package-vcpkg-zlib-1.2.11"}]));
    assert_eq!(
        second["analysis"],
        json!({"state": "not_affected", "detail": "component_not_present"})
    );
    assert_eq!(third["affects"], json!([{"ref": "pkg:npm/elsewhere@1"}]));
    let component = document["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|component| component["bom-ref"] == "pkg:npm/elsewhere@1");
    assert_eq!(
        component.unwrap()["evidence"],
        json!({"occurrences": [{"location": "api/package-lock.json"}, {"location": "web/package-lock.json"}]})
    );

    let spdx = valid(&sbom, SbomFormat::Spdx23);
    assert!(!spdx.to_string().contains("elsewhere"), "SPDX has no place for findings");
    let none = Sbom { findings: Some(&[]), ..empty() };
    assert_eq!(valid(&none, SbomFormat::CycloneDx16)["vulnerabilities"], json!([]));
}
