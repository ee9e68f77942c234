//! Go's modules. The standard library is the package `stdlib`, as OSV names it, in the version of the toolchain that the file asks for.

mod go_mod;
mod go_sum;
mod modules_txt;
#[cfg(test)]
mod tests;

use model::{Dependency, Ecosystem, Relation};

use super::{Format, entries::Entries, repair};

/// The standard library's name in advisories.
const STDLIB: &str = "stdlib";

pub(super) const GO_MOD: Format = Format {
    name: "go.mod",
    claims: |file| file.name == "go.mod",
    read: go_mod::read,
    repair: get,
};

pub(super) const GO_SUM: Format =
    Format { name: "go.sum", claims: |file| file.name == "go.sum", read: go_sum::read, ..GO_MOD };

pub(super) const GO_WORK: Format = Format {
    name: "go.work",
    claims: |file| file.name == "go.work",
    read: go_mod::read_work,
    repair: |dependency, fixed| {
        if *dependency.package.name == *STDLIB {
            format!("go work edit -toolchain={}", repair::word(&format!("go{}", number(fixed))))
        } else {
            get(dependency, fixed)
        }
    },
};

pub(super) const MODULES_TXT: Format = Format {
    name: "vendor/modules.txt",
    claims: |file| file.path == "vendor/modules.txt" || file.path.ends_with("/vendor/modules.txt"),
    read: modules_txt::read,
    repair: |dependency, fixed| format!("{} && go mod vendor", get(dependency, fixed)),
};

fn get(dependency: &Dependency, fixed: &str) -> String {
    let number = number(fixed);
    let wanted = match &*dependency.package.name {
        STDLIB => format!("toolchain@go{number}"),
        module => format!("{module}@v{number}"),
    };
    repair::command("go get", &[&wanted])
}

/// Advisories leave out the `v` that commands want.
fn number(version: &str) -> &str {
    version.strip_prefix('v').unwrap_or(version)
}

/// A module as the file spells it.
fn module(entries: &Entries<'_>, path: &str, version: &str, relation: Relation) -> Dependency {
    let mut found = entries.found(Ecosystem::Go, path, version);
    found.relation = relation;
    found
}

/// Whether it is a version: `v` and a number. A replacement by a folder has none.
fn is_version(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}
