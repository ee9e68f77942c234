//! All rules of a scan, and what finds all their keywords at once.

use model::CheckId;

use super::{
    allowlist::{Allowlist, Found, Verdict},
    builtin,
    prefilter::Prefilter,
    rule::{Finder, Rank, Rule, RuleError},
    scan::Candidate,
    table::{self, Leads, Table},
};

/// The rules of a scan. Shared by all workers; see [`super::Scanner`] for what runs them.
pub struct Ruleset {
    pub(crate) rules: Vec<Rule>,
    pub(crate) prefilter: Prefilter,
    leads: Leads,
    /// Rules about the whole text without a keyword, which only a user can write.
    pub(crate) everywhere: Vec<u32>,
    /// Rules about paths alone.
    by_path: Vec<u32>,
    allowlists: Vec<Allowlist>,
    /// By rule: the lists that are for it.
    lists_of: Vec<Vec<u32>>,
}

/// What allow-lists say of what stands in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// Wherever it stands.
    pub(crate) anywhere: bool,
    /// Where one of these lists holds.
    pub(crate) by_place: Vec<u32>,
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
        let rules = builtin::all()?;
        Ok(RulesetBuilder { rules, allowlists: Vec::new(), is_as_shipped: true })
    }

    /// Nothing, to add to.
    #[must_use]
    pub fn empty() -> RulesetBuilder {
        RulesetBuilder { rules: Vec::new(), allowlists: Vec::new(), is_as_shipped: false }
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

    /// The rules that a keyword leads to, by index.
    pub(crate) fn at_keyword(&self, keyword: usize) -> &[u32] {
        self.leads.at(keyword)
    }

    /// The rules of which `path` alone is a finding, by index.
    pub fn about_path<'r>(&'r self, path: &'r str) -> impl Iterator<Item = u32> + 'r {
        self.by_path.iter().copied().filter(move |index| {
            self.get(*index).is_some_and(|rule| {
                rule.holds_at(path)
                    && !rule.allow.iter().any(|pattern| pattern.is_match(path.as_bytes()))
            })
        })
    }

    /// Whether the user wrote rules about paths alone. That the product's own look at files only is in its documentation.
    #[must_use]
    pub fn has_rules_about_paths(&self) -> bool {
        self.by_path
            .iter()
            .any(|index| self.get(*index).is_some_and(|rule| rule.rank == Rank::User))
    }

    /// Whether an allow-list accepts `candidate` at this place.
    #[must_use]
    pub fn allows(&self, candidate: &Candidate, path: &str, commit: Option<&str>) -> bool {
        candidate.allowed.anywhere || self.some_holds_at(&candidate.allowed.by_place, path, commit)
    }

    /// Whether an allow-list accepts a finding of a rule about paths at this place.
    #[must_use]
    pub fn allows_path(&self, rule: u32, path: &str, commit: Option<&str>) -> bool {
        let nothing = Found { secret: b"", matched: b"", line: b"" };
        let by_place: Vec<u32> = self
            .lists_of(rule)
            .iter()
            .copied()
            .filter(|list| {
                self.list(*list).is_some_and(|list| list.judge(nothing) == Verdict::ByPlace)
            })
            .collect();
        self.some_holds_at(&by_place, path, commit)
    }

    pub(crate) fn has_lists(&self, rule: u32) -> bool {
        !self.lists_of(rule).is_empty()
    }

    /// Asks the lists that are for `rule`.
    pub(crate) fn judge(&self, rule: u32, found: Found<'_>) -> Allowed {
        let mut allowed = Allowed::default();
        for &number in self.lists_of(rule) {
            match self.list(number).map(|list| list.judge(found)) {
                Some(Verdict::Allowed) => return Allowed { anywhere: true, by_place: Vec::new() },
                Some(Verdict::ByPlace) => allowed.by_place.push(number),
                Some(Verdict::Refused) | None => {}
            }
        }
        allowed
    }

    fn lists_of(&self, rule: u32) -> &[u32] {
        self.lists_of.get(rule as usize).map_or(&[], Vec::as_slice)
    }

    fn list(&self, number: u32) -> Option<&Allowlist> {
        self.allowlists.get(number as usize)
    }

    fn some_holds_at(&self, lists: &[u32], path: &str, commit: Option<&str>) -> bool {
        lists
            .iter()
            .any(|number| self.list(*number).is_some_and(|list| list.holds_at(path, commit)))
    }
}

/// See [`Ruleset::builder`].
pub struct RulesetBuilder {
    rules: Vec<Rule>,
    allowlists: Vec<Allowlist>,
    /// The rules are all that the product ships, and no others.
    is_as_shipped: bool,
}

impl RulesetBuilder {
    /// Keeps the rules that `keep` likes.
    #[must_use]
    pub fn retain(mut self, keep: impl FnMut(&Rule) -> bool) -> Self {
        let before = self.rules.len();
        self.rules.retain(keep);
        self.is_as_shipped &= self.rules.len() == before;
        self
    }

    /// Adds a rule; one of the same id gives way.
    #[must_use]
    pub fn with(mut self, rule: Rule) -> Self {
        self.is_as_shipped = false;
        self.rules.retain(|other| other.id != rule.id);
        self.rules.push(rule);
        self
    }

    /// Adds an allow-list, which judges while the text is at hand.
    #[must_use]
    pub fn with_allowlist(mut self, list: Allowlist) -> Self {
        self.allowlists.push(list);
        self
    }

    /// The rules so far, to be changed.
    pub(crate) fn rules_mut(&mut self) -> &mut [Rule] {
        self.is_as_shipped = false;
        &mut self.rules
    }

    /// The ids of the rules so far.
    pub fn ids(&self) -> impl Iterator<Item = &CheckId> {
        self.rules.iter().map(|rule| &rule.id)
    }

    /// Makes them ready to run.
    #[must_use]
    pub fn build(mut self) -> Ruleset {
        self.rules.sort_by(|a, b| a.id.cmp(&b.id));
        let (mut everywhere, mut by_path) = (Vec::new(), Vec::new());
        for (index, rule) in (0..).zip(&self.rules) {
            if matches!(rule.finder, Finder::Path) {
                by_path.push(index);
            } else if rule.keywords.is_empty() {
                everywhere.push(index);
            }
        }
        let (table, leads) = match self.is_as_shipped {
            true => builtin::index(),
            false => index(&self.rules),
        };
        let lists_of = self
            .rules
            .iter()
            .map(|rule| {
                (0..)
                    .zip(&self.allowlists)
                    .filter(|(_, list)| list.is_for(rule.id.as_str()))
                    .map(|(number, _)| number)
                    .collect()
            })
            .collect();
        Ruleset {
            rules: self.rules,
            prefilter: Prefilter::of(table),
            leads,
            everywhere,
            by_path,
            allowlists: self.allowlists,
            lists_of,
        }
    }
}

/// The keywords of `rules`.
pub(super) fn index(rules: &[Rule]) -> (Table, Leads) {
    table::index(rules.iter().map(Rule::keywords), |rule, length| {
        rules.get(usize::try_from(rule).ok()?)?.bytes_behind(length)
    })
}
