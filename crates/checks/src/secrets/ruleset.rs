//! All rules of a scan, and what finds all their keywords at once.

use std::collections::BTreeMap;

use super::{
    builtin,
    prefilter::Prefilter,
    rule::{Rule, RuleError},
};

/// The rules of a scan. Shared by all workers; see [`super::Scanner`] for what runs them.
pub struct Ruleset {
    pub(crate) rules: Vec<Rule>,
    pub(crate) prefilter: Prefilter,
    /// By keyword: the rules it leads to.
    pub(crate) by_keyword: Vec<Vec<u32>>,
    /// Rules without a keyword, which only a user can write.
    pub(crate) everywhere: Vec<u32>,
}

impl Ruleset {
    /// The rules the product ships.
    ///
    /// # Errors
    /// A rule that does not compile; a test sees to it that there is none.
    pub fn builtin() -> Result<Self, RuleError> {
        Ok(Self::builder()?.build())
    }

    /// The rules the product ships, to choose from and to add to.
    ///
    /// # Errors
    /// See [`Self::builtin`].
    pub fn builder() -> Result<RulesetBuilder, RuleError> {
        Ok(RulesetBuilder { rules: builtin::all()? })
    }

    /// Nothing, to add to.
    #[must_use]
    pub fn empty() -> RulesetBuilder {
        RulesetBuilder { rules: Vec::new() }
    }

    /// In the order of their ids.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// By the index a [`super::Candidate`] carries.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&Rule> {
        self.rules.get(usize::try_from(index).ok()?)
    }
}

/// See [`Ruleset::builder`].
pub struct RulesetBuilder {
    rules: Vec<Rule>,
}

impl RulesetBuilder {
    /// Keeps the rules that `keep` likes.
    #[must_use]
    pub fn retain(mut self, keep: impl FnMut(&Rule) -> bool) -> Self {
        self.rules.retain(keep);
        self
    }

    /// Adds a rule; one of the same id gives way.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        self.rules.retain(|other| other.id != rule.id);
        self.rules.push(rule);
        self
    }

    /// The ids of the rules so far.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.rules.iter().map(|rule| rule.id.as_str())
    }

    /// Makes them ready to run.
    #[must_use]
    pub fn build(mut self) -> Ruleset {
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        let mut by_keyword: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        let mut everywhere = Vec::new();
        for (index, rule) in (0..).zip(&self.rules) {
            if rule.keywords.is_empty() {
                everywhere.push(index);
            }
            for keyword in &rule.keywords {
                by_keyword.entry(keyword).or_default().push(index);
            }
        }
        let follow = |keyword: &str| {
            let mut all = Vec::new();
            for &index in by_keyword.get(keyword)? {
                let rule = self.rules.get(usize::try_from(index).ok()?)?;
                all.extend(rule.bytes_behind(keyword)?);
            }
            Some(all)
        };
        let prefilter = Prefilter::new(by_keyword.keys().copied(), follow);
        let by_keyword = by_keyword.into_values().collect();
        Ruleset { rules: self.rules, prefilter, by_keyword, everywhere }
    }
}
