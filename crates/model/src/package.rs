//! A package as a lock file, a package database or an SBOM names it.

use std::{fmt, sync::Arc};

use crate::Span;

macro_rules! ecosystems {
    ($($name:ident = $word:literal, $scheme:ident, $purl:literal;)*) => {
        /// Where a package's name means something and its versions have an order: the OSV schema's `affected[].package.ecosystem`
        /// without the release behind the colon, and those that OSV has no word for but lock files do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Ecosystem {
            $(#[doc = concat!("`", $word, "`")] $name,)*
        }

        impl Ecosystem {
            /// Every ecosystem.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The word of the OSV schema, where it has one.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// How its versions are ordered.
            #[must_use]
            pub const fn scheme(self) -> VersionScheme {
                match self { $(Self::$name => VersionScheme::$scheme,)* }
            }

            /// The type of its package URLs.
            #[must_use]
            pub const fn purl_type(self) -> &'static str {
                match self { $(Self::$name => $purl,)* }
            }
        }
    };
}

ecosystems! {
    AlmaLinux = "AlmaLinux", Rpm, "rpm";
    Alpaquita = "Alpaquita", Apk, "apk";
    Alpine = "Alpine", Apk, "apk";
    Android = "Android", SemVer, "generic";
    AzureLinux = "Azure Linux", Rpm, "rpm";
    BellSoft = "BellSoft Hardened Containers", Apk, "apk";
    Bioconductor = "Bioconductor", Cran, "bioconductor";
    Bitnami = "Bitnami", SemVer, "bitnami";
    Chainguard = "Chainguard", Apk, "apk";
    CleanStart = "CleanStart", Apk, "apk";
    ConanCenter = "ConanCenter", SemVer, "conan";
    Cran = "CRAN", Cran, "cran";
    CratesIo = "crates.io", SemVer, "cargo";
    Debian = "Debian", Dpkg, "deb";
    DockerHardened = "Docker Hardened Images", SemVer, "docker";
    Echo = "Echo", Dpkg, "deb";
    // Ports count revisions behind `_` and releases patches behind `-p`: later both, as rpm has it, not earlier, as SemVer has.
    FreeBsd = "FreeBSD", Rpm, "generic";
    Ghc = "GHC", Hackage, "generic";
    GitHubActions = "GitHub Actions", SemVer, "github";
    Go = "Go", Go, "golang";
    Hackage = "Hackage", Hackage, "hackage";
    Hex = "Hex", SemVer, "hex";
    Julia = "Julia", SemVer, "julia";
    Kubernetes = "Kubernetes", SemVer, "generic";
    Linux = "Linux", SemVer, "generic";
    Mageia = "Mageia", Rpm, "rpm";
    Maven = "Maven", Maven, "maven";
    MinimOs = "MinimOS", Apk, "apk";
    Npm = "npm", SemVer, "npm";
    NuGet = "NuGet", NuGet, "nuget";
    Opam = "opam", Dpkg, "opam";
    OpenEuler = "openEuler", Rpm, "rpm";
    OpenSuse = "openSUSE", Rpm, "rpm";
    OssFuzz = "OSS-Fuzz", SemVer, "generic";
    Packagist = "Packagist", Packagist, "composer";
    Photon = "Photon OS", Rpm, "rpm";
    Pub = "Pub", Pub, "pub";
    PyPi = "PyPI", Pep440, "pypi";
    RedHat = "Red Hat", Rpm, "rpm";
    Rocky = "Rocky Linux", Rpm, "rpm";
    Root = "Root", SemVer, "generic";
    RubyGems = "RubyGems", RubyGems, "gem";
    Suse = "SUSE", Rpm, "rpm";
    Swift = "SwiftURL", SemVer, "swift";
    TuxCare = "TuxCare", Rpm, "rpm";
    Ubuntu = "Ubuntu", Dpkg, "deb";
    VsCode = "VSCode", SemVer, "vscode-extension";
    Wolfi = "Wolfi", Apk, "apk";
    // Not of the OSV schema: listed, exported, not judged until a source speaks of them.
    CocoaPods = "CocoaPods", RubyGems, "cocoapods";
    Carthage = "Carthage", SemVer, "github";
    Conda = "Conda", Conda, "conda";
    Vcpkg = "vcpkg", SemVer, "vcpkg";
    Terraform = "Terraform", SemVer, "terraform";
    Jsr = "JSR", SemVer, "jsr";
    Docker = "Docker", SemVer, "docker";
    // What somebody names without saying where the name means something.
    Generic = "generic", SemVer, "generic";
}

impl Ecosystem {
    /// How its versions are ordered in one of its releases: those of `Root` name the ecosystem whose packages they rebuild
    /// (`Alpine:3.18` of `Root:Alpine:3.18`).
    #[must_use]
    pub fn scheme_in(self, release: Option<&str>) -> VersionScheme {
        let rebuilt = match (self, release) {
            (Self::Root, Some(release)) => {
                Self::parse(release.split_once(':').map_or(release, |(word, _)| word))
            }
            _ => None,
        };
        rebuilt.unwrap_or(self).scheme()
    }

    /// Reads the word of the OSV schema, case and all.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|ecosystem| ecosystem.as_str() == word)
    }
}

impl Ecosystem {
    /// Whether OSV publishes advisories of it; of the others packages are listed and nothing is known.
    #[must_use]
    pub const fn has_advisories(self) -> bool {
        !matches!(
            self,
            Self::CocoaPods
                | Self::Carthage
                | Self::Conda
                | Self::Vcpkg
                | Self::Terraform
                | Self::Jsr
                | Self::Docker
                | Self::ConanCenter
                | Self::Generic
        )
    }
}

impl Ecosystem {
    /// Whether its advisories are about the packages of one release each, so that nothing can be said of a package without one.
    #[must_use]
    pub const fn has_releases(self) -> bool {
        matches!(
            self,
            Self::AlmaLinux
                | Self::Alpaquita
                | Self::Alpine
                | Self::AzureLinux
                | Self::BellSoft
                | Self::Debian
                | Self::Mageia
                | Self::OpenEuler
                | Self::OpenSuse
                | Self::Photon
                | Self::RedHat
                | Self::Rocky
                | Self::Suse
                | Self::Ubuntu
        )
    }
}

impl Ecosystem {
    /// Whether its advisories name source packages, of which distributions build the packages that they install: `openssl`, not
    /// `libssl3`. Red Hat's and AlmaLinux's name the latter.
    #[must_use]
    pub const fn names_sources(self) -> bool {
        matches!(
            self,
            Self::Alpaquita
                | Self::Alpine
                | Self::AzureLinux
                | Self::BellSoft
                | Self::Chainguard
                | Self::CleanStart
                | Self::Debian
                | Self::Echo
                | Self::Mageia
                | Self::MinimOs
                | Self::OpenEuler
                | Self::OpenSuse
                | Self::Photon
                | Self::Rocky
                | Self::Suse
                | Self::Ubuntu
                | Self::Wolfi
        )
    }
}

impl fmt::Display for Ecosystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How versions are ordered; `formats::versions` compares by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionScheme {
    /// Semantic Versioning 2.0.0, read leniently.
    SemVer,
    /// Go's modules: SemVer with `v`, pseudo-versions, `+incompatible`.
    Go,
    /// PEP 440, with a place for what came before it.
    Pep440,
    /// Maven's `ComparableVersion`.
    Maven,
    /// NuGet: four numbers, labels without case.
    NuGet,
    /// `Gem::Version`.
    RubyGems,
    /// Composer's and PHP's `version_compare`.
    Packagist,
    /// Dart's `pub_semver`: build metadata has an order.
    Pub,
    /// R's `package_version`.
    Cran,
    /// Haskell's PVP.
    Hackage,
    /// Conda's `VersionOrder`.
    Conda,
    /// Debian policy 5.6.12.
    Dpkg,
    /// apk-tools.
    Apk,
    /// `rpmvercmp` with epochs.
    Rpm,
}

impl VersionScheme {
    /// Every scheme.
    pub const ALL: [Self; 14] = [
        Self::SemVer,
        Self::Go,
        Self::Pep440,
        Self::Maven,
        Self::NuGet,
        Self::RubyGems,
        Self::Packagist,
        Self::Pub,
        Self::Cran,
        Self::Hackage,
        Self::Conda,
        Self::Dpkg,
        Self::Apk,
        Self::Rpm,
    ];
}

/// Whether someone asked for a package or it came with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// A manifest of the project names it.
    Direct,
    /// Another package needs it.
    Transitive,
    /// The format does not tell.
    Unknown,
}

impl Relation {
    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::Transitive => "transitive",
            Self::Unknown => "unknown",
        }
    }
}

/// What a package is needed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// It runs with the product, or the format does not tell.
    Production,
    /// Only those who work on the project need it: tests, builds, tools.
    Development,
}

impl Scope {
    /// The word used in every format.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Development => "development",
        }
    }
}

/// A package of an ecosystem, as its source spells it. A clone shares the texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Package {
    /// Where its name means something.
    pub ecosystem: Ecosystem,
    /// A distribution's release as OSV writes it behind the colon (`12` of `Debian:12`, `v3.18` of `Alpine:v3.18`).
    pub release: Option<Arc<str>>,
    /// The whole name: with its scope (`@babel/core`), group (`org.slf4j:slf4j-api`), module path or vendor.
    pub name: Arc<str>,
    /// As locked. Never empty.
    pub version: Arc<str>,
    /// What a distribution built it of, where a file tells. It follows from the rest: two that differ in nothing else are one package.
    pub source: Option<Arc<SourcePackage>>,
}

/// A distribution's source package, of which several packages may be built.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourcePackage {
    /// Its name: `openssl` of `libssl3`. Never empty.
    pub name: Arc<str>,
    /// Its version, with the epoch; `None` where it is the package's own.
    pub version: Option<Arc<str>>,
}

impl Package {
    /// A package of no release in particular, of which nothing tells what it is built of.
    pub fn new(
        ecosystem: Ecosystem,
        name: impl Into<Arc<str>>,
        version: impl Into<Arc<str>>,
    ) -> Self {
        let (name, version) = (name.into(), version.into());
        Self { ecosystem, release: None, name, version, source: None }
    }

    /// Whether another one is the same, whatever is told of what they are built of.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.ecosystem == other.ecosystem
            && self.release == other.release
            && self.name == other.name
            && self.version == other.version
    }

    /// The name and the version of what it is built of, where a file tells.
    #[must_use]
    pub fn built_of(&self) -> Option<(&str, &str)> {
        let source = self.source.as_deref()?;
        Some((&source.name, source.version.as_deref().unwrap_or(&self.version)))
    }

    /// The name of what it is built of, where that is not its own.
    #[must_use]
    pub fn other_source(&self) -> Option<&str> {
        let (name, _) = self.built_of()?;
        (name != &*self.name).then_some(name)
    }

    /// The names and versions under which advisories may be about it, each name once: its own, and those of what it is built of.
    pub fn judged_as(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = (&*self.name, &*self.version);
        let source = self.built_of();
        // Where advisories name sources, one of the same name is meant, which may have a version of its own.
        let own = match source {
            Some(source) if source.0 == own.0 && self.ecosystem.names_sources() => source,
            _ => own,
        };
        let source = source.filter(|(name, _)| *name != own.0);
        std::iter::once(own).chain(source)
    }
}

/// A package at a place of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Which.
    pub package: Package,
    /// Where in the file its version stands; the whole entry's first line at least.
    pub span: Option<Span>,
    /// Whether the project asked for it.
    pub relation: Relation,
    /// What for.
    pub scope: Scope,
    /// Those of the same list that need it, as indices into the list. Empty where the format does not tell.
    pub needed_by: Vec<u32>,
    /// The licence as the file says it.
    pub licence: Option<Arc<str>>,
    /// Whether the file itself calls the version withdrawn (`deprecated` of npm, `retracted` of Go).
    pub withdrawn: bool,
}

impl Dependency {
    /// A package of which no more is known.
    #[must_use]
    pub const fn new(package: Package) -> Self {
        Self {
            package,
            span: None,
            relation: Relation::Unknown,
            scope: Scope::Production,
            needed_by: Vec::new(),
            licence: None,
            withdrawn: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ecosystem_is_found_by_its_word() {
        for ecosystem in Ecosystem::ALL {
            assert_eq!(Ecosystem::parse(ecosystem.as_str()), Some(*ecosystem));
        }
        assert_eq!(Ecosystem::parse("NPM"), None);
    }

    #[test]
    fn a_package_is_judged_as_itself_and_as_what_it_is_built_of() {
        let judged_as = |ecosystem, source: Option<(&str, Option<&str>)>| {
            let source = source.map(|(name, version)| {
                let version = version.map(Into::into);
                Arc::new(SourcePackage { name: name.into(), version })
            });
            let package = Package { source, ..Package::new(ecosystem, "bash", "5-1+b1") };
            let names = package.judged_as().map(|(name, version)| format!("{name} {version}"));
            names.collect::<Vec<_>>()
        };
        assert_eq!(judged_as(Ecosystem::Debian, None), ["bash 5-1+b1"]);
        assert_eq!(
            judged_as(Ecosystem::Debian, Some(("bash-src", Some("5-1")))),
            ["bash 5-1+b1", "bash-src 5-1"]
        );
        assert_eq!(judged_as(Ecosystem::Debian, Some(("sh", None))), ["bash 5-1+b1", "sh 5-1+b1"]);
        // Each name once, in the version that advisories mean.
        assert_eq!(judged_as(Ecosystem::Debian, Some(("bash", Some("5-1")))), ["bash 5-1"]);
        assert_eq!(judged_as(Ecosystem::RedHat, Some(("bash", Some("5-1")))), ["bash 5-1+b1"]);
    }

    #[test]
    fn what_root_rebuilds_keeps_its_order() {
        let root = |release| Ecosystem::Root.scheme_in(release);
        assert_eq!(root(Some("Alpine:3.18")), VersionScheme::Apk);
        assert_eq!(root(Some("PyPI")), VersionScheme::Pep440);
        assert_eq!(root(Some("Root:Root")), Ecosystem::Root.scheme());
        assert_eq!(root(None), Ecosystem::Root.scheme());
        assert_eq!(Ecosystem::Debian.scheme_in(Some("12")), VersionScheme::Dpkg);
    }
}
