//! CycloneDX 1.2 to 1.6, as JSON and as XML.

use std::borrow::Cow;

use model::Scope;

use super::{
    document::{Component, Document, Kind},
    source::Source,
};
use crate::{
    json::Value,
    lockfiles::entries::Entries,
    xml::{Node, Tree},
};

pub(super) fn read_json(bom: &Value<'_>, entries: &mut Entries<'_>) {
    let product = bom.get("metadata").get("component").text("bom-ref").unwrap_or_default();
    // Components may have parts. Licences that are put together live here.
    let mut open: Vec<&Value<'_>> = bom.get("components").items().iter().rev().collect();
    let mut all = Vec::new();
    while let Some(component) = open.pop() {
        open.extend(component.get("components").items().iter().rev());
        all.push((component, licence_of(component)));
    }
    let mut document = Document::default();
    for (component, licence) in &all {
        let text = |key| component.text(key).unwrap_or_default();
        let component = Component {
            reference: text("bom-ref"),
            purl: text("purl"),
            known_as: None,
            group: text("group"),
            name: text("name"),
            version: text("version"),
            licence: licence.as_deref(),
            scope: scope_of(component),
            kind: kind_of(text("type"), text("bom-ref"), product),
            source: source_of(component),
        };
        document.component(&component, entries);
    }
    for dependency in bom.get("dependencies").items() {
        let who = dependency.text("ref").unwrap_or_default();
        for what in dependency.get("dependsOn").items().iter().filter_map(Value::as_str) {
            document.needs(who, what, product);
        }
    }
    document.finish(entries);
}

/// An expression, or names and identifiers that all apply (`licenses`).
fn licence_of<'v>(component: &'v Value<'_>) -> Option<Cow<'v, str>> {
    let choices = component.get("licenses").items().iter();
    let names = choices.filter_map(|choice| {
        let licence = choice.get("license");
        choice.text("expression").or(licence.text("id")).or(licence.text("name"))
    });
    joined(names.collect())
}

fn joined(names: Vec<&str>) -> Option<Cow<'_, str>> {
    match names.as_slice() {
        [] => None,
        [one] => Some(Cow::Borrowed(one)),
        _ => Some(Cow::Owned(names.join(" AND "))),
    }
}

/// `excluded` is what the product is built and tested with; generators for npm and Composer have properties for it.
fn scope_of(component: &Value<'_>) -> Option<Scope> {
    let mut properties = component.get("properties").items().iter();
    let is_development = component.text("scope") == Some("excluded")
        || properties.any(|property| {
            let name = property.text("name").unwrap_or_default();
            property.text("value") == Some("true")
                && matches!(
                    name,
                    "cdx:npm:package:development" | "cdx:composer:package:isDevRequirement"
                )
        });
    is_development.then_some(Scope::Development)
}

fn source_of<'v>(component: &'v Value<'_>) -> Source<'v> {
    let mut source = Source::default();
    for property in component.get("properties").items() {
        let text = |key| property.text(key).unwrap_or_default();
        source.property(text("name"), text("value"));
    }
    source
}

fn kind_of(word: &str, reference: &str, product: &str) -> Kind {
    match word {
        _ if !reference.is_empty() && reference == product => Kind::Other,
        "application" => Kind::Application,
        "operating-system"
        | "device"
        | "file"
        | "container"
        | "platform"
        | "data"
        | "firmware"
        | "device-driver"
        | "machine-learning-model"
        | "cryptographic-asset" => Kind::Other,
        _ => Kind::Package,
    }
}

pub(super) fn read_xml(tree: &Tree<'_>, entries: &mut Entries<'_>) {
    let Some(bom) = tree.root("bom") else { return };
    let product = bom.child("metadata").and_then(|it| it.child("component"));
    let product = product.and_then(|it| it.attribute("bom-ref")).unwrap_or_default();
    let mut open = parts(bom);
    let mut all = Vec::new();
    while let Some(node) = open.pop() {
        open.extend(parts(node));
        all.push((node, node.attribute("bom-ref").unwrap_or_default(), xml_licence_of(node)));
    }
    let edges: Vec<_> = bom
        .child("dependencies")
        .into_iter()
        .flat_map(|list| list.all("dependency"))
        .map(|who| {
            let needed = who.all("dependency").filter_map(|what| what.attribute("ref"));
            (who.attribute("ref").unwrap_or_default(), needed.collect::<Vec<_>>())
        })
        .collect();
    let mut document = Document::default();
    for (node, reference, licence) in &all {
        let is_excluded = node.text_of("scope") == Some("excluded");
        let component = Component {
            reference,
            purl: node.text_of("purl").unwrap_or_default(),
            known_as: None,
            group: node.text_of("group").unwrap_or_default(),
            name: node.text_of("name").unwrap_or_default(),
            version: node.text_of("version").unwrap_or_default(),
            licence: licence.as_deref(),
            scope: is_excluded.then_some(Scope::Development),
            kind: kind_of(&node.attribute("type").unwrap_or_default(), reference, &product),
            source: xml_source_of(*node),
        };
        document.component(&component, entries);
    }
    for (who, needed) in &edges {
        for what in needed {
            document.needs(who, what, &product);
        }
    }
    document.finish(entries);
}

/// The components right below an element, the last one first.
fn parts<'t, 'a>(node: Node<'t, 'a>) -> Vec<Node<'t, 'a>> {
    let list = node.child("components").into_iter();
    let mut parts: Vec<_> = list.flat_map(|list| list.all("component")).collect();
    parts.reverse();
    parts
}

fn xml_licence_of<'t>(component: Node<'t, '_>) -> Option<Cow<'t, str>> {
    let list = component.child("licenses")?;
    let names = list.children().filter_map(|choice| match choice.name() {
        "expression" => Some(choice.text()),
        _ => choice.text_of("id").or_else(|| choice.text_of("name")),
    });
    joined(names.collect())
}

fn xml_source_of<'t>(component: Node<'t, '_>) -> Source<'t> {
    let mut source = Source::default();
    let list = component.child("properties").into_iter();
    for property in list.flat_map(|list| list.all("property")) {
        source.property(&property.attribute("name").unwrap_or_default(), property.text());
    }
    source
}
