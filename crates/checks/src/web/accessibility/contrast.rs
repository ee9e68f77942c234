use std::collections::{BTreeMap, HashMap};

use formats::web::{
    color::Color,
    css::Rule,
    html::{Child, Element},
};
use model::{CheckId, Confidence, Severity};

use super::cascade::{Cascade, DOUBTS, MOVES, Said, own};
use crate::web::{
    Check, Page, Report, Run, Visit,
    elements::{about, is_hidden, is_presentational},
    loads::{Fetched, is_style_sheet},
    page,
    styles::{Style, fetched_style, on_page},
};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("accessibility.contrast"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/WAI/WCAG22/Understanding/contrast-minimum",
    page: page!("accessibility/contrast"),
    run: Run::Rendered(run),
};

/// WCAG 2.2, 1.4.3.
const TEXT_RATIO: f64 = 4.5;
const LARGE_RATIO: f64 = 3.0;
/// Text that is as good as invisible is meant to be, or is on something that is not known.
const LEAST_RATIO: f64 = 1.2;
/// So many pairs of colours are told of one page.
const MAX_PAIRS: usize = 5;

/// What is known of an element.
#[derive(Clone, Copy, Debug)]
struct Look {
    /// `None` where it is not certain.
    color: Option<Color>,
    background: Option<Color>,
    ratio: f64,
    is_seen: bool,
}

/// Texts whose colour and background are certain: from rules with simple selectors that no condition surrounds, and only if every style
/// sheet of the page is at hand.
fn run(page: &Page<'_>, visit: &Visit<'_>, report: &mut Report) {
    let fetched = Fetched::of(visit);
    let mut styles: Vec<Style<'_>> = Vec::new();
    for link in page.document.by_name("link").filter(|link| is_style_sheet(*link)) {
        let url = link.attribute("href").and_then(|href| page.join(href));
        let answer = url.and_then(|url| fetched.get(&url)).filter(|(_, answer)| !answer.is_cut);
        let Some((_, answer)) = answer else { return };
        styles.push(fetched_style(answer));
    }
    styles.extend(on_page(page));
    // What is laid behind the text by a negative `z-index` is not known.
    let is_behind = |rule: &Rule| rule.value("z-index").is_some_and(|index| index.starts_with('-'));
    let is_partial = styles.iter().any(|style| {
        style.sheet.is_cut
            || !style.sheet.imports.is_empty()
            || style.sheet.rules.iter().any(is_behind)
    });
    if is_partial || page.document.meta("color-scheme").next().is_some() {
        return;
    }
    let own: HashMap<usize, _> = page
        .document
        .elements()
        .filter(|element| element.has("style"))
        .map(|element| (element.number(), own(element)))
        .collect();
    let mut cascade = Cascade::default();
    styles.iter().for_each(|style| cascade.add(style));
    let mut looks: HashMap<usize, Look> = HashMap::new();
    let mut pairs: BTreeMap<String, (f64, Vec<Element<'_>>)> = BTreeMap::new();
    for element in page.document.elements() {
        let above = element.parent().and_then(|parent| looks.get(&parent.number()).copied());
        let declarations = own.get(&element.number()).map_or(&[][..], Vec::as_slice);
        let said = cascade.said(element, declarations);
        let look = look(element, above, &said);
        looks.insert(element.number(), look);
        let (Some(color), Some(background), true) =
            (look.color, look.background, look.is_seen && has_own_words(element))
        else {
            continue;
        };
        let ratio = color.contrast(background);
        if (LEAST_RATIO..look.ratio).contains(&ratio) {
            let key = format!("{color} on {background}");
            pairs.entry(key).or_insert((ratio, Vec::new())).1.push(element);
        }
    }
    if cascade.is_exhausted() {
        return;
    }
    let mut pairs: Vec<_> = pairs.into_iter().collect();
    pairs.sort_by(|one, two| two.1.1.len().cmp(&one.1.1.len()).then_with(|| one.0.cmp(&two.0)));
    for (key, (ratio, elements)) in pairs.into_iter().take(MAX_PAIRS) {
        let Some(found) = about(page, &key, &elements) else { continue };
        let ratio = (ratio * 100.0).floor() / 100.0;
        report.add(
            found.detail(format!("{key} is a contrast of {ratio} to 1.")).evidence("value", key),
        );
    }
}

fn look(element: Element<'_>, above: Option<Look>, said: &Said<'_>) -> Look {
    let start = Look {
        color: Some(Color(0, 0, 0)),
        background: Some(Color(255, 255, 255)),
        ratio: TEXT_RATIO,
        is_seen: true,
    };
    let mut look = above.unwrap_or(start);
    // Browsers bring colours of their own for these.
    let has_own_look = [
        "button", "input", "select", "textarea", "mark", "option", "dialog", "fieldset",
        "progress", "meter",
    ]
    .iter()
    .any(|name| element.is(name));
    let is_doubtful = DOUBTS.iter().any(|name| {
        said.is_uncertain(&[name])
            || said.value(name).is_some_and(|value| !is_harmless(name, value))
    });
    // Pages of old say it in attributes.
    let has_attributes =
        ["bgcolor", "background", "text", "color"].iter().any(|name| element.has(name));
    if has_own_look
        || is_doubtful
        || has_attributes
        || !element.is_html()
        || is_hidden(element)
        || is_silent(element)
    {
        look.is_seen = false;
    }
    let is_moved = MOVES.iter().any(|name| {
        said.is_uncertain(&[name])
            || said.value(name).is_some_and(|value| !matches!(value, "static" | "none"))
    });
    if said.is_uncertain(&["background", "background-color", "background-image"])
        || said.value("background-image").is_some_and(|value| value != "none")
    {
        look.background = None;
    } else {
        match said.value("background") {
            None | Some("none" | "transparent" | "inherit" | "initial" | "unset" | "0" | "0 0")
                if !is_moved => {}
            None => look.background = None,
            Some(value) => look.background = Color::parse(value),
        }
    }
    let is_link = element.is("a") && element.has("href");
    if said.is_uncertain(&["color"]) {
        look.color = None;
    } else {
        match said.value("color") {
            // What browsers do with links nobody sets out to.
            None if is_link => look.color = None,
            None | Some("inherit" | "currentcolor" | "currentColor") => {}
            Some(value) => look.color = Color::parse(value),
        }
    }
    let is_large = ["h1", "h2", "h3", "big"].iter().any(|name| element.is(name));
    let has_size = said.is_uncertain(&["font-size", "font-weight"])
        || said.value("font-size").is_some_and(|size| !is_small(size))
        || said.value("font-weight").is_some();
    if is_large || has_size {
        look.ratio = LARGE_RATIO;
    }
    look
}

fn is_harmless(name: &str, value: &str) -> bool {
    match name {
        "display" => value != "none" && value != "contents" && !value.contains("var("),
        "visibility" => value == "visible",
        "opacity" => value == "1",
        _ => matches!(value, "none" | "auto" | "0" | "initial" | "unset" | "normal"),
    }
}

/// Smaller than the 24 pixels, or 18.66 in bold, that count as large.
fn is_small(size: &str) -> bool {
    let pixels = |unit: &str, each: f64| {
        size.strip_suffix(unit)?.trim().parse::<f64>().ok().map(|number| number * each)
    };
    let size =
        pixels("px", 1.0).or_else(|| pixels("rem", 16.0)).or_else(|| pixels("pt", 4.0 / 3.0));
    size.is_some_and(|pixels| (1.0..18.0).contains(&pixels))
}

/// Elements whose text nobody reads.
fn is_silent(element: Element<'_>) -> bool {
    let is_apart =
        ["script", "style", "noscript", "template", "head", "title", "canvas", "iframe", "object"]
            .iter()
            .any(|name| element.is(name));
    is_apart
        || is_presentational(element)
        || element.has("disabled")
        || element.has_word("aria-disabled", "true")
}

fn has_own_words(element: Element<'_>) -> bool {
    element.content().any(|child| match child {
        Child::Text(text) => text.chars().any(char::is_alphanumeric),
        Child::Element(_) => false,
    })
}
