//! SPDX 2.2 and 2.3, as JSON and as tag-value (SPDX specification 2.3, chapters 7 and 11).

use model::{Ecosystem, Scope};

use super::{
    document::{Component, Document, Kind},
    source::Source,
};
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
    let licences = ["licenseConcluded", "licenseDeclared"];
    let mut component = Component {
        reference: text("SPDXID"),
        name: text("name"),
        version: text("versionInfo"),
        licence: licences.iter().filter_map(|key| package.text(key)).find(|it| is_licence(it)),
        kind: kind_of(text("primaryPackagePurpose")),
        source: Source::sentence(text("sourceInfo")),
        ..Component::default()
    };
    for reference in package.get("externalRefs").items() {
        let text = |key| reference.text(key).unwrap_or_default();
        identify(&mut component, text("referenceType"), text("referenceLocator"));
    }
    component
}

/// An external reference of the category `PACKAGE-MANAGER` says which package it is (annex F.3). The first of each kind counts.
fn identify<'v>(component: &mut Component<'v>, kind: &str, locator: &'v str) {
    // `group:artifact:version`, `package@version`, `package/version`
    let (ecosystem, between) = match kind {
        "purl" if component.purl.is_empty() => {
            component.purl = locator;
            return;
        }
        "maven-central" => (Ecosystem::Maven, ':'),
        "npm" => (Ecosystem::Npm, '@'),
        "nuget" => (Ecosystem::NuGet, '/'),
        _ => return,
    };
    if ecosystem == Ecosystem::Maven && locator.matches(between).count() < 2 {
        component.known_as.get_or_insert((ecosystem, locator, component.version));
        return;
    }
    // A scope of npm begins with the same sign.
    let parts = locator.rsplit_once(between).filter(|(name, _)| !name.is_empty());
    let (name, version) = parts.unwrap_or((locator, component.version));
    component.known_as.get_or_insert((ecosystem, name, version));
}

fn is_licence(text: &str) -> bool {
    !matches!(text, "" | "NOASSERTION" | "NONE")
}

fn kind_of(purpose: &str) -> Kind {
    match purpose {
        "APPLICATION" => Kind::Application,
        "CONTAINER" | "DEVICE" | "FILE" | "FIRMWARE" | "OPERATING-SYSTEM" | "OPERATING_SYSTEM" => {
            Kind::Other
        }
        _ => Kind::Package,
    }
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
                packages.push(Component { name: value, ..Component::default() });
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
        "PackageSourceInfo" => package.source = Source::sentence(without_tags(value)),
        "PrimaryPackagePurpose" => package.kind = kind_of(value),
        "PackageLicenseConcluded" if is_licence(value) => package.licence = Some(value),
        "PackageLicenseDeclared" if is_licence(value) => {
            package.licence.get_or_insert(value);
        }
        // `ExternalRef: PACKAGE-MANAGER purl pkg:npm/foo@1.0`
        "ExternalRef" => {
            let mut words = value.split_ascii_whitespace().skip(1);
            let mut word = || words.next().unwrap_or_default();
            identify(package, word(), word());
        }
        _ => {}
    }
}

/// A text of one line may stand in tags (section 5.5).
fn without_tags(value: &str) -> &str {
    value.strip_prefix("<text>").and_then(|text| text.strip_suffix("</text>")).unwrap_or(value)
}

fn put_together<'v>(
    packages: &[Component<'v>],
    relationships: &[Relationship<'v>],
    entries: &mut Entries<'_>,
) {
    let described = only_described(packages, relationships).unwrap_or_default();
    let product = if has_others(described, relationships) { described } else { "" };
    let mut document = Document::default();
    for package in packages {
        let is_described = package.reference == described && !described.is_empty();
        if !is_described || product.is_empty() {
            let kind = if is_described { Kind::Other } else { package.kind };
            document.component(&Component { kind, ..*package }, entries);
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

/// The reference of what the document is about: the only package that it describes, if it names others. `None` where there is none.
fn only_described<'v>(
    packages: &[Component<'v>],
    relationships: &[Relationship<'v>],
) -> Option<&'v str> {
    let mut described = relationships.iter().filter_map(|(one, kind, other)| match *kind {
        "DESCRIBES" => Some(*other),
        "DESCRIBED_BY" => Some(*one),
        _ => None,
    });
    let product = described.next().filter(|_| packages.len() > 1)?;
    described.all(|other| other == product).then_some(product)
}

/// Whether the document says what the product is made of: then the product is none of its dependencies.
fn has_others(product: &str, relationships: &[Relationship<'_>]) -> bool {
    relationships.iter().any(|(one, kind, other)| {
        (*one == product && matches!(*kind, "DEPENDS_ON" | "CONTAINS"))
            || (*other == product && (kind.ends_with("DEPENDENCY_OF") || *kind == "CONTAINED_BY"))
    })
}
