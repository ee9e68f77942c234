//! The notations in which a value is given to a name, for rules that know the name and the shape of the value only.

use super::file::Text;

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
