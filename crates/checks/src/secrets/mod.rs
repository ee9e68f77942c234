//! Credentials in text.
//!
//! One pass: [`Scanner`] finds the keywords of all rules at once and tries a rule only where one of its keywords stands.
//! What the text alone can tell is judged here; what only the path can tell (a test, a lock file) is judged by
//! [`place`], because a blob of a history is scanned once, whatever paths it stood at.

mod allowlist;
mod anchored;
mod assigned;
mod assignment;
mod builtin;
mod bytes;
pub mod checksum;
mod decode;
mod encoded;
mod file;
pub mod gitleaks;
pub mod judge;
pub(crate) mod jwt;
mod keywords;
mod known;
mod needed;
mod opening;
mod outline;
mod overlaps;
mod pattern;
pub mod place;
mod prefilter;
mod rule;
mod ruleset;
mod run;
mod scan;
mod table;
mod tree;
mod trial;
mod verify;

pub use allowlist::{Allowlist, Condition, Found, Target, Verdict};
pub use file::{Examples, List, RuleFile, Text, VerifyRecipe};
pub use known::Known;
pub use pattern::Pattern;
pub use rule::{Rank, Rule, RuleError, Texts};
pub use ruleset::{Ruleset, RulesetBuilder};
pub use scan::{Candidate, Scanner};
pub use verify::VerifyRequest;
