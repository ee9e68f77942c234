//! One file, as it is written.

use std::sync::Arc;

use toml::{Table, Value};

use super::Error;
use crate::{
    secrets::{Condition, Target},
    toml_problem,
};

/// What one file says.
pub(super) struct File {
    pub(super) extend: Extend,
    pub(super) rules: Vec<RuleSource>,
    pub(super) lists: Vec<ListSource>,
}

#[derive(Default)]
pub(super) struct Extend {
    pub(super) path: Option<String>,
    pub(super) use_default: bool,
    pub(super) disabled: Vec<String>,
}

/// A rule, its expressions not looked at.
#[derive(Clone, Default)]
pub(super) struct RuleSource {
    pub(super) id: String,
    pub(super) description: Option<String>,
    pub(super) regex: Option<Sourced>,
    pub(super) path: Option<Sourced>,
    pub(super) secret_group: Option<usize>,
    pub(super) entropy: Option<f64>,
    pub(super) keywords: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) lists: Vec<ListSource>,
    /// The file that speaks of it last.
    pub(super) file: Arc<str>,
}

/// An expression and the file it stands in.
#[derive(Clone)]
pub(super) struct Sourced {
    pub(super) text: String,
    pub(super) file: Arc<str>,
}

/// An allow-list, its expressions not looked at.
#[derive(Clone, Default)]
pub(super) struct ListSource {
    pub(super) file: Arc<str>,
    /// How deep below the first file.
    pub(super) depth: usize,
    /// How messages call it.
    pub(super) field: &'static str,
    pub(super) rule: Option<String>,
    pub(super) any: bool,
    pub(super) target: Target,
    pub(super) commits: Vec<String>,
    pub(super) paths: Vec<String>,
    pub(super) regexes: Vec<String>,
    pub(super) stopwords: Vec<String>,
    pub(super) target_rules: Vec<String>,
}

impl ListSource {
    pub(super) fn condition(&self) -> Condition {
        if self.any { Condition::Any } else { Condition::All }
    }
}

/// Reads a file. `notes` are told what has no effect.
pub(super) fn read(
    name: &str,
    depth: usize,
    text: &str,
    notes: &mut Vec<String>,
) -> Result<File, Error> {
    let table: Table = toml::from_str(text).map_err(|error| Error {
        file: name.to_owned(),
        rule: None,
        field: None,
        problem: format!("not TOML: {}", toml_problem(text, &error)),
    })?;
    let file: Arc<str> = name.into();
    let mut top = Fields::new(table, &file, None);
    let extend = match top.table("extend")? {
        Some(mut fields) => {
            let extend = Extend {
                path: fields.text("path")?.filter(|path| !path.is_empty()),
                use_default: fields.flag("useDefault")?,
                disabled: fields.texts("disabledRules")?,
            };
            if extend.path.is_some() && extend.use_default {
                return Err(fields.error("path", "cannot stand beside `useDefault = true`"));
            }
            fields.left("extend.", notes);
            extend
        }
        None => Extend::default(),
    };
    let mut rules: Vec<RuleSource> = Vec::new();
    for (number, fields) in (1..).zip(top.tables("rules")?) {
        let rule = rule(fields, number, depth, &file, notes)?;
        if rules.iter().any(|other| other.id == rule.id) {
            notes.push(format!("{name}: rule `{}` stands there twice; the last counts", rule.id));
            rules.retain(|other| other.id != rule.id);
        }
        rules.push(rule);
    }
    let lists = lists(&mut top, depth, &file, None, notes)?;
    for ignored in ["title", "description", "minVersion"] {
        top.take(ignored);
    }
    top.left("", notes);
    Ok(File { extend, rules, lists })
}

fn rule(
    mut fields: Fields,
    number: usize,
    depth: usize,
    file: &Arc<str>,
    notes: &mut Vec<String>,
) -> Result<RuleSource, Error> {
    fields.rule = Some(format!("number {number}"));
    let id = fields.text("id")?.map(|id| id.trim().to_owned()).unwrap_or_default();
    if id.is_empty() {
        return Err(fields.error("id", "is missing"));
    }
    if id.len() > 200 || id.chars().any(char::is_control) {
        return Err(fields.error("id", "must be one line of at most 200 bytes"));
    }
    fields.rule = Some(id.clone());
    let sourced = |text: Option<String>| {
        text.filter(|text| !text.is_empty()).map(|text| Sourced { text, file: Arc::clone(file) })
    };
    let rule = RuleSource {
        description: fields.text("description")?.filter(|text| !text.trim().is_empty()),
        regex: sourced(fields.text("regex")?),
        path: sourced(fields.text("path")?),
        secret_group: match fields.number("secretGroup")? {
            None => None,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number between 0 and 1000"
            )]
            Some(group) if group.fract() == 0.0 && (0.0..=1000.0).contains(&group) => {
                Some(group as usize).filter(|group| *group > 0)
            }
            Some(_) => return Err(fields.error("secretGroup", "must be the number of a group")),
        },
        entropy: match fields.number("entropy")? {
            Some(bits) if !bits.is_finite() || bits < 0.0 => {
                return Err(fields.error("entropy", "must be a number of bits, from 0"));
            }
            entropy => entropy.filter(|bits| *bits > 0.0),
        },
        keywords: fields.texts("keywords")?.into_iter().map(|word| word.to_lowercase()).collect(),
        tags: fields.texts("tags")?,
        lists: lists(&mut fields, depth, file, Some(&id), notes)?,
        file: Arc::clone(file),
        id,
    };
    if fields.take("required").is_some() {
        notes.push(format!(
            "{file}: rule `{}`: `required` is not understood; the rule reports without the others",
            rule.id
        ));
    }
    if fields.flag("skipReport")? {
        notes.push(format!(
            "{file}: rule `{}`: `skipReport` is not understood; the rule reports",
            rule.id
        ));
    }
    fields.left(&format!("rule `{}`: ", rule.id), notes);
    Ok(rule)
}

fn lists(
    fields: &mut Fields,
    depth: usize,
    file: &Arc<str>,
    rule: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Vec<ListSource>, Error> {
    let old: Vec<Fields> = match fields.values.get("allowlist") {
        // The old form once, or as often as the new one.
        Some(Value::Array(_)) => fields.tables("allowlist")?,
        _ => fields.table("allowlist")?.into_iter().collect(),
    };
    let new = fields.tables("allowlists")?;
    if !old.is_empty() && !new.is_empty() {
        return Err(
            fields.error("allowlist", "is the old form and cannot stand beside `allowlists`")
        );
    }
    let field = if old.is_empty() { "allowlists" } else { "allowlist" };
    old.into_iter()
        .chain(new)
        .map(|mut fields| list(&mut fields, depth, file, rule, field, notes))
        .collect()
}

fn list(
    fields: &mut Fields,
    depth: usize,
    file: &Arc<str>,
    rule: Option<&str>,
    field: &'static str,
    notes: &mut Vec<String>,
) -> Result<ListSource, Error> {
    fields.rule = rule.map(str::to_owned);
    fields.text("description")?;
    let any = match fields.text("condition")?.unwrap_or_default().to_uppercase().as_str() {
        "" | "OR" | "||" => true,
        "AND" | "&&" => false,
        _ => return Err(fields.error("condition", "must be `OR` or `AND`")),
    };
    let target = match fields.text("regexTarget")?.unwrap_or_default().as_str() {
        "" | "secret" => Target::Secret,
        "match" => Target::Match,
        "line" => Target::Line,
        _ => return Err(fields.error("regexTarget", "must be `secret`, `match` or `line`")),
    };
    let mut list = ListSource {
        file: Arc::clone(file),
        depth,
        field,
        rule: rule.map(str::to_owned),
        any,
        target,
        commits: fields.texts("commits")?,
        paths: fields.texts("paths")?,
        regexes: fields.texts("regexes")?,
        stopwords: fields.texts("stopwords")?,
        target_rules: if rule.is_none() { fields.texts("targetRules")? } else { Vec::new() },
    };
    // A word that stands in everything would allow everything.
    list.stopwords.retain(|word| !word.is_empty());
    let entries = [&list.commits, &list.paths, &list.regexes, &list.stopwords];
    if entries.iter().all(|entries| entries.is_empty()) {
        return Err(fields.error(field, "names no commits, paths, regexes or stopwords"));
    }
    fields.left(&format!("{field}: "), notes);
    Ok(list)
}

/// The fields of one table. Their names are compared whatever their case, as gitleaks does.
struct Fields {
    values: Table,
    file: Arc<str>,
    rule: Option<String>,
}

impl Fields {
    fn new(table: Table, file: &Arc<str>, rule: Option<String>) -> Self {
        let values = table.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
        Self { values, file: Arc::clone(file), rule }
    }

    fn error(&self, field: &str, problem: impl Into<String>) -> Error {
        Error {
            file: self.file.as_ref().to_owned(),
            rule: self.rule.clone(),
            field: Some(field.to_owned()),
            problem: problem.into(),
        }
    }

    fn take(&mut self, field: &str) -> Option<Value> {
        self.values.remove(&field.to_lowercase())
    }

    fn text(&mut self, field: &str) -> Result<Option<String>, Error> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.error(field, "must be a text")),
        }
    }

    fn flag(&mut self, field: &str) -> Result<bool, Error> {
        match self.take(field) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(flag),
            Some(_) => Err(self.error(field, "must be `true` or `false`")),
        }
    }

    fn number(&mut self, field: &str) -> Result<Option<f64>, Error> {
        let number = match self.take(field) {
            None => return Ok(None),
            #[expect(clippy::cast_precision_loss, reason = "small numbers; others are refused")]
            Some(Value::Integer(number)) => Some(number as f64),
            Some(Value::Float(number)) => Some(number),
            Some(Value::String(text)) => text.trim().parse().ok(),
            Some(_) => None,
        };
        number.map(Some).ok_or_else(|| self.error(field, "must be a number"))
    }

    /// A list of texts; a single text is a list of what stands between its commas, as gitleaks reads it.
    fn texts(&mut self, field: &str) -> Result<Vec<String>, Error> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) if text.is_empty() => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split(',').map(str::to_owned).collect()),
            Some(Value::Array(values)) => values
                .into_iter()
                .map(|value| match value {
                    Value::String(text) => Ok(text),
                    _ => Err(self.error(field, "must be a list of texts")),
                })
                .collect(),
            Some(_) => Err(self.error(field, "must be a list of texts")),
        }
    }

    fn table(&mut self, field: &str) -> Result<Option<Self>, Error> {
        match self.take(field) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(Self::new(table, &self.file, self.rule.clone()))),
            Some(_) => Err(self.error(field, "must be a table")),
        }
    }

    fn tables(&mut self, field: &str) -> Result<Vec<Self>, Error> {
        match self.take(field) {
            None => Ok(Vec::new()),
            Some(Value::Array(values)) => values
                .into_iter()
                .map(|value| match value {
                    Value::Table(table) => Ok(Self::new(table, &self.file, self.rule.clone())),
                    _ => Err(self.error(field, "must be tables")),
                })
                .collect(),
            Some(_) => Err(self.error(field, format!("must be written `[[{field}]]`"))),
        }
    }

    /// Tells of fields that nobody took.
    fn left(&self, place: &str, notes: &mut Vec<String>) {
        for field in self.values.keys() {
            notes.push(format!("{}: {place}`{field}` is not understood", self.file));
        }
    }
}
