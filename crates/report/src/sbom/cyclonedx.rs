//! CycloneDX 1.5 and 1.6 as JSON.

use std::{
    borrow::Cow,
    io::{self, Write},
};

use model::{Ecosystem, Scope};
use serde::{Serialize, Serializer, ser::SerializeSeq as _};

use super::{
    Sbom,
    inventory::{self, Inventory},
    licence::Licence,
    vulnerabilities::Vulnerabilities,
};
use crate::{
    package, printable_json,
    repository::{as_uri, without_credentials},
    text::cut,
};

const ROOT: &str = "Root";
/// The longest version that the schema of 1.6 takes.
const MAX_VERSION_CHARS: usize = 1_024;

/// Of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1_5,
    V1_6,
}

pub(super) fn write(
    sbom: &Sbom<'_>,
    inventory: &Inventory<'_>,
    version: Version,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (schema, spec_version) = match version {
        Version::V1_5 => ("http://cyclonedx.org/schema/bom-1.5.schema.json", "1.5"),
        Version::V1_6 => ("http://cyclonedx.org/schema/bom-1.6.schema.json", "1.6"),
    };
    let name = without_credentials(sbom.target);
    let document = Document {
        schema,
        bom_format: "CycloneDX",
        spec_version,
        serial_number: sbom.uuid().urn().to_string(),
        version: 1,
        metadata: Metadata {
            timestamp: sbom.created(),
            tools: Tools { components: [tool(sbom)] },
            component: root(sbom, &name),
        },
        components: Components { inventory, version },
        dependencies: Dependencies(inventory),
        vulnerabilities: sbom.findings.map(|findings| Vulnerabilities { findings, inventory }),
    };
    printable_json::write_pretty(&document, out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    bom_format: &'static str,
    spec_version: &'static str,
    serial_number: String,
    version: u32,
    metadata: Metadata<'a>,
    components: Components<'a>,
    dependencies: Dependencies<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vulnerabilities: Option<Vulnerabilities<'a>>,
}

#[derive(Serialize)]
struct Metadata<'a> {
    timestamp: String,
    tools: Tools<'a>,
    component: Component<'a>,
}

#[derive(Serialize)]
struct Tools<'a> {
    components: [Component<'a>; 1],
}

#[derive(Serialize)]
struct Component<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(rename = "bom-ref", skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group: Option<&'a str>,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    licenses: Option<[LicenseChoice<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    purl: Option<&'a str>,
    #[serde(rename = "externalReferences", skip_serializing_if = "Option::is_none")]
    external_references: Option<[ExternalReference; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Property>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence<'a>>,
}

#[derive(Serialize)]
struct ExternalReference {
    #[serde(rename = "type")]
    kind: &'static str,
    url: String,
}

/// A `property` of this program's own.
#[derive(Serialize)]
pub(super) struct Property {
    name: &'static str,
    value: String,
}

impl Property {
    /// `name` begins with `bartizan:`.
    pub(super) fn new(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum LicenseChoice<'a> {
    /// Single ids too: those that are younger than the schema are no ids to it.
    Expression(String),
    License {
        name: Cow<'a, str>,
    },
}

#[derive(Serialize)]
struct Evidence<'a> {
    occurrences: Vec<Occurrence<'a>>,
}

#[derive(Serialize)]
struct Occurrence<'a> {
    location: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
}

fn tool<'a>(sbom: &Sbom<'a>) -> Component<'a> {
    Component {
        version: Some(cut(sbom.tool_version, MAX_VERSION_CHARS)),
        ..Component::named("application", "bartizan")
    }
}

/// The target itself.
fn root<'a>(sbom: &Sbom<'a>, name: &'a str) -> Component<'a> {
    let commit = sbom.repository.and_then(|repository| repository.commit);
    let url = sbom.repository.and_then(|repository| as_uri(repository.url?));
    Component {
        reference: Some(ROOT),
        version: commit.map(|commit| cut(commit, MAX_VERSION_CHARS)),
        external_references: url.map(|url| [ExternalReference { kind: "vcs", url }]),
        ..Component::named("application", name)
    }
}

impl<'a> Component<'a> {
    /// A component of which no more is known.
    const fn named(kind: &'static str, name: &'a str) -> Self {
        Self {
            kind,
            reference: None,
            group: None,
            name,
            version: None,
            scope: None,
            licenses: None,
            purl: None,
            external_references: None,
            properties: Vec::new(),
            evidence: None,
        }
    }

    fn of(component: &'a inventory::Component<'a>, version: Version) -> Self {
        let package = component.package;
        let kind = match package.ecosystem {
            Ecosystem::Docker | Ecosystem::DockerHardened => "container",
            _ => "library",
        };
        let (group, name) = group_and_name(package.ecosystem, &package.name);
        let mut properties = Vec::new();
        if component.purl.is_none() {
            properties.push(Property::new("bartizan:ecosystem", package::ecosystem(package)));
        }
        if component.is_withdrawn {
            properties.push(Property::new("bartizan:withdrawn", "true"));
        }
        let occurrences = occurrences(component, version);
        Self {
            reference: Some(reference(component)),
            group,
            version: Some(cut(&package.version, MAX_VERSION_CHARS)),
            scope: Some(match component.scope {
                Scope::Production => "required",
                // "Test and other non-runtime purposes", in the words of the schema.
                Scope::Development => "excluded",
            }),
            licenses: component.licence.map(|licence| {
                [match Licence::of(licence) {
                    Licence::Expression { text, .. } => LicenseChoice::Expression(text),
                    Licence::Name(name) => LicenseChoice::License { name },
                }]
            }),
            purl: component.purl,
            properties,
            evidence: (!occurrences.is_empty()).then_some(Evidence { occurrences }),
            ..Self::named(kind, name)
        }
    }
}

/// The component's `bom-ref`: its package URL, else its id, which has no colon.
pub(super) fn reference<'a>(component: &'a inventory::Component<'_>) -> &'a str {
    component.purl.unwrap_or(&component.id)
}

/// What stands before the name in ecosystems whose names have two parts.
fn group_and_name(ecosystem: Ecosystem, name: &str) -> (Option<&str>, &str) {
    let parts = match ecosystem {
        Ecosystem::Maven => name.split_once(':'),
        Ecosystem::Npm | Ecosystem::Jsr => {
            name.split_once('/').filter(|(scope, _)| scope.starts_with('@'))
        }
        Ecosystem::Packagist => name.split_once('/'),
        _ => None,
    };
    parts
        .filter(|(group, name)| !group.is_empty() && !name.is_empty())
        .map_or((None, name), |(group, name)| (Some(group), name))
}

/// Each path once where there is no room for lines.
fn occurrences<'a>(component: &inventory::Component<'a>, version: Version) -> Vec<Occurrence<'a>> {
    let mut occurrences: Vec<Occurrence<'a>> = component
        .places
        .iter()
        .map(|(path, line)| Occurrence {
            location: path.as_str(),
            line: line.filter(|_| version == Version::V1_6),
        })
        .collect();
    if version == Version::V1_5 {
        occurrences.dedup_by_key(|occurrence| occurrence.location);
    }
    occurrences
}

/// One after the other into the writer.
struct Components<'a> {
    inventory: &'a Inventory<'a>,
    version: Version,
}

impl Serialize for Components<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let components = self.inventory.components.iter();
        serializer.collect_seq(components.map(|component| Component::of(component, self.version)))
    }
}

/// Who needs whom. What is not listed needs nobody knows what.
struct Dependencies<'a>(&'a Inventory<'a>);

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Dependency<'a> {
    #[serde(rename = "ref")]
    reference: &'a str,
    depends_on: Vec<&'a str>,
}

impl Serialize for Dependencies<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let components = &self.0.components;
        let mut list = serializer.serialize_seq(None)?;
        let asked_for = components.iter().filter(|component| component.asked_for.is_some());
        let depends_on: Vec<&str> = asked_for.map(reference).collect();
        if !depends_on.is_empty() || components.is_empty() {
            list.serialize_element(&Dependency { reference: ROOT, depends_on })?;
        }
        for component in components.iter().filter(|component| component.are_needs_known) {
            let needed = component.needs.iter().filter_map(|number| components.get(*number));
            list.serialize_element(&Dependency {
                reference: reference(component),
                depends_on: needed.map(reference).collect(),
            })?;
        }
        list.end()
    }
}
