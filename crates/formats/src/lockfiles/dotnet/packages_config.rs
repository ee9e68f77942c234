//! `packages.config` (NuGet before `PackageReference`).

use model::{Dependency, Ecosystem, Relation, Scope};

use super::super::{
    FilePath, Files, Format, List,
    entries::Entries,
    paths,
    repair::{command, word},
};
use crate::encoding;

pub(crate) const FORMAT: Format = Format { name: "packages.config", claims, read, repair };

/// Also `packages.<project>.config`.
fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    paths::starts_with_in_any_case(name, "packages.")
        && paths::ends_with_in_any_case(name, ".config")
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    let update = command("nuget update packages.config -Id", &[&dependency.package.name]);
    format!("{update} -Version {}", word(fixed))
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let utf_8 = encoding::of_xml(bytes);
    let mut entries = Entries::of(&utf_8);
    let tree = entries.xml();
    if tree.root("packages").is_none() {
        entries.unread(entries.text(), "This is no list of packages");
    }
    for package in tree.root("packages").into_iter().flat_map(|root| root.all("package")) {
        let id = package.attribute("id").unwrap_or_default();
        let version = package.attribute("version").unwrap_or_default();
        let mut dependency = entries.found(Ecosystem::NuGet, &id, &version);
        // Without a tree in the file nobody knows who asked for what.
        dependency.relation = Relation::Unknown;
        if package.attribute("developmentDependency").as_deref() == Some("true") {
            dependency.scope = Scope::Development;
        }
        if dependency.span.is_none() {
            dependency.span = entries.span_of(package.tag());
        }
        entries.push(dependency);
    }
    entries.finish()
}
