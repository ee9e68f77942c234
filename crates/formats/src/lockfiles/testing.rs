//! How tests say what a file should say.

use std::collections::BTreeMap;

use model::{Package, Relation, Scope, Span};

use super::{List, format_of};

/// Files by path.
pub(super) type Folder = BTreeMap<String, Vec<u8>>;

pub(super) fn folder(files: &[(&str, &str)]) -> Folder {
    files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect()
}

/// Reads a file of a folder as a scan would.
pub(super) fn read(path: &str, folder: &Folder) -> List {
    let list = (format_of(path).unwrap().read)(path, &folder[path], folder);
    let text = String::from_utf8_lossy(&folder[path]).into_owned();
    // A byte order mark takes no column.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let is_small = text.len() < 100_000;
    for dependency in &list.dependencies {
        assert!(!dependency.package.name.is_empty() && !dependency.package.version.is_empty());
        if let Some(Span { start, end }) = dependency.span
            && is_small
        {
            assert!(start <= end);
            let line = text.lines().nth(start.line as usize - 1).unwrap_or_default();
            let rest: String = line.chars().skip(start.column as usize - 1).collect();
            let Package { version, name, .. } = &dependency.package;
            assert!(rest.starts_with(&**version) || rest.starts_with(&**name), "{rest}");
        }
        let count = list.dependencies.len();
        assert!(dependency.needed_by.iter().all(|index| (*index as usize) < count));
    }
    list
}

/// One line per dependency: name, version, relation, `dev`, where the version stands, and after `<` who needs it.
pub(super) fn told(list: &List) -> Vec<String> {
    let dependencies = list.dependencies.iter();
    let line = dependencies.map(|dependency| {
        let package = &dependency.package;
        let mut line = format!("{} {}", package.name, package.version);
        line.push_str(match dependency.relation {
            Relation::Direct => " direct",
            Relation::Transitive => " transitive",
            Relation::Unknown => "",
        });
        if dependency.scope == Scope::Development {
            line.push_str(" dev");
        }
        if let Some(span) = dependency.span {
            assert_eq!(span.start.line, span.end.line);
            let length = span.end.column - span.start.column;
            line.push_str(&format!(" @{}:{}+{length}", span.start.line, span.start.column));
        }
        for index in &dependency.needed_by {
            line.push_str(&format!(" < {}", list.dependencies[*index as usize].package.name));
        }
        line
    });
    line.collect()
}

/// What a file says, where nothing in it is a problem.
pub(super) fn told_at(path: &str, folder: &Folder) -> Vec<String> {
    let list = read(path, folder);
    assert_eq!(list.problems, []);
    told(&list)
}

/// A file cut at any byte is read, and so is one in which any byte is another.
pub(super) fn survives(path: &str, folder: &Folder) {
    let bytes = folder[path].clone();
    let mut folder = folder.clone();
    for at in 0..bytes.len() {
        // What comes before a cut stays a text; what is no text is seen by the other cases.
        folder.insert(path.to_owned(), bytes[..at].to_vec());
        read(path, &folder);
        for byte in [0, b'\n', b'"', b'{', 0xFF] {
            let mut damaged = bytes.clone();
            damaged[at] = byte;
            folder.insert(path.to_owned(), damaged);
            read(path, &folder);
        }
    }
}
