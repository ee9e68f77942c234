//! Whom the user's own headers are for.

use url::{Host, Url};

/// Whether a URL may have what the user sends along: it is of the origin that the user typed, of that host on https where http was
/// typed, or the same with `www.` in front or without it. Not of wherever a redirect leads: a redirect that a stranger can steer would
/// hand a session to the stranger.
pub(super) fn may_have_headers(typed: &Url, url: &Url) -> bool {
    is_scheme_of(typed, url) && (typed.host() == url.host() || are_siblings(typed, url))
}

/// The same scheme and port; or from http on its own port to https on its own.
fn is_scheme_of(typed: &Url, url: &Url) -> bool {
    let is_upgrade = typed.scheme() == "http" && url.scheme() == "https";
    let is_same = typed.scheme() == url.scheme() && matches!(url.scheme(), "http" | "https");
    match (typed.port(), url.port()) {
        (None, None) => is_same || is_upgrade,
        (typed, port) => is_same && typed == port,
    }
}

fn are_siblings(typed: &Url, url: &Url) -> bool {
    let (Some(Host::Domain(typed)), Some(Host::Domain(host))) = (typed.host(), url.host()) else {
        return false;
    };
    // `www.` of a whole domain is nobody's sibling (`www.com`).
    let is_below = |longer: &str, shorter: &str| {
        longer.strip_prefix("www.") == Some(shorter) && shorter.contains('.')
    };
    is_below(host, typed) || is_below(typed, host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_go_to_the_typed_origin_its_upgrade_and_its_www() {
        let may = |typed: &str, url: &str| {
            may_have_headers(&Url::parse(typed).unwrap(), &Url::parse(url).unwrap())
        };
        for (typed, url) in [
            ("https://a.example/", "https://a.example/b?c"),
            ("https://a.example:444/", "https://a.example:444/b"),
            ("http://a.example/", "https://a.example/"),
            ("http://a.example/", "https://www.a.example/"),
            ("https://www.a.example/", "https://a.example/"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/x"),
        ] {
            assert!(may(typed, url), "{typed} {url}");
        }
        for (typed, url) in [
            ("https://a.example/", "http://a.example/"),
            ("https://a.example/", "https://a.example:444/"),
            ("http://a.example/", "https://a.example:444/"),
            ("http://a.example:80/", "http://a.example:81/"),
            ("http://a.example:8080/", "https://a.example:8080/"),
            ("http://a.example:8080/", "https://a.example/"),
            ("https://a.example/", "https://b.example/"),
            ("https://a.example/", "https://b.a.example/"),
            ("https://a.example/", "https://example/"),
            ("https://www.example/", "https://example/"),
            ("https://a.example/", "https://a.example.evil.test/"),
            ("https://a.example/", "ftp://a.example/"),
            ("http://1.1.1.1/", "http://1.1.1.2/"),
        ] {
            assert!(!may(typed, url), "{typed} {url}");
        }
    }
}
