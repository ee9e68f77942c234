//! Which licences packages may have, by the project's policy.
//!
//! What a file says of a licence is an SPDX expression (SPDX 2.3, annex D) or a name that somebody made up. Of a choice one licence has
//! to be allowed, of licences that hold together all.

use globset::{GlobBuilder, GlobMatcher};
use spdx::{Expression, LicenseItem, LicenseReq, ParseMode};

/// Longer ones are texts and no names.
const MAX_BYTES: usize = 1_000;

/// As npm, Composer and crates.io take it: `GPL-2.0+`, `MIT/Apache-2.0`. Names that only resemble one are not guessed at.
const MODE: ParseMode = ParseMode { allow_imprecise_license_names: false, ..ParseMode::LAX };

/// What files say where they say nothing (SPDX 2.3, 7.13; npm's `license`).
const UNKNOWN: &[&str] = &["", "NOASSERTION", "NONE", "UNKNOWN"];

/// A policy. Without entries it denies nothing.
#[derive(Clone, Debug, Default)]
pub struct Licences {
    denied: Vec<Pattern>,
    allowed: Vec<Pattern>,
    denies_unknown: bool,
}

/// Names of licences: `GPL-*`, `Apache-2.0`, `GPL-2.0-only WITH Classpath-exception-2.0`.
#[derive(Clone, Debug)]
struct Pattern {
    names: GlobMatcher,
    /// It names an exception as well; otherwise it stands for the licence with any.
    has_exception: bool,
}

/// A licence by the names that a policy may call it.
struct Names {
    /// `GPL-2.0-or-later`, and what it was called once: `GPL-2.0+`, `GPL-2.0`.
    plain: Vec<String>,
    /// The same with its exception, if it has one.
    with_exception: Vec<String>,
}

impl Licences {
    /// A policy of patterns, without regard to case. If any is allowed, all others are denied.
    ///
    /// # Errors
    /// Which entry is no pattern.
    pub fn new(
        denied: &[String],
        allowed: &[String],
        denies_unknown: bool,
    ) -> Result<Self, String> {
        Ok(Self {
            denied: patterns(denied).map_err(|problem| format!("denied: {problem}"))?,
            allowed: patterns(allowed).map_err(|problem| format!("allowed: {problem}"))?,
            denies_unknown,
        })
    }

    /// Whether a package may have the licence that a file declares.
    #[must_use]
    pub fn permits(&self, declared: Option<&str>) -> bool {
        let declared = declared.unwrap_or_default().trim();
        if UNKNOWN.iter().any(|word| word.eq_ignore_ascii_case(declared)) {
            return !self.denies_unknown;
        }
        if self.denied.is_empty() && self.allowed.is_empty() {
            return true;
        }
        match expression(declared) {
            Some(expression) => expression.evaluate(|term| self.permits_one(&Names::of(term))),
            // A word that SPDX does not know may stand among others that it does.
            None => choices(declared)
                .any(|choice| choice.split(" AND ").all(|part| self.permits_part(part))),
        }
    }

    fn permits_part(&self, part: &str) -> bool {
        let part = part.trim().trim_matches(['(', ')']).trim();
        match expression(part) {
            Some(expression) => expression.evaluate(|term| self.permits_one(&Names::of(term))),
            None => self.permits_one(&Names::literal(part)),
        }
    }

    /// Who allows a licence with its exception by name does so whatever is said of the licence.
    fn permits_one(&self, names: &Names) -> bool {
        let is_named = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(names));
        let is_excepted =
            || self.allowed.iter().any(|pattern| pattern.has_exception && pattern.matches(names));
        match self.allowed.as_slice() {
            [] => !is_named(&self.denied),
            allowed => is_named(allowed) && !is_named(&self.denied) || is_excepted(),
        }
    }
}

fn expression(declared: &str) -> Option<Expression> {
    Expression::parse_mode(declared.get(..MAX_BYTES).unwrap_or(declared), MODE)
        .ok()
        .filter(|_| declared.len() <= MAX_BYTES)
}

/// Alternatives, as lists of licences and R's `License` write them.
fn choices(declared: &str) -> impl Iterator<Item = &str> {
    declared.split('|').flat_map(|part| part.split(" OR "))
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, String> {
    let compiled = (1..).zip(texts).map(|(number, text)| {
        let glob = GlobBuilder::new(text.trim()).case_insensitive(true).build();
        let glob = glob.map_err(|error| format!("pattern number {number}: {}", error.kind()))?;
        let has_exception = text.to_ascii_uppercase().contains(" WITH ");
        Ok(Pattern { names: glob.compile_matcher(), has_exception })
    });
    compiled.collect()
}

impl Pattern {
    fn matches(&self, names: &Names) -> bool {
        let names = if self.has_exception { &names.with_exception } else { &names.plain };
        names.iter().any(|name| self.names.is_match(name))
    }
}

impl Names {
    fn of(term: &LicenseReq) -> Self {
        let plain = match &term.license {
            LicenseItem::Spdx { id, or_later } => names(id.name, *or_later),
            LicenseItem::Other(other) => vec![other.to_string()],
        };
        let with = |exception: &spdx::AdditionItem| {
            plain.iter().map(|name| format!("{name} WITH {exception}")).collect()
        };
        Self { with_exception: term.addition.as_ref().map(with).unwrap_or_default(), plain }
    }

    /// Of a word that SPDX does not know.
    fn literal(name: &str) -> Self {
        Self { plain: vec![name.to_owned()], with_exception: Vec::new() }
    }
}

/// The names of an SPDX licence. `GPL-2.0` was `GPL-2.0-only`, and `GPL-2.0+` is `GPL-2.0-or-later`; a policy that names `GPL-2.0` means
/// both.
fn names(id: &str, or_later: bool) -> Vec<String> {
    let id = id.strip_suffix('+').map_or((id, or_later), |id| (id, true));
    let (base, or_later) = match (id.0.strip_suffix("-only"), id.0.strip_suffix("-or-later")) {
        (Some(base), _) => (base, false),
        (_, Some(base)) => (base, true),
        _ => id,
    };
    let suffix = if or_later { "-or-later" } else { "-only" };
    let plus = or_later.then(|| format!("{base}+"));
    [base.to_owned(), format!("{base}{suffix}")].into_iter().chain(plus).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn policy(denied: &[&str], allowed: &[&str]) -> Licences {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Licences::new(&texts(denied), &texts(allowed), false).unwrap()
    }

    #[test]
    fn of_a_choice_one_is_enough_and_of_a_sum_all_are_needed() {
        let policy = policy(&["GPL-*", "AGPL-3.0-only"], &[]);
        for (declared, expected) in [
            ("MIT", true),
            ("GPL-3.0-only", false),
            ("gpl-3.0", false),
            ("MIT OR GPL-3.0", true),
            ("MIT/GPL-3.0", true),
            ("MIT AND GPL-3.0-or-later", false),
            ("(MIT OR GPL-2.0) AND Apache-2.0", true),
            ("(MIT AND GPL-2.0) OR (Apache-2.0 AND GPL-2.0+)", false),
            ("LGPL-3.0-only", true),
            ("AGPL-3.0", false),
            ("AGPL-3.0-or-later", true),
        ] {
            assert_eq!(policy.permits(Some(declared)), expected, "{declared}");
        }
    }

    #[test]
    fn deprecated_ids_are_those_that_took_their_place() {
        for (pattern, declared, is_denied) in [
            ("GPL-2.0-only", "GPL-2.0", true),
            ("GPL-2.0-or-later", "GPL-2.0+", true),
            ("GPL-2.0+", "GPL-2.0-or-later", true),
            ("GPL-2.0", "GPL-2.0-or-later", true),
            ("GPL-2.0", "GPL-2.0-only", true),
            ("GPL-2.0-only", "GPL-2.0+", false),
            ("Apache-2.0", "Apache-2.0+", true),
        ] {
            assert_eq!(!policy(&[pattern], &[]).permits(Some(declared)), is_denied, "{declared}");
        }
    }

    #[test]
    fn an_exception_may_be_allowed_by_name() {
        let classpath = "GPL-2.0-only WITH Classpath-exception-2.0";
        assert!(!policy(&["GPL-*"], &[]).permits(Some(classpath)));
        assert!(policy(&["GPL-*"], &["MIT", classpath]).permits(Some(classpath)));
        assert!(!policy(&["GPL-*"], &["MIT", classpath]).permits(Some("GPL-2.0-only")));
        assert!(policy(&[], &["Apache-2.0"]).permits(Some("Apache-2.0 WITH LLVM-exception")));
        assert!(
            !policy(&["* WITH LLVM-exception"], &[])
                .permits(Some("MIT AND Apache-2.0 WITH LLVM-exception"))
        );
    }

    #[test]
    fn what_is_not_allowed_is_denied() {
        let policy = policy(&["MIT-0"], &["MIT*", "LicenseRef-ours"]);
        assert!(policy.permits(Some("MIT")) && policy.permits(Some("LicenseRef-ours")));
        assert!(!policy.permits(Some("MIT-0")) && !policy.permits(Some("ISC")));
        assert!(!policy.permits(Some("Our own terms")));
    }

    #[test]
    fn words_that_spdx_does_not_know_are_held_against_patterns_as_they_are() {
        let policy = policy(&["GPL*", "Proprietary", "*GNU*"], &[]);
        assert!(!policy.permits(Some("proprietary")));
        assert!(policy.permits(Some("MIT OR Proprietary")));
        assert!(!policy.permits(Some("MIT AND Proprietary")));
        assert!(!policy.permits(Some("GPL (>= 2)")) && !policy.permits(Some("GPL-2 | GPL-3")));
        assert!(policy.permits(Some("GPL-2 | MIT")));
        assert!(!policy.permits(Some("The GNU General Public License")));
        assert!(policy.permits(Some("SEE LICENSE IN LICENSE.md")));
    }

    #[test]
    fn what_nobody_knows_passes_unless_it_is_denied() {
        let strict = Licences::new(&[], &[], true).unwrap();
        for declared in [None, Some(""), Some("NOASSERTION"), Some("none")] {
            assert!(policy(&[], &["MIT"]).permits(declared), "{declared:?}");
            assert!(!strict.permits(declared), "{declared:?}");
        }
        assert!(strict.permits(Some("Proprietary")));
        assert!(Licences::new(&["[".into()], &[], false).is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_judging_panic(
            declared in "(?s).{0,40}|((MIT|GPL-2.0|LicenseRef-a|Classpath-exception-2.0|x| |OR|AND|WITH|[()+/|]){0,9})",
        ) {
            let _ = policy(&["GPL-*"], &["MIT"]).permits(Some(&declared));
        }
    }
}
