//! `<meta http-equiv="refresh">` and the header `Refresh` (HTML, section 4.2.5.3, "shared declarative refresh steps").

/// What a page says it will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refresh {
    /// After so many seconds.
    pub seconds: u64,
    /// The address to go to, as it stands; `None` loads the same page again.
    pub target: Option<String>,
}

/// Reads the attribute `content`; `None` where a browser does nothing.
#[must_use]
pub fn parse(content: &str) -> Option<Refresh> {
    let text = content.trim_start_matches(|c: char| c.is_ascii_whitespace());
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(digits)?;
    if number.is_empty() && !rest.starts_with('.') {
        return None;
    }
    let seconds = if number.is_empty() { 0 } else { number.parse().unwrap_or(u64::MAX) };
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    if rest.is_empty() {
        return Some(Refresh { seconds, target: None });
    }
    if !rest.starts_with(|c: char| matches!(c, ';' | ',') || c.is_ascii_whitespace()) {
        return None;
    }
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix([';', ',']).unwrap_or(rest).trim_ascii_start();
    if rest.is_empty() {
        return Some(Refresh { seconds, target: None });
    }
    let target = after_url(rest).unwrap_or(rest);
    let target = match target.chars().next() {
        Some(quote @ ('"' | '\'')) => {
            let inner = target.get(1..).unwrap_or_default();
            inner.split(quote).next().unwrap_or_default()
        }
        _ => target,
    };
    Some(Refresh { seconds, target: Some(target.trim_ascii().to_owned()) })
}

/// What stands behind `url =`.
fn after_url(text: &str) -> Option<&str> {
    let (word, rest) = text.split_at_checked(3)?;
    let rest = rest.trim_ascii_start().strip_prefix('=')?;
    word.eq_ignore_ascii_case("url").then(|| rest.trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn contents_are_read_as_browsers_do() {
        for (content, seconds, target) in [
            ("300", 300, None),
            ("20; URL=page4.html", 20, Some("page4.html")),
            (" 0.5 ,url = 'a b' x", 0, Some("a b")),
            ("5;/x", 5, Some("/x")),
            ("5 url=\"/x", 5, Some("/x")),
            ("1;", 1, None),
            ("0;urlx", 0, Some("urlx")),
            ("99999999999999999999999", u64::MAX, None),
            (".5", 0, None),
        ] {
            let target = target.map(str::to_owned);
            assert_eq!(parse(content), Some(Refresh { seconds, target }), "{content}");
        }
        assert_eq!(["", "x", "5x", "-1"].map(parse), [None, None, None, None]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(text in "([0-9.;,=' \"]|url|\\PC){0,20}") {
            let _ = parse(&text);
        }
    }
}
