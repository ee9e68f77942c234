use std::collections::BTreeMap;

use formats::web::json_ld::{Item, JsonLd};
use model::{CheckId, Confidence, Severity};

use super::structured::scripts;
use crate::web::{Check, Found, Page, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("schema.json-ld-incomplete"),
    severity: Severity::Info,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://developers.google.com/search/docs/appearance/structured-data/search-gallery",
    page: page!("schema/json-ld-incomplete"),
    run: Run::Rendered(run),
};

/// Types that say all of theirs within another item; others are there mere mentions, for which a name is enough.
const PARTS: [&str; 4] = ["Offer", "AggregateOffer", "AggregateRating", "Review"];

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let mut missing: BTreeMap<(String, &'static str), (u64, usize)> = BTreeMap::new();
    for script in scripts(page) {
        let Ok(read) = JsonLd::parse(&script.text()) else { continue };
        for item in read.items.iter().filter(|item| read.is_schema_org && is_judged(item)) {
            let kind = item.types.first().map(String::as_str).unwrap_or_default();
            for property in &item.missing {
                let place = missing.entry((kind.to_owned(), property));
                place.or_insert((script.line(), 0)).1 += 1;
            }
        }
    }
    for ((kind, property), (line, count)) in missing.into_iter().take(MAX_MISSING) {
        report.add(
            Found::at(page.url())
                .line(line)
                .key(format!("{kind} {property}"))
                .detail(format!("`{kind}` has no {property}."))
                .evidence("value", &kind)
                .evidence("count", count.to_string()),
        );
    }
}

/// So many properties of a page are told.
const MAX_MISSING: usize = 20;

fn is_judged(item: &Item) -> bool {
    !item.is_nested || item.types.iter().any(|kind| PARTS.contains(&kind.as_str()))
}
