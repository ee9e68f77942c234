//! Reading files that stand in a test.

use std::collections::BTreeMap;

use formats::lockfiles::{List, format_of};
use model::{Relation, Scope, Span};

/// What a file says, with the file.
pub(crate) struct Read {
    pub(crate) list: List,
    text: String,
}

impl std::ops::Deref for Read {
    type Target = List;

    fn deref(&self) -> &List {
        &self.list
    }
}

/// Reads the first of the files, with all of them at hand.
pub(crate) fn list(files: &[(&str, &str)]) -> Read {
    let target: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let (path, text) = files[0];
    let format = format_of(path).unwrap_or_else(|| panic!("nobody claims {path}"));
    let list = (format.read)(path, text.as_bytes(), &target);
    Read { list, text: text.trim_start_matches('\u{feff}').to_owned() }
}

/// The text of a span of one line.
fn text_at(text: &str, span: Span) -> String {
    assert_eq!(span.start.line, span.end.line);
    let line = text.lines().nth(span.start.line as usize - 1).unwrap_or_default();
    let length = (span.end.column - span.start.column) as usize;
    line.chars().skip(span.start.column as usize - 1).take(length).collect()
}

/// Each dependency as a line: name, version, where it stands (`@line`, and the text there if that is not the version), and what else
/// is known: relation, `dev`, licence, `withdrawn`, what it is built of, `<` and those who need it.
pub(crate) fn rows(list: &Read) -> Vec<String> {
    let row = |dependency: &model::Dependency| {
        let mut row = format!("{} {}", dependency.package.name, dependency.package.version);
        if let Some(span) = dependency.span {
            row += &format!(" @{}", span.start.line);
            let text = text_at(&list.text, span);
            if text != *dependency.package.version {
                row += &format!(" `{text}`");
            }
        }
        row += match dependency.relation {
            Relation::Direct => " direct",
            Relation::Transitive => " transitive",
            Relation::Unknown => "",
        };
        if dependency.scope == Scope::Development {
            row += " dev";
        }
        if let Some(licence) = &dependency.licence {
            row += &format!(" licence={licence}");
        }
        if dependency.withdrawn {
            row += " withdrawn";
        }
        if let Some((name, version)) = dependency.package.built_of() {
            row += &format!(" of {name} {version}");
        }
        let name = |index: &u32| list.dependencies[*index as usize].package.name.to_string();
        if !dependency.needed_by.is_empty() {
            let names: Vec<_> = dependency.needed_by.iter().map(name).collect();
            row += &format!(" < {}", names.join(" "));
        }
        row
    };
    list.dependencies.iter().map(row).collect()
}

/// The rows of a file that has no problems.
pub(crate) fn read(files: &[(&str, &str)]) -> Vec<String> {
    let list = list(files);
    assert_eq!(list.problems, []);
    rows(&list)
}

/// The messages of a file's problems.
pub(crate) fn problems(list: &List) -> Vec<&str> {
    list.problems.iter().map(|problem| &*problem.message).collect()
}
