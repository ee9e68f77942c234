//! The rules the product ships, read from the text that is compiled in.

use super::rule::{Rule, RuleError};

include!("builtin_list.rs");

/// All of them.
pub(super) fn all() -> Result<Vec<Rule>, RuleError> {
    RULES.iter().map(|(id, text)| Rule::parse(id, text).map(|(rule, _)| rule)).collect()
}
