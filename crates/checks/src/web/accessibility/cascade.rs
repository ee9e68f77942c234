//! What style sheets say about the colours of elements (CSS Cascading 4), and where that is not certain.

use std::collections::HashMap;

use formats::web::{
    css::{self, Declaration},
    html::Element,
};

use super::selector::Selector;
use crate::web::styles::Style;

/// The properties that decide how text looks on what.
const PROPERTIES: [&str; 6] =
    ["color", "background", "background-color", "background-image", "font-size", "font-weight"];
/// What makes the colours uncertain, or the text invisible.
pub(super) const DOUBTS: [&str; 15] = [
    "opacity",
    "filter",
    "mix-blend-mode",
    "display",
    "visibility",
    "clip",
    "clip-path",
    "text-indent",
    "-webkit-text-fill-color",
    "background-clip",
    "-webkit-background-clip",
    "mask",
    "text-shadow",
    "all",
    "color-scheme",
];
/// What puts it elsewhere than on the colour of the elements around it.
pub(super) const MOVES: [&str; 3] = ["position", "float", "transform"];
/// So often a selector is tried against an element on one page; then the answer is that nothing is known.
const MAX_TRIALS: usize = 5_000_000;

/// The rules of a page that are about colours, by what their subject needs.
#[derive(Debug, Default)]
pub(super) struct Cascade<'s> {
    by_key: HashMap<String, Vec<Rule<'s>>>,
    count: usize,
    trials: usize,
}

#[derive(Clone, Debug)]
struct Rule<'s> {
    selector: Selector,
    order: usize,
    declarations: &'s [Declaration],
    is_certain: bool,
}

/// What is said of one element.
#[derive(Clone, Debug, Default)]
pub(super) struct Said<'s> {
    values: HashMap<&'static str, (Weight, &'s str)>,
    /// Of these properties it is not certain whether something else is said.
    pub uncertain: Vec<&'static str>,
}

/// Importance, specificity, order.
type Weight = (bool, bool, (usize, usize, usize), usize);

impl<'s> Cascade<'s> {
    /// Takes the rules of a style sheet, which follow those before.
    pub(super) fn add(&mut self, style: &'s Style<'_>) {
        for rule in &style.sheet.rules {
            let is_about = |declaration: &Declaration| known(&declaration.name).is_some();
            if rule.prelude.starts_with('@') || !rule.declarations.iter().any(is_about) {
                continue;
            }
            for text in rule.prelude.split(',') {
                let Some(selector) = Selector::parse(text) else { continue };
                let subject = &selector.subject;
                let id = subject.ids.first().map(|id| format!("#{id}"));
                let class = || subject.classes.first().map(|class| format!(".{class}"));
                let key = id.or_else(class).or_else(|| subject.name.clone()).unwrap_or_default();
                self.count += 1;
                let is_certain = !rule.is_nested && !selector.is_uncertain;
                let declarations = rule.declarations.as_slice();
                let rule = Rule { selector, order: self.count, declarations, is_certain };
                self.by_key.entry(key).or_default().push(rule);
            }
        }
    }

    /// Whether there were more trials than are made.
    pub(super) const fn is_exhausted(&self) -> bool {
        self.trials >= MAX_TRIALS
    }

    /// What is said of that element, its own `style` included.
    pub(super) fn said(&mut self, element: Element<'_>, own: &'s [Declaration]) -> Said<'s> {
        let mut keys = vec![String::new(), element.name().to_owned()];
        keys.extend(element.attribute("id").map(|id| format!("#{id}")));
        let classes = element.attribute("class").unwrap_or_default().split_ascii_whitespace();
        keys.extend(classes.take(50).map(|class| format!(".{class}")));
        let mut said = Said::default();
        for key in keys {
            let rules = self.by_key.get(&key).map_or(&[][..], Vec::as_slice);
            for rule in rules {
                self.trials += rule.selector.cost(element);
                if self.trials >= MAX_TRIALS {
                    return said;
                }
                if rule.selector.matches(element) {
                    said.take(
                        rule.declarations,
                        rule.is_certain,
                        false,
                        rule.selector.specificity,
                        rule.order,
                    );
                }
            }
        }
        said.take(own, true, true, (0, 0, 0), 0);
        said
    }
}

impl<'s> Said<'s> {
    fn take(
        &mut self,
        all: &'s [Declaration],
        is_certain: bool,
        is_own: bool,
        specificity: (usize, usize, usize),
        order: usize,
    ) {
        for declaration in all {
            let Some(name) = known(&declaration.name) else { continue };
            if !is_certain {
                self.uncertain.push(name);
                continue;
            }
            let weight = (declaration.is_important, is_own, specificity, order);
            // The shorthand takes back what was said of the colour alone.
            let slot = if name == "background-color" { "background" } else { name };
            let before = self.values.get(slot);
            if before.is_none_or(|(before, _)| weight >= *before) {
                self.values.insert(slot, (weight, declaration.value.as_str()));
            }
        }
    }

    /// What counts of that property; of `background-color` it is `background`.
    pub(super) fn value(&self, name: &str) -> Option<&'s str> {
        self.values.get(name).map(|(_, value)| *value)
    }

    /// Whether something else may be said of it.
    pub(super) fn is_uncertain(&self, names: &[&str]) -> bool {
        self.uncertain.iter().any(|name| names.contains(name))
    }
}

fn known(name: &str) -> Option<&'static str> {
    PROPERTIES.into_iter().chain(DOUBTS).chain(MOVES).find(|known| *known == name)
}

/// What an element's own `style` declares.
pub(super) fn own(element: Element<'_>) -> Vec<Declaration> {
    element.attribute("style").map(css::declarations).unwrap_or_default()
}
