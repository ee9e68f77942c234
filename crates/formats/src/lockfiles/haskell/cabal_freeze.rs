//! `cabal.project.freeze`: constraints, of which those with `==` name a package.

use model::{Dependency, Ecosystem};

use super::super::{FilePath, Files, Format, List, entries::Entries};

pub(crate) const FORMAT: Format = Format { name: "cabal.project.freeze", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "cabal.project.freeze"
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    format!("any.{} =={fixed},", dependency.package.name)
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    if !entries.text().trim_ascii().is_empty() && !entries.text().contains("constraints:") {
        entries.unread(entries.text(), "No constraints of Cabal stand in this file");
    }
    for line in entries.text().lines().filter(|line| !line.trim_start().starts_with("--")) {
        let line = line.trim_start();
        let line = line.strip_prefix("constraints:").unwrap_or(line);
        for constraint in line.split(',') {
            let Some((name, version)) = constraint.split_once("==") else { continue };
            let name = name.trim();
            let name = name.strip_prefix("any.").unwrap_or(name);
            let dependency = entries.found(Ecosystem::Hackage, name, version.trim());
            entries.push(dependency);
        }
    }
    entries.finish()
}
