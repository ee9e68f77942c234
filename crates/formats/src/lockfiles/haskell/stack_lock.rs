//! `stack.yaml.lock`: what a project takes beside its snapshot. The snapshot's own packages stand elsewhere.

use model::{Dependency, Ecosystem, Relation};

use super::super::{FilePath, Files, Format, List, entries::Entries};

pub(crate) const FORMAT: Format = Format { name: "stack.yaml.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "stack.yaml.lock"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("extra-deps: [{}-{fixed}]", dependency.package.name)
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.yaml();
    for package in lock.get("packages").items() {
        // `name-1.2.3@sha256:<hash>,<size>`; what is no package of Hackage has other keys.
        let Some(text) = package.get("completed").text("hackage") else { continue };
        let package = text.split('@').next().unwrap_or_default();
        let (name, version) = package.rsplit_once('-').unwrap_or((package, ""));
        let mut dependency = entries.found(Ecosystem::Hackage, name, version);
        dependency.relation = Relation::Direct;
        entries.push(dependency);
    }
    entries.finish()
}
