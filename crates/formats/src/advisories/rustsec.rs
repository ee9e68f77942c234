//! RustSec's own files: TOML in a fenced block, a title, Markdown.
//!
//! What they say is which versions are *not* affected, as Cargo's requirements; affected is the rest.

use std::str;

use model::{
    Advisory, AdvisoryKind, Affected, Cwe, Ecosystem, RangeEvent, Rating, Reference, ReferenceKind,
    VersionRange,
};
use semver::{Comparator, Op, Prerelease, Version, VersionReq};
use toml::{Table, Value};

use super::{
    Record,
    osv::{informational, rust_functions},
    time,
};
use crate::Problem;

const FENCE: &str = "```";

/// Whether a text begins as such a file does.
#[must_use]
pub fn is_one(bytes: &[u8]) -> bool {
    bytes.starts_with(b"```toml")
}

/// Reads one file.
///
/// # Errors
///
/// It is none, or it has no id.
pub fn read(bytes: &[u8]) -> Result<Record, Problem> {
    let text = str::from_utf8(bytes).map_err(|_| Problem::general("it is not UTF-8"))?;
    let (head, words) = text
        .strip_prefix("```toml")
        .and_then(|rest| rest.split_once(FENCE))
        .ok_or_else(|| Problem::general("it does not begin with TOML between fences"))?;
    let table: Table =
        head.parse().map_err(|_| Problem::general("its head is not well-formed TOML"))?;
    let empty = Table::new();
    let section = |name: &str| table.get(name).and_then(Value::as_table).unwrap_or(&empty);
    let advisory = section("advisory");
    let id = text_of(advisory, "id");
    // The number of what has none yet.
    if id.is_empty() || id == "RUSTSEC-0000-0000" {
        return Err(Problem::general("it has no usable id"));
    }
    let (summary, details) = title(words);
    let date = time_of(advisory, "date");
    let mut problems = Vec::new();
    Ok(Record {
        advisory: Advisory {
            id: id.clone(),
            kind: informational(&text_of(advisory, "informational"))
                .unwrap_or(AdvisoryKind::Vulnerability),
            aliases: texts(advisory, "aliases"),
            related: texts(advisory, "related"),
            upstream: Vec::new(),
            summary,
            details,
            published_ms: date,
            modified_ms: date,
            withdrawn_ms: time_of(advisory, "withdrawn"),
            rating: Rating {
                vectors: Some(text_of(advisory, "cvss"))
                    .into_iter()
                    .filter(|v| !v.is_empty())
                    .collect(),
                word: None,
            },
            cwes: Vec::<Cwe>::new(),
            references: references(advisory, &id),
            affected: affected(advisory, section("affected"), section("versions"), &mut problems)
                .into_iter()
                .collect(),
        },
        problems,
    })
}

fn text_of(table: &Table, name: &str) -> String {
    match table.get(name) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Datetime(at)) => at.to_string(),
        _ => String::new(),
    }
}

fn time_of(table: &Table, name: &str) -> Option<i64> {
    time::milliseconds(&text_of(table, name))
}

fn texts(table: &Table, name: &str) -> Vec<String> {
    let list = table.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().filter_map(Value::as_str).map(|text| text.trim().to_owned()).collect()
}

/// The first heading, and what follows it.
fn title(words: &str) -> (String, String) {
    let words = words.trim();
    match words.strip_prefix("# ") {
        Some(rest) => {
            let (title, details) = rest.split_once('\n').unwrap_or((rest, ""));
            (title.trim().to_owned(), details.trim().to_owned())
        }
        None => (String::new(), words.to_owned()),
    }
}

fn references(advisory: &Table, id: &str) -> Vec<Reference> {
    let own = Reference {
        kind: ReferenceKind::Advisory,
        url: format!("https://rustsec.org/advisories/{id}.html"),
    };
    let urls = [text_of(advisory, "url")].into_iter().chain(texts(advisory, "references"));
    let others =
        urls.filter(|url| !url.is_empty()).map(|url| Reference { kind: ReferenceKind::Web, url });
    [own].into_iter().chain(others).collect()
}

/// `None` for the compiler and its libraries, which are no packages of crates.io: they have a collection of their own, and no number.
fn affected(
    advisory: &Table,
    affected: &Table,
    versions: &Table,
    problems: &mut Vec<Problem>,
) -> Option<Affected> {
    let name = text_of(advisory, "package");
    let is_rust = text_of(advisory, "collection") == "rust"
        || !text_of(advisory, "id").starts_with("RUSTSEC-");
    if name.is_empty() || is_rust {
        return None;
    }
    let mut safe = Vec::new();
    for requirement in texts(versions, "patched").into_iter().chain(texts(versions, "unaffected")) {
        match VersionReq::parse(&requirement) {
            Ok(requirement) => safe.extend(interval(&requirement)),
            Err(_) => problems.push(Problem::general("a requirement is not one of Cargo's")),
        }
    }
    let functions = affected.get("functions").and_then(Value::as_table);
    Some(Affected {
        ecosystem: Ecosystem::CratesIo,
        release: None,
        name,
        ranges: vec![VersionRange { events: outside(safe) }],
        versions: Vec::new(),
        has_other_ranges: false,
        rating: Rating::default(),
        functions: functions
            .map(|functions| rust_functions(functions.keys().map(String::as_str)))
            .unwrap_or_default(),
        platforms: [texts(affected, "os"), texts(affected, "arch")].concat(),
    })
}

/// From the first on, before the second; `None` is without end.
type Interval = (Option<Version>, Option<Version>);

/// All comparators hold at once. `None` if no version fulfils them.
fn interval(requirement: &VersionReq) -> Option<Interval> {
    let (mut low, mut high): Interval = (None, None);
    for comparator in &requirement.comparators {
        let (from, before) = bounds(comparator);
        low = low.max(from);
        high = match (high, before) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    let is_empty = matches!((&low, &high), (Some(low), Some(high)) if low >= high);
    (!is_empty).then_some((low, high))
}

fn bounds(comparator: &Comparator) -> Interval {
    let major = comparator.major;
    let minor = comparator.minor.unwrap_or(0);
    let patch = comparator.patch.unwrap_or(0);
    let mut at = Version::new(major, minor, patch);
    at.pre = comparator.pre.clone();
    let next_major = Version::new(major.saturating_add(1), 0, 0);
    let next_minor = Version::new(major, minor.saturating_add(1), 0);
    // The first version behind everything that a shortened version (`1.2`) means.
    let behind = match (comparator.minor, comparator.patch) {
        (None, _) => next_major.clone(),
        (_, None) => next_minor.clone(),
        _ => successor(&at),
    };
    match comparator.op {
        Op::Greater => (Some(behind), None),
        Op::GreaterEq => (Some(at), None),
        Op::Less => (None, Some(at)),
        Op::LessEq => (None, Some(behind)),
        Op::Tilde if comparator.minor.is_none() => (Some(at), Some(next_major)),
        Op::Tilde => (Some(at), Some(next_minor)),
        Op::Caret if major > 0 || comparator.minor.is_none() => (Some(at), Some(next_major)),
        Op::Caret if minor > 0 || comparator.patch.is_none() => (Some(at), Some(next_minor)),
        Op::Caret => (Some(at), Some(Version::new(0, 0, patch.saturating_add(1)))),
        // `=1.2`, `1.2.*`, and what later versions of the library may bring.
        _ => (Some(at), Some(behind)),
    }
}

/// The version that follows in SemVer's order.
fn successor(version: &Version) -> Version {
    let mut next = version.clone();
    if version.pre.is_empty() {
        next.patch = next.patch.saturating_add(1);
        next.pre = Prerelease::new("0").unwrap_or_default();
    } else {
        next.pre = Prerelease::new(&format!("{}.0", version.pre)).unwrap_or_default();
    }
    next
}

/// The time line of what lies in none of the intervals.
fn outside(mut safe: Vec<Interval>) -> Vec<RangeEvent> {
    safe.sort();
    let mut events = vec![RangeEvent::Introduced("0".to_owned())];
    // Where what is affected began: `Some(None)` at the beginning of all versions, `None` if nothing is affected any more.
    let mut open = Some(None);
    for (low, high) in safe {
        let Some(begun) = &open else { break };
        if low > *begun {
            events.extend(low.map(|low| RangeEvent::Fixed(low.to_string())));
        } else if high
            .as_ref()
            .is_some_and(|high| begun.as_ref().is_some_and(|begun| high <= begun))
        {
            // Inside of what was safe already.
            continue;
        } else {
            events.pop();
        }
        open = high.map(Some);
        if let Some(Some(begun)) = &open {
            events.push(RangeEvent::Introduced(begun.to_string()));
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(patched: &[&str], unaffected: &[&str]) -> Vec<String> {
        let text = format!(
            "```toml\n[advisory]\nid = \"RUSTSEC-2021-0001\"\npackage = \"p\"\n[versions]\npatched = {patched:?}\nunaffected = {unaffected:?}\n```\n"
        );
        let record = read(text.as_bytes()).unwrap();
        let event = |event: &RangeEvent| match event {
            RangeEvent::Introduced(version) => format!("+{version}"),
            RangeEvent::Fixed(version) => format!("-{version}"),
            other => panic!("{other:?}"),
        };
        record.advisory.affected[0].ranges[0].events.iter().map(event).collect()
    }

    #[test]
    fn affected_is_what_no_requirement_covers() {
        assert_eq!(events(&[], &[]), ["+0"]);
        assert_eq!(events(&[">= 1.2.3"], &[]), ["+0", "-1.2.3"]);
        assert_eq!(events(&[">= 1.2.3"], &["< 1.0.0"]), ["+1.0.0", "-1.2.3"]);
        assert_eq!(events(&[">= 0.8.1", "^0.7.4"], &[]), ["+0", "-0.7.4", "+0.8.0", "-0.8.1"]);
        assert_eq!(
            events(&["^0.0.3", "~2.1", ">= 3"], &[]),
            ["+0", "-0.0.3", "+0.0.4", "-2.1.0", "+2.2.0", "-3.0.0"]
        );
        assert_eq!(events(&[], &["<= 1.2.3"]), ["+1.2.4-0"]);
        assert_eq!(events(&["> 1.2.3-a"], &[]), ["+0", "-1.2.3-a.0"]);
        assert_eq!(events(&["= 1.2"], &[]), ["+0", "-1.2.0", "+1.3.0"]);
        assert_eq!(
            events(&[">= 1.0, < 1.5", ">= 1.2, < 1.3", ">= 1.4, < 2"], &[]),
            ["+0", "-1.0.0", "+2.0.0"]
        );
        assert_eq!(events(&["*"], &[]), Vec::<String>::new());
        assert_eq!(events(&["> 2, < 1"], &[]), ["+0"]);
    }

    #[test]
    fn a_file_is_read_with_title_and_words() {
        let record = read(
            b"```toml\n[advisory]\nid = \"RUSTSEC-2021-0093\"\npackage = \"crossbeam-deque\"\ndate = \"2021-07-30\"\nurl = \"https://u\"\naliases = [\"CVE-2021-32810\"]\ncvss = \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"\ninformational = \"unsound\"\n[affected]\nos = [\"windows\"]\n[affected.functions]\n\"crossbeam_deque::Stealer::steal\" = [\"< 0.7.4\"]\n[versions]\npatched = [\"nonsense\"]\n```\n\n# A title\n\nWords.\n",
        )
        .unwrap();
        let advisory = record.advisory;
        assert_eq!((advisory.summary.as_str(), advisory.details.as_str()), ("A title", "Words."));
        assert_eq!(advisory.kind, AdvisoryKind::Unsound);
        assert_eq!(advisory.aliases, ["CVE-2021-32810"]);
        assert_eq!(advisory.references.len(), 2);
        assert_eq!(advisory.modified_ms, Some(1_627_603_200_000));
        assert_eq!(advisory.rating.vectors.len(), 1);
        let affected = &advisory.affected[0];
        assert_eq!(affected.functions[0].path, "crossbeam_deque::Stealer");
        assert_eq!(affected.platforms, ["windows"]);
        assert_eq!(record.problems.len(), 1);
    }

    #[test]
    fn the_compiler_is_no_package_and_a_draft_no_advisory() {
        let file =
            |id: &str| format!("```toml\n[advisory]\nid = \"{id}\"\npackage = \"std\"\n```\n");
        assert_eq!(read(file("CVE-2018-1000657").as_bytes()).unwrap().advisory.affected, []);
        assert!(read(file("RUSTSEC-0000-0000").as_bytes()).is_err());
        assert!(read(b"# A readme\n").is_err());
        assert!(read(b"```toml\n=\n```").is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in "(?s).{0,100}") {
            let _ = read(text.as_bytes());
            let _ = read(format!("```toml\n{text}\n```").as_bytes());
        }

        #[test]
        fn affected_and_safe_are_each_others_rest(
            requirements in proptest::collection::vec("(\\^|~|=|<|>|<=|>=)[0-3](\\.[0-3](\\.[0-3](-a)?)?)?", 0..4),
            version in "[0-3]\\.[0-3]\\.[0-3](-a|-b|-0)?",
        ) {
            let version = Version::parse(&version).unwrap();
            let safe: Vec<_> = requirements.iter().filter_map(|r| interval(&VersionReq::parse(r).unwrap())).collect();
            let is_safe = safe.iter().any(|(low, high)| {
                low.as_ref().is_none_or(|low| version >= *low) && high.as_ref().is_none_or(|high| version < *high)
            });
            let mut affected = false;
            for event in outside(safe) {
                match event {
                    RangeEvent::Introduced(at) if at == "0" || version >= Version::parse(&at).unwrap() => affected = true,
                    RangeEvent::Fixed(at) if version >= Version::parse(&at).unwrap() => affected = false,
                    _ => {}
                }
            }
            prop_assert_eq!(affected, !is_safe);
        }
    }
}
