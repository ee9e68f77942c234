//! What a distribution's package is built of, where a generator tells that elsewhere than in the package URL.

use std::sync::Arc;

use model::{Package, SourcePackage};

use crate::purl::source;

/// As the document has it; parts that it does not tell are empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Source<'v> {
    name: &'v str,
    version: &'v str,
    release: &'v str,
    epoch: &'v str,
    /// The name of an rpm.
    file: &'v str,
}

impl<'v> Source<'v> {
    /// Takes a property of a component of CycloneDX, if it is about the source.
    pub(super) fn property(&mut self, name: &str, value: &'v str) {
        let part = match name {
            "aquasecurity:trivy:SrcName"
            | "syft:metadata:source"
            | "syft:metadata:originPackage" => &mut self.name,
            "aquasecurity:trivy:SrcVersion" | "syft:metadata:sourceVersion" => &mut self.version,
            "aquasecurity:trivy:SrcRelease" => &mut self.release,
            "aquasecurity:trivy:SrcEpoch" => &mut self.epoch,
            "syft:metadata:sourceRpm" => &mut self.file,
            _ => return,
        };
        *part = value.trim();
    }

    /// Trivy writes a sentence into `sourceInfo` of SPDX: `built package from: openssl 3.0.11-1`.
    pub(super) fn sentence(text: &'v str) -> Self {
        let told = text.trim().strip_prefix("built package from:").unwrap_or_default().trim();
        let (name, version) = told.split_once(' ').unwrap_or((told, ""));
        Self { name, version, ..Self::default() }
    }

    /// What the package is built of, if that is told.
    pub(super) fn of(&self, package: &Package) -> Option<Arc<SourcePackage>> {
        let kind = package.ecosystem.purl_type();
        match self.file {
            _ if !source::has_sources(kind) => None,
            "" => source::of(self.name, &self.full_version(), &package.version),
            file => source::read(kind, file, &package.version),
        }
    }

    /// `1:3.0.7-27.el9` of its parts.
    fn full_version(&self) -> String {
        if self.version.is_empty() {
            return String::new();
        }
        let mut version = self.version.to_owned();
        if !matches!(self.epoch, "" | "0") {
            version = format!("{}:{version}", self.epoch);
        }
        if !self.release.is_empty() {
            version = format!("{version}-{}", self.release);
        }
        version
    }
}

#[cfg(test)]
mod tests {
    use model::Ecosystem;

    use super::*;

    fn told(source: &Source<'_>, ecosystem: Ecosystem) -> Option<String> {
        let package = Package::new(ecosystem, "libssl3", "1:3.0.11-1");
        let package = Package { source: source.of(&package), ..package };
        package.built_of().map(|(name, version)| format!("{name} {version}"))
    }

    #[test]
    fn parts_of_a_version_are_put_together() {
        let mut source = Source::default();
        assert_eq!(told(&source, Ecosystem::Debian), None);
        source.property("aquasecurity:trivy:SrcName", "openssl");
        assert_eq!(told(&source, Ecosystem::Debian).as_deref(), Some("openssl 1:3.0.11-1"));
        source.property("aquasecurity:trivy:SrcRelease", "2");
        source.property("aquasecurity:trivy:SrcEpoch", "1");
        assert_eq!(told(&source, Ecosystem::Debian).as_deref(), Some("openssl 1:3.0.11-1"));
        source.property("aquasecurity:trivy:SrcVersion", "3.0.10");
        assert_eq!(told(&source, Ecosystem::Debian).as_deref(), Some("openssl 1:3.0.10-2"));
        source.property("syft:package:type", "deb");
        source.property("aquasecurity:trivy:SrcEpoch", "0");
        assert_eq!(told(&source, Ecosystem::Debian).as_deref(), Some("openssl 3.0.10-2"));
        // Nothing else is built of such packages.
        assert_eq!(told(&source, Ecosystem::Npm), None);
        source.property("syft:metadata:sourceRpm", "openssl3-3.0.7-27.el9.src.rpm");
        assert_eq!(told(&source, Ecosystem::Rocky).as_deref(), Some("openssl3 1:3.0.7-27.el9"));
    }

    #[test]
    fn a_sentence_tells_name_and_version() {
        let of = |text: &str| told(&Source::sentence(text), Ecosystem::Debian);
        assert_eq!(of("built package from: openssl 3-1").as_deref(), Some("openssl 3-1"));
        assert_eq!(of("built package from: openssl").as_deref(), Some("openssl 1:3.0.11-1"));
        assert_eq!(of("acquired package info from DPKG DB: /var/lib/dpkg/status"), None);
        assert_eq!(of("built package from: "), None);
    }
}
