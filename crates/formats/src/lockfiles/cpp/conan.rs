//! `conan.lock` of Conan 1 (a graph of nodes) and Conan 2 (lists of references).

use model::{Dependency, Ecosystem, Scope};

use super::super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
};
use crate::json::Value;

pub(crate) const FORMAT: Format = Format { name: "conan.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "conan.lock"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("{}/{fixed}", dependency.package.name)
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.json();
    read_nodes(&lock, &mut entries);
    let sections = [
        ("requires", Scope::Production),
        ("build_requires", Scope::Development),
        ("python_requires", Scope::Development),
        ("config_requires", Scope::Development),
    ];
    for (section, scope) in sections {
        for reference in lock.get(section).items() {
            // With its recipe's metadata, a reference is a list of itself and those.
            let text = reference.as_str().or_else(|| reference.items().first()?.as_str());
            let Some((name, version)) = text.and_then(parse) else { continue };
            let mut dependency = entries.found(Ecosystem::ConanCenter, name, version);
            dependency.scope = scope;
            entries.push(dependency);
        }
    }
    entries.finish()
}

/// Version 1: node `0` is the project unless it names a package of its own.
fn read_nodes(lock: &Value<'_>, entries: &mut Entries<'_>) {
    let mut needs = NeedsByName::default();
    let mut direct: Vec<(&str, Scope)> = Vec::new();
    for (id, node) in lock.get("graph_lock").get("nodes").entries() {
        let needed = |key| node.get(key).items().iter().filter_map(Value::as_str);
        if id == "0" {
            direct.extend(needed("requires").map(|id| (id, Scope::Production)));
            direct.extend(needed("build_requires").map(|id| (id, Scope::Development)));
            continue;
        }
        let text = node.text("ref").or_else(|| node.text("pref"));
        let Some((name, version)) = text.and_then(parse) else { continue };
        let mut dependency = entries.found(Ecosystem::ConanCenter, name, version);
        if node.text("context") == Some("build") {
            dependency.scope = Scope::Development;
        }
        let index = entries.push(dependency);
        let listed = needs.name(id, index);
        for id in needed("requires").chain(needed("build_requires")) {
            needs.edge(listed, id);
        }
    }
    for (id, scope) in direct {
        needs.root(id, scope);
    }
    needs.apply(entries, Tell::RelationAndScope);
}

/// `name/version@user/channel#revision:package%time`, of which all but the first part may lack.
fn parse(reference: &str) -> Option<(&str, &str)> {
    let (name, rest) = reference.split_once('/')?;
    let version = rest.split(['@', '#', ':', '%']).next().unwrap_or_default();
    Some((name, version))
}
