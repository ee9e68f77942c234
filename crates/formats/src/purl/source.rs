//! What a distribution's package is built of: the `upstream` qualifier of deb, apk and rpm package URLs. The specification does not know
//! it; generators of bills of materials write `openssl`, `openssl@3.0.11-1` or `openssl-3.0.7-27.el9.src.rpm`.

use std::sync::Arc;

use model::{Package, SourcePackage};

/// The types whose packages are built of source packages.
pub(crate) fn has_sources(kind: &str) -> bool {
    matches!(kind, "deb" | "apk" | "rpm")
}

/// Whether an `arch` qualifier says that the package is a source package itself.
pub(super) fn is_source(arch: &str) -> bool {
    matches!(arch, "source" | "src" | "nosrc")
}

/// Reads a qualifier of a package in a version.
pub(crate) fn read(kind: &str, upstream: &str, version: &str) -> Option<Arc<SourcePackage>> {
    if kind == "rpm"
        && let Some((name, of_file)) = name_and_version(upstream)
    {
        // The name of a file has no epoch; what is built has that of its source.
        let epoch = epoch(version).map(|epoch| format!("{epoch}:")).unwrap_or_default();
        return of(name, &format!("{epoch}{of_file}"), version);
    }
    let (name, told) = upstream.split_once('@').unwrap_or((upstream, ""));
    of(name, told, version)
}

/// A source package of that name, whose version may be empty, of a package in a version. `None` if it is no name.
pub(crate) fn of(name: &str, told: &str, version: &str) -> Option<Arc<SourcePackage>> {
    let is_name = !name.is_empty() && !name.contains(|c: char| c == '@' || c.is_whitespace());
    let told = Some(told.trim()).filter(|told| !told.is_empty() && *told != version);
    is_name.then(|| Arc::new(SourcePackage { name: name.into(), version: told.map(Into::into) }))
}

/// The name, and version and release, of a source package's file: `openssl-3.0.7-27.el9.src.rpm`.
fn name_and_version(file: &str) -> Option<(&str, &str)> {
    let stem = file.strip_suffix(".src.rpm").or_else(|| file.strip_suffix(".nosrc.rpm"))?;
    let mut hyphens = stem.rmatch_indices('-').map(|(at, _)| at);
    let at = hyphens.nth(1)?;
    Some((stem.get(..at)?, stem.get(at + 1..)?))
}

/// The qualifier of a package; [`read`] understands it.
pub(super) fn write(kind: &str, package: &Package) -> Option<String> {
    let (name, version) = package.built_of()?;
    if kind == "rpm" && epoch(version) == epoch(&package.version) {
        let of_file = epoch_and_rest(version).map_or(version, |(_, rest)| rest);
        let file = format!("{name}-{of_file}.src.rpm");
        if name_and_version(&file) == Some((name, of_file)) {
            return Some(file);
        }
    }
    let is_own = package.source.as_deref().is_some_and(|source| source.version.is_none());
    // Of an rpm, a name alone might be taken for a file's.
    Some(if is_own && kind != "rpm" { name.to_owned() } else { format!("{name}@{version}") })
}

fn epoch(version: &str) -> Option<&str> {
    epoch_and_rest(version).map(|(epoch, _)| epoch)
}

/// The epoch of an rpm, and what follows it; `None` without one.
pub(super) fn epoch_and_rest(version: &str) -> Option<(&str, &str)> {
    let (epoch, rest) = version.split_once(':')?;
    let is_number = !epoch.is_empty() && epoch.bytes().all(|byte| byte.is_ascii_digit());
    (is_number && !rest.is_empty()).then_some((epoch, rest))
}
