use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, counted, is_hidden, role, within},
    page,
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.table-headers"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/tutorials/tables/",
    page: page!("accessibility/table-headers"),
    run: Run::Rendered(run),
};

/// A table for layout seldom has so many rows of so many cells with text.
const MIN_ROWS: usize = 3;
const MIN_COLUMNS: usize = 2;
/// Larger tables are not looked at cell by cell.
const MAX_BELOW: usize = 5_000;

/// WCAG 2.2, 1.3.1. Tables of data, told from those for layout by their cells: short texts, and as many in each row.
fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let hidden = within(&page.document, is_hidden);
    let in_table =
        within(&page.document, |element| element.parent().is_some_and(|parent| parent.is("table")));
    let without: Vec<_> = page
        .document
        .by_name("table")
        .filter(|table| !hidden.contains(&table.number()) && !in_table.contains(&table.number()))
        .filter(|table| role(*table).is_none() && is_data_without_headers(*table))
        .collect();
    if let Some(found) = about(page, "tables", &without) {
        let count = counted(without.len(), "table has", "tables have");
        report.add(found.detail(format!("{count} no header cells.")));
    }
}

fn is_data_without_headers(table: Element<'_>) -> bool {
    let below: Vec<_> = table.descendants().take(MAX_BELOW).collect();
    let is_layout = |element: &Element<'_>| {
        ["table", "div", "form", "input", "img", "ul", "ol", "h1", "h2", "h3", "iframe"]
            .iter()
            .any(|name| element.is(name))
    };
    if below.iter().any(|element| element.is("th") || element.has("scope") || is_layout(element)) {
        return false;
    }
    let is_header =
        |cell: &Element<'_>| matches!(role(*cell).as_deref(), Some("columnheader" | "rowheader"));
    if below.iter().any(is_header) {
        return false;
    }
    let rows: Vec<usize> = below
        .iter()
        .filter(|element| element.is("tr"))
        .map(|row| row.children().filter(|cell| cell.is("td") && cell.has_text()).count())
        .collect();
    let first = rows.first().copied().unwrap_or(0);
    rows.len() >= MIN_ROWS && first >= MIN_COLUMNS && rows.iter().all(|count| *count == first)
}
