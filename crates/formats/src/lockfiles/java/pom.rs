//! `pom.xml` (Maven, POM 4.0.0).
//!
//! Parents, managed versions and bills of materials are followed inside the repository only. What a file inherits is listed
//! with the file that names it. Exclusions concern what dependencies bring along, which only Maven knows.

use std::sync::Arc;

use model::{Dependency, Ecosystem, Relation};

use super::{
    super::{
        FilePath, Files, Format, List,
        entries::{Entries, quoted},
    },
    pom_model::{Inheritance, Key, Model, parts, scope_of},
};
use crate::{encoding, xml::Node};

pub(crate) const FORMAT: Format = Format { name: "pom.xml", claims, read, repair };

/// Look-ups of managed versions for one file: more than any project has, in each of its parents and bills of materials.
const MAX_LOOK_UPS: usize = 2_000_000;

/// `pom.xml`, and the `*.pom` that repositories keep.
fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "pom.xml" || name.ends_with(".pom")
}

fn repair(_: &Dependency, fixed: &str) -> String {
    format!("<version>{}</version>", quick_xml::escape::escape(fixed))
}

fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let utf_8 = encoding::of_xml(bytes);
    let mut entries = Entries::of(&utf_8);
    let tree = entries.xml();
    let Some(project) = tree.root("project") else {
        entries.unread(entries.text(), "This is no project of Maven");
        return entries.finish();
    };
    let inheritance = Inheritance::of(Arc::new(Model::of(path, project)), files);
    let mut left = MAX_LOOK_UPS;
    let mut unmanaged = Vec::new();
    for part in parts(project) {
        let list = part.child("dependencies").into_iter().flat_map(|list| list.all("dependency"));
        for node in list {
            let Some(key) = inheritance.key(&Key::of(node)) else {
                entries.problem(node.tag(), "A dependency's name uses an unknown property");
                continue;
            };
            let (version, managed) = match node.text_of("version") {
                Some(version) => (inheritance.interpolate(version), None),
                None => {
                    let managed = inheritance.managed(&key, &mut left);
                    (Ok(managed.as_ref().map_or(String::new(), |it| it.version.clone())), managed)
                }
            };
            let scope = match node.text_of("scope") {
                Some(scope) => inheritance.interpolate(scope).unwrap_or_default(),
                None => managed.map(|managed| managed.scope).unwrap_or_default(),
            };
            let Some(scope) = scope_of(&scope) else { continue };
            let name = format!("{}:{}", key.group, key.artifact);
            match version.as_deref().map(exact) {
                Ok(Some("")) => unmanaged.push((node, name)),
                Ok(Some(version)) => {
                    let mut dependency = entries.found(Ecosystem::Maven, &name, version);
                    dependency.span = entries.span_of(place_of(node));
                    dependency.relation = Relation::Direct;
                    dependency.scope = scope;
                    entries.push(dependency);
                }
                Ok(None) => {
                    let message = format!("The version of {} is a range", quoted(&name));
                    entries.problem(node.tag(), message);
                }
                Err(property) => {
                    let (name, property) = (quoted(&name), quoted(property));
                    let message = format!(
                        "The version of {name} needs the property {property}, which this repository does not define"
                    );
                    entries.problem(node.tag(), message);
                }
            }
        }
    }
    tell_unmanaged(&mut entries, &unmanaged);
    entries.finish()
}

/// One sentence for all of them: a project under a foreign parent has dozens.
fn tell_unmanaged(entries: &mut Entries<'_>, unmanaged: &[(Node<'_, '_>, String)]) {
    let Some((first, _)) = unmanaged.first() else { return };
    let names: Vec<String> = unmanaged.iter().take(5).map(|(_, name)| quoted(name)).collect();
    let more = if unmanaged.len() > names.len() { " and others" } else { "" };
    let message = format!(
        "{} dependencies get their version from outside of this repository: {}{more}",
        unmanaged.len(),
        names.join(", ")
    );
    entries.problem(first.tag(), message);
}

/// What a finding points at.
fn place_of<'t>(dependency: Node<'t, '_>) -> &'t str {
    let text = dependency.text_of("version").or_else(|| dependency.text_of("artifactId"));
    text.unwrap_or_default()
}

/// The one version that a requirement allows (`1.0` is a wish that is granted, `[1.0]` an order); `None` for a range.
fn exact(version: &str) -> Option<&str> {
    if let Some(inner) = version.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return (!inner.contains(',')).then(|| inner.trim());
    }
    let is_range = version.starts_with(['[', '(']) || version.contains(',');
    (!is_range && !matches!(version, "LATEST" | "RELEASE")).then_some(version)
}
