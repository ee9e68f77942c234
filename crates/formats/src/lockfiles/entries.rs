//! What every reader of a lock file fills: dependencies with their places, who needs whom, problems; all of it bounded.

use model::{Dependency, Ecosystem, Package, Span, one_line};

use super::List;
use crate::{
    Lines, Problem,
    json::{self, Value},
    toml_tree,
    xml::Tree,
    yaml,
};

/// A file with more entries is read up to here.
const MAX_ENTRIES: usize = 1_000_000;
/// As many sentences as a person would read.
const MAX_PROBLEMS: usize = 50;

/// A list in the making.
///
/// Names and versions are given as slices of the file's text where they are some: their place is known by that.
pub(crate) struct Entries<'a> {
    text: &'a str,
    lines: Lines<'a>,
    list: List,
    is_full: bool,
    more_problems: usize,
    is_more_unread: bool,
}

impl<'a> Entries<'a> {
    /// Begins a file: what of it is UTF-8, without a byte order mark.
    pub(crate) fn of(bytes: &'a [u8]) -> Self {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let (text, is_whole) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, true),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(valid).unwrap_or_default(), false)
            }
        };
        let mut entries = Self {
            text,
            lines: Lines::new(text),
            list: List::default(),
            is_full: false,
            more_problems: 0,
            is_more_unread: false,
        };
        if !is_whole {
            let line = entries.lines.position(text.len()).line;
            entries.push_problem(Problem::at(line, "The file is not UTF-8 from here on").unread());
        }
        if let Some(at) = unresolved_merge(text) {
            let line = entries.lines.position(at).line;
            entries.push_problem(Problem::at(line, "An unresolved merge").unread());
        }
        entries
    }

    /// The file.
    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    /// The file as JSON; if it is none, that is a problem and nothing stands in it.
    pub(crate) fn json(&mut self) -> Value<'a> {
        match json::parse(self.text) {
            Ok(value) => self.map(value),
            Err(problem) => {
                self.push_problem(problem);
                Value::default()
            }
        }
    }

    /// The file's first document as YAML, as far as it is some.
    pub(crate) fn yaml(&mut self) -> Value<'a> {
        let documents = yaml::parse(self.text);
        if let Some(problem) = documents.problem {
            self.push_problem(problem);
        }
        let value = documents.roots.into_iter().next().unwrap_or_default();
        self.map(value)
    }

    /// What every format here is at its outermost.
    fn map(&mut self, value: Value<'a>) -> Value<'a> {
        if !matches!(value, Value::Object(_)) && self.list.problems.is_empty() && !self.is_blank() {
            self.unread(self.text, "The file is no map of names to values");
        }
        value
    }

    fn is_blank(&self) -> bool {
        self.text.lines().all(|line| matches!(line.trim().bytes().next(), None | Some(b'#')))
    }

    /// The file as TOML, as far as it is some.
    pub(crate) fn toml(&mut self) -> Value<'a> {
        let (value, problem) = toml_tree::parse(self.text);
        if let Some(problem) = problem {
            self.push_problem(problem);
        }
        value
    }

    /// The file as XML, as far as it is some.
    pub(crate) fn xml(&mut self) -> Tree<'a> {
        let (tree, problem) = Tree::parse(self.text);
        if let Some(problem) = problem {
            self.push_problem(problem);
        }
        tree
    }

    /// What follows a slice of the text on its line.
    pub(crate) fn rest_of_line(&self, part: &str) -> &'a str {
        let range = self.lines.range_of(part);
        let rest = range.and_then(|range| self.text.get(range.end..)).unwrap_or_default();
        rest.lines().next().unwrap_or_default()
    }

    /// A dependency that stands where its version stands, else where its name does.
    pub(crate) fn found(&self, ecosystem: Ecosystem, name: &str, version: &str) -> Dependency {
        let mut dependency = Dependency::new(Package::new(ecosystem, name, version));
        dependency.span = self.span_of(version).or_else(|| self.span_of(name));
        dependency
    }

    /// Where a slice of the text stands.
    pub(crate) fn span_of(&self, part: &str) -> Option<Span> {
        self.lines.range_of(part).map(|range| self.lines.span(range))
    }

    /// Takes a dependency and says its index; `None` if it has no name or version, or there are too many.
    pub(crate) fn push(&mut self, dependency: Dependency) -> Option<u32> {
        if dependency.package.name.is_empty() || dependency.package.version.is_empty() {
            let line = dependency.span.map(|span| span.start.line);
            let name = one_line(&dependency.package.name, 80);
            let message = format!("An entry lacks its name or version: `{name}`");
            self.push_problem(Problem { line, ..Problem::general(message) });
            return None;
        }
        if self.list.dependencies.len() >= MAX_ENTRIES {
            if !self.is_full {
                self.is_full = true;
                let message = format!("Only the first {MAX_ENTRIES} entries were read");
                self.list.problems.insert(0, Problem::general(message).unread());
            }
            return None;
        }
        self.list.dependencies.push(dependency);
        u32::try_from(self.list.dependencies.len() - 1).ok()
    }

    /// The dependency at an index that [`Self::push`] gave.
    pub(crate) fn get_mut(&mut self, index: u32) -> Option<&mut Dependency> {
        self.list.dependencies.get_mut(index as usize)
    }

    /// Notes that one entry needs another.
    pub(crate) fn needs(&mut self, who: u32, what: u32) {
        if who != what
            && let Some(dependency) = self.get_mut(what)
        {
            dependency.needed_by.push(who);
        }
    }

    /// Says whether each entry's needs are all told: see [`List::tells_all_needs`].
    pub(crate) fn tell_all_needs(&mut self, are_told: bool) {
        self.list.tells_all_needs = are_told;
    }

    /// Says what is wrong about a slice of the text.
    pub(crate) fn problem(&mut self, at: &str, message: impl Into<String>) {
        let line = self.lines.range_of(at).map(|range| self.lines.position(range.start).line);
        self.push_problem(Problem { line, ..Problem::general(message) });
    }

    /// Says why a slice of the text, or what follows it, was not read.
    pub(crate) fn unread(&mut self, at: &str, message: impl Into<String>) {
        let line = self.lines.range_of(at).map(|range| self.lines.position(range.start).line);
        self.push_problem(Problem { line, ..Problem::general(message).unread() });
    }

    /// Says what is wrong.
    pub(crate) fn push_problem(&mut self, problem: Problem) {
        if self.list.problems.len() < MAX_PROBLEMS {
            self.list.problems.push(problem);
        } else {
            self.more_problems += 1;
            self.is_more_unread |= problem.is_unread;
        }
    }

    /// The list.
    pub(crate) fn finish(mut self) -> List {
        if self.more_problems > 0 {
            let message = format!("{} more problems of this kind", self.more_problems);
            self.list
                .problems
                .push(Problem { is_unread: self.is_more_unread, ..Problem::general(message) });
        }
        for dependency in &mut self.list.dependencies {
            dependency.needed_by.sort_unstable();
            dependency.needed_by.dedup();
        }
        self.list
    }
}

/// Where git has left two versions of some lines for a person to choose from: readers of lines would make something of both.
fn unresolved_merge(text: &str) -> Option<usize> {
    let begins = |mark: &str| {
        let later = || memchr::memmem::find(text.as_bytes(), format!("\n{mark}").as_bytes());
        if text.starts_with(mark) { Some(0) } else { later().map(|at| at + 1) }
    };
    let at = begins("<<<<<<< ")?;
    begins(">>>>>>> ").is_some_and(|end| end > at).then_some(at)
}

/// A foreign word as a problem's message quotes it.
pub(crate) fn quoted(word: &str) -> String {
    format!("`{}`", one_line(word, 80))
}
