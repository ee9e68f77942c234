//! Packages as package URLs, and back.

use std::sync::Arc;

use model::{Ecosystem, Package, SourcePackage};

use super::{Parts, Purl, distro, source};

impl Purl {
    /// The package URL of a package; `None` if the name is empty, or lacks what the type needs (the owner of a Swift package).
    #[must_use]
    pub fn of(package: &Package) -> Option<Self> {
        let ecosystem = package.ecosystem;
        let name: &str = &package.name;
        let mut parts = Parts {
            kind: ecosystem.purl_type().to_owned(),
            version: package.version.as_ref().to_owned(),
            ..Parts::default()
        };
        let (namespace, name) = match ecosystem {
            Ecosystem::Maven => name.split_once(':').unwrap_or(("", name)),
            Ecosystem::VsCode => name.split_once('.').unwrap_or(("", name)),
            // A subspec is a path in its pod.
            Ecosystem::CocoaPods => {
                let (name, subspec) = name.split_once('/').unwrap_or((name, ""));
                subspec.clone_into(&mut parts.subpath);
                ("", name)
            }
            _ => match distro::namespace(ecosystem) {
                Some(namespace) => (namespace, name),
                None => name.rsplit_once('/').unwrap_or(("", name)),
            },
        };
        namespace.clone_into(&mut parts.namespace);
        name.clone_into(&mut parts.name);
        if let Some(distro) =
            package.release.as_deref().and_then(|release| distro::qualifier(ecosystem, release))
        {
            parts.qualifiers.push(("distro".to_owned(), distro));
        }
        if source::has_sources(&parts.kind)
            && let Some(upstream) = source::write(&parts.kind, package)
        {
            parts.qualifiers.push(("upstream".to_owned(), upstream));
        }
        // The specification keeps an rpm's epoch apart.
        if parts.kind == "rpm"
            && let Some((epoch, version)) = source::epoch_and_rest(&package.version)
        {
            version.clone_into(&mut parts.version);
            if epoch != "0" {
                parts.qualifiers.push(("epoch".to_owned(), epoch.to_owned()));
            }
        }
        Self::build(parts).ok()
    }

    /// The package that this is; `None` without a version, and where OSV has no ecosystem for it.
    #[must_use]
    pub fn package(&self) -> Option<Package> {
        let ecosystem = self.ecosystem()?;
        let mut version = self.version()?.to_owned();
        let namespace = self.namespace().unwrap_or_default();
        let name = self.name();
        let name = match ecosystem {
            Ecosystem::Maven if !namespace.is_empty() => format!("{namespace}:{name}"),
            Ecosystem::VsCode if !namespace.is_empty() => format!("{namespace}.{name}"),
            Ecosystem::CocoaPods => match self.subpath() {
                Some(subspec) => format!("{name}/{subspec}"),
                None => name.to_owned(),
            },
            // Where it came from is no part of its name.
            Ecosystem::ConanCenter => name.to_owned(),
            _ if namespace.is_empty() || distro::namespace(ecosystem).is_some() => name.to_owned(),
            _ => format!("{namespace}/{name}"),
        };
        if self.kind() == "rpm"
            && let Some(epoch) = self.qualifier("epoch")
        {
            version = format!("{epoch}:{version}");
        }
        // Docker's generators write the second.
        let distro = self.qualifier("distro").or_else(|| self.qualifier("os_version"));
        let release = distro.and_then(|distro| distro::release(ecosystem, distro));
        let source = self.source(&name, &version);
        Some(Package { ecosystem, release, name: name.into(), version: version.into(), source })
    }

    /// What a distribution's package is built of; a source package of itself.
    fn source(&self, name: &str, version: &str) -> Option<Arc<SourcePackage>> {
        if !source::has_sources(self.kind()) {
            return None;
        }
        match self.qualifier("upstream") {
            Some(upstream) => source::read(self.kind(), upstream, version),
            None if self.qualifier("arch").is_some_and(source::is_source) => {
                source::of(name, "", version)
            }
            None => None,
        }
    }

    /// The ecosystem that its type, and for distributions its namespace, mean.
    #[must_use]
    pub fn ecosystem(&self) -> Option<Ecosystem> {
        match self.kind() {
            kind @ ("deb" | "apk" | "rpm") => distro::ecosystem(kind, self.namespace()?),
            "docker" => Some(Ecosystem::Docker),
            "github" => Some(Ecosystem::GitHubActions),
            "generic" => None,
            kind => Ecosystem::ALL.iter().copied().find(|ecosystem| ecosystem.purl_type() == kind),
        }
    }
}
