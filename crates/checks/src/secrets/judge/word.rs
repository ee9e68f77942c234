//! Letters in an order that no word has.

use super::{Shape, placeholder::repeats};

/// What names are put together of, and what stands for a word among those who write code; longer ones first.
const ABBREVIATIONS: &[&str] = &[
    "passwd", "crypt", "mysql", "pgsql", "hash", "html", "http", "json", "pswd", "txt", "lbl",
    "btn", "pwd", "psw", "sql", "xml", "url", "usr", "db", "pg", "pw",
];
/// Rows of keyboards, and the alphabet: what fingers run along.
const ROWS: &[&str] = &[
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
];
/// Longest value that is looked at, in bytes.
const MAX_BYTES: usize = 400;

/// Whether the letters of `value` follow each other as in no word and no name, and a keyboard's rows, repetition and the
/// abbreviations of those who write code do not explain it.
pub(crate) fn is_no_word(value: &[u8]) -> bool {
    if value.len() > MAX_BYTES || !Shape::of(value).has_strange_letters() {
        return false;
    }
    let mut letters: String = value
        .iter()
        .filter(|b| b.is_ascii_alphabetic())
        .map(|b| char::from(b.to_ascii_lowercase()))
        .collect();
    for abbreviation in ABBREVIATIONS {
        letters = letters.replace(abbreviation, "");
    }
    Shape::of(letters.as_bytes()).has_strange_letters()
        && !is_run(letters.as_bytes())
        && !(2..=4).any(|period| repeats(letters.as_bytes(), period, 2))
}

/// Whether nearly every letter stands beside the one before it in a row.
fn is_run(letters: &[u8]) -> bool {
    let beside = |pair: &&[u8]| {
        ROWS.iter().any(|row| {
            row.as_bytes().windows(2).any(|keys| keys == *pair || keys.iter().rev().eq(pair.iter()))
        })
    };
    let steps = letters.windows(2).filter(beside).count();
    // A hand that moves to another row does so once.
    steps + 2 >= letters.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_without_order_are_no_word() {
        for value in ["zhmhhfld", "xqfk", "xkvledsqtgkw", "KXWQB7tz!", "db-wrzxkv2z"] {
            assert!(is_no_word(value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn what_people_type_is_a_word() {
        for value in [
            "password", "pumpkin", "rabbits", "pass", "s3cr3t", "123456", "admin1", "Wagtail",
            "qwertz", "asdfgh", "zxcvbn", "hjkl", "wxyz", "jkljkl", "mdpmdp", "pswd", "pgsql",
            "mysql57", "txtPwd", "PwdHash", "hqpw",
        ] {
            assert!(!is_no_word(value.as_bytes()), "{value}");
        }
    }
}
