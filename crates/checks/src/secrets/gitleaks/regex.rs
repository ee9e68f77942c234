//! Go's regular expressions in the notation of our engine.
//!
//! Both are linear-time engines with nearly the same syntax (<https://pkg.go.dev/regexp/syntax>). What is written the same
//! and means something else is rewritten here; what Go refuses is refused, so that a mistake does not become another pattern.

use regex_syntax::is_meta_character;

/// Longest expression, in bytes.
const MAX_SOURCE_BYTES: usize = 64 << 10;
/// Largest number in `{n,m}` (Go's own limit).
const MAX_REPEAT: u32 = 1_000;

/// Go's `\d`, `\s` and `\w` are ASCII, and `\s` is without the vertical tab.
const DIGIT: &str = "0-9";
const SPACE: &str = r"\t\n\x0C\r\x20";
const WORD: &str = "0-9A-Za-z_";

const POSIX_CLASSES: &[&str] = &[
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

/// An expression that was rewritten.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Translated {
    /// In our engine's notation.
    pub(super) source: String,
    /// Whether it speaks of characters outside ASCII. One that does not is run on bytes, which also reads Latin-1.
    pub(super) unicode: bool,
    /// How many groups it has.
    pub(super) groups: usize,
}

/// Rewrites an expression of Go.
///
/// # Errors
/// What Go would not understand, and what no linear engine has.
pub(super) fn translate(go: &str) -> Result<Translated, String> {
    if go.len() > MAX_SOURCE_BYTES {
        return Err(format!("longer than {} KiB", MAX_SOURCE_BYTES >> 10));
    }
    let mut reader =
        Reader { rest: go, out: String::new(), unicode: false, groups: 0, last: Last::Nothing };
    reader.expression()?;
    Ok(Translated { source: reader.out, unicode: reader.unicode, groups: reader.groups })
}

/// What a repetition would repeat.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Item,
    Repetition,
}

struct Reader<'g> {
    rest: &'g str,
    out: String,
    unicode: bool,
    groups: usize,
    last: Last,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    fn skip(&mut self, text: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(text) else { return false };
        self.rest = rest;
        true
    }

    fn expression(&mut self) -> Result<(), String> {
        while let Some(c) = self.next() {
            match c {
                '(' => self.group()?,
                '|' => {
                    self.out.push(c);
                    self.last = Last::Nothing;
                }
                '*' | '+' | '?' => self.repetition(&c.to_string())?,
                '{' => match self.counts()? {
                    Some(counts) => self.repetition(&counts)?,
                    // What is no repetition is a brace.
                    None => self.literal('{'),
                },
                '[' => {
                    self.class()?;
                    self.last = Last::Item;
                }
                '\\' => self.escape()?,
                ')' | '.' | '^' | '$' => {
                    self.out.push(c);
                    self.last = Last::Item;
                }
                c => self.literal(c),
            }
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        self.push(c);
        self.last = Last::Item;
    }

    /// One character that stands for itself, in a class or outside.
    fn push(&mut self, c: char) {
        self.unicode |= !c.is_ascii();
        if is_meta_character(c) {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    fn repetition(&mut self, operator: &str) -> Result<(), String> {
        match self.last {
            Last::Nothing => return Err(format!("`{operator}` repeats nothing")),
            Last::Repetition => return Err(format!("`{operator}` repeats a repetition")),
            Last::Item => {}
        }
        self.out.push_str(operator);
        if self.skip("?") {
            self.out.push('?');
        }
        self.last = Last::Repetition;
        Ok(())
    }

    /// What follows a brace, if that makes it a repetition.
    fn counts(&mut self) -> Result<Option<String>, String> {
        let Some((inside, rest)) = self.rest.split_once('}') else { return Ok(None) };
        let is_number = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_digit())
                && (text.len() == 1 || !text.starts_with('0'))
        };
        let (least, most) = match inside.split_once(',') {
            Some((least, "")) => (least, None),
            Some((least, most)) => (least, Some(most)),
            None => (inside, Some(inside)),
        };
        if !is_number(least) || !most.is_none_or(is_number) {
            return Ok(None);
        }
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= MAX_REPEAT);
        let in_order = match most {
            Some(most) => number(least).zip(number(most)).is_some_and(|(a, b)| a <= b),
            None => number(least).is_some(),
        };
        if !in_order {
            return Err(format!("`{{{inside}}}` is no count up to {MAX_REPEAT}"));
        }
        self.rest = rest;
        Ok(Some(format!("{{{inside}}}")))
    }

    fn group(&mut self) -> Result<(), String> {
        self.last = Last::Nothing;
        if !self.skip("?") {
            self.groups += 1;
            self.out.push('(');
            return Ok(());
        }
        for (sign, name) in
            [("=", "look-ahead"), ("!", "look-ahead"), ("<=", "look-behind"), ("<!", "look-behind")]
        {
            if self.rest.starts_with(sign) {
                return Err(format!("`(?{sign}`: there is no {name} in Go's syntax"));
            }
        }
        if self.skip("P<") || self.skip("<") {
            // Groups are known by their numbers; names that our engine would refuse do no harm.
            let (name, rest) =
                self.rest.split_once('>').ok_or("a group's name does not end".to_owned())?;
            if name.is_empty() || !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
                return Err(format!("`{name}` is no name of a group"));
            }
            self.rest = rest;
            self.groups += 1;
            self.out.push('(');
            return Ok(());
        }
        self.out.push_str("(?");
        while let Some(c) = self.next() {
            match c {
                'i' | 'm' | 's' | 'U' | '-' => self.out.push(c),
                ':' | ')' => {
                    self.out.push(c);
                    return Ok(());
                }
                c => return Err(format!("`(?{c}` is no group and no flag of Go's syntax")),
            }
        }
        Err("a group does not end".to_owned())
    }

    /// What follows a backslash outside of a class.
    fn escape(&mut self) -> Result<(), String> {
        self.last = Last::Item;
        if self.skip("Q") {
            let (text, rest) = self.rest.split_once(r"\E").unwrap_or((self.rest, ""));
            self.rest = rest;
            text.chars().for_each(|c| self.push(c));
            return Ok(());
        }
        for (name, form) in [("A", r"\A"), ("z", r"\z"), ("b", r"(?-u:\b)"), ("B", r"(?-u:\B)")] {
            if self.skip(name) {
                self.out.push_str(form);
                return Ok(());
            }
        }
        if self.named_class()? {
            return Ok(());
        }
        let c = self.escaped()?;
        self.push_escaped(c);
        Ok(())
    }

    /// `d`, `S`, `pL`, `P{Greek}` and so on, behind a backslash, in a class or outside.
    fn named_class(&mut self) -> Result<bool, String> {
        for (name, members) in [("d", DIGIT), ("s", SPACE), ("w", WORD)] {
            if self.skip(name) {
                self.out.push_str(&format!("[{members}]"));
                return Ok(true);
            }
            if self.skip(&name.to_ascii_uppercase()) {
                self.out.push_str(&format!("[^{members}]"));
                return Ok(true);
            }
        }
        let mut negated = self.rest.starts_with('P');
        if !self.skip("p") && !self.skip("P") {
            return Ok(false);
        }
        let name = if self.skip("{") {
            let (name, rest) = self.rest.split_once('}').ok_or("`\\p{` does not end".to_owned())?;
            self.rest = rest;
            name.to_owned()
        } else {
            self.next().map(String::from).unwrap_or_default()
        };
        let plain = name.strip_prefix('^').unwrap_or(&name);
        negated ^= plain.len() != name.len();
        if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(format!("`\\p{{{name}}}` is no class of Unicode"));
        }
        self.unicode = true;
        self.out.push_str(&format!("\\{}{{{plain}}}", if negated { 'P' } else { 'p' }));
        Ok(true)
    }

    /// The character that an escape stands for.
    fn escaped(&mut self) -> Result<char, String> {
        let c = self.next().ok_or("ends with a backslash".to_owned())?;
        Ok(match c {
            'a' => '\x07',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\x0b',
            '1'..='7' if !self.rest.starts_with(|c: char| matches!(c, '0'..='7')) => {
                return Err(format!("`\\{c}`: there are no back-references in Go's syntax"));
            }
            '0'..='7' => {
                let mut value = c.to_digit(8).unwrap_or_default();
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else {
                        break;
                    };
                    value = value * 8 + digit;
                    self.next();
                }
                char::from_u32(value).unwrap_or_default()
            }
            'x' => self.hexadecimal()?,
            c if c.is_ascii_punctuation() || c.is_ascii() && !c.is_ascii_alphanumeric() => c,
            c => return Err(format!("`\\{c}` is not in Go's syntax")),
        })
    }

    fn hexadecimal(&mut self) -> Result<char, String> {
        let (digits, rest) = match self.rest.strip_prefix('{') {
            Some(rest) => rest.split_once('}').ok_or("`\\x{` does not end".to_owned())?,
            None => self.rest.split_at_checked(2).ok_or("`\\x` needs two digits".to_owned())?,
        };
        self.rest = rest;
        let is_hexadecimal = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| is_hexadecimal)
            .and_then(char::from_u32)
            .ok_or_else(|| format!("`\\x{{{digits}}}` is no character"))
    }

    fn push_escaped(&mut self, c: char) {
        if c.is_ascii_control() {
            self.out.push_str(&format!("\\x{:02X}", u32::from(c)));
        } else {
            self.push(c);
        }
    }

    /// What follows an opening bracket. Our engine's classes nest and have operators, Go's have neither.
    fn class(&mut self) -> Result<(), String> {
        self.out.push('[');
        if self.skip("^") {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            if self.rest.is_empty() {
                return Err("`[` without `]`".to_owned());
            }
            if !first && self.skip("]") {
                self.out.push(']');
                return Ok(());
            }
            first = false;
            if let Some(inside) = self.rest.strip_prefix("[:")
                && let Some((name, rest)) = inside.split_once(":]")
            {
                if !POSIX_CLASSES.contains(&name.strip_prefix('^').unwrap_or(name)) {
                    return Err(format!("`[:{name}:]` is no class"));
                }
                self.rest = rest;
                self.out.push_str(&format!("[:{name}:]"));
                continue;
            }
            if self.rest.starts_with(r"\")
                && self.rest.get(1..2).is_some_and(|c| "dDsSwWpP".contains(c))
            {
                self.next();
                self.named_class()?;
                continue;
            }
            let low = self.class_character()?;
            self.push_escaped(low);
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.next();
                let high = self.class_character()?;
                if high < low {
                    return Err(format!("`{low}-{high}` is no range"));
                }
                self.out.push('-');
                self.push_escaped(high);
            }
        }
    }

    fn class_character(&mut self) -> Result<char, String> {
        match self.next() {
            Some('\\') => self.escaped(),
            Some(c) => Ok(c),
            None => Err("`[` without `]`".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::pattern::Pattern;

    fn is_match(go: &str, text: &[u8]) -> bool {
        let translated = translate(go).unwrap_or_else(|error| panic!("{go}: {error}"));
        let pattern = Pattern::translated(&translated.source, translated.unicode)
            .unwrap_or_else(|error| panic!("{go} as {}: {error}", translated.source));
        pattern.is_match(text)
    }

    /// What Go's `regexp.MatchString` says of the same expressions and texts.
    #[test]
    fn what_is_written_alike_means_what_it_means_in_go() {
        for (go, yes, no) in [
            (r"^\<a\>$", "<a>", "a"),
            (r"^a{,2}$", "a{,2}", "aa"),
            (r"^{x}$", "{x}", "x"),
            (r"^a{2}$", "aa", "a{2}"),
            (r"^a{02}$", "a{02}", "aa"),
            (r"^[]a]+$", "]a", "b"),
            (r"^[^]a]$", "b", "]"),
            (r"^[a&&b]+$", "a&b", "c"),
            (r"^[a~~b]+$", "a~b", "c"),
            (r"^[a[b]+$", "a[b", "c"),
            (r"^[\w-.]+$", "a-.", "+"),
            (r"^[--/]+$", "-./", "0"),
            (r"^[a-c-e]+$", "abc-e", "d"),
            (r"^[[:^alpha:]x]+$", "12x", "y"),
            (r"^[[:word:]]+$", "a_1", "-"),
            (r"^\Qa.b*\Ec$", "a.b*c", "aXbbc"),
            (r"^\Q[", "[", "x"),
            (r"^\101\x42\x{43}$", "ABC", "abc"),
            (r"^\d$", "1", "٣"),
            (r"^\w$", "a", "é"),
            (r"^\p{Greek}+$", "αβ", "ab"),
            (r"^\p{^Greek}$", "a", "α"),
            (r"^\PL$", "1", "é"),
            (r"^[\pL\d]+$", "é1", "-"),
            (r"^é.ü$", "éäü", "éü"),
            (r"^[é-ü]$", "ö", "a"),
            (r"(?i)^KEY$", "key", "k"),
            (r"^(?i:a)b$", "Ab", "AB"),
            (r"^(?P<1st>a)(?<zweite>b)$", "ab", "a"),
            (r"^\s$", "\x0c", "\x0b"),
            (r"^\S$", "\x0b", " "),
            (r"^a\_\-\'\/b$", "a_-'/b", "ab"),
            (r"^[\'\x22\a-\f]$", "\x08", "a"),
            (r"^\bx\b$", "x", "xy"),
            (r"^(?s).$", "\n", ""),
            (r"^a$", "a", "a\n"),
            (r"(?m)^b$", "a\nb\nc", "ab"),
            (r"^x# y$", "x# y", "x"),
        ] {
            assert!(is_match(go, yes.as_bytes()), "{go} on {yes:?}");
            assert!(!is_match(go, no.as_bytes()), "{go} on {no:?}");
        }
        assert!(is_match("^key=.$", b"key=\xe9"));
    }

    #[test]
    fn what_go_refuses_is_refused_with_its_reason() {
        for (go, told) in [
            (r"(?=a)", "look-ahead"),
            (r"(?<!a)b", "look-behind"),
            (r"(a)\1", "back-references"),
            (r"\C", r"`\C`"),
            (r"\Z", r"`\Z`"),
            (r"\u00e9", r"`\u`"),
            (r"a**", "repeats a repetition"),
            (r"*a", "repeats nothing"),
            (r"a{1001}", "no count"),
            (r"a{3,2}", "no count"),
            (r"[z-a]", "no range"),
            (r"[a", "without"),
            (r"[[:nope:]]", "no class"),
            (r"(?x)a", "no flag"),
            (r"(?P=n)", "no flag"),
            (r"\x4", "digits"),
            (r"\xzz", "no character"),
            (r"a\", "backslash"),
        ] {
            let error = translate(go).unwrap_err();
            assert!(error.contains(told), "{go}: {error}");
        }
        assert!(translate(&"a".repeat(70_000)).is_err());
        assert_eq!(translate("(a)(?:b)(?P<c>d)").unwrap().groups, 2);
    }

    proptest::proptest! {
        /// Whatever stands in a file, translating it ends, and what comes out is well-formed or refused.
        #[test]
        fn any_text_is_translated_or_refused(text in r"[\\\[\]^&~{}()|*+?$.,:<>=!\-a-fpPQECxzi0-9é]{0,24}") {
            if let Ok(translated) = translate(&text) {
                let _ = Pattern::translated(&translated.source, translated.unicode);
            }
        }
    }
}
