//! The rules the product ships, of which the build script made a table.

use model::CheckId;

use super::{
    bytes::ByteSet,
    file::{Examples, List, RuleFile, Text, VerifyRecipe},
    rule::{Rule, RuleError},
};

include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// All of them.
pub(super) fn all() -> Result<Vec<Rule>, RuleError> {
    RULES
        .iter()
        .map(|(id, file, opening)| {
            Ok(Rule::from_file(CheckId::from_static(id), file)?.opened_by(*opening))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::secrets::rule::Finder;

    #[test]
    fn what_is_compiled_in_is_what_the_files_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/secrets");
        for (id, compiled, opening) in RULES {
            let text = fs::read_to_string(folder.join(format!("{id}.toml"))).unwrap();
            let file: RuleFile = toml::from_str(&text).unwrap();
            let rule = Rule::from_file(CheckId::from_static(id), &file).unwrap();
            if let (Finder::Pattern(pattern), Some(opening)) = (&rule.finder, opening) {
                assert_eq!(pattern.opening(), *opening, "{id}");
            }
            assert_eq!(RuleFile { examples: Examples::NONE, ..file }, *compiled, "{id}");
        }
        assert_eq!(fs::read_dir(folder).unwrap().count(), RULES.len());
    }
}
