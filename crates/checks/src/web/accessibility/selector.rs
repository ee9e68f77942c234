//! Selectors of style sheets (Selectors 4), as far as it is certain what they mean: types, classes, ids, and what stands in what.

use formats::web::html::Element;

/// A selector.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Selector {
    /// What the element itself has to be.
    pub subject: Compound,
    /// What has to be around it, the nearest first; whether directly.
    around: Vec<(bool, Compound)>,
    /// Something of it was not understood: it may be about fewer elements than it seems.
    pub is_uncertain: bool,
    /// Ids, classes, types (section 17).
    pub specificity: (usize, usize, usize),
}

/// What one element has to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Compound {
    /// In lower case.
    pub name: Option<String>,
    pub ids: Vec<String>,
    pub classes: Vec<String>,
    is_root: bool,
}

/// Classes behind that are not read: no page has them.
const MAX_CLASS_BYTES: usize = 4_096;
/// States that an element is not in while nobody touches it, and parts that are made by styles.
const NOT_AT_REST: [&str; 18] = [
    ":hover",
    ":focus",
    ":active",
    ":visited",
    ":target",
    ":disabled",
    ":checked",
    ":before",
    ":after",
    ":first-letter",
    ":first-line",
    "::",
    ":placeholder",
    ":invalid",
    ":fullscreen",
    ":popover-open",
    ":open",
    ":-moz",
];

impl Selector {
    /// Reads one selector; `None` for what is never about an element at rest.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty()
            || NOT_AT_REST.iter().any(|state| text.contains(state)) && !text.contains(":not(")
        {
            return None;
        }
        let mut selector = Self::default();
        let mut compounds: Vec<(bool, Compound)> = Vec::new();
        let mut is_child = false;
        let spaced =
            if text.contains(['(', '[']) { text.to_owned() } else { text.replace('>', " > ") };
        for word in spaced.split_whitespace() {
            match word {
                ">" => is_child = true,
                "+" | "~" => selector.is_uncertain = true,
                _ => {
                    let compound = selector.compound(word);
                    compounds.push((std::mem::take(&mut is_child), compound));
                }
            }
        }
        let (mut is_directly, subject) = compounds.pop()?;
        selector.subject = subject;
        while let Some((next, compound)) = compounds.pop() {
            selector.around.push((is_directly, compound));
            is_directly = next;
        }
        Some(selector)
    }

    fn compound(&mut self, word: &str) -> Compound {
        let mut compound = Compound::default();
        let mut rest = word;
        while !rest.is_empty() {
            let mark = rest.chars().next().filter(|c| !is_name(*c));
            let body = rest.get(mark.map_or(0, char::len_utf8)..).unwrap_or_default();
            let length = body.find(|c: char| !is_name(c)).unwrap_or(body.len());
            let (name, behind) = body.split_at_checked(length).unwrap_or((body, ""));
            match mark {
                None => {
                    compound.name = Some(name.to_ascii_lowercase());
                    self.specificity.2 += 1;
                }
                Some('#') => {
                    compound.ids.push(name.to_owned());
                    self.specificity.0 += 1;
                }
                Some('.') => {
                    compound.classes.push(name.to_owned());
                    self.specificity.1 += 1;
                }
                Some('*') if name.is_empty() => {}
                Some(':') if name == "root" => {
                    compound.is_root = true;
                    self.specificity.1 += 1;
                }
                _ => {
                    self.is_uncertain = true;
                    return compound;
                }
            }
            rest = behind;
        }
        compound
    }

    /// What it costs to try it, in comparisons of one element: where there is something to look for around it, more.
    pub(super) fn cost(&self, element: Element<'_>) -> usize {
        if self.around.is_empty() || !self.subject.matches(element) { 1 } else { 20 }
    }

    /// Whether it is about that element, or may be where it is [uncertain](Self::is_uncertain).
    pub(super) fn matches(&self, element: Element<'_>) -> bool {
        if !self.subject.matches(element) {
            return false;
        }
        if self.is_uncertain {
            return true;
        }
        let mut at = element;
        for (is_directly, compound) in &self.around {
            let mut around = at.ancestors().take(if *is_directly { 1 } else { usize::MAX });
            match around.find(|ancestor| compound.matches(*ancestor)) {
                Some(found) => at = found,
                None => return false,
            }
        }
        true
    }
}

impl Compound {
    fn matches(&self, element: Element<'_>) -> bool {
        let has_class = |class: &String| {
            let classes = element.attribute("class").unwrap_or_default();
            let classes =
                classes.get(..classes.floor_char_boundary(MAX_CLASS_BYTES)).unwrap_or_default();
            classes.split_ascii_whitespace().any(|given| given == class)
        };
        self.name.as_deref().is_none_or(|name| element.name() == name)
            && self.ids.iter().all(|id| element.attribute("id") == Some(id))
            && self.classes.iter().all(has_class)
            && (!self.is_root || element.is("html"))
    }
}

const fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use formats::web::html::Document;

    use super::*;

    #[test]
    fn simple_selectors_match_and_others_are_uncertain() {
        let document = Document::parse("<div class='a b'><p id=c><em>x</em></p></div>");
        let matches = |text: &str| {
            let selector = Selector::parse(text)?;
            Some((
                document.elements().filter(|element| selector.matches(*element)).count(),
                selector.is_uncertain,
            ))
        };
        assert_eq!(matches("p"), Some((1, false)));
        assert_eq!(matches(".a.b > p#c em"), Some((1, false)));
        assert_eq!(matches(".a > em"), Some((0, false)));
        assert_eq!(matches("p em"), Some((1, false)));
        assert_eq!(matches("em:not(.x)"), Some((1, true)));
        assert_eq!(matches("div + p"), Some((1, true)));
        assert_eq!(matches("a:hover"), None);
        assert_eq!(matches("p::before"), None);
    }
}
