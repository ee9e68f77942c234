use report::sbom::{Sbom, SbomFormat};
use serde_json::{Value, json};

use super::{empty, files, relationships, shop, valid};

#[test]
fn spdx_tells_each_package_once_with_places_licences_and_who_needs_it() {
    let shop = shop();
    let document = valid(&Sbom { files: &files(&shop), ..empty() }, SbomFormat::Spdx23);
    let package = |id: &str, name: &str, version: &str, info: &str, declared: &str| {
        json!({
            "SPDXID": id,
            "name": name,
            "versionInfo": version,
            "primaryPackagePurpose": "LIBRARY",
            "supplier": "NOASSERTION",
            "downloadLocation": "NOASSERTION",
            "filesAnalyzed": false,
            "sourceInfo": info,
            "licenseConcluded": "NOASSERTION",
            "licenseDeclared": declared,
            "copyrightText": "NOASSERTION",
        })
    };
    let with = |mut package: Value, purl: &str, comments: &str| {
        if !comments.is_empty() {
            package["licenseComments"] = comments.into();
        }
        package["externalRefs"] = json!([{
            "referenceCategory": "PACKAGE-MANAGER",
            "referenceType": "purl",
            "referenceLocator": purl,
        }]);
        package
    };
    let log4j = "org.apache.logging.log4j:log4j-core";
    assert_eq!(
        document,
        json!({
            "SPDXID": "SPDXRef-DOCUMENT",
            "spdxVersion": "SPDX-2.3",
            "dataLicense": "CC0-1.0",
            "name": "https://git.example/acme/shop.git",
            "documentNamespace": "https://spdx.org/spdxdocs/https---git.example-acme-shop.git-\
                                  30313233-3435-8637-b839-616263646566",
            "creationInfo": {"created": "2024-05-01T12:00:00Z", "creators": ["Tool: bartizan-0.1.0"]},
            "packages": [
                {
                    "SPDXID": "SPDXRef-Root",
                    "name": "https://git.example/acme/shop.git",
                    "versionInfo": "3f2a91bc04d5e6f708192a3b4c5d6e7f8091a2b3",
                    "primaryPackagePurpose": "APPLICATION",
                    "supplier": "NOASSERTION",
                    "downloadLocation":
                        "git+https://git.example/acme/shop.git@3f2a91bc04d5e6f708192a3b4c5d6e7f8091a2b3",
                    "filesAnalyzed": false,
                    "licenseConcluded": "NOASSERTION",
                    "licenseDeclared": "NOASSERTION",
                    "copyrightText": "NOASSERTION",
                },
                with(
                    package("SPDXRef-Package-maven-org.apache.logging.log4j-log4j-core-2.14.0", log4j, "2.14.0", "named in pom.xml", "NOASSERTION"),
                    "pkg:maven/org.apache.logging.log4j/log4j-core@2.14.0",
                    "",
                ),
                with(
                    package("SPDXRef-Package-npm--acme-app-1.0.0", "@acme/app", "1.0.0", "named in web/package-lock.json:8", "MIT OR Apache-2.0"),
                    "pkg:npm/%40acme/app@1.0.0",
                    "",
                ),
                with(
                    package("SPDXRef-Package-npm-jest-29.0.0", "jest", "29.0.0", "named in web/package-lock.json:20", "NOASSERTION"),
                    "pkg:npm/jest@29.0.0",
                    "Declared as: LicenseRef-jest",
                ),
                with(
                    package(
                        "SPDXRef-Package-npm-lodash-4.17.15",
                        "lodash",
                        "4.17.15",
                        "named in web/package-lock.json:12, web/package-lock.json:30",
                        "NOASSERTION",
                    ),
                    "pkg:npm/lodash@4.17.15",
                    "Declared as: Our own licence",
                ),
                package("SPDXRef-Package-vcpkg-zlib-1.2.11", "zlib", "1.2.11", "named in vcpkg.json:3", "NOASSERTION"),
            ],
            "relationships": relationships(&[
                ("DOCUMENT", "DESCRIBES", "Root"),
                ("Root", "DEPENDS_ON", "Package-maven-org.apache.logging.log4j-log4j-core-2.14.0"),
                ("Root", "DEPENDS_ON", "Package-npm--acme-app-1.0.0"),
                ("Package-npm-jest-29.0.0", "DEV_DEPENDENCY_OF", "Root"),
                ("Root", "CONTAINS", "Package-vcpkg-zlib-1.2.11"),
                ("Package-npm--acme-app-1.0.0", "DEPENDS_ON", "Package-npm-lodash-4.17.15"),
                ("Package-npm-jest-29.0.0", "DEPENDS_ON", "Package-npm-lodash-4.17.15"),
            ]),
        })
    );
}
