//! `composer.lock` (Composer), with the `composer.json` beside it for what is asked for directly.

use std::collections::HashSet;

use model::{Dependency, Ecosystem, Scope};

use super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
    paths,
    repair::command,
};
use crate::json::{self, Value};

pub(crate) const FORMAT: Format = Format { name: "composer.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "composer.lock"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    let wanted = format!("{}:^{}", dependency.package.name, fixed.trim_start_matches('v'));
    match dependency.scope {
        Scope::Production => command("composer require --update-with-dependencies", &[&wanted]),
        Scope::Development => {
            command("composer require --dev --update-with-dependencies", &[&wanted])
        }
    }
}

fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.json();
    let mut needs = NeedsByName::default();
    let direct = asked_for(path, files);
    let sections = [("packages", Scope::Production), ("packages-dev", Scope::Development)];
    for (section, scope) in sections {
        for package in lock.get(section).items() {
            // A folder of the project, linked or copied.
            if package.get("dist").text("type") == Some("path") {
                continue;
            }
            let (name, version) = (package.text("name"), package.text("version"));
            let mut dependency = entries.found(
                Ecosystem::Packagist,
                name.unwrap_or_default(),
                version.unwrap_or_default(),
            );
            dependency.scope = scope;
            dependency.licence = licence(package.get("license"));
            // `true`, or the name of the package to use instead.
            dependency.withdrawn =
                matches!(package.get("abandoned"), Value::Bool(true) | Value::Text(_));
            let (Some(name), index) = (name, entries.push(dependency)) else { continue };
            let node = needs.name(name, index);
            for (needed, _) in package.get("require").entries() {
                needs.edge(node, needed);
            }
            if direct.contains(&name.to_lowercase()) {
                needs.root(name, scope);
            }
        }
    }
    needs.apply(&mut entries, Tell::Relation);
    entries.finish()
}

/// The names in the manifest beside a lock file, in lower case: Composer's names have none.
fn asked_for(path: &str, files: &dyn Files) -> HashSet<String> {
    let manifest = files.get(&paths::beside(path, "composer.json"));
    let text = manifest.and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let Ok(manifest) = json::parse(text) else { return HashSet::new() };
    let sections = ["require", "require-dev"].iter();
    let names = sections.flat_map(|section| manifest.get(section).entries());
    names.map(|(name, _)| name.to_lowercase()).collect()
}

/// A list is a choice (Composer's schema, `license`).
fn licence(value: &Value<'_>) -> Option<std::sync::Arc<str>> {
    let all: Vec<&str> = match value {
        Value::Text(one) => vec![one],
        value => value.items().iter().filter_map(Value::as_str).collect(),
    };
    (!all.is_empty()).then(|| all.join(" OR ").into())
}
