//! Names of packages in the one spelling by which they are found.

use std::borrow::Cow;

use model::Ecosystem;

/// The name as its ecosystem compares it, and as OSV records write it. Two names that are one package there are equal here; where an
/// ecosystem tells names apart by case (npm does for old ones), so does this.
#[must_use]
pub fn normalise(ecosystem: Ecosystem, name: &str) -> Cow<'_, str> {
    let name = name.trim();
    match ecosystem {
        Ecosystem::PyPi => pypi(name),
        Ecosystem::NuGet
        | Ecosystem::Packagist
        | Ecosystem::Hex
        | Ecosystem::Pub
        | Ecosystem::VsCode => lower(name),
        Ecosystem::GitHubActions => lower(action(name).trim_end()),
        Ecosystem::Go => go(name),
        Ecosystem::Swift | Ecosystem::Carthage => repository(name),
        _ => Cow::Borrowed(name),
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.chars().any(|c| c.is_uppercase()) {
        Cow::Owned(name.to_lowercase())
    } else {
        Cow::Borrowed(name)
    }
}

/// PEP 503: lower case, and one hyphen for any run of hyphens, dots and underscores.
fn pypi(name: &str) -> Cow<'_, str> {
    let is_normal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.bytes().all(is_normal) && !name.contains("--") {
        return Cow::Borrowed(name);
    }
    let mut normal = String::with_capacity(name.len());
    for c in name.chars() {
        if matches!(c, '-' | '_' | '.') {
            if !normal.ends_with('-') {
                normal.push('-');
            }
        } else {
            normal.extend(c.to_lowercase());
        }
    }
    Cow::Owned(normal)
}

/// `owner/repository` of `owner/repository/path@reference`.
fn action(name: &str) -> &str {
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    match name.match_indices('/').nth(1) {
        Some((at, _)) => name.get(..at).unwrap_or(name),
        None => name,
    }
}

/// Go's module cache writes `!a` for `A` (<https://go.dev/ref/mod#module-cache>); advisories call the standard library `stdlib`.
fn go(name: &str) -> Cow<'_, str> {
    if name == "std" {
        return Cow::Borrowed("stdlib");
    }
    if !name.contains('!') {
        return Cow::Borrowed(name);
    }
    let mut plain = String::with_capacity(name.len());
    let mut escaped = false;
    for c in name.chars() {
        match c {
            '!' if !escaped => escaped = true,
            c => {
                plain.push(if escaped { c.to_ascii_uppercase() } else { c });
                escaped = false;
            }
        }
    }
    Cow::Owned(plain)
}

/// Hosts whose paths have no case.
const CASELESS_HOSTS: [&str; 3] = ["github.com", "gitlab.com", "bitbucket.org"];

/// `host/path` of a repository's address.
fn repository(name: &str) -> Cow<'_, str> {
    let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
    // What stands before an `@` of the host is a user, and may be a password.
    let host_end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(host_end).unwrap_or((rest, ""));
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    // `git@host:owner/repository`
    let (host, owner) = authority.split_once(':').unwrap_or((authority, ""));
    let owner = if owner.bytes().all(|byte| byte.is_ascii_digit()) { "" } else { owner };
    let path = path.trim_end_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let host = host.to_lowercase();
    let slash = if owner.is_empty() { "" } else { "/" };
    let caseless = CASELESS_HOSTS.contains(&host.as_str());
    let whole = format!("{host}{slash}{owner}{path}");
    let whole = if caseless { whole.to_lowercase() } else { whole };
    if whole == name { Cow::Borrowed(name) } else { Cow::Owned(whole) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_compared_as_their_ecosystem_does() {
        for (ecosystem, name, normal) in [
            (Ecosystem::PyPi, "Ruamel.Yaml__clib", "ruamel-yaml-clib"),
            (Ecosystem::PyPi, "zope.interface", "zope-interface"),
            (Ecosystem::PyPi, "jinja2", "jinja2"),
            (Ecosystem::Npm, "JSONStream", "JSONStream"),
            (Ecosystem::Npm, "@Babel/core", "@Babel/core"),
            (Ecosystem::CratesIo, "serde_json", "serde_json"),
            (Ecosystem::RubyGems, "RedCloth", "RedCloth"),
            (Ecosystem::Maven, "HTTPClient:HTTPClient", "HTTPClient:HTTPClient"),
            (Ecosystem::NuGet, "Newtonsoft.Json", "newtonsoft.json"),
            (Ecosystem::Packagist, "Laravel/Framework", "laravel/framework"),
            (Ecosystem::Hex, "Plug", "plug"),
            (
                Ecosystem::Go,
                "github.com/!azure/azure-sdk-for-go",
                "github.com/Azure/azure-sdk-for-go",
            ),
            (Ecosystem::Go, "std", "stdlib"),
            (Ecosystem::GitHubActions, "Actions/Cache/restore@v4", "actions/cache"),
            (Ecosystem::GitHubActions, "actions/checkout", "actions/checkout"),
            (
                Ecosystem::Swift,
                "https://GitHub.com/Apple/swift-nio.git",
                "github.com/apple/swift-nio",
            ),
            (Ecosystem::Swift, "git@github.com:apple/swift-nio.git", "github.com/apple/swift-nio"),
            (
                Ecosystem::Swift,
                "ssh://git:secret@host.example:22/Team/Kit.git/",
                "host.example/Team/Kit",
            ),
            (Ecosystem::VsCode, "redhat.Java", "redhat.java"),
            (Ecosystem::Debian, " openssl\n", "openssl"),
        ] {
            assert_eq!(normalise(ecosystem, name), normal, "{ecosystem} {name}");
        }
    }

    #[test]
    fn a_normal_name_is_not_copied() {
        for (ecosystem, name) in [
            (Ecosystem::PyPi, "ruamel-yaml"),
            (Ecosystem::NuGet, "newtonsoft.json"),
            (Ecosystem::Swift, "github.com/apple/swift-nio"),
            (Ecosystem::GitHubActions, "actions/cache"),
        ] {
            assert!(matches!(normalise(ecosystem, name), Cow::Borrowed(_)), "{name}");
        }
    }

    proptest! {
        #[test]
        fn a_normal_name_stays_as_it_is(name in prop_oneof![any::<String>(), "[a-zA-Z!@:/._ -]{0,12}"]) {
            for ecosystem in [Ecosystem::PyPi, Ecosystem::NuGet, Ecosystem::Npm, Ecosystem::GitHubActions] {
                let once = normalise(ecosystem, &name).into_owned();
                prop_assert_eq!(&normalise(ecosystem, &once), &once);
            }
            // These undo an escaping or an address, which a hostile name may have twice.
            for ecosystem in [Ecosystem::Go, Ecosystem::Swift] {
                prop_assert!(normalise(ecosystem, &name).len() <= 4 * name.len() + 6);
            }
        }
    }
}
