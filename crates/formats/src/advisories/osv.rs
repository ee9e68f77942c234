//! OSV records: JSON, and YAML as PyPA publishes it.
//!
//! The schema is <https://ossf.github.io/osv-schema/>. An optional field of another type than the schema's is read as if it were absent.

use std::str;

use model::{
    Advisory, AdvisoryKind, Affected, AffectedFunctions, Cwe, Ecosystem, RangeEvent, Rating,
    Reference, ReferenceKind, Severity, VersionRange, is_hidden, one_line,
};
use serde_json::Value;

use super::{Record, time, yaml};
use crate::Problem;

/// Reads one record in JSON.
///
/// # Errors
///
/// It is no JSON, or nothing in it says which advisory it is.
pub fn read_json(bytes: &[u8]) -> Result<Record, Problem> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let value: Value = serde_json::from_slice(bytes)
        .map_err(|error| Problem::at(error.line() as u64, "it is not well-formed JSON"))?;
    read(&value)
}

/// Reads one record in YAML.
///
/// # Errors
///
/// It is no YAML, or nothing in it says which advisory it is.
pub fn read_yaml(bytes: &[u8]) -> Result<Record, Problem> {
    let text = str::from_utf8(bytes).map_err(|_| Problem::general("it is not UTF-8"))?;
    read(&yaml::read(text.strip_prefix('\u{feff}').unwrap_or(text))?)
}

fn read(value: &Value) -> Result<Record, Problem> {
    let id = text(value, "id");
    if !is_usable(id) {
        return Err(Problem::general("it has no usable id"));
    }
    let mut problems = Vec::new();
    let database = field(value, "database_specific");
    let mut advisory = Advisory {
        id: id.to_owned(),
        kind: kind(id, value),
        aliases: ids(field(value, "aliases")),
        related: ids(field(value, "related")),
        upstream: ids(field(value, "upstream")),
        summary: text(value, "summary").to_owned(),
        details: text(value, "details").to_owned(),
        published_ms: time(value, "published"),
        modified_ms: time(value, "modified"),
        withdrawn_ms: time(value, "withdrawn"),
        rating: rating(value, &[database]),
        cwes: Vec::new(),
        references: list(field(value, "references")).iter().filter_map(reference).collect(),
        affected: Vec::new(),
    };
    // A mark without a time that can be read is a mark.
    if advisory.withdrawn_ms.is_none() && !text(value, "withdrawn").is_empty() {
        advisory.withdrawn_ms = Some(advisory.modified_ms.unwrap_or(0));
    }
    cwes(database, &mut advisory.cwes);
    for entry in list(field(value, "affected")) {
        cwes(field(entry, "database_specific"), &mut advisory.cwes);
        match affected(entry) {
            Ok(affected) => advisory.affected.push(affected),
            Err(Some(problem)) if problems.len() < PROBLEMS && !problems.contains(&problem) => {
                problems.push(problem);
            }
            Err(_) => {}
        }
    }
    Ok(Record { advisory, problems })
}

/// More ecosystems that are not known are not told one by one.
const PROBLEMS: usize = 10;
/// Longer than any database's ids by far.
const ID_BYTES: usize = 200;

fn field<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or(&Value::Null)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    field(value, name).as_str().unwrap_or_default().trim()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    list(value).iter().filter_map(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn ids(value: &Value) -> Vec<String> {
    texts(value).filter(|id| is_usable(id)).map(str::to_owned).collect()
}

/// Whether it can be an id: what hides something or drives a terminal is in none.
fn is_usable(id: &str) -> bool {
    !id.is_empty() && id.len() <= ID_BYTES && !id.chars().any(is_hidden)
}

fn time(value: &Value, name: &str) -> Option<i64> {
    time::milliseconds(field(value, name).as_str()?)
}

/// `MAL-` is the prefix of malicious packages; RustSec marks what is no vulnerability in `informational`.
fn kind(id: &str, value: &Value) -> AdvisoryKind {
    if id.starts_with("MAL-") {
        return AdvisoryKind::Malicious;
    }
    list(field(value, "affected"))
        .iter()
        .find_map(|entry| {
            informational(field(entry, "database_specific").get("informational")?.as_str()?)
        })
        .unwrap_or(AdvisoryKind::Vulnerability)
}

/// RustSec's words for what is no vulnerability.
pub(super) fn informational(word: &str) -> Option<AdvisoryKind> {
    match word {
        "unmaintained" => Some(AdvisoryKind::Unmaintained),
        "unsound" => Some(AdvisoryKind::Unsound),
        "notice" => Some(AdvisoryKind::Notice),
        _ => None,
    }
}

fn reference(value: &Value) -> Option<Reference> {
    let url = text(value, "url");
    let kind = ReferenceKind::parse(text(value, "type")).unwrap_or(ReferenceKind::Web);
    (!url.is_empty()).then(|| Reference { kind, url: url.to_owned() })
}

/// GitHub's `cwe_ids`, and `cwes[].cweId` of the collection of malicious packages.
fn cwes(specific: &Value, out: &mut Vec<Cwe>) {
    let nested =
        list(field(specific, "cwes")).iter().filter_map(|cwe| field(cwe, "cweId").as_str());
    for cwe in texts(field(specific, "cwe_ids")).chain(nested).filter_map(Cwe::parse) {
        if !out.contains(&cwe) && out.len() < CWES {
            out.push(cwe);
        }
    }
}

/// Enough for any record, and few enough to look through.
const CWES: usize = 64;

fn rating(value: &Value, specific: &[&Value]) -> Rating {
    let mut rating = Rating::default();
    for entry in list(field(value, "severity")) {
        let score = text(entry, "score");
        match text(entry, "type") {
            "CVSS_V2" | "CVSS_V3" | "CVSS_V4" if !score.is_empty() => {
                rating.vectors.push(score.to_owned());
            }
            // Ubuntu's priority is a severity of a type of its own.
            _ => rating.word = rating.word.or_else(|| severity_word(score)),
        }
    }
    for specific in specific {
        // RustSec repeats its vector here, others have it here alone.
        let vector = text(specific, "cvss");
        if rating.vectors.is_empty() && vector.contains('/') {
            rating.vectors.push(vector.to_owned());
        }
        // `urgency` is Debian's.
        for name in ["severity", "urgency"] {
            rating.word = rating.word.or_else(|| severity_word(text(specific, name)));
        }
    }
    rating
}

/// The words of GitHub, Red Hat, SUSE, Ubuntu and Debian.
fn severity_word(word: &str) -> Option<Severity> {
    const WORDS: &[(&str, Severity)] = &[
        ("critical", Severity::Critical),
        ("high", Severity::High),
        ("important", Severity::High),
        ("medium", Severity::Medium),
        ("moderate", Severity::Medium),
        ("low", Severity::Low),
        ("minor", Severity::Low),
        ("negligible", Severity::Info),
        ("unimportant", Severity::Info),
        ("none", Severity::Info),
    ];
    WORDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, severity)| *severity)
}

/// `Err(None)`: it is about nothing that has a name, such as a repository of commits.
fn affected(value: &Value) -> Result<Affected, Option<Problem>> {
    let package = field(value, "package");
    let word = text(package, "ecosystem");
    let name = text(package, "name");
    if word.is_empty() || name.is_empty() {
        return Err(None);
    }
    let (ecosystem, release) = match word.split_once(':') {
        Some((ecosystem, release)) => (ecosystem, Some(release)),
        None => (word, None),
    };
    let Some(ecosystem) = Ecosystem::parse(ecosystem) else {
        let word = one_line(ecosystem, 40);
        return Err(Some(Problem::general(format!("no ecosystem is known as {word}"))));
    };
    let (ranges, has_other_ranges) = ranges(field(value, "ranges"));
    let (database, own) = (field(value, "database_specific"), field(value, "ecosystem_specific"));
    Ok(Affected {
        ecosystem,
        release: release.map(Into::into),
        name: name.to_owned(),
        ranges,
        versions: texts(field(value, "versions")).map(str::to_owned).collect(),
        has_other_ranges: has_other_ranges || unreadable_list(field(value, "versions")),
        rating: rating(value, &[database, own]),
        functions: functions(own),
        platforms: ["os", "arch"]
            .iter()
            .flat_map(|name| texts(field(field(own, "affects"), name)))
            .map(str::to_owned)
            .collect(),
    })
}

/// Something stands where a list should, and it is none: what it means is not known, which is not the same as nothing.
fn unreadable_list(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Array(_))
}

/// Ranges that have an order of versions, and whether there are others.
fn ranges(value: &Value) -> (Vec<VersionRange>, bool) {
    let mut ranges = Vec::new();
    let mut has_others = unreadable_list(value);
    for range in list(value) {
        let mut events = Vec::new();
        if matches!(text(range, "type"), "SEMVER" | "ECOSYSTEM") {
            list(field(range, "events")).iter().for_each(|event| range_events(event, &mut events));
        }
        if events.is_empty() {
            has_others = true;
        } else {
            ranges.push(VersionRange { events });
        }
    }
    (ranges, has_others)
}

/// The schema allows one field for each event; older records have two, which mean two events.
fn range_events(value: &Value, out: &mut Vec<RangeEvent>) {
    type Kind = fn(String) -> RangeEvent;
    const KINDS: &[(&str, Kind)] = &[
        ("introduced", RangeEvent::Introduced),
        ("fixed", RangeEvent::Fixed),
        ("last_affected", RangeEvent::LastAffected),
        ("limit", RangeEvent::Limit),
    ];
    for (name, kind) in KINDS {
        let version = match field(value, name) {
            Value::String(version) => version.trim().to_owned(),
            // Not the schema's, but there is only one way to mean it.
            Value::Number(number) => number.to_string(),
            _ => continue,
        };
        if !version.is_empty() {
            out.push(kind(version));
        }
    }
}

/// Go's `imports`, and RustSec's `affects.functions`.
fn functions(own: &Value) -> Vec<AffectedFunctions> {
    let imports = list(field(own, "imports")).iter().filter_map(|import| {
        let path = text(import, "path");
        let symbols = texts(field(import, "symbols")).map(str::to_owned).collect();
        (!path.is_empty()).then(|| AffectedFunctions { path: path.to_owned(), symbols })
    });
    imports.chain(rust_functions(texts(field(field(own, "affects"), "functions")))).collect()
}

/// Paths such as `ammonia::Document::to_string`, sorted as they come, those of one type together.
pub(super) fn rust_functions<'a>(paths: impl Iterator<Item = &'a str>) -> Vec<AffectedFunctions> {
    let mut out: Vec<AffectedFunctions> = Vec::new();
    for full in paths {
        let (path, symbol) = full.rsplit_once("::").unwrap_or(("", full));
        match out.last_mut() {
            Some(last) if last.path == path => last.symbols.push(symbol.to_owned()),
            _ => out.push(AffectedFunctions {
                path: path.to_owned(),
                symbols: vec![symbol.to_owned()],
            }),
        }
    }
    out
}

#[cfg(test)]
#[path = "osv_tests.rs"]
mod tests;
