//! What a file of Rust mentions. A crate may be named anywhere in a file, and what it names may be passed on to other files, where
//! the crate's name does not stand.

use std::collections::{HashMap, HashSet};

use memchr::memmem;

use super::{
    table::Table,
    tokens::{Language, Token, Tokens},
};

/// With more words to be looked for, every file is read word by word.
const MAX_SEARCHED: usize = 32;

/// Looks at all of a file.
pub(super) fn look(text: &[u8], table: &Table) {
    let sought: Vec<&[u8]> = table.words().take(MAX_SEARCHED + 1).collect();
    let is_there = |word: &&[u8]| memmem::find(text, word).is_some();
    if sought.len() <= MAX_SEARCHED && !sought.iter().any(is_there) {
        return;
    }
    let said = Said::of(text, table);
    for (name, home) in table.open() {
        let is_root = said.crates.get(name).copied();
        if is_root.is_some() {
            home.name();
        }
        for (_, slot) in home.symbols().filter(|(name, _)| said.words.contains(name)) {
            let has_type = slot.of_type.as_deref().is_none_or(|name| said.words.contains(name));
            match is_root == Some(true) && has_type {
                true => slot.mention(),
                false => slot.doubt(),
            }
        }
    }
}

/// What a file says.
#[derive(Default)]
struct Said<'s> {
    words: HashSet<&'s [u8]>,
    /// The crates among them, and whether a path begins with them; otherwise some word is the same.
    crates: HashMap<&'s [u8], bool>,
}

impl<'s> Said<'s> {
    fn of(text: &'s [u8], table: &Table) -> Self {
        let mut said = Self::default();
        let mut before = [None; 4];
        let mut tokens = Tokens::of(Language::Rust, text);
        while let Some(token) = tokens.next() {
            if let Token::Word(word) = token {
                said.words.insert(word);
                if table.home(word).is_some() && !is_of_std(&before) {
                    let mut ahead = tokens;
                    let next = [ahead.next(), ahead.next()];
                    *said.crates.entry(word).or_default() |= is_root(&before, next);
                }
            }
            let [_, second, third, fourth] = before;
            before = [second, third, fourth, Some(token)];
        }
        said
    }
}

/// Whether two tokens are `::`.
fn is_path(first: Option<Token<'_>>, second: Option<Token<'_>>) -> bool {
    first == Some(Token::Mark(b':')) && second == first
}

/// Whether a word behind these is a module of the standard library: `std::time` is not the crate `time`.
fn is_of_std(before: &[Option<Token<'_>>; 4]) -> bool {
    let is_std = matches!(before[1], Some(Token::Word(b"std" | b"core" | b"alloc")));
    is_std && is_path(before[2], before[3])
}

/// Whether a path begins with a word between these.
fn is_root(before: &[Option<Token<'_>>; 4], next: [Option<Token<'_>>; 2]) -> bool {
    let is_behind_path = is_path(before[2], before[3])
        && matches!(before[1], Some(Token::Word(word)) if word != b"use");
    match before[3] {
        _ if is_behind_path => false,
        Some(Token::Mark(b'.')) => false,
        // `use x;`, `extern crate x;`
        Some(Token::Word(b"use" | b"crate")) => true,
        _ => is_path(next[0], next[1]),
    }
}

#[cfg(test)]
mod tests {
    use model::Reachable::{self, No, Unknown, Yes};

    use super::*;
    use crate::dependencies::reach::{answers, ask::Symbol};

    /// What files say of `Type::name` or `name` of the crate `my_time`, which is also called `clock`.
    fn asked(symbol: &str, texts: &[&str]) -> Reachable {
        let (of_type, name) = match symbol.split_once("::") {
            Some((of_type, name)) => (Some(of_type.into()), name),
            None => (None, symbol),
        };
        let symbol = Symbol { is_dynamic: of_type.is_some(), of_type, name: Some(name.into()) };
        answers(&["my_time", "clock"], &symbol, |table| {
            texts.iter().for_each(|text| look(text.as_bytes(), table));
        })
    }

    #[test]
    fn a_function_is_mentioned_beside_its_crate() {
        let of = |text: &str| asked("parse", &[text]);
        assert_eq!(of("fn f() { my_time::parse() }"), Yes);
        assert_eq!(of("use ::my_time::{self, a::parse};"), Yes);
        assert_eq!(of("extern crate my_time; use my_time as t; fn f() { t::parse() }"), Yes);
        assert_eq!(of("fn f() { clock::parse() }"), Yes);
        assert_eq!(of("use my_time::other; fn f() {}"), No);
        assert_eq!(of("// my_time::parse\nfn f() { \"my_time::parse\" }"), No);
        assert_eq!(of("fn f(my_time: u8) { parse() }"), Unknown);
        assert_eq!(of("fn f() { x.my_time.parse() }"), Unknown);
        assert_eq!(of("use std::my_time::parse;"), No);
    }

    #[test]
    fn what_may_be_passed_on_to_other_files_is_not_called_absent() {
        let passed_on = "pub use my_time::*;";
        assert_eq!(asked("parse", &[passed_on, "fn g() { crate::parse() }"]), Unknown);
        assert_eq!(asked("parse", &[passed_on, "fn g() { crate::other() }"]), No);
        assert_eq!(asked("parse", &["fn g() { crate::parse() }"]), No);
    }

    #[test]
    fn a_method_is_mentioned_beside_its_type() {
        let of = |text: &str| asked("Stealer::steal", &[text]);
        assert_eq!(of("use my_time::Stealer; fn f(s: &Stealer) { s.steal() }"), Yes);
        assert_eq!(of("fn f() { my_time::new().steal() }"), Unknown);
        assert_eq!(of("use my_time::Stealer;"), Unknown);
        assert_eq!(of("fn f(s: &Stealer) { s.steal() }"), No);
    }

    proptest::proptest! {
        #[test]
        fn any_file_is_survived(text: Vec<u8>) {
            look(&text, &Table::default());
            let _ = asked("S::f", &[&String::from_utf8_lossy(&text)]);
        }
    }
}
