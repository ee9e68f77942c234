//! Licences as files declare them, as SPDX expressions where they are.

use std::borrow::Cow;

use spdx::{Expression, ParseMode};

use crate::text::cut;

/// Longer ones are texts and no names.
const MAX_CHARS: usize = 1_000;

/// As deprecated ids have meant it and npm and crates.io take it: `GPL-2.0+`, `MIT/Apache-2.0`. Names that only resemble one are
/// not guessed at.
const MODE: ParseMode = ParseMode { allow_imprecise_license_names: false, ..ParseMode::LAX };

/// A declared licence.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Licence<'a> {
    /// An expression (SPDX 2.3, annex D) in its strict form.
    Expression {
        /// `MIT OR Apache-2.0`.
        text: String,
        /// Whether it names what only another document explains (`LicenseRef-...`).
        has_references: bool,
    },
    /// Anything else.
    Name(Cow<'a, str>),
}

impl<'a> Licence<'a> {
    pub(super) fn of(declared: &'a str) -> Self {
        let declared = declared.trim();
        let name = cut(declared, MAX_CHARS);
        match name {
            Cow::Borrowed(text) => Self::expression(text).unwrap_or(Self::Name(name)),
            Cow::Owned(_) => Self::Name(name),
        }
    }

    fn expression(declared: &str) -> Option<Self> {
        Expression::parse_mode(declared, MODE).ok()?;
        let text = Expression::canonicalize(declared).ok()?.unwrap_or_else(|| declared.to_owned());
        let mode = ParseMode { allow_deprecated: true, ..ParseMode::STRICT };
        let expression = Expression::parse_mode(&text, mode).ok()?;
        let has_references = expression.requirements().any(|requirement| {
            let addition = requirement.req.addition.as_ref();
            requirement.req.license.id().is_none()
                || addition.is_some_and(|addition| addition.id().is_none())
        });
        Some(Self::Expression { text, has_references })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(declared: &str) -> String {
        match Licence::of(declared) {
            Licence::Expression { text, has_references: false } => text,
            Licence::Expression { text, has_references: true } => format!("{text} (elsewhere)"),
            Licence::Name(name) => format!("name: {name}"),
        }
    }

    #[test]
    fn an_expression_is_written_strictly_and_a_name_stays_a_name() {
        assert_eq!(text(" MIT "), "MIT");
        assert_eq!(text("(MIT OR Apache-2.0)"), "(MIT OR Apache-2.0)");
        assert_eq!(text("MIT/Apache-2.0"), "MIT OR Apache-2.0");
        assert_eq!(text("GPL-2.0+"), "GPL-2.0-or-later");
        assert_eq!(
            text("GPL-2.0-only WITH Classpath-exception-2.0"),
            "GPL-2.0-only WITH Classpath-exception-2.0"
        );
        assert_eq!(text("LicenseRef-ours OR MIT"), "LicenseRef-ours OR MIT (elsewhere)");
        assert_eq!(text("Apache License 2.0"), "name: Apache License 2.0");
        assert_eq!(text("SEE LICENSE IN LICENSE.md"), "name: SEE LICENSE IN LICENSE.md");
        assert_eq!(text("UNLICENSED"), "name: UNLICENSED");
        assert_eq!(text("MIT AND"), "name: MIT AND");
    }

    #[test]
    fn a_text_is_cut_and_not_read() {
        let long = "(".repeat(100_000);
        let Licence::Name(name) = Licence::of(&long) else { panic!() };
        assert_eq!(name.chars().count(), 1_000);
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic_and_expressions_read_again(
            declared in "(?s).{0,40}|((MIT|GPL-2.0|GFDL-1.1|LicenseRef-a|Classpath-exception-2.0| |OR|AND|WITH|or|[()+/]){0,9})",
        ) {
            if let Licence::Expression { text, .. } = Licence::of(&declared) {
                prop_assert_eq!(Licence::of(&text).is_expression(), true, "{}", text);
            }
        }
    }

    impl Licence<'_> {
        const fn is_expression(&self) -> bool {
            matches!(self, Self::Expression { .. })
        }
    }
}
