//! `vcpkg.json`: the versions that `overrides` fixes. All others follow from a baseline in vcpkg's own repository
//! (`version>=` is but a lower end).

use std::collections::HashSet;

use model::{Dependency, Ecosystem, Relation};

use super::super::{FilePath, Files, Format, List, entries::Entries};
use crate::Problem;

pub(crate) const FORMAT: Format = Format { name: "vcpkg.json", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "vcpkg.json"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("{{ \"name\": {:?}, \"version\": {fixed:?} }}", dependency.package.name)
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let manifest = entries.json();
    let overrides = manifest.get("overrides").items();
    for fixed in overrides {
        let keys = ["version", "version-semver", "version-date", "version-string"];
        let version = keys.iter().find_map(|key| fixed.text(key)).unwrap_or_default();
        // A port's own revision follows a hash.
        let version = version.split('#').next().unwrap_or_default();
        let mut dependency =
            entries.found(Ecosystem::Vcpkg, fixed.text("name").unwrap_or_default(), version);
        dependency.relation = Relation::Direct;
        entries.push(dependency);
    }
    let fixed: HashSet<&str> = overrides.iter().filter_map(|fixed| fixed.text("name")).collect();
    let wanted = manifest.get("dependencies").items().iter();
    let names = wanted.filter_map(|wanted| wanted.as_str().or_else(|| wanted.text("name")));
    let open = names.filter(|name| !fixed.contains(name)).count();
    if open > 0 {
        let message = format!("{open} dependencies have no version but that of vcpkg's baseline");
        entries.push_problem(Problem::general(message));
    }
    entries.finish()
}
