//! `Package.resolved` (Swift Package Manager, versions 1 to 3).

use std::borrow::Cow;

use model::{Dependency, Ecosystem};

use super::super::{FilePath, Files, Format, List, entries::Entries};

pub(crate) const FORMAT: Format = Format { name: "Package.resolved", claims, read, repair };

/// Also `.package.resolved`, which Xcode Cloud knows.
fn claims(FilePath { name, .. }: FilePath<'_>) -> bool {
    matches!(name, "Package.resolved" | ".package.resolved")
}

fn repair(dependency: &Dependency, fixed: &str) -> String {
    let name = &dependency.package.name;
    format!(".package(url: {:?}, from: {fixed:?})", format!("https://{name}"))
}

fn read(_: &str, bytes: &[u8], _: &dyn Files) -> List {
    let mut entries = Entries::of(bytes);
    let file = entries.json();
    // Version 1 keeps its pins in an `object`.
    let pins = [file.get("pins"), file.get("object").get("pins")];
    for pin in pins.iter().flat_map(|pins| pins.items()) {
        // A branch or a bare revision has no version.
        let Some(version) = pin.get("state").text("version") else { continue };
        let location = pin.text("location").or_else(|| pin.text("repositoryURL"));
        let name = match pin.text("kind") {
            Some("localSourceControl" | "fileSystem") => continue,
            Some("registry") => Cow::Borrowed(pin.text("identity").unwrap_or_default()),
            _ => repository(location.unwrap_or_default()),
        };
        let dependency = entries.found(Ecosystem::Swift, &name, version);
        entries.push(dependency);
    }
    entries.finish()
}

/// `github.com/apple/swift-nio` of any URL for it, as OSV names packages of `SwiftURL`.
fn repository(url: &str) -> Cow<'_, str> {
    let (scheme, rest) = match url.split_once("://") {
        Some((_, rest)) => (true, rest),
        None => (false, url),
    };
    let host_end = rest.find('/').unwrap_or(rest.len());
    // A user name before the host.
    let rest = match rest.get(..host_end).and_then(|host| host.rfind('@')) {
        Some(at) => rest.get(at + 1..).unwrap_or_default(),
        None => rest,
    };
    let rest = rest.trim_end_matches('/');
    let rest = rest.strip_suffix(".git").unwrap_or(rest);
    match rest.split_once(':') {
        // `git@github.com:apple/swift-nio.git`
        Some((host, path)) if !scheme && !host.contains('/') => {
            Cow::Owned(format!("{host}/{path}"))
        }
        _ => Cow::Borrowed(rest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_has_one_name_whatever_its_url() {
        for url in [
            "https://github.com/apple/swift-nio.git",
            "https://github.com/apple/swift-nio/",
            "ssh://git@github.com/apple/swift-nio.git",
            "git@github.com:apple/swift-nio.git",
        ] {
            assert_eq!(repository(url), "github.com/apple/swift-nio");
        }
    }
}
