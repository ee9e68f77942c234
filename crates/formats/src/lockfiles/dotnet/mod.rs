//! NuGet.

pub(super) mod deps_json;
mod msbuild;
pub(super) mod packages_config;
pub(super) mod packages_lock;
pub(super) mod project;

use model::Dependency;

use super::repair::{command, word};

/// The command of the .NET SDK, which edits the project file and, where there are some, the central versions.
pub(crate) fn add_package(dependency: &Dependency, fixed: &str) -> String {
    let add = command("dotnet add package", &[&dependency.package.name]);
    format!("{add} --version {}", word(fixed))
}
