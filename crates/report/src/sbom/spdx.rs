//! SPDX 2.3 as JSON.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use model::{Ecosystem, Scope};
use serde::{Serialize, Serializer, ser::SerializeSeq as _};

use super::{
    Sbom,
    inventory::{Component, Inventory},
    licence::Licence,
    plain_id,
};
use crate::{
    printable_json,
    repository::{as_uri, without_credentials},
};

/// What nobody claims to know (section 7.7 and others).
const NO_ASSERTION: &str = "NOASSERTION";
const DOCUMENT: &str = "SPDXRef-DOCUMENT";
const ROOT: &str = "SPDXRef-Root";

pub(super) fn write(
    sbom: &Sbom<'_>,
    inventory: &Inventory<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let name = without_credentials(sbom.target);
    let namespace =
        format!("https://spdx.org/spdxdocs/{}-{}", plain_id(&name), sbom.uuid().hyphenated());
    let document = Document {
        id: DOCUMENT,
        version: "SPDX-2.3",
        data_license: "CC0-1.0",
        name: &name,
        namespace,
        creation_info: CreationInfo {
            created: sbom.created(),
            creators: [format!("Tool: bartizan-{}", sbom.tool_version)],
        },
        packages: Packages { root: root(sbom, &name), inventory },
        relationships: Relationships(inventory),
    };
    printable_json::write_pretty(&document, out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "SPDXID")]
    id: &'static str,
    #[serde(rename = "spdxVersion")]
    version: &'static str,
    data_license: &'static str,
    name: &'a str,
    #[serde(rename = "documentNamespace")]
    namespace: String,
    creation_info: CreationInfo,
    packages: Packages<'a>,
    relationships: Relationships<'a>,
}

#[derive(Serialize)]
struct CreationInfo {
    created: String,
    creators: [String; 1],
}

/// One after the other into the writer.
struct Packages<'a> {
    root: Package<'a>,
    inventory: &'a Inventory<'a>,
}

impl Serialize for Packages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let components = &self.inventory.components;
        let mut list = serializer.serialize_seq(Some(components.len().saturating_add(1)))?;
        list.serialize_element(&self.root)?;
        components
            .iter()
            .try_for_each(|component| list.serialize_element(&Package::of(component)))?;
        list.end()
    }
}

/// A package (section 7).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Package<'a> {
    #[serde(rename = "SPDXID")]
    id: Cow<'static, str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_info: Option<&'a str>,
    primary_package_purpose: &'static str,
    supplier: &'static str,
    download_location: Cow<'static, str>,
    files_analyzed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_info: Option<String>,
    license_concluded: &'static str,
    license_declared: Cow<'static, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    license_comments: Option<String>,
    copyright_text: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_refs: Option<[ExternalRef<'a>; 1]>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalRef<'a> {
    reference_category: &'static str,
    reference_type: &'static str,
    reference_locator: &'a str,
}

/// The target itself.
fn root<'a>(sbom: &Sbom<'a>, name: &'a str) -> Package<'a> {
    let commit = sbom.repository.and_then(|repository| repository.commit);
    let download = sbom.repository.and_then(|repository| as_uri(repository.url?)).and_then(|uri| {
        // Section 7.7.1: what fetches it, then how.
        let scheme = uri.split_once("://")?.0;
        let at = commit.map(|commit| format!("@{}", plain_id(commit))).unwrap_or_default();
        matches!(scheme, "https" | "http" | "ssh").then(|| format!("git+{uri}{at}"))
    });
    Package {
        version_info: commit,
        primary_package_purpose: "APPLICATION",
        download_location: download.map_or(NO_ASSERTION.into(), Cow::Owned),
        ..Package::named(ROOT.into(), name)
    }
}

impl<'a> Package<'a> {
    /// A package of which no more is known.
    const fn named(id: Cow<'static, str>, name: &'a str) -> Self {
        Self {
            id,
            name,
            version_info: None,
            primary_package_purpose: "LIBRARY",
            supplier: NO_ASSERTION,
            download_location: Cow::Borrowed(NO_ASSERTION),
            files_analyzed: false,
            source_info: None,
            license_concluded: NO_ASSERTION,
            license_declared: Cow::Borrowed(NO_ASSERTION),
            license_comments: None,
            copyright_text: NO_ASSERTION,
            external_refs: None,
        }
    }

    fn of(component: &Component<'a>) -> Self {
        let (license_declared, license_comments) = match component.licence.map(Licence::of) {
            Some(Licence::Expression { text, has_references: false }) => (text.into(), None),
            // What a reference means would have to stand in this document (section 10).
            Some(Licence::Expression { text, .. }) => (NO_ASSERTION.into(), Some(text)),
            Some(Licence::Name(name)) => (NO_ASSERTION.into(), Some(name.into_owned())),
            None => (NO_ASSERTION.into(), None),
        };
        let package = component.package;
        Self {
            version_info: Some(&package.version),
            primary_package_purpose: match package.ecosystem {
                Ecosystem::Docker | Ecosystem::DockerHardened => "CONTAINER",
                _ => "LIBRARY",
            },
            source_info: places(component),
            license_declared,
            license_comments: license_comments.map(|text| format!("Declared as: {text}")),
            external_refs: component.purl.map(|purl| {
                [ExternalRef {
                    reference_category: "PACKAGE-MANAGER",
                    reference_type: "purl",
                    reference_locator: purl,
                }]
            }),
            ..Self::named(id(component).into(), &package.name)
        }
    }
}

/// `named in web/package-lock.json:1204, api/package-lock.json:8`.
fn places(component: &Component<'_>) -> Option<String> {
    let mut out = String::new();
    for (path, line) in &component.places {
        out.push_str(if out.is_empty() { "named in " } else { ", " });
        out.push_str(path.as_str());
        out.extend(line.map(|line| format!(":{line}")));
    }
    (!out.is_empty()).then_some(out)
}

fn id(component: &Component<'_>) -> String {
    format!("SPDXRef-{}", component.id)
}

/// Who describes, needs and contains whom (section 11).
struct Relationships<'a>(&'a Inventory<'a>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Relationship<'a> {
    spdx_element_id: &'a str,
    relationship_type: &'static str,
    related_spdx_element: &'a str,
}

impl Serialize for Relationships<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut say = |from: &str, kind: &'static str, to: &str| {
            list.serialize_element(&Relationship {
                spdx_element_id: from,
                relationship_type: kind,
                related_spdx_element: to,
            })
        };
        let components = &self.0.components;
        say(DOCUMENT, "DESCRIBES", ROOT)?;
        for component in components {
            let id = id(component);
            match component.asked_for {
                Some(Scope::Production) => say(ROOT, "DEPENDS_ON", &id)?,
                Some(Scope::Development) => say(&id, "DEV_DEPENDENCY_OF", ROOT)?,
                None if !component.is_needed => say(ROOT, "CONTAINS", &id)?,
                None => {}
            }
        }
        for component in components {
            for needed in component.needs.iter().filter_map(|number| components.get(*number)) {
                say(&id(component), "DEPENDS_ON", &id(needed))?;
            }
        }
        list.end()
    }
}
