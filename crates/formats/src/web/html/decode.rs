//! From bytes to a document: which encoding they are in (HTML, 13.2.3.2).

use std::borrow::Cow;

use encoding_rs::{Encoding, REPLACEMENT, UTF_8, WINDOWS_1252, X_USER_DEFINED};
use model::site::Answer;
use url::Url;

use super::{Document, Element};
use crate::web::content_type::MediaType;

/// An answer's body as a document.
#[derive(Debug)]
pub struct Decoded<'b> {
    /// Its text; what does not decode is replaced.
    pub text: Cow<'b, str>,
    /// What a browser makes of it.
    pub document: Document,
    /// What it was decoded from.
    pub encoding: &'static Encoding,
}

impl<'b> Decoded<'b> {
    /// Reads a body: a byte order mark counts first, then what `Content-Type` says, then the first `<meta>` that says something. Where
    /// nothing is said it is UTF-8: browsers guess by the visitor's language.
    #[must_use]
    pub fn of(answer: &'b Answer) -> Self {
        let header = MediaType::extract(answer.headers.all("content-type"));
        Self::read(&answer.body, header.as_ref().and_then(MediaType::charset))
    }

    /// Reads bytes, of which `Content-Type` says that charset.
    #[must_use]
    pub fn read(bytes: &'b [u8], charset: Option<&str>) -> Self {
        let mark = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
        if let Some(encoding) = mark.or_else(|| known(charset?)) {
            return Self::with(bytes, encoding);
        }
        let first = Self::with(bytes, UTF_8);
        let said = first.document.by_name("meta").find_map(|meta| known(&meta.charset()?));
        match said {
            // A page in UTF-16 could not have been read up to its `<meta>`.
            Some(encoding) if encoding == X_USER_DEFINED => Self::with(bytes, WINDOWS_1252),
            Some(encoding) if encoding.output_encoding() == encoding && encoding != UTF_8 => {
                Self::with(bytes, encoding)
            }
            _ => first,
        }
    }

    fn with(bytes: &'b [u8], encoding: &'static Encoding) -> Self {
        // A mark at the beginning is taken off, and nothing else is read into it: it was looked for above.
        let (text, encoding, _) = encoding.decode(bytes);
        Self { document: Document::parse(&text), text, encoding }
    }
}

/// A URL as it stands in a document of that encoding. What is no ASCII in a query is sent in it (URL, 4.4).
#[must_use]
pub fn join(base: &Url, href: &str, encoding: &'static Encoding) -> Option<Url> {
    let encode: &dyn Fn(&str) -> Cow<'_, [u8]> = &|text| encoding.encode(text).0;
    let options = Url::options().base_url(Some(base));
    match encoding == UTF_8 || href.is_ascii() {
        true => options.parse(href.trim()).ok(),
        false => options.encoding_override(Some(encode)).parse(href.trim()).ok(),
    }
}

/// The encoding of a label (Encoding, 4.2); of those that stand for nothing there is none.
fn known(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != REPLACEMENT)
}

impl Element<'_> {
    /// The label of an encoding in `<meta charset>` or `<meta http-equiv="content-type">`.
    #[must_use]
    pub fn charset(self) -> Option<String> {
        if let Some(label) = self.attribute("charset") {
            return Some(label.trim().to_owned());
        }
        let pragma = self.attribute("http-equiv")?;
        let content =
            self.attribute("content").filter(|_| pragma.eq_ignore_ascii_case("content-type"))?;
        MediaType::parse(content)?.charset().map(|label| label.trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_read_in_the_encoding_that_is_said_first() {
        let meta = |label: &str, rest: &[u8]| {
            [format!("<meta charset={label}><p>").as_bytes(), rest].concat()
        };
        for (bytes, charset, encoding, text) in [
            (b"<p>\xfc".to_vec(), Some("latin1"), "windows-1252", "ü"),
            (meta("windows-1252", b"\xfc"), None, "windows-1252", "ü"),
            (meta("shift_jis", b"\x83\x65"), None, "Shift_JIS", "テ"),
            (meta("windows-1252", "ü".as_bytes()), Some("utf-8"), "UTF-8", "ü"),
            (meta("utf-16", "ü".as_bytes()), None, "UTF-8", "ü"),
            (meta("x-user-defined", b"\xfc"), None, "windows-1252", "ü"),
            (meta("hz-gb-2312", "ü".as_bytes()), None, "UTF-8", "ü"),
            (meta("nonsense", "ü".as_bytes()), Some("more of it"), "UTF-8", "ü"),
            (b"\xff\xfe<\0p\0>\0\xfc\0".to_vec(), Some("utf-8"), "UTF-16LE", "ü"),
            (b"\xef\xbb\xbf<p>\xc3\xbc".to_vec(), Some("latin1"), "UTF-8", "ü"),
            (b"<!-- <meta charset=latin1> --><p>\xc3\xbc".to_vec(), None, "UTF-8", "ü"),
        ] {
            let decoded = Decoded::read(&bytes, charset);
            let paragraph = decoded.document.first("p").unwrap().text();
            assert_eq!(
                (decoded.encoding.name(), paragraph.as_str()),
                (encoding, text),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_query_is_sent_in_the_encoding_of_its_page() {
        let base = Url::parse("https://example.com/").unwrap();
        let joined = |encoding| join(&base, " /ü?ü ", encoding).unwrap().to_string();
        assert_eq!(joined(WINDOWS_1252), "https://example.com/%C3%BC?%FC");
        assert_eq!(joined(UTF_8), "https://example.com/%C3%BC?%C3%BC");
        assert_eq!(joined(encoding_rs::UTF_16LE), "https://example.com/%C3%BC?%C3%BC");
    }

    proptest! {
        #[test]
        fn all_bytes_are_a_document(bytes: Vec<u8>, charset in proptest::option::of("[a-z0-9-]{0,12}")) {
            let decoded = Decoded::read(&bytes, charset.as_deref());
            prop_assert!(decoded.document.root().is_some());
        }
    }
}
