//! From a package URL to a package, as far as bills of materials need it.

use model::Package;

use crate::purl::{Parts, Purl};

/// The package that a package URL names; `version` is taken where the URL has none. `None` for what is of no ecosystem here or
/// has no version at all.
pub(super) fn package_of_purl(purl: &str, version: &str) -> Option<Package> {
    let purl = Purl::parse(purl.trim()).ok()?;
    if purl.version().is_some() {
        return purl.package();
    }
    let text = |part: Option<&str>| part.unwrap_or_default().to_owned();
    let parts = Parts {
        kind: purl.kind().to_owned(),
        namespace: text(purl.namespace()),
        name: purl.name().to_owned(),
        version: version.to_owned(),
        qualifiers: purl
            .qualifiers()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        subpath: text(purl.subpath()),
    };
    Purl::build(parts).ok()?.package()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(purl: &str) -> Option<String> {
        let package = package_of_purl(purl, "0")?;
        let release = package.release.map(|release| format!(":{release}")).unwrap_or_default();
        Some(format!("{}{release} {} {}", package.ecosystem, package.name, package.version))
    }

    #[test]
    fn names_are_those_of_the_ecosystem() {
        for (purl, expected) in [
            ("pkg:npm/%40angular/core@12.3.1", "npm @angular/core 12.3.1"),
            ("pkg:npm/@angular/core@12.3.1", "npm @angular/core 12.3.1"),
            ("pkg:maven/org.a/b@1.0?type=jar#x", "Maven org.a:b 1.0"),
            (
                "pkg:golang/google.golang.org/genproto@v1%2Bincompatible",
                "Go google.golang.org/genproto v1+incompatible",
            ),
            (
                "pkg:deb/debian/curl@7.50.3-1?arch=i386&distro=debian-12.1",
                "Debian:12 curl 7.50.3-1",
            ),
            ("pkg:apk/alpine/musl@1.2?distro=alpine-3.18.4", "Alpine:v3.18 musl 1.2"),
            ("pkg:cargo/serde", "crates.io serde 0"),
            ("pkg:github/actions/checkout@v4", "GitHub Actions actions/checkout v4"),
            ("pkg:swift/github.com/a/b@1.0", "SwiftURL github.com/a/b 1.0"),
        ] {
            assert_eq!(told(purl).as_deref(), Some(expected));
        }
        for purl in ["pkg:generic/x@1", "npm/x@1", "pkg:npm", "pkg:npm/", "pkg:rpm/unknown/x@1"] {
            assert_eq!(told(purl), None);
        }
    }
}
