//! `pubspec.lock` (Dart, Flutter).

use model::{Dependency, Ecosystem, Relation, Scope};

use super::{FilePath, Files, Format, List, entries::Entries, repair::command};

pub(crate) const FORMAT: Format = Format { name: "pubspec.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "pubspec.lock"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    match dependency.relation {
        Relation::Direct => {
            command("dart pub add", &[&format!("{}:^{fixed}", dependency.package.name)])
        }
        _ => command("dart pub upgrade", &[&dependency.package.name]),
    }
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.yaml();
    for (name, package) in lock.get("packages").entries() {
        // `sdk`, `git` and `path` are no packages of a registry.
        if package.text("source") != Some("hosted") {
            continue;
        }
        let version = package.text("version").unwrap_or_default();
        let mut dependency = entries.found(Ecosystem::Pub, name, version);
        let kind = package.text("dependency").unwrap_or_default();
        dependency.relation = match kind {
            "transitive" => Relation::Transitive,
            kind if kind.starts_with("direct") => Relation::Direct,
            _ => Relation::Unknown,
        };
        if kind == "direct dev" {
            dependency.scope = Scope::Development;
        }
        entries.push(dependency);
    }
    entries.finish()
}
