//! A rule's file as it is written. The build script reads the files as well, so nothing here is of the rest of this crate.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Deserializer};

/// A text of a rule. Those of the product's own rules stand in the program and are not copied.
pub type Text = Cow<'static, str>;
/// Several things of a rule.
pub type List<T> = Cow<'static, [T]>;

/// All of a file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFile {
    /// Whose credential it is.
    pub provider: Text,
    /// What was found.
    pub title: Text,
    /// `critical` to `info`.
    pub severity: Text,
    /// The same, where a site sends it to browsers: such a key is meant to be there.
    pub in_browsers: Option<Text>,
    /// `high`, `medium` or `low`.
    pub confidence: Text,
    /// Default `CWE-798`.
    pub cwe: Option<Text>,
    /// Text without which the rule cannot match. A rule about whole contents or about paths has none.
    #[serde(default)]
    pub keywords: List<Text>,
    /// The whole expression, or
    pub pattern: Option<Text>,
    /// the expression of a value that is assigned to a name with a keyword in it, or
    pub assigned: Option<Text>,
    /// the name of code that judges what was found (`password`, `token`), or that finds as well (`jwt`, and those two alone).
    pub judge: Option<Text>,
    /// Claims that a JSON Web Token must have, and their values.
    #[serde(default, deserialize_with = "pairs")]
    pub claims: List<(Text, Text)>,
    /// Whether other rules that claim the same secret as surely know more of it.
    #[serde(default)]
    pub gives_way: bool,
    /// Floor in bits per character.
    pub entropy: Option<f32>,
    /// Name of the checksum that must hold.
    pub checksum: Option<Text>,
    /// Secrets that are not reported.
    #[serde(default)]
    pub allow: List<Text>,
    /// Globs of the only paths in which the rule holds.
    #[serde(default)]
    pub path: List<Text>,
    /// `only` or `never`: what the rule says of tests, examples and other people's code.
    pub samples: Option<Text>,
    /// The provider's page.
    pub reference: Option<Text>,
    /// What the credential opens.
    pub what: Text,
    /// How to make it worthless.
    pub revoke: Text,
    /// How to ask the provider.
    pub verify: Option<VerifyRecipe>,
    /// Texts the rule is tested with.
    pub examples: Examples,
}

impl RuleFile {
    /// Its keywords, in lower case.
    pub fn lower_keywords(&self) -> impl Iterator<Item = Text> + '_ {
        self.keywords.iter().map(|word| match word.bytes().any(|byte| byte.is_ascii_uppercase()) {
            true => word.to_ascii_lowercase().into(),
            false => word.clone(),
        })
    }
}

/// Texts a rule must find and must not find; see `rules/README.md` for the templates in them.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Must be found, with the secret between `«` and `»`.
    pub positive: List<Text>,
    /// Must stay silent.
    pub negative: List<Text>,
}

/// A request that tells whether a credential works. Read-only by rule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyRecipe {
    /// Default `GET`.
    #[serde(default = "get")]
    pub method: Text,
    /// `https`, with `{secret…}` filled in.
    pub url: Text,
    /// Names, each once, and values with `{secret…}` filled in.
    #[serde(default, deserialize_with = "pairs")]
    pub headers: List<(Text, Text)>,
    /// With `{secret…}` filled in.
    pub body: Option<Text>,
    /// Status codes that mean: it works.
    pub active: List<u16>,
    /// Status codes that mean: it is refused.
    #[serde(default)]
    pub inactive: List<u16>,
    /// What the body must also hold for `active`.
    pub active_text: Option<Text>,
    /// What the body must also hold for `inactive`.
    pub inactive_text: Option<Text>,
}

impl Examples {
    /// Of a rule that is compiled in.
    pub const NONE: Self = Self { positive: List::Borrowed(&[]), negative: List::Borrowed(&[]) };
}

fn get() -> Text {
    Text::Borrowed("GET")
}

fn pairs<'de, D: Deserializer<'de>>(from: D) -> Result<List<(Text, Text)>, D::Error> {
    BTreeMap::deserialize(from).map(|pairs| pairs.into_iter().collect())
}
