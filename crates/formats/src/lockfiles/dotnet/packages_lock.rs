//! `packages.lock.json` (NuGet, versions 1 and 2).

use std::collections::HashMap;

use model::{Dependency, Ecosystem, Relation};

use super::super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
};
use crate::json::Value;

pub(crate) const FORMAT: Format =
    Format { name: "packages.lock.json", claims, read, repair: super::add_package };

/// Also `packages.<project>.lock.json`, for several projects in a folder.
fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "packages.lock.json" || (name.starts_with("packages.") && name.ends_with(".lock.json"))
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.json();
    let mut known: HashMap<(String, &str), u32> = HashMap::new();
    for (_, framework) in lock.get("dependencies").entries() {
        // NuGet's names have no case.
        let names: Vec<String> =
            framework.entries().iter().map(|(name, _)| name.to_lowercase()).collect();
        let needed: Vec<Vec<String>> =
            framework.entries().iter().map(|it| needed_names(&it.1)).collect();
        let mut needs = NeedsByName::default();
        for (((name, package), lower), needed) in
            framework.entries().iter().zip(&names).zip(&needed)
        {
            if package.text("type") == Some("Project") {
                continue;
            }
            let version = package.text("resolved").unwrap_or_default();
            let relation = relation_of(package);
            let index = match known.get(&(lower.clone(), version)) {
                Some(index) => {
                    raise(entries.get_mut(*index), relation);
                    Some(*index)
                }
                None => {
                    let mut dependency = entries.found(Ecosystem::NuGet, name, version);
                    dependency.relation = relation;
                    entries.push(dependency)
                }
            };
            let Some(index) = index else { continue };
            known.insert((lower.clone(), version), index);
            let node = needs.name(lower, Some(index));
            for name in needed {
                needs.edge(node, name);
            }
        }
        needs.apply(&mut entries, Tell::Relation);
    }
    entries.finish()
}

fn relation_of(package: &Value<'_>) -> Relation {
    match package.text("type") {
        Some("Direct") => Relation::Direct,
        Some("Transitive" | "CentralTransitive") => Relation::Transitive,
        _ => Relation::Unknown,
    }
}

/// Direct for one framework is direct.
fn raise(dependency: Option<&mut Dependency>, relation: Relation) {
    if let Some(dependency) = dependency
        && relation == Relation::Direct
    {
        dependency.relation = relation;
    }
}

fn needed_names(package: &Value<'_>) -> Vec<String> {
    package.get("dependencies").entries().iter().map(|(name, _)| name.to_lowercase()).collect()
}
