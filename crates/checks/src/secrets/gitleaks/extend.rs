//! A file together with all that it extends.

use super::{
    Error, ListSource, MAX_DEPTH, MAX_RULES, Open, RuleSource, THEIR_DEPTH,
    file::{self, File},
};

/// What a file and all that it extends say together.
#[derive(Default)]
pub(super) struct Resolved {
    /// In the order in which they were met, the extending file's first.
    pub(super) rules: Vec<RuleSource>,
    pub(super) lists: Vec<ListSource>,
    /// The default rules are kept.
    pub(super) uses_default: bool,
    /// Ids that are to be left out of the default rules.
    pub(super) disabled: Vec<String>,
}

pub(super) fn resolve(
    name: &str,
    text: &str,
    open: &mut Open<'_>,
    notes: &mut Vec<String>,
) -> Result<Resolved, Error> {
    let mut open_files = vec![name.to_owned()];
    below(name, text, open, &mut open_files, notes)
}

fn below(
    name: &str,
    text: &str,
    open: &mut Open<'_>,
    chain: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> Result<Resolved, Error> {
    let depth = chain.len() - 1;
    let file = file::read(name, depth, text, notes)?;
    let base = match &file.extend.path {
        None => Resolved { uses_default: file.extend.use_default, ..Resolved::default() },
        Some(path) => extended(name, path, open, chain, notes)?.unwrap_or_default(),
    };
    merge(name, file, base, notes)
}

fn extended(
    name: &str,
    path: &str,
    open: &mut Open<'_>,
    chain: &mut Vec<String>,
    notes: &mut Vec<String>,
) -> Result<Option<Resolved>, Error> {
    let fail = |problem: String| Error {
        file: name.to_owned(),
        rule: None,
        field: Some("extend.path".to_owned()),
        problem,
    };
    if chain.len() > MAX_DEPTH {
        return Err(fail(format!("more than {MAX_DEPTH} files extend each other")));
    }
    let next = match open(path, name) {
        Ok(next) => next,
        // gitleaks itself does not look that deep, so nobody may have noticed.
        Err(problem) if chain.len() > THEIR_DEPTH => {
            notes.push(format!("{name}: `extend.path`: {problem}"));
            return Ok(None);
        }
        Err(problem) => return Err(fail(problem)),
    };
    if chain.contains(&next.name) {
        return Err(fail(format!("`{path}` extends the file that extends it")));
    }
    chain.push(next.name.clone());
    let resolved = below(&next.name, &next.text, open, chain, notes)?;
    chain.pop();
    Ok(Some(resolved))
}

/// What a file says of a rule wins over what the extended one says; lists of words and allow-lists are added.
fn merge(
    name: &str,
    file: File,
    mut base: Resolved,
    notes: &mut Vec<String>,
) -> Result<Resolved, Error> {
    for id in &file.extend.disabled {
        let before = base.rules.len();
        base.rules.retain(|rule| rule.id != *id);
        if base.uses_default {
            base.disabled.push(id.clone());
        } else if base.rules.len() == before {
            notes.push(format!(
                "{name}: `extend.disabledRules`: there is no rule `{id}` to disable"
            ));
        }
    }
    let mut rules = Vec::with_capacity(file.rules.len() + base.rules.len());
    for rule in file.rules {
        match base.rules.iter().position(|other| other.id == rule.id) {
            Some(at) => rules.push(over(rule, base.rules.remove(at))),
            None => rules.push(rule),
        }
    }
    rules.append(&mut base.rules);
    if rules.len() > MAX_RULES {
        return Err(Error {
            file: name.to_owned(),
            rule: None,
            field: Some("rules".to_owned()),
            problem: format!("more than {MAX_RULES} rules"),
        });
    }
    let mut lists = file.lists;
    lists.append(&mut base.lists);
    Ok(Resolved { rules, lists, uses_default: base.uses_default, disabled: base.disabled })
}

fn over(mut rule: RuleSource, mut base: RuleSource) -> RuleSource {
    base.keywords.append(&mut rule.keywords);
    base.tags.append(&mut rule.tags);
    base.lists.append(&mut rule.lists);
    RuleSource {
        id: rule.id,
        description: rule.description.or(base.description),
        regex: rule.regex.or(base.regex),
        path: rule.path.or(base.path),
        secret_group: rule.secret_group.or(base.secret_group),
        entropy: rule.entropy.or(base.entropy),
        keywords: base.keywords,
        tags: base.tags,
        lists: base.lists,
        file: rule.file,
    }
}
