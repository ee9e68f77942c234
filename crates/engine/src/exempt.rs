//! Packages whose findings do not count, by the project's configuration.

use globset::GlobSet;
use model::{Package, Place};

/// An `[[allow]]` that names packages. Every kind of entry must hold.
#[derive(Clone, Debug, Default)]
pub struct ExemptPackages {
    /// Checks it is for; all if empty.
    pub checks: Vec<String>,
    /// Files that name the packages; any if absent.
    pub paths: Option<GlobSet>,
    /// Patterns over the name, or the name and the version (`left-pad@1.*`).
    pub names: Option<GlobSet>,
    /// Patterns over the package URL.
    pub purls: Option<GlobSet>,
}

impl ExemptPackages {
    /// Whether a finding of `check` about a package does not count. It must hold at every place.
    #[must_use]
    pub fn holds(
        &self,
        check: &str,
        package: &Package,
        purl: Option<&str>,
        places: &[Place],
    ) -> bool {
        let is_named = |names: &GlobSet| {
            names.is_match(&*package.name)
                || names.is_match(format!("{}@{}", package.name, package.version))
        };
        let is_purl = |purls: &GlobSet| purl.is_some_and(|purl| purls.is_match(purl));
        let is_at =
            |paths: &GlobSet| places.iter().all(|place| paths.is_match(place.path.as_str()));
        (self.checks.is_empty() || self.checks.iter().any(|id| id == check))
            && (self.names.as_ref().is_some_and(is_named)
                || self.purls.as_ref().is_some_and(is_purl))
            && self.paths.as_ref().is_none_or(is_at)
    }
}
