//! `*.deps.json`: what a built .NET program loads, beside the program itself.

use std::collections::HashSet;

use model::{Ecosystem, Scope};

use super::super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
};

pub(crate) const FORMAT: Format =
    Format { name: "*.deps.json", claims, read, repair: super::add_package };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name.ends_with(".deps.json")
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let file = entries.json();
    let mut needs = NeedsByName::default();
    let mut projects: HashSet<&str> = HashSet::new();
    for (key, library) in file.get("libraries").entries() {
        let Some((name, version)) = key.split_once('/') else {
            entries.problem(key, "A library without a version");
            continue;
        };
        // A runtime that the program brings with it is a package too.
        let name = match library.text("type") {
            Some("package") => name,
            Some("runtimepack") => name.strip_prefix("runtimepack.").unwrap_or(name),
            _ => {
                projects.insert(key);
                continue;
            }
        };
        let dependency = entries.found(Ecosystem::NuGet, name, version);
        let index = entries.push(dependency);
        needs.name(key, index);
    }
    let targets = file.get("targets").entries().iter().flat_map(|(_, target)| target.entries());
    let edges: Vec<(&str, String)> = targets
        .flat_map(|(key, library)| {
            library.get("dependencies").entries().iter().map(move |(name, version)| {
                (&**key, format!("{name}/{}", version.as_str().unwrap_or_default()))
            })
        })
        .collect();
    for (who, what) in &edges {
        match needs.get(who) {
            Some(who) => needs.edge(who, what),
            None if projects.contains(who) => needs.root(what, Scope::Production),
            None => {}
        }
    }
    needs.apply(&mut entries, Tell::Relation);
    entries.finish()
}
