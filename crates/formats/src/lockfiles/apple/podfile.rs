//! `Podfile.lock` (CocoaPods).
//!
//! Subspecs (`Firebase/Core`) are parts of a pod: the pod is listed once, with the needs of all of them.

use std::collections::HashSet;

use model::{Dependency, Ecosystem, Scope};

use super::super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
    repair::command,
};
use crate::json::Value;

pub(crate) const FORMAT: Format = Format { name: "Podfile.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "Podfile.lock"
}

fn repair(dependency: &Dependency, _: &str) -> String {
    command("pod update", &[&dependency.package.name])
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.yaml();
    // Of a git repository or a folder.
    let external = lock.get("EXTERNAL SOURCES").entries();
    let external: HashSet<&str> = external.iter().map(|(name, _)| pod(name).0).collect();
    let mut needs = NeedsByName::default();
    for item in lock.get("PODS").items() {
        // `- A (1.0)`, or `- A (1.0):` and what it needs.
        let (text, needed) = match item.entries().first() {
            Some((text, needed)) => (&**text, needed.items()),
            None => (item.as_str().unwrap_or_default(), Default::default()),
        };
        let (name, version) = pod(text);
        let node = needs.get(name).unwrap_or_else(|| {
            let dependency = entries.found(Ecosystem::CocoaPods, name, version);
            let is_listed = !external.contains(name);
            let index = is_listed.then(|| entries.push(dependency)).flatten();
            needs.name(name, index)
        });
        for needed in needed.iter().filter_map(Value::as_str) {
            needs.edge(node, pod(needed).0);
        }
    }
    for item in lock.get("DEPENDENCIES").items().iter().filter_map(Value::as_str) {
        needs.root(pod(item).0, Scope::Production);
    }
    needs.apply(&mut entries, Tell::Relation);
    entries.finish()
}

/// The pod without its subspec, and its version.
fn pod(item: &str) -> (&str, &str) {
    let (name, rest) = item.split_once(" (").unwrap_or((item, ""));
    let version = rest.split(')').next().unwrap_or_default();
    (name.split('/').next().unwrap_or_default().trim(), version)
}
