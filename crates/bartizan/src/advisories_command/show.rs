//! `bartizan advisories show`.

use std::process::ExitCode;

use advisories::{Exploited, Library, Prediction};
use anyhow::anyhow;
use formats::cvss;
use model::{Advisory, Affected, RangeEvent, Rating, VersionRange};
use serde_json::{Value, json};

use super::{Format, ShowArguments, index, print, print_json, times};
use crate::Failure;

const DAY_MS: i64 = 86_400_000;
/// Single versions that are listed one by one.
const VERSIONS_SHOWN: usize = 10;

/// All that is known of one vulnerability.
struct Known<'i> {
    ids: Vec<&'i str>,
    exploited: Option<Exploited>,
    prediction: Option<Prediction>,
    advisories: Vec<Advisory>,
}

pub(super) fn run(library: &Library, arguments: &ShowArguments) -> Result<ExitCode, Failure> {
    let index = index(library)?;
    let group = index.show(&arguments.id).map_err(Failure::target)?.ok_or_else(|| {
        Failure::Target(anyhow!("nothing is known of `{}`", model::one_line(&arguments.id, 100)))
    })?;
    let read = || {
        Ok(Known {
            ids: group.ids()?,
            exploited: group.exploited()?,
            prediction: group.prediction()?,
            advisories: group.advisories()?,
        })
    };
    let known = read().map_err(|error: advisories::Error| Failure::target(error))?;
    match arguments.format {
        Format::Text => print(&text(&known))?,
        Format::Json => print_json(&value(&known))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn text(known: &Known<'_>) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(&model::visible(text));
        out.push('\n');
    };
    line(&known.ids.join(", "));
    if let Some(exploited) = known.exploited {
        let since = exploited.added_day.map(|day| i64::from(day) * DAY_MS).map(times::day);
        let since = since.map(|day| format!(" (listed by CISA on {day})")).unwrap_or_default();
        let by = if exploited.ransomware { ", by ransomware too" } else { "" };
        line(&format!("Attackers use it{by}{since}."));
    }
    if let Some(Prediction { probability, percentile }) = known.prediction {
        line(&format!(
            "EPSS: {:.2} % likely to be used within 30 days, more than {:.1} % of all vulnerabilities.",
            probability * 100.0,
            percentile * 100.0
        ));
    }
    for advisory in &known.advisories {
        line("");
        describe(advisory, &mut line);
    }
    out
}

fn describe(advisory: &Advisory, line: &mut dyn FnMut(&str)) {
    line(&format!("## {}: {}", advisory.id, model::one_line(&advisory.summary, 300)));
    line("");
    line(&format!("kind        {}", advisory.kind));
    for rating in ratings(&advisory.rating) {
        line(&format!("severity    {rating}"));
    }
    if !advisory.cwes.is_empty() {
        let cwes: Vec<String> = advisory.cwes.iter().map(ToString::to_string).collect();
        line(&format!("weaknesses  {}", cwes.join(", ")));
    }
    for (label, at) in [("published", advisory.published_ms), ("changed", advisory.modified_ms)] {
        if let Some(ms) = at {
            line(&format!("{label:<12}{}", times::day(ms)));
        }
    }
    if !advisory.affected.is_empty() {
        line("affected");
        for affected in &advisory.affected {
            line(&format!("  {}  {}", package(affected), versions(affected)));
            for rating in ratings(&affected.rating) {
                line(&format!("    severity  {rating}"));
            }
            for functions in &affected.functions {
                let symbols = functions.symbols.join(", ");
                line(&format!("    code      {} {symbols}", functions.path));
            }
            if !affected.platforms.is_empty() {
                line(&format!("    only on   {}", affected.platforms.join(", ")));
            }
        }
    }
    if !advisory.references.is_empty() {
        line("references");
        for reference in &advisory.references {
            line(&format!("  {:<10}  {}", reference.kind.as_str().to_lowercase(), reference.url));
        }
    }
    if !advisory.details.trim().is_empty() {
        line("");
        advisory.details.trim().lines().for_each(line);
    }
}

fn ratings(rating: &Rating) -> Vec<String> {
    let vectors = rating.vectors.iter().map(|vector| match cvss::score(vector) {
        Some(score) => {
            let severity = cvss::severity(vector).unwrap_or_else(|| score.severity());
            format!("{severity} ({score}, {vector})")
        }
        None => vector.clone(),
    });
    vectors.chain(rating.word.map(|word| format!("{word} (the source's word)"))).collect()
}

fn package(affected: &Affected) -> String {
    let release = affected.release.as_deref().map(|release| format!(":{release}"));
    format!("{}{} {}", affected.ecosystem, release.unwrap_or_default(), affected.name)
}

/// `>= 1.0, < 1.2 | 2.0`.
fn versions(affected: &Affected) -> String {
    if affected.is_every_version() {
        return "every version".to_owned();
    }
    let mut parts: Vec<String> = affected.ranges.iter().map(range).collect();
    // What ranges say is not said again one by one.
    if parts.is_empty() {
        parts.extend(affected.versions.iter().take(VERSIONS_SHOWN).cloned());
        match affected.versions.len().saturating_sub(VERSIONS_SHOWN) {
            0 => {}
            more => parts.push(format!("{more} more versions")),
        }
    }
    if parts.is_empty() {
        return "of commits only".to_owned();
    }
    parts.join(" | ")
}

fn range(range: &VersionRange) -> String {
    let parts = range.events.iter().filter_map(|event| match event {
        RangeEvent::Introduced(version) if version == "0" => None,
        RangeEvent::Introduced(version) => Some(format!(">= {version}")),
        RangeEvent::Fixed(version) => Some(format!("< {version}")),
        RangeEvent::LastAffected(version) => Some(format!("<= {version}")),
        RangeEvent::Limit(version) if version == "*" => None,
        RangeEvent::Limit(version) => Some(format!("< {version}")),
    });
    let text = parts.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "every version".to_owned() } else { text }
}

fn value(known: &Known<'_>) -> Value {
    let exploited = known.exploited.map(|exploited| {
        let added = exploited.added_day.map(|day| times::day(i64::from(day) * DAY_MS));
        json!({"added": added, "ransomware": exploited.ransomware})
    });
    let prediction = known.prediction.map(|prediction| {
        json!({"probability": prediction.probability, "percentile": prediction.percentile})
    });
    json!({
        "ids": known.ids,
        "exploited": exploited,
        "epss": prediction,
        "advisories": known.advisories.iter().map(advisory).collect::<Vec<_>>(),
    })
}

fn advisory(advisory: &Advisory) -> Value {
    let at = |ms: Option<i64>| ms.and_then(times::rfc3339);
    let references = advisory
        .references
        .iter()
        .map(|reference| json!({"type": reference.kind.as_str(), "url": reference.url}));
    json!({
        "id": advisory.id,
        "kind": advisory.kind.as_str(),
        "aliases": advisory.aliases,
        "related": advisory.related,
        "upstream": advisory.upstream,
        "summary": advisory.summary,
        "details": advisory.details,
        "published": at(advisory.published_ms),
        "modified": at(advisory.modified_ms),
        "severity": rating(&advisory.rating),
        "cwes": advisory.cwes.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "references": references.collect::<Vec<_>>(),
        "affected": advisory.affected.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn rating(rating: &Rating) -> Value {
    let vectors = rating.vectors.iter().map(|vector| {
        let score = cvss::score(vector).map(|score| f64::from(score.tenths()) / 10.0);
        json!({"vector": vector, "score": score})
    });
    json!({
        "cvss": vectors.collect::<Vec<_>>(),
        "word": rating.word.map(|word| word.as_str()),
    })
}

fn entry(affected: &Affected) -> Value {
    let event = |event: &RangeEvent| match event {
        RangeEvent::Introduced(version) => json!({"introduced": version}),
        RangeEvent::Fixed(version) => json!({"fixed": version}),
        RangeEvent::LastAffected(version) => json!({"last_affected": version}),
        RangeEvent::Limit(version) => json!({"limit": version}),
    };
    let ranges = affected.ranges.iter().map(|range| range.events.iter().map(event).collect());
    let functions = affected
        .functions
        .iter()
        .map(|functions| json!({"path": functions.path, "symbols": functions.symbols}));
    json!({
        "ecosystem": affected.ecosystem.as_str(),
        "release": affected.release.as_deref(),
        "name": affected.name,
        "ranges": ranges.collect::<Vec<Vec<Value>>>(),
        "versions": affected.versions,
        "severity": rating(&affected.rating),
        "functions": functions.collect::<Vec<_>>(),
        "platforms": affected.platforms,
    })
}
