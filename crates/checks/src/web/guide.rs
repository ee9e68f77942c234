//! The page of a check: what it says to a person who has the problem.

const REPAIR: &str = "## How to repair it";
const EXAMPLES: &str = "## Examples";

/// The parts of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guide<'p> {
    /// What was found, in a few words: the page's heading.
    pub title: &'p str,
    /// What it means: the text under the heading.
    pub what: String,
    /// How to repair it, in short: the first paragraph of its section, and what that leads to.
    pub repair: String,
    /// How to repair it, all of the section, in Markdown.
    pub how: &'p str,
    /// The page without its examples, in Markdown.
    pub text: &'p str,
}

impl<'p> Guide<'p> {
    /// Takes a page apart.
    #[must_use]
    pub fn parse(page: &'p str) -> Self {
        let (text, _) = page.split_once(EXAMPLES).unwrap_or((page, ""));
        let (head, how) = text.split_once(REPAIR).unwrap_or((text, ""));
        let (title, what) = head.split_once('\n').unwrap_or((head, ""));
        let (what, _) = what.split_once("\n## ").unwrap_or((what, ""));
        Self {
            title: title.trim_start_matches('#').trim(),
            what: flowed(what),
            repair: in_short(how),
            how: how.trim(),
            text: text.trim(),
        }
    }
}

/// The first paragraph and, where it ends in a colon, what comes behind it.
fn in_short(how: &str) -> String {
    let mut blocks = how.trim().split("\n\n").map(str::trim);
    let mut short = blocks.next().map(told).unwrap_or_default();
    while short.ends_with(':')
        && let Some(next) = blocks.next()
    {
        short.push(' ');
        short.push_str(&told(next));
    }
    short
}

/// A block of Markdown in one line: of a list its entries, of code the code.
fn told(block: &str) -> String {
    match block.strip_prefix("```") {
        Some(code) => {
            let (_, code) = code.split_once('\n').unwrap_or_default();
            format!("`{}`", flowed(code.trim_end_matches('`')))
        }
        None => {
            let lines = block.lines().map(|line| line.strip_prefix("- ").unwrap_or(line));
            flowed(&lines.collect::<Vec<_>>().join(" "))
        }
    }
}

/// Paragraphs without the line breaks in them.
fn flowed(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n");
    paragraphs
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_colon_leads_to_is_part_of_the_repair() {
        let guide = |how: &str| {
            Guide::parse(&format!("# A\n\nB.\n\n## How to repair it\n\n{how}\n")).repair
        };
        assert_eq!(guide("Send:\n\n```text\nA: b\nC: d\n```\n\nMore."), "Send: `A: b C: d`");
        assert_eq!(guide("Ask:\n\n- Is it?\n- Was\n  it?"), "Ask: Is it? Was it?");
        assert_eq!(guide("- One.\n- Two."), "One. Two.");
    }

    #[test]
    fn a_page_has_a_title_a_meaning_and_a_repair() {
        let guide = Guide::parse(
            "# A title\n\nWhat it\nis.\n\nMore.\n\n## Why\n\nx\n\n## How to repair it\n\nDo\nthis.\n\n- nginx: `x`\n\n## Examples\n\n```html\n```\n",
        );
        assert_eq!((guide.title, guide.what.as_str()), ("A title", "What it is.\n\nMore."));
        assert_eq!((guide.repair.as_str(), guide.how), ("Do this.", "Do\nthis.\n\n- nginx: `x`"));
        assert!(guide.text.ends_with("- nginx: `x`"));
    }
}
