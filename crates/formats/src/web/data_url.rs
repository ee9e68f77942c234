//! `data:` URLs (RFC 2397, as <https://fetch.spec.whatwg.org/#data-url-processor> reads them).

use std::borrow::Cow;

use base64::{
    Engine as _,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use percent_encoding::percent_decode;

use super::content_type::MediaType;

/// What such a URL holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataUrl<'a> {
    /// Its type; `text/plain;charset=US-ASCII` if it names none.
    pub media_type: MediaType,
    /// Whether it was base64.
    pub is_base64: bool,
    /// The bytes.
    pub body: Cow<'a, [u8]>,
}

/// Why a URL holds nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It does not begin with `data:`.
    #[error("it is no `data:` URL")]
    Scheme,
    /// No comma between type and content.
    #[error("it has no comma")]
    NoComma,
    /// Its content is no base64.
    #[error("its content is no base64")]
    Base64,
    /// More than the caller takes.
    #[error("it is longer than {max_bytes} bytes")]
    TooLong {
        /// The caller's limit.
        max_bytes: usize,
    },
}

/// Trailing bits and missing padding are forgiven ("forgiving-base64").
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads a URL of at most so many bytes.
pub fn parse(url: &str, max_bytes: usize) -> Result<DataUrl<'_>, Error> {
    let url = url.trim_ascii();
    if url.len() > max_bytes {
        return Err(Error::TooLong { max_bytes });
    }
    let is_data = url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"));
    let rest = url.get(5..).filter(|_| is_data).ok_or(Error::Scheme)?;
    // A fragment is no part of the content.
    let rest = rest.split('#').next().unwrap_or_default();
    let (head, content) = rest.split_once(',').ok_or(Error::NoComma)?;
    let head = head.trim_ascii();
    let (head, is_base64) = match head.rsplit_once(';') {
        Some((before, last)) if last.trim_ascii_start().eq_ignore_ascii_case("base64") => {
            (before, true)
        }
        _ => (head, false),
    };
    let head = if head.starts_with(';') { format!("text/plain{head}") } else { head.to_owned() };
    let media_type = MediaType::parse(&head).unwrap_or_else(|| MediaType {
        essence: "text/plain".to_owned(),
        parameters: vec![("charset".to_owned(), "US-ASCII".to_owned())],
    });
    let decoded: Cow<'_, [u8]> = percent_decode(content.as_bytes()).into();
    let body = if is_base64 { Cow::Owned(decode_base64(&decoded)?) } else { decoded };
    Ok(DataUrl { media_type, is_base64, body })
}

fn decode_base64(text: &[u8]) -> Result<Vec<u8>, Error> {
    let decode = |text: &[u8]| FORGIVING.decode(text).map_err(|_| Error::Base64);
    if !text.iter().any(u8::is_ascii_whitespace) {
        return decode(text);
    }
    let dense: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    decode(&dense)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn both_encodings_are_read() {
        let url = parse("data:,Hello%2C%20World!#x", 100).unwrap();
        assert_eq!(
            (&*url.body, url.media_type.charset()),
            (&b"Hello, World!"[..], Some("US-ASCII"))
        );
        let url = parse(" DATA:text/html;charset=utf-8; BASE64,aGk%3D ", 100).unwrap();
        assert_eq!((&*url.body, url.media_type.essence.as_str()), (&b"hi"[..], "text/html"));
        assert_eq!(parse("data:;charset=x,a", 100).unwrap().media_type.charset(), Some("x"));
        assert_eq!(&*parse("data:;base64,aG k", 100).unwrap().body, b"hi");
    }

    #[test]
    fn what_holds_nothing_says_why() {
        assert_eq!(parse("https://a.example", 100), Err(Error::Scheme));
        assert_eq!(parse("data:text/plain", 100), Err(Error::NoComma));
        assert_eq!(parse("data:;base64,!", 100), Err(Error::Base64));
        assert_eq!(parse("data:,aaaaaa", 10), Err(Error::TooLong { max_bytes: 10 }));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "data:([;,%=a-z0-9/+]|base64|\\PC){0,30}") {
            if let Ok(url) = parse(&text, 1_000) {
                prop_assert!(url.body.len() <= text.len());
            }
        }
    }
}
