//! `renv.lock` (R).

use model::{Dependency, Ecosystem};

use super::{
    FilePath, Files, Format, List,
    entries::Entries,
    needs::{NeedsByName, Tell},
};

pub(crate) const FORMAT: Format = Format { name: "renv.lock", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "renv.lock"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("renv::install({:?})", format!("{}@{fixed}", dependency.package.name))
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let lock = entries.json();
    let mut needs = NeedsByName::default();
    for (key, package) in lock.get("Packages").entries() {
        let repository = package.text("Repository").unwrap_or_default();
        let ecosystem = match package.text("Source") {
            Some("Bioconductor") => Ecosystem::Bioconductor,
            Some("Repository") if repository.starts_with("BioC") => Ecosystem::Bioconductor,
            Some("Repository" | "CRAN") => Ecosystem::Cran,
            None if !repository.is_empty() => Ecosystem::Cran,
            // A git host, a folder, or where nobody knows from.
            _ => continue,
        };
        let name = package.text("Package").unwrap_or(key);
        let version = package.text("Version").unwrap_or_default();
        let mut dependency = entries.found(ecosystem, name, version);
        dependency.licence = package.text("License").map(Into::into);
        let index = entries.push(dependency);
        let node = needs.name(name, index);
        // Older versions of renv sum up in `Requirements`, newer ones keep the package's own fields.
        for field in ["Requirements", "Depends", "Imports", "LinkingTo"] {
            for needed in package.get(field).items().iter().filter_map(|item| item.as_str()) {
                let name = needed.split(['(', ' ', '\n']).next().unwrap_or_default();
                needs.edge(node, name);
            }
        }
    }
    needs.apply(&mut entries, Tell::Relation);
    entries.finish()
}
