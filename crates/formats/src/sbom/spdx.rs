//! SPDX 2.2 and 2.3, as JSON and as tag-value (SPDX specification 2.3, chapters 7 and 11).

use model::Scope;

use super::document::{Component, Document};
use crate::{json::Value, lockfiles::entries::Entries};

/// Who stands in which relationship to whom.
type Relationship<'v> = (&'v str, &'v str, &'v str);

pub(super) fn read_json(file: &Value<'_>, entries: &mut Entries<'_>) {
    let packages: Vec<Component<'_>> = file.get("packages").items().iter().map(package).collect();
    let mut relationships: Vec<Relationship<'_>> = Vec::new();
    for relationship in file.get("relationships").items() {
        let text = |key| relationship.text(key).unwrap_or_default();
        let kind = text("relationshipType");
        relationships.push((text("spdxElementId"), kind, text("relatedSpdxElement")));
    }
    // 2.2 also has a list of its own.
    let described = file.get("documentDescribes").items().iter().filter_map(Value::as_str);
    relationships.extend(described.map(|what| ("SPDXRef-DOCUMENT", "DESCRIBES", what)));
    put_together(&packages, &relationships, entries);
}

fn package<'v>(package: &'v Value<'_>) -> Component<'v> {
    let text = |key| package.text(key).unwrap_or_default();
    let references = package.get("externalRefs").items().iter();
    let purl = references.filter(|it| it.text("referenceType") == Some("purl"));
    let licences = ["licenseConcluded", "licenseDeclared"];
    Component {
        reference: text("SPDXID"),
        purl: purl.filter_map(|it| it.text("referenceLocator")).next().unwrap_or_default(),
        version: text("versionInfo"),
        licence: licences.iter().filter_map(|key| package.text(key)).find(|it| is_licence(it)),
        scope: None,
        is_no_package: is_no_package(text("primaryPackagePurpose")),
    }
}

fn is_licence(text: &str) -> bool {
    !matches!(text, "" | "NOASSERTION" | "NONE")
}

fn is_no_package(purpose: &str) -> bool {
    matches!(
        purpose,
        "APPLICATION"
            | "CONTAINER"
            | "DEVICE"
            | "FILE"
            | "FIRMWARE"
            | "OPERATING-SYSTEM"
            | "OPERATING_SYSTEM"
    )
}

pub(super) fn read_tag_value(entries: &mut Entries<'_>) {
    let mut packages: Vec<Component<'_>> = Vec::new();
    let mut relationships = Vec::new();
    let mut is_package = false;
    let mut is_long_text = false;
    for line in entries.text().lines() {
        if is_long_text {
            is_long_text = !line.contains("</text>");
            continue;
        }
        let Some((tag, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        is_long_text = value.contains("<text>") && !value.contains("</text>");
        match tag.trim() {
            "PackageName" => {
                is_package = true;
                packages.push(Component::default());
            }
            "FileName" | "SnippetSPDXID" | "LicenseID" => is_package = false,
            "Relationship" => {
                let mut words = value.split_ascii_whitespace();
                let mut word = || words.next().unwrap_or_default();
                relationships.push((word(), word(), word()));
            }
            tag if is_package => {
                if let Some(package) = packages.last_mut() {
                    field(package, tag, value);
                }
            }
            _ => {}
        }
    }
    put_together(&packages, &relationships, entries);
}

fn field<'v>(package: &mut Component<'v>, tag: &str, value: &'v str) {
    match tag {
        "SPDXID" => package.reference = value,
        "PackageVersion" => package.version = value,
        "PrimaryPackagePurpose" => package.is_no_package = is_no_package(value),
        "PackageLicenseConcluded" if is_licence(value) => package.licence = Some(value),
        "PackageLicenseDeclared" if is_licence(value) => {
            package.licence.get_or_insert(value);
        }
        // `ExternalRef: PACKAGE-MANAGER purl pkg:npm/foo@1.0`
        "ExternalRef" => {
            let mut words = value.split_ascii_whitespace().skip(1);
            if words.next() == Some("purl") && package.purl.is_empty() {
                package.purl = words.next().unwrap_or_default();
            }
        }
        _ => {}
    }
}

fn put_together<'v>(
    packages: &[Component<'v>],
    relationships: &[Relationship<'v>],
    entries: &mut Entries<'_>,
) {
    let product = product_of(packages, relationships);
    let mut document = Document::default();
    for package in packages {
        if package.reference != product || product.is_empty() {
            document.component(package, entries);
        }
    }
    for (one, kind, other) in relationships {
        match *kind {
            "DEPENDS_ON" | "HAS_PREREQUISITE" | "DYNAMIC_LINK" | "STATIC_LINK" => {
                document.needs(one, other, product);
            }
            "DEPENDENCY_OF"
            | "RUNTIME_DEPENDENCY_OF"
            | "OPTIONAL_DEPENDENCY_OF"
            | "PREREQUISITE_FOR" => document.needs(other, one, product),
            "DEV_DEPENDENCY_OF"
            | "TEST_DEPENDENCY_OF"
            | "BUILD_DEPENDENCY_OF"
            | "PROVIDED_DEPENDENCY_OF"
            | "DEV_TOOL_OF"
            | "TEST_TOOL_OF"
            | "BUILD_TOOL_OF" => {
                document.needs(other, one, product);
                if let Some(dependency) = document.get_mut(one, entries) {
                    dependency.scope = Scope::Development;
                }
            }
            _ => {}
        }
    }
    document.finish(entries);
}

/// The reference of what the document is about, which is none of its dependencies: the only package that it describes, if that
/// has others. Empty where there is none.
fn product_of<'v>(packages: &[Component<'v>], relationships: &[Relationship<'v>]) -> &'v str {
    let mut described = relationships.iter().filter_map(|(one, kind, other)| match *kind {
        "DESCRIBES" => Some(*other),
        "DESCRIBED_BY" => Some(*one),
        _ => None,
    });
    let Some(product) = described.next() else { return "" };
    if described.any(|other| other != product) || packages.len() < 2 {
        return "";
    }
    let has_others = relationships.iter().any(|(one, kind, other)| {
        (*one == product && matches!(*kind, "DEPENDS_ON" | "CONTAINS"))
            || (*other == product && (kind.ends_with("DEPENDENCY_OF") || *kind == "CONTAINED_BY"))
    });
    if has_others { product } else { "" }
}
