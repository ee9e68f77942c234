//! What style sheets say of fonts.

use formats::web::css::{self, Rule};

use crate::web::styles::Style;

/// The `@font-face` rules of a style sheet that load a file.
pub(super) fn font_faces<'s>(style: &'s Style<'_>) -> impl Iterator<Item = &'s Rule> {
    style.sheet.rules.iter().filter(|rule| {
        rule.prelude.eq_ignore_ascii_case("@font-face")
            && rule
                .value("src")
                .is_some_and(|source| css::urls(source).iter().any(|url| !url.starts_with("data:")))
    })
}

/// Its name, for people.
pub(super) fn family(rule: &Rule) -> String {
    let family = rule.value("font-family").unwrap_or("a font without a name");
    family.trim_matches(['"', '\'']).to_owned()
}
