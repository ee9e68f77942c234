//! Bills of materials.

use formats::sbom::{claims_to_be_sbom, looks_like_sbom, read as read_bytes};
use proptest::prelude::*;

use crate::kit::{list, problems, read, rows};

pub(crate) const CYCLONEDX: &str = r#"{
  "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
  "metadata": {"component": {"type": "application", "bom-ref": "app", "name": "app", "purl": "pkg:npm/app@1.0.0"}},
  "components": [
    {"type": "library", "bom-ref": "e", "name": "express", "version": "4.18.2", "purl": "pkg:npm/express@4.18.2",
     "licenses": [{"license": {"id": "MIT"}}],
     "components": [{"type": "library", "bom-ref": "q", "name": "qs", "version": "6.11.0", "purl": "pkg:npm/qs@6.11.0"}]},
    {"type": "library", "bom-ref": "l", "group": "org.apache.logging.log4j", "name": "log4j-core", "version": "2.14.1",
     "purl": "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1?type=jar", "scope": "excluded",
     "licenses": [{"license": {"name": "Apache 2"}}, {"license": {"id": "MIT"}}]},
    {"type": "library", "name": "nameless", "version": "1"},
    {"type": "operating-system", "name": "debian", "version": "12"}
  ],
  "dependencies": [
    {"ref": "app", "dependsOn": ["e", "l"]},
    {"ref": "e", "dependsOn": ["q", "gone"]}
  ]
}"#;

#[test]
fn cyclonedx_has_parts_licences_and_a_graph() {
    let list = list(&[("bom.json", CYCLONEDX)]);
    assert_eq!(
        rows(&list),
        [
            "express 4.18.2 @5 direct licence=MIT",
            "qs 6.11.0 @7 transitive < express",
            "org.apache.logging.log4j:log4j-core 2.14.1 @8 direct dev licence=Apache 2 AND MIT",
            "nameless 1 @11 transitive",
        ]
    );
    assert!(problems(&list).is_empty());
}

#[test]
fn generators_tell_what_packages_are_built_of_each_in_its_own_way() {
    let component = |purl: &str, more: &str| {
        format!(
            r#"{{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [
            {{"type": "library", "name": "x", "version": "9", "purl": "{purl}"{more}}}]}}"#
        )
    };
    let properties = |all: &[(&str, &str)]| {
        let one =
            |(name, value): &(&str, &str)| format!(r#"{{"name": "{name}", "value": "{value}"}}"#);
        let all: Vec<_> = all.iter().map(one).collect();
        format!(r#", "properties": [{}]"#, all.join(", "))
    };
    let built_of = |purl: &str, more: &str| {
        let list = list(&[("bom.json", &component(purl, more))]);
        let package = &list.dependencies[0].package;
        package.built_of().map(|(name, version)| format!("{name} {version}"))
    };
    // Syft says so in the package URL, and again in properties.
    let syft = "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl";
    assert_eq!(built_of(syft, "").as_deref(), Some("openssl 3.0.11-1"));
    let alone = properties(&[("syft:metadata:originPackage", "openssl")]);
    let musl = "pkg:apk/alpine/libssl3@3.1.4-r5?distro=alpine-3.18";
    assert_eq!(built_of(musl, &alone).as_deref(), Some("openssl 3.1.4-r5"));
    assert_eq!(
        built_of(syft, &properties(&[("syft:metadata:source", "other")])),
        built_of(syft, "")
    );
    let rpm = "pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?distro=rocky-9.3&epoch=1";
    let file = properties(&[("syft:metadata:sourceRpm", "openssl-3.0.7-24.el9.src.rpm")]);
    assert_eq!(built_of(rpm, &file).as_deref(), Some("openssl 1:3.0.7-24.el9"));
    // Trivy has the parts of its version.
    let trivy = properties(&[
        ("aquasecurity:trivy:SrcName", "openssl"),
        ("aquasecurity:trivy:SrcVersion", "3.0.11"),
        ("aquasecurity:trivy:SrcRelease", "1~deb12u2"),
    ]);
    let deb = "pkg:deb/debian/libssl3@3.0.11-1~deb12u2?distro=debian-12.5";
    assert_eq!(built_of(deb, &trivy).as_deref(), Some("openssl 3.0.11-1~deb12u2"));
    // Nothing tells, or it is nothing that is built.
    assert_eq!(built_of(deb, ""), None);
    assert_eq!(built_of("pkg:npm/x@1", &trivy), None);
}

#[test]
fn xml_and_spdx_tell_it_too() {
    let xml = r#"<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component type="library">
        <name>libssl3</name><version>3</version><purl>pkg:deb/debian/libssl3@3</purl><properties>
        <property name="aquasecurity:trivy:SrcName">openssl</property>
        <property name="aquasecurity:trivy:SrcVersion">2</property></properties></component></components></bom>"#;
    assert_eq!(read(&[("bom.xml", xml)]), ["libssl3 3 @2 of openssl 2"]);
    let package = |told: &str| {
        format!(
            r#"{{"spdxVersion": "SPDX-2.3", "packages": [{{"SPDXID": "a", "name": "libssl3", "versionInfo": "3",
            "externalRefs": [{{"referenceType": "purl", "referenceLocator": "pkg:deb/debian/libssl3@3"}}],
            "sourceInfo": "{told}"}}]}}"#
        )
    };
    let spdx = |told: &str| read(&[("a.spdx.json", &package(told))]);
    assert_eq!(spdx("built package from: openssl 3.0"), ["libssl3 3 @1 of openssl 3.0"]);
    assert_eq!(spdx("acquired package info from DPKG DB"), ["libssl3 3 @1"]);
    let tags = |told: &str| {
        format!(
            "SPDXVersion: SPDX-2.3\nPackageName: libssl3\nPackageVersion: 3\n\
             PackageSourceInfo: {told}\nExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/libssl3@3\n"
        )
    };
    for told in ["built package from: openssl 3.0", "<text>built package from: openssl 3.0</text>"]
    {
        assert_eq!(read(&[("a.spdx", &tags(told))]), ["libssl3 3 @3 of openssl 3.0"]);
    }
}

pub(crate) const CYCLONEDX_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.4" version="1">
  <metadata><component type="application" bom-ref="app"><name>app</name></component></metadata>
  <components>
    <component type="library" bom-ref="a"><name>flask</name><version>2.2.2</version>
      <licenses><license><id>BSD-3-Clause</id></license></licenses><purl>pkg:pypi/flask@2.2.2</purl></component>
    <component type="library" bom-ref="b"><name>werkzeug</name><version>2.2.1</version><purl>pkg:pypi/werkzeug@2.2.1</purl></component>
  </components>
  <dependencies><dependency ref="app"><dependency ref="a"/></dependency><dependency ref="a"><dependency ref="b"/></dependency></dependencies>
</bom>"#;

#[test]
fn cyclonedx_in_xml_says_the_same() {
    assert_eq!(
        read(&[("x.cdx.xml", CYCLONEDX_XML)]),
        ["flask 2.2.2 @5 direct licence=BSD-3-Clause", "werkzeug 2.2.1 @7 transitive < flask"]
    );
}

pub(crate) const SPDX: &str = r#"{
  "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "x",
  "packages": [
    {"SPDXID": "SPDXRef-root", "name": "root", "versionInfo": "main",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:github/o/r@main"}]},
    {"SPDXID": "SPDXRef-a", "name": "rack", "versionInfo": "2.2.3", "licenseConcluded": "NOASSERTION", "licenseDeclared": "MIT",
     "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a"},
       {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:gem/rack@2.2.3"}]},
    {"SPDXID": "SPDXRef-b", "name": "rake", "versionInfo": "13.0.0",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:gem/rake"}]},
    {"SPDXID": "SPDXRef-c", "name": "c", "versionInfo": "1.0.0",
     "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:gem/c@1.0.0"}]}
  ],
  "relationships": [
    {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "SPDXRef-root"},
    {"spdxElementId": "SPDXRef-root", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "SPDXRef-a"},
    {"spdxElementId": "SPDXRef-c", "relationshipType": "DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-a"},
    {"spdxElementId": "SPDXRef-b", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "SPDXRef-root"}
  ]
}"#;

#[test]
fn spdx_tells_relationships_in_either_direction_and_leaves_out_the_product() {
    assert_eq!(
        read(&[("x.spdx.json", SPDX)]),
        [
            "rack 2.2.3 @6 direct licence=MIT",
            "rake 13.0.0 @9 direct dev",
            "c 1.0.0 @11 transitive < rack",
        ]
    );
}

#[test]
fn a_document_that_describes_all_of_its_packages_lists_all() {
    let text = r#"{"spdxVersion": "SPDX-2.2", "documentDescribes": ["a", "b"], "packages": [
      {"SPDXID": "a", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}]},
      {"SPDXID": "b", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/b@2"}]}]}"#;
    assert_eq!(read(&[("sbom.json", text)]), ["a 1 @2 `pkg:npm/a@1`", "b 2 @3 `pkg:npm/b@2`"]);
}

pub(crate) const SPDX_TAG_VALUE: &str = "SPDXVersion: SPDX-2.3
DocumentComment: <text>PackageName: not this
ExternalRef: PACKAGE-MANAGER purl pkg:npm/not@1
</text>
PackageName: app
SPDXID: SPDXRef-app
PackageVersion: 1.0

PackageName: lodash
SPDXID: SPDXRef-lodash
PackageVersion: 4.17.20
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: MIT
ExternalRef: PACKAGE-MANAGER purl pkg:npm/lodash@4.17.20
Relationship: SPDXRef-DOCUMENT DESCRIBES SPDXRef-app
Relationship: SPDXRef-app DEPENDS_ON SPDXRef-lodash
";

#[test]
fn spdx_as_tag_value_says_the_same() {
    assert_eq!(read(&[("a.spdx", SPDX_TAG_VALUE)]), ["lodash 4.17.20 @11 direct licence=MIT"]);
}

/// Of each package its ecosystem, name and version.
fn packages(list: &formats::lockfiles::List) -> Vec<String> {
    let package = |found: &model::Dependency| {
        let package = &found.package;
        format!("{} {} {}", package.ecosystem, package.name, package.version)
    };
    list.dependencies.iter().map(package).collect()
}

#[test]
fn a_package_without_a_package_url_is_listed_and_the_product_is_not() {
    let list = read_bytes(
        br#"{"bomFormat": "CycloneDX", "metadata": {"component": {"bom-ref": "p", "type": "application", "name": "p"}}, "components": [
          {"bom-ref": "p", "type": "application", "name": "p", "version": "1"},
          {"type": "application", "name": "openssl", "version": "3.0.1", "cpe": "cpe:2.3:a:openssl:openssl:3.0.1:*:*:*:*:*:*:*"},
          {"type": "application", "name": "web/package-lock.json"},
          {"type": "library", "group": "acme", "name": "x", "version": "2", "purl": "pkg:rpm/amzn/x@2"},
          {"type": "framework", "name": "y"},
          {"type": "file", "name": "z", "version": "1"}]}"#,
    );
    assert_eq!(packages(&list), ["generic openssl 3.0.1", "generic acme/x 2"]);
    assert_eq!(problems(&list), ["1 components have no version"]);
}

#[test]
fn other_references_of_package_managers_say_which_package_it_is() {
    let package = |name: &str, kind: &str, locator: &str| {
        format!(
            r#"{{"SPDXID": "{name}", "name": "{name}", "versionInfo": "9", "externalRefs": [{{"referenceType": "{kind}", "referenceLocator": "{locator}"}}]}}"#
        )
    };
    let text = |packages: &[String]| {
        format!(
            r#"{{"spdxVersion": "SPDX-2.3", "documentDescribes": ["p"], "packages": [{}]}}"#,
            packages.join(", ")
        )
    };
    let product = || package("p", "swh", "x");
    let list = read_bytes(
        text(&[
            product(),
            package("a", "maven-central", "org.a:b:1.0"),
            package("b", "maven-central", "org.a:c"),
            package("c", "npm", "@d/e@2.0.0"),
            package("d", "npm", "@d/f"),
            package("e", "nuget", "G.H/3.0.0"),
            package("f", "cpe23Type", "cpe:2.3:a:f:f:9"),
        ])
        .as_bytes(),
    );
    assert_eq!(
        packages(&list),
        [
            "Maven org.a:b 1.0",
            "Maven org.a:c 9",
            "npm @d/e 2.0.0",
            "npm @d/f 9",
            "NuGet G.H 3.0.0",
            "generic f 9"
        ]
    );
    // The only package is what somebody asks about.
    assert_eq!(packages(&read_bytes(text(&[product()]).as_bytes())), ["generic p 9"]);
}

#[test]
fn a_bill_of_materials_is_known_by_its_content() {
    for text in [CYCLONEDX, CYCLONEDX_XML, SPDX, SPDX_TAG_VALUE] {
        assert!(looks_like_sbom(text.as_bytes()));
        assert!(looks_like_sbom(format!("\u{feff}\n{text}").as_bytes()));
    }
    for text in ["", "{}", "[]", "{\"bom\": 1}", "<bom/>", "\"bomFormat\" \"CycloneDX\""] {
        assert!(!looks_like_sbom(text.as_bytes()));
        assert_eq!(read_bytes(text.as_bytes()), formats::lockfiles::List::default());
    }
}

#[test]
fn a_document_may_claim_to_be_one_of_another_kind() {
    for text in [CYCLONEDX, CYCLONEDX_XML, SPDX, SPDX_TAG_VALUE] {
        assert!(claims_to_be_sbom(text.as_bytes()));
    }
    for text in
        [r#"{"a": "\"{", "b": [{}], "spdxVersion""#, r#"{"x": {"SPDXID": 1}}"#, "{", "", "SPDX"]
    {
        assert!(!claims_to_be_sbom(text.as_bytes()), "{text}");
    }
    for text in [
        r#"{"a": "\"{", "b": [{}], "spdxVersion": "#,
        "\n{\"@context\": [\"https://spdx.org/rdf/3.1/x\"]}",
    ] {
        assert!(claims_to_be_sbom(text.as_bytes()), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_claims_something_or_nothing(text in "[{}\\[\\]\",:\\\\a@]{0,40}") {
        let _ = claims_to_be_sbom(text.as_bytes());
    }
}
