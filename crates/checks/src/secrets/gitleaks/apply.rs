//! From what a configuration says to rules and lists that run.

use std::{collections::HashSet, sync::OnceLock};

use model::{CheckId, Confidence, Cwe, Severity, one_line};

use super::{
    Configuration, Error, ListSource, MAX_COMPILED_BYTES, MAX_PATTERNS, MAX_WORDS, RuleSource,
    file::Sourced, ids, regex,
};
use crate::secrets::{
    Allowlist, RulesetBuilder,
    file::Text,
    pattern::Pattern,
    rule::{Finder, Rank, Rule, Whole},
    table::MIN_KEYWORD_BYTES,
};

/// Longest description that is kept, in characters.
const DESCRIPTION_CHARS: usize = 500;

/// The rules of a scan under a configuration.
pub struct Applied {
    /// With the configuration's rules and lists.
    pub builder: RulesetBuilder,
    /// What had no effect, or another than the user may expect.
    pub notes: Vec<String>,
}

impl Configuration {
    /// Changes the built-in rules in `builder` as the configuration says. Without `useDefault` its own rules replace them; a
    /// configuration without rules leaves them.
    ///
    /// # Errors
    /// The first rule or list that cannot run, by file, rule and field.
    pub fn apply(self, builder: RulesetBuilder) -> Result<Applied, Error> {
        let Self { name, resolved, notes } = self;
        let keeps = resolved.uses_default || resolved.rules.is_empty();
        let mut work = Work { name, builder, keeps, notes, spent: Spent::default() };
        if !keeps {
            let ours = work.builder.ids().count();
            work.builder = work.builder.retain(|_| false);
            work.notes.insert(
                0,
                format!(
                    "{} has rules of its own, which replace the {ours} built-in ones; `useDefault = true` under `[extend]` keeps both",
                    work.name
                ),
            );
        }
        work.disable(&resolved.disabled);
        for rule in resolved.rules {
            work.rule(rule)?;
        }
        for list in &resolved.lists {
            work.global(list)?;
        }
        Ok(Applied { builder: work.builder, notes: work.notes })
    }
}

/// What has been taken of the limits.
#[derive(Default)]
struct Spent {
    patterns: usize,
    words: usize,
    compiled_bytes: usize,
}

struct Work {
    name: String,
    builder: RulesetBuilder,
    /// The built-in rules stay.
    keeps: bool,
    notes: Vec<String>,
    spent: Spent,
}

impl Work {
    /// The built-in checks that an id of a rule stands for: by the table of gitleaks' ids, or by their own.
    fn built_in(&self, id: &str) -> Vec<String> {
        let there: HashSet<&str> = self.builder.ids().map(CheckId::as_str).collect();
        let mut found: Vec<String> = Vec::new();
        for ours in ids::ours(id).unwrap_or_default().iter().map(String::as_str).chain([id]) {
            if there.contains(ours) && !found.iter().any(|other| other == ours) {
                found.push(ours.to_owned());
            }
        }
        found
    }

    fn disable(&mut self, disabled: &[String]) {
        for id in disabled {
            let ours = self.built_in(id);
            if ours.is_empty() {
                self.notes.push(format!(
                    "{}: `extend.disabledRules`: no built-in check stands for `{id}`",
                    self.name
                ));
            }
            self.without(&ours);
        }
    }

    fn without(&mut self, checks: &[String]) {
        let builder = std::mem::replace(&mut self.builder, crate::secrets::Ruleset::empty());
        self.builder = builder.retain(|rule| !checks.iter().any(|id| id == rule.id.as_str()));
    }

    fn rule(&mut self, source: RuleSource) -> Result<(), Error> {
        let ours = if self.keeps { self.built_in(&source.id) } else { Vec::new() };
        let changes_ours = source.regex.is_none() && !ours.is_empty();
        if changes_ours {
            return self.change(source, &ours);
        }
        let error = |field: Option<&str>, problem: String| Error {
            file: source.file.as_ref().to_owned(),
            rule: Some(source.id.clone()),
            field: field.map(str::to_owned),
            problem,
        };
        if source.regex.is_none() && source.path.is_none() {
            if self.keeps && ids::ours(&source.id).is_some() {
                self.notes.push(format!(
                    "{}: no built-in check stands for `{}`, which is a default rule of gitleaks",
                    source.file, source.id
                ));
                return Ok(());
            }
            return Err(error(None, "has neither `regex` nor `path`".to_owned()));
        }
        let path_pattern = match &source.path {
            Some(path) => Some(self.pattern(path, Some(&source.id), "path")?.0),
            None => None,
        };
        let mut keywords: Vec<String> =
            source.keywords.iter().filter(|word| !word.is_empty()).cloned().collect();
        keywords.sort();
        keywords.dedup();
        self.words(keywords.len() + source.tags.len(), &source)?;
        let finder = match &source.regex {
            None => Finder::Path,
            Some(expression) => {
                let (pattern, groups) = self.pattern(expression, Some(&source.id), "regex")?;
                if let Some(group) = source.secret_group.filter(|group| *group > groups) {
                    let problem = format!("{group}, but `regex` has {groups} groups");
                    return Err(error(Some("secretGroup"), problem));
                }
                let is_found = |word: &String| word.len() >= MIN_KEYWORD_BYTES && word.is_ascii();
                let slow = if keywords.iter().all(is_found) {
                    Vec::new()
                } else {
                    // Only ASCII is compared whatever its case.
                    let capitals = keywords.iter().filter(|word| !word.is_ascii());
                    capitals.map(|word| word.to_uppercase()).chain(keywords.clone()).collect()
                };
                Finder::Whole(Whole {
                    pattern,
                    group: source.secret_group,
                    entropy: source.entropy,
                    keywords: slow,
                })
            }
        };
        if !matches!(&finder, Finder::Whole(whole) if whole.keywords.is_empty()) {
            keywords.clear();
        }
        for list in &source.lists {
            let list = self.list(list, vec![source.id.clone()])?;
            self.add_list(list);
        }
        self.without(&ours);
        let what = match &finder {
            Finder::Path => "A file of this name is reported",
            _ => "What this rule matches is reported",
        };
        let tags = if source.tags.is_empty() {
            String::new()
        } else {
            format!(" Tags: {}.", one_line(&source.tags.join(", "), DESCRIPTION_CHARS))
        };
        let rule = Rule {
            title: one_line(source.description.as_deref().unwrap_or(&source.id), DESCRIPTION_CHARS).into(),
            what: format!("{what}, by rule `{}` of {}.{tags}", source.id, source.file).into(),
            revoke: "If it is a credential that works, revoke it where it was issued, then take it out of the code and its history."
                .into(),
            samples: None,
            gives_way: false,
            in_browsers: None,
            is_generic: source.id.to_lowercase().contains("generic"),
            id: CheckId::new(source.id),
            provider: None,
            reference: None,
            severity: Severity::High,
            confidence: Confidence::Medium,
            cwe: Cwe(798),
            verify: None,
            keywords: keywords.into_iter().map(Text::Owned).collect(),
            finder,
            entropy: None,
            checksum: None,
            judged: None,
            allow: Vec::new(),
            path: None,
            path_pattern,
            rank: Rank::User,
            texts: OnceLock::new(),
        };
        let builder = std::mem::replace(&mut self.builder, crate::secrets::Ruleset::empty());
        self.builder = builder.with(rule);
        Ok(())
    }

    /// A rule without an expression says something more of what is built in.
    fn change(&mut self, source: RuleSource, ours: &[String]) -> Result<(), Error> {
        for list in &source.lists {
            let list = self.list(list, ours.to_vec())?;
            self.add_list(list);
        }
        // Compiled once for each check, which owns it.
        let mut paths = Vec::new();
        if let Some(path) = &source.path {
            for _ in ours {
                paths.push(self.pattern(path, Some(&source.id), "path")?.0);
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "bits per character")]
        let entropy = source.entropy.map(|bits| bits as f32);
        for rule in self.builder.rules_mut() {
            if !ours.iter().any(|id| id == rule.id.as_str()) {
                continue;
            }
            if let Some(description) = &source.description {
                rule.title = one_line(description, DESCRIPTION_CHARS).into();
            }
            rule.entropy = entropy.or(rule.entropy);
            rule.path_pattern = paths.pop().or(rule.path_pattern.take());
        }
        for (field, is_there) in [
            ("keywords", !source.keywords.is_empty()),
            ("secretGroup", source.secret_group.is_some()),
        ] {
            if is_there {
                self.notes.push(format!(
                    "{}: rule `{}`: `{field}` does not change a built-in check",
                    source.file, source.id
                ));
            }
        }
        Ok(())
    }

    fn global(&mut self, source: &ListSource) -> Result<(), Error> {
        let mut checks = Vec::new();
        for id in &source.target_rules {
            let found = self.built_in(id);
            let is_known = self.keeps && ids::ours(id).is_some();
            if found.is_empty() && (is_known || source.depth > 0) {
                self.notes.push(format!(
                    "{}: `allowlists.targetRules`: there is no rule `{id}` here",
                    source.file
                ));
            } else if found.is_empty() {
                return Err(Error {
                    file: source.file.as_ref().to_owned(),
                    rule: None,
                    field: Some("allowlists.targetRules".to_owned()),
                    problem: format!("there is no rule `{id}`"),
                });
            }
            checks.extend(found);
        }
        // A list for rules that are not there is for none, not for all.
        if source.target_rules.is_empty() || !checks.is_empty() {
            let list = self.list(source, checks)?;
            self.add_list(list);
        }
        Ok(())
    }

    fn add_list(&mut self, list: Allowlist) {
        let builder = std::mem::replace(&mut self.builder, crate::secrets::Ruleset::empty());
        self.builder = builder.with_allowlist(list);
    }

    fn list(&mut self, source: &ListSource, checks: Vec<String>) -> Result<Allowlist, Error> {
        let mut compile = |texts: &[String], name: &str| -> Result<Vec<Pattern>, Error> {
            let field = format!("{}.{name}", source.field);
            texts
                .iter()
                .map(|text| {
                    let sourced = Sourced { text: text.clone(), file: source.file.clone() };
                    Ok(self.pattern(&sourced, source.rule.as_deref(), &field)?.0)
                })
                .collect()
        };
        let path_patterns = compile(&source.paths, "paths")?;
        let secrets = compile(&source.regexes, "regexes")?;
        self.spent.words += source.stopwords.len() + source.commits.len();
        if self.spent.words > MAX_WORDS {
            return Err(Error {
                file: source.file.as_ref().to_owned(),
                rule: source.rule.clone(),
                field: Some(source.field.to_owned()),
                problem: format!("more than {MAX_WORDS} words in all"),
            });
        }
        Ok(Allowlist {
            checks,
            path_globs: None,
            path_patterns,
            secrets,
            target: source.target,
            stopwords: source.stopwords.iter().map(|word| word.to_lowercase()).collect(),
            commits: source.commits.iter().map(|id| id.trim().to_lowercase()).collect(),
            condition: source.condition(),
        })
    }

    fn words(&mut self, count: usize, source: &RuleSource) -> Result<(), Error> {
        self.spent.words += count;
        if self.spent.words <= MAX_WORDS {
            return Ok(());
        }
        Err(Error {
            file: source.file.as_ref().to_owned(),
            rule: Some(source.id.clone()),
            field: Some("keywords".to_owned()),
            problem: format!("more than {MAX_WORDS} words in all"),
        })
    }

    /// The expression, ready to run, and how many groups it has.
    fn pattern(
        &mut self,
        source: &Sourced,
        rule: Option<&str>,
        field: &str,
    ) -> Result<(Pattern, usize), Error> {
        let error = |problem: String| Error {
            file: source.file.as_ref().to_owned(),
            rule: rule.map(str::to_owned),
            field: Some(field.to_owned()),
            problem,
        };
        self.spent.patterns += 1;
        if self.spent.patterns > MAX_PATTERNS {
            return Err(error(format!("more than {MAX_PATTERNS} expressions in all")));
        }
        let translated = regex::translate(&source.text).map_err(error)?;
        let pattern = Pattern::translated(&translated.source, translated.unicode).map_err(error)?;
        self.spent.compiled_bytes += pattern.memory_bytes();
        if self.spent.compiled_bytes > MAX_COMPILED_BYTES {
            return Err(error(format!(
                "the expressions so far take more than {} MiB",
                MAX_COMPILED_BYTES >> 20
            )));
        }
        Ok((pattern, translated.groups))
    }
}
