//! The notations in which a value is given to a name, for rules that know the name and the shape of the value only.

use std::ops::Range;

use super::{assignment, file::Text};

/// The expression of a value of shape `value` assigned to a name that contains one of `keywords` (lower case).
///
/// It begins with the keyword, so that it is tried at the keyword and nowhere else.
pub(crate) fn pattern(keywords: &[Text], value: &str) -> String {
    let names =
        keywords.iter().map(|word| regex_syntax::escape(word)).collect::<Vec<_>>().join("|");
    // Rest of the name; what closes it (`"name"`, `\"name\"`, `["name"]`, `<name>`); a type, as in `name: str =`.
    let name_tail = r#"[A-Za-z0-9_.\-]{0,40}(?:\\?["'`])?[\])]?(?:[ \t]{0,4}:[ \t]{0,4}[A-Za-z][A-Za-z<>&?']{1,20}[ \t]{0,4}=)?"#;
    // What assigns; a line may be broken behind it.
    let separator = r"[ \t]{0,24}(?:=>|->|:=|\?=|={1,3}|[:,>(=]|[ \t])[ \t\r\n]{0,24}";
    // What opens the value: a call around it, a quote, an escaped quote, a prefix of the string's kind.
    let opening = r#"(?:[A-Za-z_.]{1,24}\([ \t]{0,4})?(?:[bBrRfFuU@$]{0,2}\\?["'`]{1,3})?"#;
    let end = r"(?:[^A-Za-z0-9_+/\-]|\z)";
    format!("(?i:{names}){name_tail}{separator}{opening}(?<secret>{value}){end}")
}

/// Whether a name may begin at the keyword, or it is its own part of one: `okta_token`, `myOktaToken`, `accesstoken`; not in
/// the middle of another word (`boktas`), nor of what is made anew for each form (`authenticity_token`).
pub(crate) fn begins_a_name(text: &[u8], keyword: &Range<usize>) -> bool {
    let word = text.get(keyword.clone()).unwrap_or_default();
    let behind = text.get(keyword.end..).unwrap_or_default();
    let before = text.get(..keyword.start).and_then(<[u8]>::last);
    let goes_on = |a: Option<&u8>, b: Option<&u8>| {
        a.is_some_and(u8::is_ascii_lowercase) && b.is_some_and(u8::is_ascii_lowercase)
    };
    let inside = goes_on(before, word.first())
        && goes_on(word.last(), behind.first())
        && !assignment::is_known_ending(behind.get(..behind.len().min(8)).unwrap_or_default());
    !inside && !assignment::is_made_anew(text, keyword.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_is_a_word() {
        let begins = |text: &str, word: &str| {
            let at = text.to_ascii_lowercase().find(word).unwrap();
            begins_a_name(text.as_bytes(), &(at..at + word.len()))
        };
        for (text, word) in [
            ("okta_token = x", "okta"),
            ("myOktaToken = x", "okta"),
            ("MY_OKTA_TOKEN = x", "okta"),
            ("oldoktatoken = x", "okta"),
            ("oktas = x", "okta"),
            ("accesstoken = x", "token"),
        ] {
            assert!(begins(text, word), "{text}");
        }
        for (text, word) in [
            ("boktas = x", "okta"),
            ("authenticity_token = x", "token"),
            ("\"csrfToken\": x", "token"),
        ] {
            assert!(!begins(text, word), "{text}");
        }
    }
}
