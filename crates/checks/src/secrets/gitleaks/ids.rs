//! Which of our checks look for what a default rule of gitleaks looks for. A table, in `rules/gitleaks-ids.toml`.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

static OURS: LazyLock<BTreeMap<String, Vec<String>>> = LazyLock::new(|| {
    // A test reads it too; a table that does not parse knows no ids.
    toml::from_str(include_str!("../../../rules/gitleaks-ids.toml")).unwrap_or_default()
});

static THEIRS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut theirs: HashMap<&str, Vec<&str>> = HashMap::new();
    for (their, ours) in OURS.iter() {
        for our in ours {
            theirs.entry(our).or_default().push(their);
        }
    }
    theirs
});

/// Our checks for a default rule of theirs: none for one that has no match, `None` for an id they do not have.
#[must_use]
pub fn ours(their: &str) -> Option<&'static [String]> {
    OURS.get(their).map(Vec::as_slice)
}

/// The ids under which their reports and ignore files may know what our check finds.
#[must_use]
pub fn theirs(our: &str) -> &'static [&'static str] {
    THEIRS.get(our).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::secrets::Ruleset;

    #[test]
    fn every_check_in_the_table_is_there() {
        assert!(OURS.len() > 200, "{}", OURS.len());
        let ruleset = Ruleset::builtin().unwrap();
        let known: HashSet<&str> = ruleset.rules().iter().map(|rule| rule.id.as_str()).collect();
        let missing: Vec<&String> =
            OURS.values().flatten().filter(|id| !known.contains(id.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert_eq!(ours("no-such-rule"), None);
        assert_eq!(theirs("github-personal-access-token"), ["github-pat"]);
    }
}
