//! Whose a URL is: the site's own, or somebody else's.

use url::{Host, Url};

/// The site of a URL (HTML, 7.1.1, "obtain a site", without its scheme): `example.co.uk` of `https://www.example.co.uk/`. An address
/// of numbers is one of its own.
pub(super) fn site_of(url: &Url) -> Option<&str> {
    match url.host()? {
        Host::Domain(name) => Some(psl::domain_str(name).unwrap_or(name)),
        Host::Ipv4(_) | Host::Ipv6(_) => url.host_str(),
    }
}

/// Whether two URLs are of one site, whatever their schemes.
pub(super) fn is_same_site(a: &Url, b: &Url) -> bool {
    site_of(a).is_some_and(|site| site_of(b) == Some(site))
}

/// Whether a host is one of these or below one of them.
pub(super) fn is_below(host: &str, names: &[&str]) -> bool {
    names.iter().any(|name| {
        host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// Whether a URL is of the machine of whoever looks at it (Secure Contexts, 3.1, "potentially trustworthy").
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_below(name, &["localhost"]),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_end_where_the_public_suffix_list_says() {
        let url = |text: &str| Url::parse(text).unwrap();
        assert_eq!(site_of(&url("https://a.b.example.co.uk/")), Some("example.co.uk"));
        assert!(is_same_site(&url("http://example.com"), &url("https://cdn.example.com")));
        assert!(!is_same_site(&url("https://a.github.io"), &url("https://b.github.io")));
        assert!(!is_same_site(&url("https://10.0.0.1"), &url("https://11.0.0.1")));
        assert!(
            is_loopback(&url("http://app.localhost:3000")) && !is_loopback(&url("http://10.0.0.1"))
        );
    }
}
