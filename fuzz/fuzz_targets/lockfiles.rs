//! Every reader of lock files and bills of materials, with other files of the target at hand: parents, imports, manifests.

#![no_main]

use std::collections::BTreeMap;

use formats::lockfiles::FORMATS;
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    format: usize,
    path: Path,
    bytes: &'a [u8],
    others: Vec<(Path, &'a [u8])>,
}

/// Where readers look for others.
#[derive(Arbitrary, Clone, Copy, Debug)]
enum Path {
    Pom,
    ParentPom,
    Project,
    Props,
    Packages,
    Gemfile,
    Gemspec,
    Manifest(ManifestKind),
    Other,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum ManifestKind {
    Npm,
    Composer,
    Mix,
    Cargo,
    Python,
    Pipfile,
    Constraints,
    Go,
    Vendored,
}

impl Path {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Pom => "a/pom.xml",
            Self::ParentPom => "pom.xml",
            Self::Project => "a/a.csproj",
            Self::Props => "Directory.Build.props",
            Self::Packages => "a/Directory.Packages.props",
            Self::Gemfile => "a/Gemfile",
            Self::Gemspec => "a/a.gemspec",
            Self::Manifest(ManifestKind::Npm) => "a/package.json",
            Self::Manifest(ManifestKind::Composer) => "a/composer.json",
            Self::Manifest(ManifestKind::Mix) => "a/mix.exs",
            Self::Manifest(ManifestKind::Cargo) => "a/Cargo.toml",
            Self::Manifest(ManifestKind::Python) => "a/pyproject.toml",
            Self::Manifest(ManifestKind::Pipfile) => "a/Pipfile",
            Self::Manifest(ManifestKind::Constraints) => "a/constraints.txt",
            Self::Manifest(ManifestKind::Go) => "a/go.mod",
            Self::Manifest(ManifestKind::Vendored) => "a/vendor/modules.txt",
            Self::Other => "a/x",
        }
    }
}

fuzz_target!(|input: Input<'_>| {
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (path, bytes) in &input.others {
        files.insert(path.as_str().to_owned(), bytes.to_vec());
    }
    let path = input.path.as_str();
    files.insert(path.to_owned(), input.bytes.to_vec());
    let format = &FORMATS[input.format % FORMATS.len()];
    let list = (format.read)(path, input.bytes, &files);
    for dependency in &list.dependencies {
        assert!(!dependency.package.name.is_empty() && !dependency.package.version.is_empty());
        assert!(dependency.needed_by.iter().all(|who| (*who as usize) < list.dependencies.len()));
        let _ = (format.repair)(dependency, "1.2.3");
    }
});
