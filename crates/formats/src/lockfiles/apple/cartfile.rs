//! `Cartfile.resolved` (Carthage): `github "owner/repo" "1.2.3"` per line. Other origins are no packages.

use model::{Dependency, Ecosystem};

use super::super::{FilePath, Files, Format, List, entries::Entries, repair::command};

pub(crate) const FORMAT: Format = Format { name: "Cartfile.resolved", claims, read, repair };

fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    name == "Cartfile.resolved"
}

fn repair(dependency: &Dependency, _: &str) -> String {
    let name = &dependency.package.name;
    command("carthage update", &[name.rsplit('/').next().unwrap_or(name)])
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    for line in entries.text().lines() {
        let Some(rest) = line.trim().strip_prefix("github ") else { continue };
        let mut quoted = rest.split('"').skip(1).step_by(2);
        let (name, version) =
            (quoted.next().unwrap_or_default(), quoted.next().unwrap_or_default());
        // A URL names an installation of one's own; forty digits are a commit.
        if name.contains(':')
            || (version.len() == 40 && version.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            continue;
        }
        let dependency = entries.found(Ecosystem::Carthage, name, version);
        entries.push(dependency);
    }
    entries.finish()
}
