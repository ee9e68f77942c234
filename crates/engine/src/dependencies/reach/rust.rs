//! What a file of Rust mentions. A crate may be named anywhere in a file, and its names may be passed on to other files.

use std::collections::{HashMap, HashSet};

use memchr::memmem;

use super::{
    table::{Home, Table},
    tokens::{Language, Token, Tokens},
};

/// With more crates to be looked for, every file is read word by word.
const MAX_SEARCHED: usize = 16;

/// How a file speaks of a crate.
#[derive(Clone, Copy, Default)]
struct Named {
    /// As the beginning of a path; otherwise some word is the same.
    is_root: bool,
    /// What it names may be called otherwise there, or stand in other files without the crate's name.
    is_passed_on: bool,
}

pub(super) fn look(text: &[u8], table: &Table) {
    let mut names = table.names();
    let is_few = table.names().count() <= MAX_SEARCHED;
    if is_few && !names.any(|name| memmem::find(text, name).is_some()) {
        return;
    }
    let named = named(text, table);
    if named.is_empty() {
        return;
    }
    let words: HashSet<&[u8]> = Tokens::of(Language::Rust, text)
        .filter_map(|token| match token {
            Token::Word(word) => Some(word),
            _ => None,
        })
        .collect();
    for (name, how) in &named {
        if let Some(home) = table.home(name) {
            judge(home, *how, &words);
        }
    }
}

fn judge(home: &Home, how: Named, words: &HashSet<&[u8]>) {
    home.name();
    for (name, slot) in home.symbols() {
        let is_there = words.contains(name)
            && slot.of_type.as_deref().is_none_or(|of_type| words.contains(of_type));
        if is_there && how.is_root {
            slot.mention();
        } else if is_there || how.is_passed_on {
            slot.doubt();
        }
    }
}

/// The crates that a file speaks of.
fn named<'s>(text: &'s [u8], table: &Table) -> HashMap<&'s [u8], Named> {
    let mut named: HashMap<&[u8], Named> = HashMap::new();
    let mut before = [None; 4];
    // Between `pub use` and its end.
    let mut is_passing_on = false;
    let mut is_any_glob = false;
    let mut tokens = Tokens::of(Language::Rust, text);
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(b"use") => {
                is_passing_on = matches!(before[3], Some(Token::Word(b"pub") | Token::Mark(b')')));
            }
            Token::Mark(b';') => is_passing_on = false,
            Token::Mark(b'*') if is_path(before[2], before[3]) => is_any_glob = true,
            Token::Word(word) if table.home(word).is_some() && !is_of_std(&before) => {
                let mut ahead = tokens;
                let next = [ahead.next(), ahead.next()];
                let how = named.entry(word).or_default();
                how.is_root |= is_root(&before, next);
                how.is_passed_on |= is_passing_on || next[0] == Some(Token::Word(b"as"));
            }
            _ => {}
        }
        let [_, second, third, fourth] = before;
        before = [second, third, fourth, Some(token)];
    }
    if is_any_glob {
        named.values_mut().for_each(|how| how.is_passed_on = true);
    }
    named
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
    fn what_is_passed_on_to_other_files_is_not_called_absent() {
        let of = |text: &str| asked("parse", &[text, "fn g() { crate::parse() }"]);
        assert_eq!(of("pub use my_time::other;"), Unknown);
        assert_eq!(of("pub(crate) use my_time::sub;"), Unknown);
        assert_eq!(of("use my_time as t;"), Unknown);
        assert_eq!(of("use my_time::*;"), Unknown);
        assert_eq!(of("use my_time::other;"), No);
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
