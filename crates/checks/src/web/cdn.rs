//! Public delivery networks that serve files as they were published.

use url::Url;

/// Files at these hosts never change once a version is in their address. Not here are hosts that change what they serve: analytics,
/// payments, tag managers, fonts.
const HOSTS: &[&str] = &[
    "ajax.aspnetcdn.com",
    "ajax.googleapis.com",
    "cdn.datatables.net",
    "cdn.jsdelivr.net",
    "cdn.plyr.io",
    "cdn.quilljs.com",
    "cdnjs.cloudflare.com",
    "code.highcharts.com",
    "code.jquery.com",
    "fastly.jsdelivr.net",
    "maxcdn.bootstrapcdn.com",
    "netdna.bootstrapcdn.com",
    "stackpath.bootstrapcdn.com",
    "unpkg.com",
    "use.fontawesome.com",
];

/// How an address at a public delivery network says which version it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pinned {
    /// One version: the file never changes.
    Exactly,
    /// The newest of a range (`@3`, `@^3.1`), or of all.
    Loosely,
}

/// Nothing, if it is none of these networks.
pub(super) fn pinned(url: &Url) -> Option<Pinned> {
    let host = url.host_str()?;
    if !HOSTS.contains(&host) {
        return None;
    }
    let path = url.path();
    // What is elsewhere on these hosts is made for each visitor.
    let is_file = match host {
        "ajax.googleapis.com" | "cdnjs.cloudflare.com" => path.starts_with("/ajax/libs/"),
        "use.fontawesome.com" => path.starts_with("/releases/"),
        _ => true,
    };
    is_file.then_some(())?;
    let is_exact = match host {
        "cdn.jsdelivr.net" | "fastly.jsdelivr.net" | "unpkg.com" => packages_are_exact(path),
        _ => path.split(['/', '-', '_']).any(is_version) && !path.contains("latest"),
    };
    Some(if is_exact { Pinned::Exactly } else { Pinned::Loosely })
}

/// Whether each package of a path has its version behind an `@`: `/npm/vue@3.4.0`, `/combine/npm/a@1.0.0,npm/b@2.0.0`.
fn packages_are_exact(path: &str) -> bool {
    path.split(',').all(|package| {
        let versions = package.split('/').filter_map(|segment| segment.split_once('@'));
        versions.filter(|(name, _)| !name.is_empty()).any(|(_, version)| is_whole(version))
    })
}

/// `1.2.3`, with or without a pre-release.
fn is_whole(version: &str) -> bool {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    let release = release.strip_prefix('v').unwrap_or(release);
    release.split('.').count() == 3 && is_version(release)
        // A commit of a repository.
        || version.len() == 40 && version.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// `1.2`, `v1.2.3`, `1.2.3.min.js`.
fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut numbers = text.split('.').take(2);
    let mut is_number =
        || numbers.next().is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()));
    is_number() && is_number()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_whether_its_file_can_change() {
        use Pinned::{Exactly, Loosely};
        for (url, is) in [
            ("https://cdn.jsdelivr.net/npm/vue@3.4.21/dist/vue.js", Some(Exactly)),
            ("https://cdn.jsdelivr.net/npm/@a/b@1.0.0", Some(Exactly)),
            ("https://cdn.jsdelivr.net/npm/@a/b", Some(Loosely)),
            ("https://cdn.jsdelivr.net/npm/vue@3", Some(Loosely)),
            ("https://cdn.jsdelivr.net/combine/npm/a@1.0.0,npm/b", Some(Loosely)),
            ("https://unpkg.com/vue@latest", Some(Loosely)),
            ("https://unpkg.com/vue@3.0.0-rc.1/x.js", Some(Exactly)),
            ("https://code.jquery.com/jquery-3.7.1.min.js", Some(Exactly)),
            ("https://code.jquery.com/jquery-latest.js", Some(Loosely)),
            ("https://cdnjs.cloudflare.com/ajax/libs/d3/7.8.5/d3.min.js", Some(Exactly)),
            (
                "https://stackpath.bootstrapcdn.com/bootstrap/4.3.1/css/bootstrap.min.css",
                Some(Exactly),
            ),
            ("https://js.stripe.com/v3/", None),
        ] {
            assert_eq!(pinned(&Url::parse(url).unwrap()), is, "{url}");
        }
    }
}
