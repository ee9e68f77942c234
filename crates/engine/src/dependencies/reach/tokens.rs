//! Source text as words and marks, without its comments and literals: as much of a language's lexical grammar as it takes not to
//! mistake the one for the other (the Go specification, "Lexical elements"; the Rust reference, "Lexical structure").
//!
//! Total over any bytes: each token takes at least one byte, and nothing is looked at twice but for the few bytes that tell a
//! character from a lifetime.

use memchr::{memchr, memchr2, memchr3, memmem};

/// In what a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Go,
    Rust,
}

/// A piece of source text that means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'s> {
    /// An identifier or a keyword. Bytes beyond ASCII are taken for letters.
    Word(&'s [u8]),
    /// What stands between the quotes of a string, escapes and all.
    Text(&'s [u8]),
    /// A number or a character: something that is neither.
    Literal,
    /// Any other byte.
    Mark(u8),
}

/// Longest character literal behind its quote: `\u{10_FFFF}'`.
const MAX_CHARACTER_BYTES: usize = 16;

/// What is left of a text.
#[derive(Clone, Copy)]
pub(super) struct Tokens<'s> {
    language: Language,
    rest: &'s [u8],
}

impl<'s> Tokens<'s> {
    pub(super) fn of(language: Language, text: &'s [u8]) -> Self {
        Self { language, rest: text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text) }
    }

    /// Takes so many bytes, or all there are.
    fn take(&mut self, count: usize) -> &'s [u8] {
        let (taken, rest) = self.rest.split_at(count.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Takes up to and with what ends `length` bytes behind `at`; the text before it.
    fn take_through(&mut self, at: Option<usize>, length: usize) -> &'s [u8] {
        let taken = self.take(at.unwrap_or(self.rest.len()));
        self.take(length);
        taken
    }

    fn take_word(&mut self) -> &'s [u8] {
        let end = self.rest.iter().position(|byte| !is_of_word(*byte));
        self.take(end.unwrap_or(self.rest.len()))
    }

    /// A comment that begins here is passed over.
    fn skip_comment(&mut self) -> bool {
        if self.rest.starts_with(b"//") {
            self.take(memchr(b'\n', self.rest).unwrap_or(self.rest.len()));
            return true;
        }
        if !self.rest.starts_with(b"/*") {
            return false;
        }
        self.take(2);
        match self.language {
            Language::Go => {
                self.take_through(memmem::find(self.rest, b"*/"), 2);
            }
            Language::Rust => self.skip_nested_comment(),
        }
        true
    }

    fn skip_nested_comment(&mut self) {
        let mut depth = 1_usize;
        while depth > 0 {
            self.take(memchr2(b'/', b'*', self.rest).unwrap_or(self.rest.len()));
            match self.rest {
                [] => return,
                [b'/', b'*', ..] => depth += 1,
                [b'*', b'/', ..] => depth -= 1,
                _ => {
                    self.take(1);
                    continue;
                }
            }
            self.take(2);
        }
    }

    /// A string between double quotes, behind the first of them. Go's ends with its line, whatever is missing.
    fn quoted(&mut self) -> Token<'s> {
        let text = self.rest;
        let mut length = 0;
        loop {
            let at = match self.language {
                Language::Go => memchr3(b'"', b'\\', b'\n', self.rest),
                Language::Rust => memchr2(b'"', b'\\', self.rest),
            };
            length += self.take(at.unwrap_or(self.rest.len())).len();
            match self.rest {
                [b'\\', ..] => length += self.take(2).len(),
                _ => {
                    self.take(1);
                    return Token::Text(text.get(..length).unwrap_or_default());
                }
            }
        }
    }

    /// Behind a single quote: a character, or Rust's lifetime, or nothing that means anything.
    fn character(&mut self) -> Token<'s> {
        let near = self.rest.get(..MAX_CHARACTER_BYTES).unwrap_or(self.rest);
        let end = match near {
            // What is escaped may be the quote.
            [b'\\', _, behind @ ..] => memchr(b'\'', behind).map(|at| at + 2),
            [first, behind @ ..] => {
                let more = behind.iter().take_while(|byte| **byte & 0xC0 == 0x80).count();
                (*first != b'\n' && behind.get(more) == Some(&b'\'')).then_some(more + 1)
            }
            [] => None,
        };
        match end {
            Some(end) => {
                self.take(end + 1);
            }
            None if self.language == Language::Rust => {
                self.take_word();
            }
            None => {}
        }
        Token::Literal
    }

    /// What begins with a word: Rust's raw strings and its strings of bytes have a letter or two before their quotes.
    fn word(&mut self) -> Token<'s> {
        let word = self.take_word();
        if self.language == Language::Go {
            return Token::Word(word);
        }
        match (word, self.rest) {
            (b"b" | b"c", [b'"', ..]) => {
                self.take(1);
                self.quoted()
            }
            (b"b", [b'\'', ..]) => {
                self.take(1);
                self.character()
            }
            (b"r", [b'#', next, ..]) if is_of_word(*next) => {
                self.take(1);
                Token::Word(self.take_word())
            }
            (b"r" | b"br" | b"cr", [b'"' | b'#', ..]) => self.raw(word),
            _ => Token::Word(word),
        }
    }

    /// A raw string behind its letters, or the word that these are where no string follows.
    fn raw(&mut self, word: &'s [u8]) -> Token<'s> {
        let hashes = self.rest.iter().take_while(|byte| **byte == b'#').count();
        // The reference's limit; without one, many of them before no string would be counted again and again.
        if hashes > 255 || self.rest.get(hashes) != Some(&b'"') {
            return Token::Word(word);
        }
        self.take(hashes + 1);
        let text = self.rest;
        let mut length = 0;
        loop {
            let Some(at) = memchr(b'"', self.rest) else {
                self.take(self.rest.len());
                return Token::Text(text);
            };
            length += self.take(at).len();
            self.take(1);
            let closing = self.rest.iter().take(hashes).take_while(|byte| **byte == b'#').count();
            if closing == hashes {
                self.take(hashes);
                return Token::Text(text.get(..length).unwrap_or_default());
            }
            length += 1 + self.take(closing).len();
        }
    }
}

impl<'s> Iterator for Tokens<'s> {
    type Item = Token<'s>;

    fn next(&mut self) -> Option<Token<'s>> {
        loop {
            let first = *self.rest.first()?;
            let token = match first {
                b' ' | b'\t' | b'\r' | b'\n' => {
                    self.take(1);
                    continue;
                }
                b'/' if self.skip_comment() => continue,
                b'0'..=b'9' => {
                    self.take_word();
                    Token::Literal
                }
                byte if is_of_word(byte) => self.word(),
                b'"' => {
                    self.take(1);
                    self.quoted()
                }
                b'\'' => {
                    self.take(1);
                    self.character()
                }
                b'`' if self.language == Language::Go => {
                    self.take(1);
                    Token::Text(self.take_through(memchr(b'`', self.rest), 1))
                }
                byte => {
                    self.take(1);
                    Token::Mark(byte)
                }
            };
            return Some(token);
        }
    }
}

const fn is_of_word(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Words as they are, texts in quotes, `0` for other literals.
    fn shown(language: Language, text: &str) -> String {
        let shown = Tokens::of(language, text.as_bytes()).map(|token| match token {
            Token::Word(word) => String::from_utf8_lossy(word).into_owned(),
            Token::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
            Token::Literal => "0".to_owned(),
            Token::Mark(mark) => char::from(mark).to_string(),
        });
        shown.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_of_go_are_no_words() {
        let go = |text| shown(Language::Go, text);
        assert_eq!(go("a // b\nc /* d\n*/ e /* /* */ f"), "a c e f");
        assert_eq!(go(r#"x.F("y.G() // \" z", 'w', '\'', '\u00e9', `a\`)"#), {
            r#"x . F ( "y.G() // \\\" z" , 0 , 0 , 0 , "a\\" )"#
        });
        assert_eq!(go("s := \"open\nnext"), "s : = \"open\" next");
        assert_eq!(go("0x1F + 1.5e3 + größe"), "0 + 0 . 0 + größe");
        assert_eq!(go("\u{feff}package x"), "package x");
    }

    #[test]
    fn comments_and_literals_of_rust_are_no_words() {
        let rust = |text| shown(Language::Rust, text);
        assert_eq!(rust("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(rust(r##"f("a\"b", r"c\", r#"d"e"#, b"g", br#""# , b'\'', 'h')"##), {
            r#"f ( "a\\\"b" , "c\\" , "d\"e" , "g" , "" , 0 , 0 )"#
        });
        assert_eq!(rust("fn f<'a>(x: &'a str) -> 'b"), "fn f < 0 > ( x : & 0 str ) - > 0");
        assert_eq!(rust("r#type.r#\"x\"# br#x"), "type . \"x\" br # x");
        assert_eq!(rust("'\\u{1F600}' '\u{1F600}' 'x"), "0 0 0");
    }

    #[test]
    fn what_is_never_closed_ends_with_the_text() {
        for text in ["\"a b", "`a b", "/* a b", "/* /* a */ b", "r#\"a\" b", "'\\", "b\"", "r##"] {
            for language in [Language::Go, Language::Rust] {
                assert!(Tokens::of(language, text.as_bytes()).count() <= text.len(), "{text}");
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, go: bool) {
            let language = if go { Language::Go } else { Language::Rust };
            prop_assert!(Tokens::of(language, &bytes).count() <= bytes.len());
        }

        #[test]
        fn any_text_of_delimiters_is_survived(text in "[ab/*\"'`\\\\r#\n {}]{0,60}", go: bool) {
            let language = if go { Language::Go } else { Language::Rust };
            prop_assert!(Tokens::of(language, text.as_bytes()).count() <= text.len());
        }
    }
}
