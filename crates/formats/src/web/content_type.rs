//! `Content-Type` as browsers read it (<https://mimesniff.spec.whatwg.org/#parsing-a-mime-type>).

use super::syntax::is_token;

/// A media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// `type/subtype` in lower case.
    pub essence: String,
    /// Parameters in order, names in lower case; the first of a name only.
    pub parameters: Vec<(String, String)>,
}

/// So many parameters are read.
const MAX_PARAMETERS: usize = 64;

impl MediaType {
    /// Reads one media type; `None` where a browser would sniff.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(is_white_space);
        let (essence, mut rest) = text.split_at_checked(text.find(';').unwrap_or(text.len()))?;
        let (kind, subtype) = essence.split_once('/')?;
        let subtype = subtype.trim_end_matches(is_white_space);
        if !is_token(kind) || !is_token(subtype) {
            return None;
        }
        let essence = format!("{kind}/{subtype}").to_ascii_lowercase();
        let mut parameters: Vec<(String, String)> = Vec::new();
        while let Some(behind) = rest.strip_prefix(';') {
            let behind = behind.trim_start_matches(is_white_space);
            let end = behind.find([';', '=']).unwrap_or(behind.len());
            let (name, behind) = behind.split_at_checked(end)?;
            let Some(behind) = behind.strip_prefix('=') else {
                rest = behind;
                continue;
            };
            let (value, is_value, behind) = read_value(behind);
            rest = behind;
            let name = name.to_ascii_lowercase();
            let is_new = parameters.iter().all(|known| known.0 != name);
            if is_token(&name) && is_value && is_new && parameters.len() < MAX_PARAMETERS {
                parameters.push((name, value));
            }
        }
        Some(Self { essence, parameters })
    }

    /// What counts of all lines of the header (Fetch, "extract a MIME type"): the last type that can be read, with the charset of
    /// one before it of the same essence if it has none itself.
    #[must_use]
    pub fn extract<'a>(fields: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut counts: Option<Self> = None;
        for part in fields.into_iter().flat_map(|field| super::syntax::split_unquoted(field, b','))
        {
            let Some(mut found) = Self::parse(part) else { continue };
            if found.essence == "*/*" {
                continue;
            }
            if let Some(before) = counts.filter(|before| before.essence == found.essence)
                && found.charset().is_none()
                && let Some(charset) = before.charset()
            {
                found.parameters.push(("charset".to_owned(), charset.to_owned()));
            }
            counts = Some(found);
        }
        counts
    }

    /// The first parameter of this name (lower case).
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|known| known.0 == name).map(|known| known.1.as_str())
    }

    /// The parameter `charset`.
    #[must_use]
    pub fn charset(&self) -> Option<&str> {
        self.parameter("charset")
    }

    /// `text/html`
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.essence == "text/html"
    }

    /// One of the types of JavaScript (section 4.6).
    #[must_use]
    pub fn is_javascript(&self) -> bool {
        matches!(
            self.essence.as_str(),
            "application/ecmascript"
                | "application/javascript"
                | "application/x-ecmascript"
                | "application/x-javascript"
                | "text/ecmascript"
                | "text/javascript"
                | "text/javascript1.0"
                | "text/javascript1.1"
                | "text/javascript1.2"
                | "text/javascript1.3"
                | "text/javascript1.4"
                | "text/javascript1.5"
                | "text/jscript"
                | "text/livescript"
                | "text/x-ecmascript"
                | "text/x-javascript"
        )
    }

    /// A type of JSON: `+json` ones too.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.essence.ends_with("+json")
            || matches!(self.essence.as_str(), "application/json" | "text/json")
    }

    /// A type of XML: `+xml` ones too.
    #[must_use]
    pub fn is_xml(&self) -> bool {
        self.essence.ends_with("+xml")
            || matches!(self.essence.as_str(), "text/xml" | "application/xml")
    }

    /// Whether a browser that opens it runs scripts in it.
    #[must_use]
    pub fn is_scriptable(&self) -> bool {
        self.is_xml() || self.is_html() || self.essence == "application/pdf"
    }
}

/// HTTP white space.
fn is_white_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' ')
}

/// A value, whether it counts, and what is behind it from the next semicolon on.
fn read_value(text: &str) -> (String, bool, &str) {
    let to_semicolon = |text: &str| text.find(';').unwrap_or(text.len());
    if let Some(quoted) = text.strip_prefix('"') {
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        let mut end = quoted.len();
        while let Some((at, c)) = characters.next() {
            match c {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => value.push(characters.next().map_or('\\', |(_, c)| c)),
                c => value.push(c),
            }
        }
        let rest = quoted.get(end..).unwrap_or_default();
        let is_value =
            value.chars().all(|c| c == '\t' || matches!(c, ' '..='~' | '\u{80}'..='\u{ff}'));
        return (value, is_value, rest.get(to_semicolon(rest)..).unwrap_or_default());
    }
    let (value, rest) = text.split_at_checked(to_semicolon(text)).unwrap_or((text, ""));
    let value = value.trim_end_matches(is_white_space);
    let is_value = !value.is_empty()
        && value.chars().all(|c| c == '\t' || matches!(c, ' '..='~' | '\u{80}'..='\u{ff}'));
    (value.to_owned(), is_value, rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn essence_and_charset_are_read_as_browsers_do() {
        for (text, essence, charset) in [
            ("text/html;charset=gbk", "text/html", Some("gbk")),
            (" TEXT/HTML; CHARSET=\"gbk\" x; a=b", "text/html", Some("gbk")),
            ("text/html;;;charset=gbk;charset=x", "text/html", Some("gbk")),
            ("text/html;charset=", "text/html", None),
            ("text/html;charset", "text/html", None),
            ("text/html;charset=\"a\\b", "text/html", Some("ab")),
            ("text/html ", "text/html", None),
        ] {
            let media = MediaType::parse(text).unwrap();
            assert_eq!((media.essence.as_str(), media.charset()), (essence, charset), "{text}");
        }
        for none in ["", "text", "/html", "text/", "te xt/html", "text/html,x/y"] {
            assert_eq!(MediaType::parse(none), None, "{none}");
        }
    }

    #[test]
    fn of_several_types_the_last_counts() {
        let of = |fields: &[&str]| MediaType::extract(fields.iter().copied()).unwrap();
        let media = of(&["text/html;charset=gbk, x/x;charset=utf-8", "x/x"]);
        assert_eq!((media.essence.as_str(), media.charset()), ("x/x", Some("utf-8")));
        assert_eq!(of(&["text/html", "*/*"]).essence, "text/html");
        assert_eq!(of(&["text/html;a=\",x/y\", bad"]).essence, "text/html");
        assert_eq!(MediaType::extract(["", "x"]), None);
    }

    #[test]
    fn families_are_known() {
        let media = |text| MediaType::parse(text).unwrap();
        assert!(media("image/svg+xml").is_scriptable() && media("text/jscript").is_javascript());
        assert!(media("application/ld+json").is_json() && !media("text/plain").is_scriptable());
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "(text/html|charset|[;=,\"\\\\ ]|\\PC){0,30}") {
            let _ = MediaType::extract([text.as_str()]);
        }
    }
}
