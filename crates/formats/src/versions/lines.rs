//! Lists of comparisons (`1.0 < 1.1`, one a line), as test data of version orders is written.

use std::{cmp::Ordering, fmt};

use model::VersionScheme;

use super::{compare, packagist};

/// A line that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong<'a> {
    /// From 1.
    pub line: u64,
    /// The line, without blanks around it.
    pub text: &'a str,
    /// The order that it should have said; none where the line is no comparison.
    pub order: Option<Ordering>,
}

impl fmt::Display for Wrong<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, text, order } = self;
        match order {
            Some(Ordering::Less) => write!(f, "line {line}: {text} (it is <)"),
            Some(Ordering::Equal) => write!(f, "line {line}: {text} (it is =)"),
            Some(Ordering::Greater) => write!(f, "line {line}: {text} (it is >)"),
            None => write!(f, "line {line}: {text} (no comparison)"),
        }
    }
}

/// Reads lines of two versions with `<`, `=` or `>` between them and returns those that do not hold, and those that are no comparison.
/// Empty lines and those that begin with `#` or `//` are passed over.
///
/// The answers are those of [`compare`], except that a `#` in a Packagist version stands for any part.
#[must_use]
pub fn check_lines(scheme: VersionScheme, text: &str) -> Vec<Wrong<'_>> {
    let mut wrong = Vec::new();
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if text.is_empty() || text.starts_with('#') || text.starts_with("//") {
            continue;
        }
        match read(text) {
            Some((a, said, b)) => {
                let order = answer(scheme, a, b);
                if order != said {
                    wrong.push(Wrong { line, text, order: Some(order) });
                }
            }
            None => wrong.push(Wrong { line, text, order: None }),
        }
    }
    wrong
}

fn read(line: &str) -> Option<(&str, Ordering, &str)> {
    let mut words = line.split_whitespace();
    let (a, sign, b) = (words.next()?, words.next()?, words.next()?);
    let order = match sign {
        "<" => Ordering::Less,
        "=" | "==" => Ordering::Equal,
        ">" => Ordering::Greater,
        _ => return None,
    };
    words.next().is_none().then_some((a, order, b))
}

fn answer(scheme: VersionScheme, a: &str, b: &str) -> Ordering {
    if scheme == VersionScheme::Packagist && (a.contains('#') || b.contains('#')) {
        return packagist::compare_with_wildcards(a, b);
    }
    compare(scheme, a, b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lines_and_lines_that_compare_nothing_are_named() {
        let text = "# 2 < 1\n\n1 < 2\r\n  2.0 < 1.0  \n// no\n1 2\n1 = 1 # really\n1 > 1\n";
        let shown: Vec<_> =
            check_lines(VersionScheme::SemVer, text).iter().map(ToString::to_string).collect();
        assert_eq!(
            shown,
            [
                "line 4: 2.0 < 1.0 (it is >)",
                "line 6: 1 2 (no comparison)",
                "line 7: 1 = 1 # really (no comparison)",
                "line 8: 1 > 1 (it is =)",
            ]
        );
    }

    #[test]
    fn a_hash_is_any_part_of_a_packagist_version() {
        assert_eq!(check_lines(VersionScheme::Packagist, "1.# = 1\n1.# = 1.1\n1 < 1.1"), []);
    }
}
