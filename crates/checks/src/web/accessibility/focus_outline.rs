use std::collections::HashSet;

use formats::web::css::Rule;
use model::{CheckId, Confidence, Severity};

use crate::web::{Check, Found, Report, Run, Visit, loads::is_own, page, styles::styles};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.focus-outline"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/focus-visible",
    page: page!("accessibility/focus-outline"),
    run: Run::Site(run),
};

/// What the keyboard reaches, and everything.
const SUBJECTS: [&str; 7] = ["*", "a", "button", "input", "select", "textarea", "summary"];

/// WCAG 2.2, 2.4.7. An outline that is taken away from elements of a type, where no rule of the site puts something in its place.
fn run(visit: &Visit<'_>, report: &mut Report) {
    let styles = styles(visit);
    let rules =
        || styles.iter().flat_map(|style| style.sheet.rules.iter().map(move |rule| (style, rule)));
    let mut replaced: HashSet<String> = HashSet::new();
    for (_, rule) in rules().filter(|(_, rule)| replaces(rule)) {
        for selector in rule.prelude.split(',').filter(|selector| selector.contains(":focus")) {
            replaced.insert(subject(selector).unwrap_or("*").to_owned());
        }
    }
    if replaced.contains("*") {
        return;
    }
    for (style, rule) in
        rules().filter(|(style, rule)| is_own(visit, style.url) && removes(rule) && !replaces(rule))
    {
        let bare = rule.prelude.split(',').find(|selector| {
            let is_excepted = selector.contains(":not(")
                || selector.contains("-within")
                || selector.contains("-visible");
            subject(selector).is_some_and(|subject| !replaced.contains(subject)) && !is_excepted
        });
        let Some(bare) = bare else { continue };
        report.add(
            Found::at(style.url)
                .line(style.line(rule.line))
                .key(bare.trim())
                .detail(
                    "The rule takes the outline away, and no other one shows the focus instead.",
                )
                .evidence("value", format!("{} {{ outline: none }}", bare.trim())),
        );
        return;
    }
}

fn removes(rule: &Rule) -> bool {
    let is_none = |value: &str| {
        matches!(value.to_ascii_lowercase().as_str(), "none" | "0" | "0px" | "none 0" | "0 none")
    };
    ["outline", "outline-style", "outline-width"]
        .iter()
        .any(|name| rule.value(name).is_some_and(is_none))
}

/// Whether the rule shows the focus in some way.
fn replaces(rule: &Rule) -> bool {
    rule.declarations.iter().any(|declaration| {
        let is_shown = [
            "box-shadow",
            "border",
            "background",
            "text-decoration",
            "color",
            "transform",
            "opacity",
            "--",
        ]
        .iter()
        .any(|name| declaration.name.starts_with(name));
        let is_outline = declaration.name.starts_with("outline") && !removes(rule);
        let is_none = matches!(declaration.value.as_str(), "none" | "0");
        is_outline || (is_shown && !is_none)
    })
}

/// The type of the elements that a simple selector is about: `a:focus`, `:focus`, `*`; none for classes and anything else.
fn subject(selector: &str) -> Option<&'static str> {
    let selector = selector.trim();
    let (name, pseudo) = selector.split_at_checked(selector.find(':').unwrap_or(selector.len()))?;
    let is_plain = pseudo.is_empty() || pseudo.starts_with(":focus");
    let name = if name.is_empty() { "*" } else { name };
    SUBJECTS.into_iter().find(|subject| is_plain && name.eq_ignore_ascii_case(subject))
}
