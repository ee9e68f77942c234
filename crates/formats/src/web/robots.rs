//! `robots.txt` (RFC 9309).

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// So many bytes are read (section 2.5 asks for at least 500 KiB; who reads more gains nothing).
pub const MAX_BYTES: usize = 500 * 1024;

/// Who may visit what.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Robots {
    /// In order; several may be for the same robot.
    pub groups: Vec<Group>,
    /// URLs of site maps as they stand.
    pub sitemaps: Vec<String>,
    /// Only the first [`MAX_BYTES`] were read.
    pub is_cut: bool,
    /// Lines that are neither empty nor a rule nor a comment; an HTML page at this address has many.
    pub unknown_lines: usize,
}

/// Rules for some robots.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Group {
    /// Product tokens in lower case, or `*`.
    pub agents: Vec<String>,
    /// In order.
    pub rules: Vec<Rule>,
    /// `Crawl-delay` in seconds, which is no part of the RFC.
    pub crawl_delay: Option<f64>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// `Allow` rather than `Disallow`.
    pub is_allow: bool,
    /// As it stands, with `*` for anything and `$` at its end for the end; never empty.
    pub pattern: String,
    /// The line it stands in, from 1.
    pub line: u64,
}

/// What one robot may visit: the rules of all groups that are for it.
#[derive(Clone, Debug, Default)]
pub struct Visitor<'r> {
    rules: Vec<(bool, Vec<u8>, &'r Rule)>,
    /// The longest that one of its groups asks for.
    pub crawl_delay: Option<f64>,
}

impl Robots {
    /// Reads a file. What is no UTF-8 is replaced.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let is_cut = bytes.len() > MAX_BYTES;
        let text = String::from_utf8_lossy(bytes.get(..MAX_BYTES).unwrap_or(bytes));
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut robots = Self { is_cut, ..Self::default() };
        // Lines that name robots belong together as long as no rule stands between them.
        let mut is_naming = false;
        let lines = text.split('\n').flat_map(|line| line.trim_end_matches('\r').split('\r'));
        for (number, line) in (1..).zip(lines) {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let Some((key, value)) = line.split_once(':') else {
                robots.unknown_lines += 1;
                continue;
            };
            is_naming = robots.read(number, key.trim(), value.trim(), is_naming);
        }
        robots
    }

    /// The rules for a robot: the groups that name its product token (in any case), or else those for `*` (section 2.2.1).
    #[must_use]
    pub fn visitor(&self, product: &str) -> Visitor<'_> {
        let product = product.to_ascii_lowercase();
        let named = |name: &str| self.groups.iter().any(|group| group.is_for(name));
        let name = if named(&product) { product.as_str() } else { "*" };
        let mut visitor = Visitor::default();
        for group in self.groups.iter().filter(|group| group.is_for(name)) {
            let rules = group.rules.iter();
            visitor.rules.extend(
                rules.map(|rule| (rule.is_allow, normal(&rule.pattern).into_owned(), rule)),
            );
            visitor.crawl_delay = match (visitor.crawl_delay, group.crawl_delay) {
                (Some(a), Some(b)) => Some(a.max(b)),
                (a, b) => a.or(b),
            };
        }
        // The longest match wins, and of equal ones the one that allows (section 2.2.2).
        visitor
            .rules
            .sort_by_key(|(is_allow, pattern, _)| (std::cmp::Reverse(pattern.len()), !*is_allow));
        visitor
    }

    /// Says whether the next line that names robots goes on with the same group.
    fn read(&mut self, line: u64, key: &str, value: &str, is_naming: bool) -> bool {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        if is("user-agent") {
            if !is_naming {
                self.groups.push(Group::default());
            }
            if let Some(group) = self.groups.last_mut() {
                group.agents.push(product_of(value));
            }
            return true;
        }
        if is("sitemap") {
            self.sitemaps.push(value.to_owned());
            return is_naming;
        }
        let is_allow = is("allow");
        if is_allow || is("disallow") {
            if let Some(group) = self.groups.last_mut()
                && !value.is_empty()
            {
                group.rules.push(Rule { is_allow, pattern: value.to_owned(), line });
            }
            return false;
        }
        if is("crawl-delay") {
            let seconds = value.parse().ok().filter(|seconds: &f64| *seconds >= 0.0);
            if let Some(group) = self.groups.last_mut() {
                group.crawl_delay = seconds.filter(|seconds| seconds.is_finite());
            }
            return false;
        }
        let is_known =
            ["host", "clean-param", "noindex", "request-rate", "visit-time", "content-signal"];
        if !is_known.iter().any(|name| is(name)) {
            self.unknown_lines += 1;
        }
        is_naming
    }
}

impl Group {
    fn is_for(&self, name: &str) -> bool {
        self.agents.iter().any(|agent| agent == name)
    }
}

impl<'r> Visitor<'r> {
    /// Whether it may visit a path with its query. `/robots.txt` itself may always be visited.
    #[must_use]
    pub fn may_visit(&self, path: &str) -> bool {
        path == "/robots.txt" || self.rule_for(path).is_none_or(|rule| rule.is_allow)
    }

    /// The rule that decides about a path with its query; `None` if there is none, and everything is allowed.
    #[must_use]
    pub fn rule_for(&self, path: &str) -> Option<&'r Rule> {
        let path = normal(path);
        self.rules.iter().find(|(_, pattern, _)| matches(pattern, &path)).map(|found| found.2)
    }
}

/// The product token: letters, `_` and `-` (section 2.2.1), in lower case.
fn product_of(value: &str) -> String {
    if value.starts_with('*') {
        return "*".to_owned();
    }
    let is_letter = |c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '-');
    let end = value.find(|c| !is_letter(c)).unwrap_or(value.len());
    value.get(..end).unwrap_or_default().to_ascii_lowercase()
}

/// Percent-encoding is undone before paths are compared (section 2.2.2), but for that of `/`, `*`, `$`, `?` and `%`, whose
/// encoded form means something else.
fn normal(path: &str) -> Cow<'_, [u8]> {
    if !path.contains('%') {
        return Cow::Borrowed(path.as_bytes());
    }
    let mut out = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        let (before, behind) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.extend_from_slice(before.as_bytes());
        let code = behind.get(..3).unwrap_or("%");
        let mut decoded = percent_decode_str(code);
        match (decoded.next(), decoded.next()) {
            (Some(byte), None) if code.len() == 3 && !b"/*$?%".contains(&byte) => out.push(byte),
            _ => out.extend(code.bytes().map(|byte| byte.to_ascii_uppercase())),
        }
        rest = behind.get(code.len()..).unwrap_or_default();
    }
    out.extend_from_slice(rest.as_bytes());
    Cow::Owned(out)
}

/// Whether a path begins with what the pattern says: each piece between `*` at its first place behind the one before.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, is_whole) = match pattern.strip_suffix(b"$") {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split(|byte| *byte == b'*');
    let Some(mut rest) = path.strip_prefix(pieces.next().unwrap_or_default()) else { return false };
    let mut is_open = false;
    let mut last: Option<&[u8]> = None;
    for piece in pieces {
        is_open = true;
        // The last piece of a pattern that ends with `$` has to stand at the end.
        if let Some(before) = last.replace(piece) {
            let Some(at) = memchr::memmem::find(rest, before) else { return false };
            rest = rest.get(at + before.len()..).unwrap_or_default();
        }
    }
    match last {
        Some(piece) if is_whole => rest.ends_with(piece),
        Some(piece) => memchr::memmem::find(rest, piece).is_some(),
        None => !is_whole || is_open || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use proptest::prelude::*;

    use super::*;

    fn may(text: &str, product: &str, path: &str) -> bool {
        Robots::parse(text.as_bytes()).visitor(product).may_visit(path)
    }

    #[test]
    fn the_example_of_section_5_1_is_obeyed() {
        let text = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n\
                    User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n\
                    User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\nUser-Agent: quxbot\n";
        for (product, path, allowed) in [
            ("x", "/a.gif", false),
            ("x", "/a.gif?b", true),
            ("x", "/example/", false),
            ("x", "/publications/", true),
            ("FooBot", "/", false),
            ("foobot", "/example/page.html", true),
            ("foobot", "/a", false),
            ("barbot", "/example/page.html", false),
            ("bazbot", "/example/page.html", false),
            ("bazbot", "/example/", true),
            ("quxbot", "/example/", true),
        ] {
            assert_eq!(may(text, product, path), allowed, "{product} {path}");
        }
    }

    #[test]
    fn the_longest_match_wins_and_percent_encoding_makes_no_difference() {
        let text = "User-agent: a\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif";
        assert!(!may(text, "a", "/example/page/disallowed.gif"));
        assert!(may(text, "a", "/example/page/"));
        let equal = "User-agent: *\nDisallow: /p\nAllow: /p";
        assert!(may(equal, "a", "/p"));
        for (pattern, path, is_match) in [
            ("/foo/bar?baz=quz", "/foo/bar?baz=quz", true),
            ("/foo/bar/ツ", "/foo/bar/%E3%83%84", true),
            ("/foo/bar/%62%61%7A", "/foo/bar/baz", true),
            ("/path/file-with-a-%2A.html", "/path/file-with-a-x.html", false),
            ("/path/file-with-a-%2a.html", "/path/file-with-a-%2A.html", true),
            ("/a*b*c$", "/axxbxxbyyc", true),
            ("/a*b*c$", "/axxbyycd", false),
            ("/a$", "/ab", false),
            ("/a*$", "/ab", true),
            ("*", "/", true),
            ("/a%", "/a%", true),
        ] {
            assert_eq!(matches(&normal(pattern), &normal(path)), is_match, "{pattern} {path}");
        }
    }

    #[test]
    fn everything_else_of_a_file_is_kept() {
        let text = "\u{feff}# hi\r\nSitemap: https://a.example/s.xml\rUser-agent: A/1.0\r\nSITEMAP: /t.xml\nUser-agent: b\nCrawl-delay: 2.5\nCrawl-delay: nan\nnonsense\nDisallow: /x # why\n";
        let robots = Robots::parse(text.as_bytes());
        assert_eq!(robots.sitemaps, ["https://a.example/s.xml", "/t.xml"]);
        assert_eq!(robots.groups[0].agents, ["a", "b"]);
        assert_eq!(robots.groups[0].rules[0].pattern, "/x");
        assert_eq!(robots.groups[0].rules[0].line, 9);
        assert_eq!(robots.unknown_lines, 1);
        assert!(!may(text, "b", "/x/y") && may(text, "c", "/x"));
        assert_eq!(Robots::parse(b"Disallow: /\n").groups, []);
        assert!(may("User-agent: *\nDisallow: /", "a", "/robots.txt"));
    }

    #[test]
    fn a_hundred_megabytes_are_cut() {
        let start = Instant::now();
        let robots = Robots::parse("Disallow: /*a*b*c\n".repeat(1_000_000).as_bytes());
        assert!(robots.is_cut);
        let hostile = format!("User-agent: *\nDisallow: /{}$", "*a".repeat(200_000));
        assert!(may(&hostile, "a", &"/a".repeat(100_000)));
        assert!(start.elapsed().as_secs() < 5);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_read(
            text in "(User-agent: \\*\n|Disallow: |Allow: |[/*$%a\n:#]|\\PC){0,40}",
            path in "/[a/%2*]{0,10}",
        ) {
            let robots = Robots::parse(text.as_bytes());
            let visitor = robots.visitor("a");
            prop_assert_eq!(visitor.rule_for(&path).is_none_or(|rule| rule.is_allow), visitor.may_visit(&path));
        }

        #[test]
        fn patterns_match_like_a_backtracking_reader(pattern in "/[ab*]{0,6}\\$?", path in "/[ab]{0,8}") {
            fn naive(pattern: &[u8], path: &[u8]) -> bool {
                match pattern.split_first() {
                    None => true,
                    Some((b'$', [])) => path.is_empty(),
                    Some((b'*', rest)) => (0..=path.len()).any(|at| naive(rest, &path[at..])),
                    Some((byte, rest)) => path.first() == Some(byte) && naive(rest, &path[1..]),
                }
            }
            prop_assert_eq!(matches(pattern.as_bytes(), path.as_bytes()), naive(pattern.as_bytes(), path.as_bytes()));
        }
    }
}
