//! Style sheets (CSS Syntax 3), as far as checks ask: which rules there are, what they declare, and what stands in a condition.
//!
//! Preludes and values are text without comments. What they mean is for the reader to say; nothing is thrown out because a browser
//! would not know it. Time and memory follow the text's length; blocks nest [`MAX_DEPTH`] deep.

/// Longest sheet that is read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Most rules of a sheet.
pub const MAX_RULES: usize = 100_000;
/// Deepest nesting of blocks.
pub const MAX_DEPTH: usize = 32;

/// A style sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Every block with declarations, in the order in which they end.
    pub rules: Vec<Rule>,
    /// What `@import` names, and the line.
    pub imports: Vec<(String, u64)>,
    /// There is more of the sheet than is here.
    pub is_cut: bool,
}

/// A block with declarations, and what stands before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Selectors, or an at-rule such as `@font-face`; white space is one blank.
    pub prelude: String,
    /// In order.
    pub declarations: Vec<Declaration>,
    /// It stands in another block: `@media`, `@supports`, `@layer`, a rule around it.
    pub is_nested: bool,
    /// The line of the block's beginning, from 1.
    pub line: u64,
}

/// `name: value`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// In lower case, but for custom properties (`--x`).
    pub name: String,
    /// Without `!important`.
    pub value: String,
    /// `!important`
    pub is_important: bool,
}

impl Rule {
    /// What counts of that property (in lower case) within the rule.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        value(&self.declarations, name)
    }
}

/// What counts of a property (in lower case) among declarations: the last important one, or the last one.
#[must_use]
pub fn value<'d>(declarations: &'d [Declaration], name: &str) -> Option<&'d str> {
    let all = || declarations.iter().rev().filter(|declaration| declaration.name == name);
    let important = all().find(|declaration| declaration.is_important);
    important.or_else(|| all().next()).map(|declaration| declaration.value.as_str())
}

/// Reads a sheet.
#[must_use]
pub fn parse(text: &str) -> Sheet {
    let start = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let mut reader = Reader::default();
    reader.read(start);
    // The end of the sheet ends what stands there (CSS Syntax 3, 5.4.3).
    if reader.open.is_empty() {
        reader.end_declaration();
    }
    reader.sheet.is_cut |= start.len() < text.len();
    reader.sheet
}

/// Reads what an attribute `style` declares.
#[must_use]
pub fn declarations(text: &str) -> Vec<Declaration> {
    let mut reader = Reader::default();
    reader.open.push(Rule::default());
    reader.read(text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default());
    reader.end_declaration();
    reader.open.into_iter().next().map(|rule| rule.declarations).unwrap_or_default()
}

/// The URLs in a value: of `url(…)`, with or without quotation marks.
#[must_use]
pub fn urls(value: &str) -> Vec<&str> {
    let lower = value.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(begin) = lower.get(at..).and_then(|rest| rest.find("url(")) {
        at += begin + "url(".len();
        let rest = value.get(at..).unwrap_or_default();
        let blank = rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let (skipped, end) = match rest.chars().next() {
            Some(quote @ ('"' | '\'')) => (1, quote),
            _ => (0, ')'),
        };
        let inner = rest.get(skipped..).and_then(|inner| inner.split(end).next());
        let inner = inner.unwrap_or_default();
        at += blank + skipped + inner.len();
        if !inner.trim().is_empty() {
            found.push(inner.trim());
        }
    }
    found
}

#[derive(Debug, Default)]
struct Reader {
    sheet: Sheet,
    open: Vec<Rule>,
    /// What stands since the last declaration or block.
    segment: String,
    line: u64,
}

impl Reader {
    fn read(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut parentheses = 0_usize;
        self.line = 1;
        while let Some(&byte) = bytes.get(at) {
            let end = token_end(bytes, at);
            let token = text.get(at..end).unwrap_or_default();
            match byte {
                b'/' if token.starts_with("/*") => self.segment.push(' '),
                b'(' => {
                    parentheses += 1;
                    self.segment.push_str(token);
                }
                b')' => {
                    parentheses = parentheses.saturating_sub(1);
                    self.segment.push(')');
                }
                _ if parentheses > 0 => self.segment.push_str(token),
                b'{' => {
                    if self.open.len() >= MAX_DEPTH || self.sheet.rules.len() >= MAX_RULES {
                        self.sheet.is_cut = true;
                        return;
                    }
                    let prelude = one_blank(&std::mem::take(&mut self.segment));
                    let is_nested = !self.open.is_empty();
                    let line = self.line;
                    self.open.push(Rule { prelude, declarations: Vec::new(), is_nested, line });
                }
                b'}' => {
                    self.end_declaration();
                    if let Some(rule) = self.open.pop().filter(|rule| !rule.declarations.is_empty())
                    {
                        self.sheet.rules.push(rule);
                    }
                }
                b';' => self.end_declaration(),
                _ => self.segment.push_str(token),
            }
            self.line += token.bytes().filter(|byte| *byte == b'\n').count() as u64;
            at = end;
        }
    }

    fn end_declaration(&mut self) {
        let segment = std::mem::take(&mut self.segment);
        let text = segment.trim();
        if let Some(rest) = text.get(..7).filter(|word| word.eq_ignore_ascii_case("@import")) {
            let target = text.get(rest.len()..).unwrap_or_default().trim();
            // Behind a string stand conditions, which may have URLs of their own.
            let quoted = target
                .strip_prefix(['"', '\''])
                .and_then(|rest| rest.split(target.chars().next()?).next());
            let named = quoted.or_else(|| urls(target).first().copied()).unwrap_or(target);
            self.sheet.imports.push((named.to_owned(), self.line));
            return;
        }
        let (Some(rule), Some((name, value))) = (self.open.last_mut(), text.split_once(':')) else {
            return;
        };
        let name = name.trim();
        let value = value.trim();
        let important = value
            .rsplit_once('!')
            .filter(|(_, word)| word.trim().eq_ignore_ascii_case("important"));
        let name = if name.starts_with("--") { name.to_owned() } else { name.to_ascii_lowercase() };
        let is_important = important.is_some();
        let value = important.map_or(value, |(value, _)| value.trim_end());
        rule.declarations.push(Declaration { name, value: value.to_owned(), is_important });
    }
}

/// Where what begins there ends: a comment, a string, an unquoted URL, an escape, or one character.
fn token_end(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let length = match rest {
        [b'/', b'*', inner @ ..] => {
            inner.windows(2).position(|pair| pair == b"*/").map_or(rest.len(), |end| end + 4)
        }
        [quote @ (b'"' | b'\''), inner @ ..] => 1 + string_length(inner, *quote),
        [b'(', inner @ ..] if is_url(bytes.get(..at).unwrap_or_default()) => {
            let blank = inner.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            match inner.get(blank) {
                Some(b'"' | b'\'') => 1,
                // The parenthesis that ends it is a token of its own.
                _ => 1 + inner.iter().position(|byte| *byte == b')').unwrap_or(inner.len()),
            }
        }
        [b'\\', next, ..] if next.is_ascii() => 2,
        _ => 1,
    };
    let mut end = (at + length).min(bytes.len());
    // Not within a character.
    while bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end += 1;
    }
    end
}

/// A string ends at its mark or at the end of its line (CSS Syntax 3, 4.3.5).
fn string_length(inner: &[u8], quote: u8) -> usize {
    let mut at = 0;
    while let Some(&byte) = inner.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            _ if byte == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

fn is_url(before: &[u8]) -> bool {
    before
        .len()
        .checked_sub(3)
        .and_then(|from| before.get(from..))
        .is_some_and(|word| word.eq_ignore_ascii_case(b"url"))
}

fn one_blank(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn rules_declarations_and_imports_are_told_apart() {
        let sheet = parse(
            "@import url(a.css);\n/* x { y: z } */\na,\n b > c { Color : red!important; background: url(data:image/png;base64,}x) }\n@media (x) { p { top: 0 } }\n@font-face { src: url(\"a;b\") }",
        );
        assert_eq!(sheet.imports, [("a.css".to_owned(), 1)]);
        let told: Vec<_> = sheet
            .rules
            .iter()
            .map(|rule| (rule.prelude.as_str(), rule.is_nested, rule.line))
            .collect();
        assert_eq!(told, [("a, b > c", false, 4), ("p", true, 5), ("@font-face", false, 6)]);
        let first = sheet.rules.first().unwrap();
        assert_eq!(first.value("color"), Some("red"));
        assert!(first.declarations.first().unwrap().is_important);
        assert_eq!(urls(first.value("background").unwrap()), ["data:image/png;base64,}x"]);
        assert_eq!(urls(sheet.rules.last().unwrap().value("src").unwrap()), ["a;b"]);
    }

    #[test]
    fn an_import_names_a_string_or_a_url_and_may_have_conditions_behind_it() {
        let sheet = parse(
            "@import 'a b.css' screen and (x);\n@import url(\"c.css\") layer(y);@IMPORT \"d.css\"",
        );
        let named: Vec<&str> = sheet.imports.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(named, ["a b.css", "c.css", "d.css"]);
    }

    #[test]
    fn of_two_declarations_the_important_one_counts() {
        let style = declarations("color: red !important; color: blue; top: 1px");
        assert_eq!((value(&style, "color"), value(&style, "top")), (Some("red"), Some("1px")));
    }

    #[test]
    fn nesting_has_a_bound() {
        assert!(parse(&"a{".repeat(1_000)).is_cut);
    }

    proptest! {
        #[test]
        fn every_text_is_a_sheet(text in "([a-z:;{}()'\"!,@ \\\\\n*/]|url\\(|@import |\\PC){0,80}") {
            let sheet = parse(&text);
            prop_assert!(sheet.rules.iter().all(|rule| !rule.declarations.is_empty()));
            prop_assert!(declarations(&text).len() <= text.len());
            prop_assert!(urls(&text).iter().all(|url| !url.is_empty()));
        }
    }
}
