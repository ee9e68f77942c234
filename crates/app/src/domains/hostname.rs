//! Hostnames, as users write them, in the one spelling that they are compared in.

use url::Host;

use super::proof;
use crate::Error;

/// Longest name that the domain name system takes, in bytes (RFC 1035, 2.3.4, without the root's).
const MAX_NAME_BYTES: usize = 253;

/// Understands a hostname: letters of any script become ASCII (UTS 46), capitals small ones. No ports, no addresses, nothing that
/// is not one registrant's own.
pub(super) fn hostname(text: &str) -> Result<String, Error> {
    let refused = |message: &str| Err(Error::invalid("hostname", format!("hostname {message}")));
    let text = text.trim();
    // What may stand in a URL's host and in no name.
    if text.contains(|c: char| c.is_control() || c.is_whitespace() || ":/\\@%?#[]".contains(c)) {
        return refused("must be a name like www.example.com, without a scheme, port or path");
    }
    let text = text.strip_suffix('.').unwrap_or(text);
    let name = match Host::parse(text) {
        Ok(Host::Domain(name)) => name,
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => return refused("must be a name, not an address"),
        Err(_) => return refused("must be a name like www.example.com"),
    };
    if !name.split('.').all(is_label) {
        return refused("must consist of letters, digits and hyphens, between dots");
    }
    // The record has to fit as well.
    let limit = MAX_NAME_BYTES - proof::LONGEST_LABEL_BYTES - 1;
    if name.len() > limit {
        return refused(&format!("must be at most {limit} bytes long"));
    }
    if fetch::dns::is_public_suffix(&name) {
        return refused("is a name under which others have theirs: add one of your own below it");
    }
    Ok(name)
}

/// A URL's host as domains are compared: a dot at its end is the same name.
pub(super) fn comparable(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// RFC 1123, 2.1; 63 bytes by RFC 1035, 2.3.4.
fn is_label(label: &str) -> bool {
    let is_alphanumeric = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && is_alphanumeric(bytes.first())
        && is_alphanumeric(bytes.last())
        && bytes.iter().all(|byte| *byte == b'-' || byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_spelling() {
        for (text, name) in [
            ("example.com", "example.com"),
            (" WWW.Example.COM. ", "www.example.com"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
            ("ｅｘａｍｐｌｅ．com", "example.com"),
            ("team.github.io", "team.github.io"),
            ("a.b.co.uk", "a.b.co.uk"),
        ] {
            assert_eq!(hostname(text).unwrap(), name, "{text}");
        }
        let longest = format!("{}.example", ["a".repeat(58).as_str(); 4].join("."));
        assert_eq!(longest.len(), 243);
        assert!(hostname(&longest).is_ok());
        assert!(hostname(&format!("a{longest}")).is_err());
    }

    #[test]
    fn what_is_no_ones_own_name_is_refused() {
        for text in [
            "",
            ".",
            "com",
            "co.uk",
            "github.io",
            "localhost",
            "https://example.com",
            "example.com/",
            "example.com:443",
            "user@example.com",
            "192.0.2.1",
            "0x7f.1",
            "2130706433",
            "[::1]",
            "::1",
            "*.example.com",
            "_dmarc.example.com",
            "-a.example.com",
            "a-.example.com",
            "a..example.com",
            "example.com..",
            "exa mple.com",
            "example.com\0",
            "%65xample.com",
            "xn--a.example",
            &format!("{}.example", "a".repeat(64)),
        ] {
            assert!(hostname(text).is_err(), "{text:?}");
        }
    }
}
