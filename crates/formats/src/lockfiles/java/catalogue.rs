//! Gradle's version catalogues: `libs.versions.toml`.
//!
//! Only exact versions are listed. A library without a version gets it from a platform that Gradle resolves.

use std::{borrow::Cow, collections::HashMap};

use model::{Dependency, Ecosystem, Relation, Scope};

use super::super::{
    FilePath, Files, Format, List,
    entries::{Entries, quoted},
    repair,
};
use crate::json::Value;

pub(crate) const FORMAT: Format = Format { name: "libs.versions.toml", claims, read, repair: line };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name.ends_with(".versions.toml")
}

fn line(dependency: &Dependency, fixed: &str) -> String {
    let (name, fixed) = (repair::quoted(&dependency.package.name), repair::quoted(fixed));
    format!("module = {name}, version = {fixed}")
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let catalogue = entries.toml();
    let versions = catalogue.get("versions").entries().iter();
    let versions: HashMap<&str, &Value<'_>> = versions.map(|(name, it)| (&**name, it)).collect();
    for (section, is_plugins) in [("libraries", false), ("plugins", true)] {
        for (alias, entry) in catalogue.get(section).entries() {
            let Some((name, version)) = coordinates(entry, is_plugins) else {
                entries.problem(alias, format!("{} is not understood", quoted(alias)));
                continue;
            };
            let version = match version {
                Version::None => continue,
                Version::Text(version) => Some(version).filter(|version| is_exact(version)),
                Version::Of(value) => exact(value),
                Version::FileName(name) => versions.get(name).and_then(|version| exact(version)),
            };
            let Some(version) = version else {
                entries.problem(alias, format!("{} has no exact version", quoted(alias)));
                continue;
            };
            let mut dependency = entries.found(Ecosystem::Maven, &name, version);
            dependency.relation = Relation::Direct;
            if is_plugins {
                dependency.scope = Scope::Development;
            }
            entries.push(dependency);
        }
    }
    entries.finish()
}

enum Version<'v> {
    None,
    Text(&'v str),
    Of(&'v Value<'v>),
    FileName(&'v str),
}

/// `"g:a:v"`, `{ module = "g:a", version = .. }`, `{ group = .., name = .., version = .. }`; plugins `"id:v"` and
/// `{ id = .., version = .. }`, which stand in repositories as `id:id.gradle.plugin`.
fn coordinates<'v>(entry: &'v Value<'v>, is_plugin: bool) -> Option<(Cow<'v, str>, Version<'v>)> {
    let plugin = |id: &str| Cow::Owned(format!("{id}:{id}.gradle.plugin"));
    if let Some(text) = entry.as_str() {
        let (name, version) = text.rsplit_once(':')?;
        if is_plugin {
            return Some((plugin(name), Version::Text(version)));
        }
        return name.contains(':').then_some((Cow::Borrowed(name), Version::Text(version)));
    }
    let name = if is_plugin {
        plugin(entry.text("id")?)
    } else if let Some(module) = entry.text("module") {
        Cow::Borrowed(module)
    } else {
        Cow::Owned(format!("{}:{}", entry.text("group")?, entry.text("name")?))
    };
    let version = match (entry.get("version"), entry.get("version").text("ref")) {
        (_, Some(name)) => Version::FileName(name),
        (Value::Other, None) => Version::None,
        (value, None) => Version::Of(value),
    };
    Some((name, version))
}

/// The version that is meant if it is a single one; of a rich version what it insists on, else prefers.
fn exact<'v>(value: &'v Value<'v>) -> Option<&'v str> {
    let rich = ["strictly", "require", "prefer"].iter().filter_map(|key| value.text(key));
    value.as_str().into_iter().chain(rich).find(|text| is_exact(text))
}

fn is_exact(version: &str) -> bool {
    !version.contains(['[', '(', ']', ')', ',', '+', '!']) && !version.starts_with("latest.")
}
