//! Cargo's lock file and manifests. A registry's packages are listed whatever registry it is; those of the workspace, of paths and of
//! git repositories are not.

mod lock;
mod manifest;
#[cfg(test)]
mod tests;

use model::one_line;

use super::{Format, repair};

/// By what names a `Cargo.toml` calls packages that are called otherwise: `name = { package = "..." }`.
#[must_use]
pub fn renamed_crates(bytes: &[u8]) -> Vec<(String, String)> {
    manifest::renamed(bytes)
}

pub(super) const LOCK: Format = Format {
    name: "Cargo.lock",
    claims: |file| file.name == "Cargo.lock",
    read: lock::read,
    repair: |dependency, fixed| {
        // Other versions of it may stand in the file too.
        let package = &dependency.package;
        let which = format!("{}@{}", package.name, package.version);
        let update = repair::command("cargo update -p", &[&which]);
        repair::command(&format!("{update} --precise"), &[fixed])
    },
};

pub(super) const MANIFEST: Format = Format {
    name: "Cargo.toml",
    claims: |file| file.name == "Cargo.toml",
    read: manifest::read,
    repair: |dependency, fixed| {
        format!("{} = {}", one_line(&dependency.package.name, 200), repair::quoted(fixed))
    },
};
