//! Paths of a target as URI references (RFC 3986).

use std::fmt::Write as _;

use model::TargetPath;
use serde::Serialize;

/// The name that code hosts give to the root of what was checked out.
pub(super) const SOURCE_ROOT: &str = "%SRCROOT%";

/// An `artifactLocation`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Address {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

impl Address {
    /// The path of a file, or a URL. No path has two slashes in a row, so that none reads as a URL.
    pub(super) fn of(path: &TargetPath) -> Self {
        let text = path.as_str();
        match text.starts_with("https://") || text.starts_with("http://") {
            true => Self { uri: absolute(path), uri_base_id: None },
            false => Self { uri: relative(path), uri_base_id: Some(SOURCE_ROOT) },
        }
    }
}

/// A URL, of which what a URI may not hold is percent-encoded.
fn absolute(path: &TargetPath) -> String {
    let mut uri = String::with_capacity(path.as_str().len());
    for byte in bytes(path.as_str()) {
        match byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@:/?#%[]".contains(&byte) {
            true => uri.push(char::from(byte)),
            false => percent(byte, &mut uri),
        }
    }
    uri
}

/// The path's own bytes, percent-encoded. A colon and a leading slash are encoded too, which would otherwise read as a scheme
/// or a host. Never empty: GitHub refuses that.
fn relative(path: &TargetPath) -> String {
    let mut uri = String::with_capacity(path.as_str().len() + 8);
    for byte in bytes(path.as_str()) {
        match byte {
            b'/' if uri.is_empty() => percent(byte, &mut uri),
            b'/' => uri.push('/'),
            _ if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=@".contains(&byte) => {
                uri.push(char::from(byte))
            }
            _ => percent(byte, &mut uri),
        }
    }
    if uri.is_empty() {
        uri.push('.');
    }
    uri
}

/// Undoes the escapes of [`TargetPath`].
fn bytes(escaped: &str) -> impl Iterator<Item = u8> {
    let mut rest = escaped.as_bytes();
    std::iter::from_fn(move || {
        let (byte, left) = match rest {
            [b'\\', b'x', high, low, left @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => (high << 4 | low, left),
                _ => (b'\\', rest.get(1..)?),
            },
            [b'\\', b'\\', left @ ..] => (b'\\', left),
            [byte, left @ ..] => (*byte, left),
            [] => return None,
        };
        rest = left;
        Some(byte)
    })
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// One byte as `%NN`.
pub(crate) fn percent(byte: u8, out: &mut String) {
    // Writing into a String cannot fail.
    let _ = write!(out, "%{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(path: &[u8]) -> String {
        relative(&TargetPath::from_bytes(path))
    }

    #[test]
    fn a_path_becomes_the_reference_of_its_own_bytes() {
        assert_eq!(uri(b"src/main.rs"), "src/main.rs");
        assert_eq!(uri(b"a b/100%#1?.env"), "a%20b/100%25%231%3F.env");
        assert_eq!(uri("düsseldorf/鍵".as_bytes()), "d%C3%BCsseldorf/%E9%8D%B5");
        assert_eq!(uri(b"a\\x41/\xff\x1b"), "a%5Cx41/%FF%1B");
        assert_eq!(uri(b"[id]/`^{|}\".ts"), "%5Bid%5D/%60%5E%7B%7C%7D%22.ts");
    }

    #[test]
    fn a_url_stays_one() {
        let url = TargetPath::from_bytes("https://example.com:8443/a?b=%20ä#c".as_bytes());
        let address = Address::of(&url);
        assert_eq!(address.uri, "https://example.com:8443/a?b=%20%C3%A4#c");
        assert_eq!(
            (address.uri_base_id, Address::of(&TargetPath::from_bytes(b"https:/a")).uri_base_id),
            (None, Some(SOURCE_ROOT))
        );
    }

    #[test]
    fn no_path_reads_as_a_scheme_or_a_host() {
        assert_eq!(uri(b"javascript:alert(1)"), "javascript%3Aalert(1)");
        assert_eq!(uri(b"//evil.example/x"), "%2F/evil.example/x");
        assert_eq!(uri(b""), ".");
        assert_eq!(
            relative(&TargetPath::from_bytes(b"dist/app.zip").member(b"conf/.env")),
            "dist/app.zip!/conf/.env"
        );
    }
}
