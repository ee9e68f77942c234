//! Requirements files of pip, written by hand, by `pip freeze`, or by `pip-compile` and `uv pip compile`, whose comments tell who needs
//! what.
//! <https://pip.pypa.io/en/stable/reference/requirements-file-format/>

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use model::{Ecosystem, Relation, Scope};

use super::{
    super::{
        FilePath, Files, List,
        entries::{Entries, quoted},
        needs::{Node, Tell},
        paths,
    },
    graph::Graph,
    logical_lines::{Line, logical_lines},
    requirement::{self, normal},
};
use crate::{Problem, encoding};

/// More `-c` files are not read.
const MAX_CONSTRAINTS: usize = 16;

/// `requirements.txt`, `requirements-dev.txt`, `dev_requirements.txt`, `requirements/dev.txt`; and `constraints.txt`, which pins versions
/// for others and lists nothing.
pub(super) fn claims(FilePath { path, name }: FilePath<'_>) -> bool {
    let is_named = || name.contains("requirements") || is_constraints(name);
    let is_in_folder = || paths::file_name(paths::folder(path)) == "requirements";
    name.ends_with(".txt") && (is_named() || is_in_folder())
}

fn is_constraints(name: &str) -> bool {
    name.starts_with("constraints")
}

pub(super) fn read(path: &str, bytes: &[u8], files: &dyn Files) -> List {
    if is_constraints(paths::file_name(path)) {
        return List::default();
    }
    let utf_8 = encoding::of_windows(bytes);
    let entries = Entries::of(&utf_8);
    let lines = logical_lines(entries.text());
    let mut file = File::new(entries, scope_of_path(path));
    for line in lines {
        match line {
            Line::Comment(comment) => file.comment(comment),
            Line::Option(option) => file.option(option, path, files),
            Line::Requirement { text, first, comment } => {
                file.requirement(&text, first);
                file.comment(comment);
            }
        }
    }
    file.finish()
}

/// A file for development says so in its name or folder.
fn scope_of_path(path: &str) -> Scope {
    const WORDS: &[&str] = &[
        "build",
        "ci",
        "dev",
        "develop",
        "development",
        "doc",
        "docs",
        "lint",
        "linting",
        "test",
        "testing",
        "tests",
        "typing",
    ];
    let name = paths::file_name(path).trim_end_matches(".txt");
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let folder = paths::file_name(paths::folder(path));
    let is_development = words.any(|word| WORDS.contains(&word)) || WORDS.contains(&folder);
    if is_development { Scope::Development } else { Scope::Production }
}

struct File<'a> {
    entries: Entries<'a>,
    scope: Scope,
    graph: Graph,
    nodes: Vec<Node>,
    /// The requirement that comments below it speak of.
    last: Option<Node>,
    /// Whether such a comment goes on.
    is_in_via: bool,
    /// What comments say needs an entry.
    via: Vec<(Node, &'a str)>,
    /// Names without a version.
    open: Vec<&'a str>,
    /// Versions that `-c` files give to them, by normal name.
    constraints: HashMap<String, String, RandomState>,
    constraint_files: usize,
    elsewhere: usize,
}

impl<'a> File<'a> {
    fn new(entries: Entries<'a>, scope: Scope) -> Self {
        Self {
            entries,
            scope,
            graph: Graph::default(),
            nodes: Vec::new(),
            last: None,
            is_in_via: false,
            via: Vec::new(),
            open: Vec::new(),
            constraints: HashMap::default(),
            constraint_files: 0,
            elsewhere: 0,
        }
    }

    fn requirement(&mut self, text: &str, first: &'a str) {
        self.last = None;
        self.is_in_via = false;
        // Where it stands in one line, its version has a place.
        let in_first = requirement::parse(first);
        let whole = if text == first { in_first } else { requirement::parse(text) };
        match whole {
            Some(found) if found.is_address => self.elsewhere += 1,
            Some(found) => {
                let name = in_first.map_or(found.name, |found| found.name);
                match found.pinned() {
                    Some(version) => self.last = Some(self.list(name, version)),
                    None => self.open.extend(in_first.map(|found| found.name)),
                }
            }
            None if first.contains(['/', '\\']) || first.ends_with(".whl") => self.elsewhere += 1,
            None => self.entries.problem(first, "This line is no requirement that pip knows"),
        }
    }

    fn list(&mut self, name: &str, version: &str) -> Node {
        let mut found = self.entries.found(Ecosystem::PyPi, name, version);
        found.scope = self.scope;
        let node = self.graph.put(name, version, Some(found), &mut self.entries);
        self.nodes.push(node);
        node
    }

    /// `via flask, jinja2`, or `via` and a line for each of them.
    fn comment(&mut self, comment: &'a str) {
        let Some(node) = self.last else { return };
        let names = match comment.strip_prefix("via") {
            Some(names) if names.is_empty() || names.starts_with(' ') => {
                self.is_in_via = true;
                names
            }
            _ if self.is_in_via => comment,
            _ => return,
        };
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
        self.via.extend(names.map(|name| (node, name)));
    }

    fn option(&mut self, option: &'a str, path: &str, files: &dyn Files) {
        self.last = None;
        let named = |name: &str| paths::join(paths::folder(path), name);
        if let Some(name) = value(option, "-r", "--requirement") {
            // One that is there is read for itself.
            if !named(name).is_some_and(|path| claims(FilePath::of(&path)) && files.has(&path)) {
                let message = format!(
                    "{} is not read: it is no requirements file of the target",
                    quoted(name)
                );
                self.entries.problem(option, message);
            }
        } else if let Some(name) = value(option, "-c", "--constraint") {
            let bytes = named(name).and_then(|path| files.get(&path));
            match bytes.filter(|_| self.constraint_files < MAX_CONSTRAINTS) {
                Some(bytes) => self.constrain(bytes),
                None => {
                    let message = format!("The constraints of {} are not known", quoted(name));
                    self.entries.problem(option, message);
                }
            }
        } else if value(option, "-e", "--editable").is_some() {
            self.elsewhere += 1;
        }
    }

    fn constrain(&mut self, bytes: &[u8]) {
        self.constraint_files += 1;
        let utf_8 = encoding::of_windows(bytes);
        for line in logical_lines(Entries::of(&utf_8).text()) {
            let Line::Requirement { text, .. } = line else { continue };
            let Some(found) = requirement::parse(&text) else { continue };
            if let Some(version) = found.pinned() {
                self.constraints.insert(normal(found.name), version.to_owned());
            }
        }
    }

    fn finish(mut self) -> List {
        let mut open = 0_usize;
        for name in std::mem::take(&mut self.open) {
            match self.constraints.get(&normal(name)).cloned() {
                Some(version) => {
                    self.list(name, &version);
                }
                None => open += 1,
            }
        }
        if open > 0 {
            let message = format!("{open} requirements name no single version");
            self.entries.push_problem(Problem::general(message));
        }
        if self.elsewhere > 0 {
            let message = format!("{} requirements are addresses or folders", self.elsewhere);
            self.entries.push_problem(Problem::general(message));
        }
        for (node, by) in &self.via {
            // `-r requirements.in`, `shop (pyproject.toml)`, or the project's name.
            if by.starts_with("-c") {
                continue;
            }
            if by.starts_with("-r") || !self.graph.knows(by) {
                self.graph.ask(*node, self.scope);
            } else {
                self.graph.needed_by(*node, by);
            }
        }
        let is_compiled = !self.via.is_empty();
        if is_compiled {
            let explained: BTreeSet<Node> = self.via.iter().map(|(node, _)| *node).collect();
            // uv says nothing of what the project's groups ask for.
            for node in self.nodes.iter().filter(|node| !explained.contains(node)) {
                self.graph.ask(*node, self.scope);
            }
        }
        self.graph.apply(&mut self.entries, Tell::Relation);
        let mut list = self.entries.finish();
        if !is_compiled {
            for dependency in &mut list.dependencies {
                dependency.relation = Relation::Direct;
            }
        }
        list
    }
}

/// What follows an option: `-r x`, `-rx`, `--requirement x` or `--requirement=x`.
fn value<'o>(option: &'o str, short: &str, long: &str) -> Option<&'o str> {
    let value = match option.strip_prefix(long) {
        Some(rest) => rest.strip_prefix(['=', ' ', '\t'])?,
        None => option.strip_prefix(short)?,
    };
    Some(value.trim())
}
