mod cyclonedx;
mod spdx;

use std::{collections::BTreeSet, sync::Arc};

use jsonschema::Validator;
use model::{
    Dependency, Ecosystem, Finding, Package, Position, Relation, Scope, Severity, Span, TargetPath,
};
use proptest::prelude::*;
use report::{
    Repository,
    sbom::{PackageFile, Sbom, SbomFormat},
};
use serde_json::{Value, json};

use crate::{
    sample::{self, is_dangerous},
    schemas::{self, assert_valid},
};

const FORMATS: [SbomFormat; 3] =
    [SbomFormat::Spdx23, SbomFormat::CycloneDx15, SbomFormat::CycloneDx16];

/// A file's path, its packages and their package URLs.
struct Listed {
    path: TargetPath,
    dependencies: Vec<Dependency>,
    purls: Vec<Option<Arc<str>>>,
}

impl Listed {
    fn new(path: &str, packages: Vec<(Dependency, Option<&str>)>) -> Self {
        let (dependencies, purls): (Vec<_>, Vec<_>) = packages.into_iter().unzip();
        let purls = purls.into_iter().map(|purl| purl.map(Into::into)).collect();
        Self { path: sample::path(path), dependencies, purls }
    }
}

fn found(ecosystem: Ecosystem, name: &str, version: &str, line: u64) -> Dependency {
    let position = |column| Position { line, column };
    Dependency {
        span: Some(Span { start: position(5), end: position(9) }),
        ..Dependency::new(sample::package(ecosystem, name, version))
    }
}

/// `@acme/app` needs `lodash`, which stands in two files; `jest` is for those who work on it; nobody knows who needs `zlib`.
fn shop() -> Vec<Listed> {
    let app = Dependency {
        relation: Relation::Direct,
        licence: Some("MIT/Apache-2.0".into()),
        ..found(Ecosystem::Npm, "@acme/app", "1.0.0", 8)
    };
    let lodash = Dependency {
        relation: Relation::Transitive,
        needed_by: vec![0, 2, 1, 99],
        licence: Some("Our own licence".into()),
        ..found(Ecosystem::Npm, "lodash", "4.17.15", 12)
    };
    let jest = Dependency {
        relation: Relation::Direct,
        scope: Scope::Development,
        licence: Some("LicenseRef-jest".into()),
        withdrawn: true,
        ..found(Ecosystem::Npm, "jest", "29.0.0", 20)
    };
    let nested = Dependency { licence: None, ..found(Ecosystem::Npm, "lodash", "4.17.15", 30) };
    let log4j = Dependency {
        relation: Relation::Direct,
        ..Dependency::new(sample::package(
            Ecosystem::Maven,
            "org.apache.logging.log4j:log4j-core",
            "2.14.0",
        ))
    };
    let zlib = found(Ecosystem::Vcpkg, "zlib", "1.2.11", 3);
    vec![
        Listed::new(
            "web/package-lock.json",
            vec![
                (app, Some("pkg:npm/%40acme/app@1.0.0")),
                (lodash, Some("pkg:npm/lodash@4.17.15")),
                (jest, Some("pkg:npm/jest@29.0.0")),
                (nested, Some("pkg:npm/lodash@4.17.15")),
            ],
        ),
        Listed::new(
            "pom.xml",
            vec![(log4j, Some("pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0"))],
        ),
        Listed::new("vcpkg.json", vec![(zlib, None)]),
    ]
}

fn files(listed: &[Listed]) -> Vec<PackageFile<'_>> {
    listed
        .iter()
        .map(|one| PackageFile {
            path: &one.path,
            dependencies: &one.dependencies,
            purls: &one.purls,
        })
        .collect()
}

fn empty() -> Sbom<'static> {
    Sbom {
        tool_version: "0.1.0",
        target: "https://x-token:t0ps3cret@git.example/acme/shop.git",
        repository: Some(Repository {
            url: Some("https://x-token:t0ps3cret@git.example/acme/shop.git"),
            commit: Some("3f2a91bc04d5e6f708192a3b4c5d6e7f8091a2b3"),
        }),
        created_at_ms: 1_714_564_800_250,
        document_id: *b"0123456789abcdef",
        files: &[],
        findings: None,
    }
}

fn written(sbom: &Sbom<'_>, format: SbomFormat) -> String {
    let mut out = Vec::new();
    report::sbom::write(sbom, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn relationships(triples: &[(&str, &str, &str)]) -> Value {
    let object = |(from, kind, to): &(&str, &str, &str)| {
        json!({
            "spdxElementId": format!("SPDXRef-{from}"),
            "relationshipType": kind,
            "relatedSpdxElement": format!("SPDXRef-{to}"),
        })
    };
    triples.iter().map(object).collect()
}

#[test]
fn an_empty_target_is_a_valid_document() {
    for format in FORMATS {
        let sbom = Sbom { target: "", repository: None, created_at_ms: i64::MAX, ..empty() };
        let document = valid(&sbom, format);
        let packages = document.get("packages").or_else(|| document.get("components")).unwrap();
        let expected = usize::from(format == SbomFormat::Spdx23);
        assert_eq!(packages.as_array().unwrap().len(), expected, "{document}");
    }
}

#[test]
fn equal_input_gives_equal_bytes_whatever_the_order_of_the_files() {
    let mut shop = shop();
    let again = Listed::new(
        "api/package-lock.json",
        vec![(
            Dependency {
                relation: Relation::Direct,
                licence: Some("MIT".into()),
                ..found(Ecosystem::Npm, "Lodash", "4.17.15", 2)
            },
            Some("pkg:npm/lodash@4.17.15"),
        )],
    );
    shop.push(again);
    for format in FORMATS {
        let forth = written(&Sbom { files: &files(&shop), ..empty() }, format);
        let mut files = files(&shop);
        files.reverse();
        assert_eq!(written(&Sbom { files: &files, ..empty() }, format), forth);
        assert!(!forth.contains("t0ps3cret"));
    }
}

#[test]
fn names_that_look_alike_get_ids_of_their_own() {
    let names = ["a-b", "a/b", "a b", "a-b-1-2", "a?b"];
    let packages: Vec<_> =
        names.iter().map(|name| (found(Ecosystem::Vcpkg, name, "1", 1), None)).collect();
    let listed = [Listed::new("vcpkg.json", packages)];
    let sbom = Sbom { files: &files(&listed), ..empty() };
    let ids = |document: &Value, list: &str, id: &str| -> Vec<String> {
        let list = document[list].as_array().unwrap();
        list.iter().map(|one| one[id].as_str().unwrap().to_owned()).collect()
    };
    let spdx = ids(&valid(&sbom, SbomFormat::Spdx23), "packages", "SPDXID");
    assert_eq!(
        spdx,
        [
            "SPDXRef-Root",
            "SPDXRef-Package-vcpkg-a-b-1",
            "SPDXRef-Package-vcpkg-a-b-1-2",
            "SPDXRef-Package-vcpkg-a-b-1-2-1",
            "SPDXRef-Package-vcpkg-a-b-1-3",
            "SPDXRef-Package-vcpkg-a-b-1-4",
        ]
    );
    let references = ids(&valid(&sbom, SbomFormat::CycloneDx16), "components", "bom-ref");
    assert_eq!(references.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn packages_that_need_each_other_are_no_trouble() {
    let round = |name: &str, by: u32| Dependency {
        needed_by: vec![by, by],
        ..found(Ecosystem::CratesIo, name, "1.0.0", 1)
    };
    let listed = [Listed::new(
        "Cargo.lock",
        vec![
            (round("a", 1), Some("pkg:cargo/a@1.0.0")),
            (round("b", 0), Some("pkg:cargo/b@1.0.0")),
            (round("c", 2), Some("pkg:cargo/c@1.0.0")),
        ],
    )];
    let sbom = Sbom { files: &files(&listed), ..empty() };
    assert_eq!(
        valid(&sbom, SbomFormat::CycloneDx16)["dependencies"],
        json!([
            {"ref": "pkg:cargo/a@1.0.0", "dependsOn": ["pkg:cargo/b@1.0.0"]},
            {"ref": "pkg:cargo/b@1.0.0", "dependsOn": ["pkg:cargo/a@1.0.0"]},
            {"ref": "pkg:cargo/c@1.0.0", "dependsOn": []},
        ])
    );
    assert_eq!(
        valid(&sbom, SbomFormat::Spdx23)["relationships"],
        relationships(&[
            ("DOCUMENT", "DESCRIBES", "Root"),
            ("Root", "CONTAINS", "Package-cargo-c-1.0.0"),
            ("Package-cargo-a-1.0.0", "DEPENDS_ON", "Package-cargo-b-1.0.0"),
            ("Package-cargo-b-1.0.0", "DEPENDS_ON", "Package-cargo-a-1.0.0"),
        ])
    );
}

#[test]
fn hostile_text_keeps_documents_valid_and_drives_no_terminal() {
    let hostile = Dependency {
        licence: Some(sample::HOSTILE.into()),
        ..found(
            Ecosystem::Npm,
            sample::HOSTILE,
            &format!("{}{}", sample::HOSTILE, "9".repeat(5_000)),
            1,
        )
    };
    let listed = [Listed::new(
        sample::HOSTILE,
        vec![(hostile.clone(), Some(sample::HOSTILE)), (hostile, Some("pkg:npm/a b\u{202e}"))],
    )];
    let findings = [sample::hostile_package(), sample::hostile()];
    let sbom = Sbom {
        target: sample::HOSTILE,
        tool_version: sample::HOSTILE,
        repository: Some(Repository {
            url: Some("https://git.example/a b\"<>\u{202e}"),
            commit: Some(sample::HOSTILE),
        }),
        files: &files(&listed),
        findings: Some(&findings),
        ..empty()
    };
    for format in FORMATS {
        let text = written(&sbom, format);
        assert_eq!(text.chars().find(|c| *c != '\n' && is_dangerous(*c)), None);
        let document = valid(&sbom, format);
        assert!(!text.contains("pkg:"), "what is no package URL is not told as one");
        if format == SbomFormat::Spdx23 {
            assert_eq!(document["packages"].as_array().unwrap().len(), 2);
            assert_eq!(document["packages"][1]["name"], sample::HOSTILE);
        } else {
            assert_eq!(document["components"].as_array().unwrap().len(), 2);
            assert_eq!(
                document["vulnerabilities"][0]["advisories"][0]["url"],
                "https://github.com/advisories/GHSA-p6mc-m468-83gw"
            );
        }
    }
}

#[test]
fn the_schemas_that_documents_are_held_against_refuse_what_is_wrong() {
    let shop = shop();
    let findings = [sample::vulnerable()];
    let sbom = Sbom { files: &files(&shop), findings: Some(&findings), ..empty() };
    let spdx = [
        ("/packages/1/externalRefs/0/referenceCategory", json!("PURL")),
        ("/relationships/0/relationshipType", json!("OWNS")),
    ];
    let cyclonedx = [
        ("/serialNumber", json!("1")),
        ("/components/1/licenses", json!([{"license": {"id": "Mine"}}])),
        ("/vulnerabilities/0/ratings/0/severity", json!("terrible")),
    ];
    for (format, wrongs) in [
        (SbomFormat::Spdx23, &spdx[..]),
        (SbomFormat::CycloneDx15, &cyclonedx),
        (SbomFormat::CycloneDx16, &cyclonedx),
    ] {
        let Some(schema) = schema(format) else { return };
        for (pointer, wrong) in wrongs {
            let mut document = valid(&sbom, format);
            *document.pointer_mut(pointer).unwrap() = wrong.clone();
            assert!(!schema.is_valid(&document), "{pointer}");
        }
    }
}

proptest! {
    #[test]
    fn every_reference_names_exactly_one_package(
        packages in proptest::collection::vec(
            ("(?s).{0,6}", "[ab-]{1,2}", proptest::option::of("(pkg:)?[a-c]{0,2}"), 0..3_usize, proptest::collection::vec(0..9_u32, 0..4)),
            0..9,
        ),
        licence in "(?s).{0,20}|[()MIT ORAND+/-]{0,20}",
        severity in 0..5_usize,
    ) {
        let packages = packages.iter().map(|(name, version, purl, relation, needed_by)| {
            let found = Dependency {
                relation: [Relation::Direct, Relation::Transitive, Relation::Unknown][*relation],
                needed_by: needed_by.clone(),
                licence: Some(licence.as_str().into()),
                ..found(Ecosystem::Npm, name, version, 1)
            };
            (found, purl.as_deref())
        });
        let listed = [Listed::new("a", packages.collect())];
        let findings: Vec<Finding> = listed[0]
            .dependencies
            .iter()
            .map(|found| {
                let mut finding = sample::vulnerable();
                finding.severity = Severity::ALL[severity];
                let detail = Arc::make_mut(finding.package.as_mut().unwrap());
                (detail.package, detail.purl) = (Package::clone(&found.package), None);
                finding
            })
            .collect();
        let sbom = Sbom { files: &files(&listed), findings: Some(&findings), ..empty() };
        let document: Value = serde_json::from_str(&written(&sbom, SbomFormat::CycloneDx16)).unwrap();
        let known = names(&document["components"], "/bom-ref", Some("Root"));
        for dependency in document["dependencies"].as_array().unwrap() {
            prop_assert!(known.contains(dependency["ref"].as_str().unwrap()));
            for needed in dependency["dependsOn"].as_array().unwrap() {
                prop_assert!(known.contains(needed.as_str().unwrap()));
            }
        }
        let affected = names(&document["vulnerabilities"], "/affects/0/ref", None);
        prop_assert!(affected.is_subset(&known));
        prop_assert_eq!(document["vulnerabilities"].as_array().unwrap().len(), findings.len());

        let document: Value = serde_json::from_str(&written(&sbom, SbomFormat::Spdx23)).unwrap();
        let known = names(&document["packages"], "/SPDXID", Some("SPDXRef-DOCUMENT"));
        for relationship in document["relationships"].as_array().unwrap() {
            prop_assert!(known.contains(relationship["spdxElementId"].as_str().unwrap()));
            prop_assert!(known.contains(relationship["relatedSpdxElement"].as_str().unwrap()));
        }
    }
}

/// The names in a list, with `other`, for which each must be another.
fn names(list: &Value, pointer: &str, other: Option<&str>) -> BTreeSet<String> {
    let name = |one: &Value| one.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    let all: Vec<String> =
        list.as_array().unwrap().iter().map(name).chain(other.map(str::to_owned)).collect();
    let different: BTreeSet<String> = all.iter().cloned().collect();
    assert!(other.is_none() || different.len() == all.len(), "{all:?}");
    different
}

fn valid(sbom: &Sbom<'_>, format: SbomFormat) -> Value {
    let document: Value = serde_json::from_str(&written(sbom, format)).unwrap();
    assert_valid(&document, schema(format));
    document
}

fn schema(format: SbomFormat) -> Option<Validator> {
    match format {
        SbomFormat::Spdx23 => schemas::schema("spdx-2.3", &[]),
        SbomFormat::CycloneDx15 => schemas::schema("bom-1.5", &["spdx", "jsf-0.82"]),
        SbomFormat::CycloneDx16 => schemas::schema("bom-1.6", &["spdx", "jsf-0.82"]),
    }
}
