//! Commands that a person may copy into a shell, although names and versions in them come from files of strangers.

use std::borrow::Cow;

use model::{one_line, visible};

/// A command of ours and its foreign arguments, which the shell takes as they are.
pub(crate) fn command(ours: &str, arguments: &[&str]) -> String {
    let mut out = String::from(ours);
    for argument in arguments {
        out.push(' ');
        out.push_str(&word(argument));
    }
    out
}

/// One word of a POSIX shell, and no option.
pub(crate) fn word(text: &str) -> Cow<'_, str> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"@/._+:-=^,".contains(&b);
    if !text.is_empty() && !text.starts_with(['-', '=']) && text.bytes().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let path = if text.starts_with('-') { "./" } else { "" };
    Cow::Owned(format!("'{path}{}'", visible(text).replace('\'', r"'\''")))
}

/// A text between double quotes, as JSON and TOML have it.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text, 200).replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_name_never_becomes_a_command() {
        assert_eq!(command("bundle update", &["rack"]), "bundle update rack");
        assert_eq!(command("x", &["a; rm -rf ~", "it's"]), r"x 'a; rm -rf ~' 'it'\''s'");
        assert_eq!(command("x", &["\u{1b}[2J"]), r"x '\x1b[2J'");
        assert_eq!(word("--registry=http://x"), "'./--registry=http://x'");
        assert_eq!(quoted("a\"\\"), r#""a\"\\""#);
    }
}
