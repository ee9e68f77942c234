//! What a file of Go mentions. Only packages that it imports can be mentioned, and the head of a file names them all.

use std::collections::HashSet;

use memchr::memmem;

use super::{
    table::{Home, Slot, Table},
    tokens::{Language, Token, Tokens},
};

/// A package that is looked for, and what the file calls it.
struct Import<'t, 's> {
    home: &'t Home,
    called: Called<'s>,
}

#[derive(Clone, Copy)]
enum Called<'s> {
    /// By a name of the file's own.
    By(&'s [u8]),
    /// By the package's name, which its path mostly ends with.
    Itself { path: &'s [u8] },
    /// Its names are the file's (`import . "path"`).
    Nothing,
    /// Not at all (`import _ "path"`).
    Never,
}

/// What a file calls packages.
type Names<'s> = HashSet<&'s [u8]>;

/// Packages that are looked for in one file.
const MAX_IMPORTS: usize = 64;
/// With more names to be looked for, a file is read word by word at once.
const MAX_SEARCHED: usize = 32;

/// Looks at a file; false if not at all of it.
pub(super) fn look(text: &[u8], table: &Table) -> bool {
    let mut tokens = Tokens::of(Language::Go, text);
    let (imports, names) = imports(&mut tokens, table);
    for import in &imports {
        import.home.name();
        import.home.of_name(b"").for_each(Slot::mention);
    }
    if imports.len() > MAX_IMPORTS {
        return false;
    }
    let asked: HashSet<&[u8]> =
        imports.iter().flat_map(|import| import.home.symbols()).map(|(name, _)| name).collect();
    // Most files mention nothing of it, and that is seen sooner.
    if asked.len() <= MAX_SEARCHED && asked.iter().all(|name| memmem::find(text, name).is_none()) {
        return true;
    }
    // Of `base.Word` the base, what stands before it, and the dot.
    let mut before = [None; 3];
    for token in tokens {
        if let Token::Word(word) = token
            && may_be_exported(word)
            && asked.contains(word)
        {
            for import in &imports {
                import.look(word, &before, &names);
            }
        }
        let [_, second, third] = before;
        before = [second, third, Some(token)];
    }
    true
}

const fn may_be_exported(word: &[u8]) -> bool {
    matches!(word, [b'A'..=b'Z' | 0x80.., ..])
}

/// Reads a file's head, and takes the first token behind it.
fn imports<'t, 's>(tokens: &mut Tokens<'s>, table: &'t Table) -> (Vec<Import<'t, 's>>, Names<'s>) {
    let (mut wanted, mut names) = (Vec::new(), Names::new());
    let mut add = |called: Option<Token<'s>>, path: &'s [u8]| {
        let called = match called {
            None => Called::Itself { path },
            Some(Token::Word(b"_")) => Called::Never,
            Some(Token::Word(name)) => Called::By(name),
            Some(_) => Called::Nothing,
        };
        names.extend(called.name());
        wanted.extend(table.home(path).map(|home| Import { home, called }));
    };
    loop {
        match tokens.next() {
            Some(Token::Word(b"package")) => drop(tokens.next()),
            Some(Token::Mark(b';')) => {}
            Some(Token::Word(b"import")) => match tokens.next() {
                Some(Token::Mark(b'(')) => group(tokens, &mut add),
                Some(Token::Text(path)) => add(None, path),
                called => {
                    if let Some(Token::Text(path)) = tokens.next() {
                        add(called, path);
                    }
                }
            },
            _ => return (wanted, names),
        }
    }
}

/// The imports between parentheses.
fn group<'s>(tokens: &mut Tokens<'s>, add: &mut impl FnMut(Option<Token<'s>>, &'s [u8])) {
    let mut called = None;
    for token in tokens {
        match token {
            Token::Mark(b')') => return,
            Token::Text(path) => add(called.take(), path),
            Token::Word(_) | Token::Mark(b'.') => called = Some(token),
            Token::Literal | Token::Mark(_) => called = None,
        }
    }
}

impl Import<'_, '_> {
    /// Looks at a word and what stands before it.
    fn look(&self, word: &[u8], before: &[Option<Token<'_>>; 3], names: &Names<'_>) {
        let is_selected = before[2] == Some(Token::Mark(b'.'));
        let base = match before {
            [Some(Token::Mark(b'.')), Some(Token::Word(_)), _] => None,
            [_, Some(Token::Word(base)), _] => Some(*base),
            _ => None,
        };
        let is_here = base.is_some_and(|base| self.called.is(base));
        // A function of that package or of another one.
        let is_of_package = is_here || base.is_some_and(|base| names.contains(base));
        // A package may be called otherwise than its path.
        let is_doubtful = base.is_some() && matches!(self.called, Called::Itself { .. });
        for slot in self.home.of_name(word) {
            match (slot.of_type.is_some(), is_selected) {
                (true, true) if !is_of_package => slot.mention(),
                (false, true) if is_here => slot.mention(),
                (false, true) if !is_of_package && is_doubtful => slot.doubt(),
                (false, false) if matches!(self.called, Called::Nothing) => slot.mention(),
                _ => {}
            }
        }
    }
}

impl<'s> Called<'s> {
    fn is(self, base: &[u8]) -> bool {
        match self {
            Self::By(name) => name == base,
            Self::Itself { path } => is_name_of(base, path),
            Self::Nothing | Self::Never => false,
        }
    }

    /// What a file calls a package, as far as it tells.
    fn name(self) -> Option<&'s [u8]> {
        match self {
            Self::By(name) => Some(name),
            Self::Itself { path } => last_part(path),
            Self::Nothing | Self::Never => None,
        }
    }
}

/// What a path ends with, versions apart.
fn last_part(path: &[u8]) -> Option<&[u8]> {
    path.rsplit(|byte| *byte == b'/').find(|part| !is_version(part))
}

/// `v2` of `example.com/x/v2`.
fn is_version(part: &[u8]) -> bool {
    part.strip_prefix(b"v")
        .is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// Whether a package of that path is likely to be called so: by its path's last part, or by a part of that (`go-yaml`, `yaml.v3`).
fn is_name_of(name: &[u8], path: &[u8]) -> bool {
    let last = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let is_end_of_word = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte != b'_';
    let parts = last_part(path).unwrap_or_default().split(is_end_of_word);
    name == last || parts.into_iter().any(|part| part == name)
}

#[cfg(test)]
mod tests {
    use model::Reachable::{self, No, Unknown, Yes};

    use super::*;
    use crate::dependencies::reach::{answers, ask::Symbol};

    /// What a file says of `Type.Name` or `Name` of the package `example.com/go-x/y-z`, or of all of it.
    fn asked(symbol: &str, text: &str) -> Reachable {
        let (of_type, name) = match symbol.split_once('.') {
            Some((of_type, name)) => (Some(of_type.into()), name),
            None => (None, symbol),
        };
        let name = (!name.is_empty()).then(|| name.into());
        let symbol = Symbol { is_dynamic: of_type.is_some(), of_type, name };
        answers(&["example.com/go-x/y-z"], &symbol, |table| {
            assert!(look(format!("// x\npackage a\n{text}").as_bytes(), table));
        })
    }

    const IMPORT: &str = "import \"example.com/go-x/y-z\"\n";

    #[test]
    fn a_function_is_mentioned_by_the_name_of_its_package() {
        let of = |text: &str| asked("Parse", &format!("{IMPORT}{text}"));
        assert_eq!(of("var _ = z.Parse(1)"), Yes);
        assert_eq!(of("var f = z. // why\n Parse"), Yes);
        assert_eq!(of("var _ = 1"), No);
        assert_eq!(of("// z.Parse\nvar _ = \"z.Parse\" + `z.Parse`"), No);
        assert_eq!(of("func Parse() { Parse(); a.z.Parse(); f().Parse() }"), No);
        assert_eq!(asked("Parse", "var _ = z.Parse(1)"), No);
        // What another package is called, nobody knows who has not read it.
        assert_eq!(of("var _ = other.Parse(1)"), Unknown);
        let two = "import (\n\"fmt\"; \"example.com/go-x/y-z\"\n)\nvar _ = fmt.Parse(1)";
        assert_eq!(asked("Parse", two), No);
    }

    #[test]
    fn imports_may_have_names_of_their_own() {
        let of = |import: &str, text: &str| {
            asked("Parse", &format!("import ({import} \"example.com/go-x/y-z\")\n{text}"))
        };
        assert_eq!(of("yz", "var _ = yz.Parse(1)"), Yes);
        assert_eq!(of("yz", "var _ = z.Parse(1)"), No);
        assert_eq!(of(".", "var _ = Parse(1)"), Yes);
        assert_eq!(of(".", "var _ = a.Parse(1)"), No);
        assert_eq!(of("_", "var _ = z.Parse(1)"), No);
        let single = "import yz \"example.com/go-x/y-z\"; import \"fmt\"\nvar _ = yz.Parse";
        assert_eq!(asked("Parse", single), Yes);
    }

    #[test]
    fn a_method_is_mentioned_behind_a_dot_where_its_package_is_imported() {
        let of = |text: &str| asked("Server.Serve", &format!("{IMPORT}{text}"));
        assert_eq!(of("func f(s *z.Server) { s.Serve() }"), Yes);
        assert_eq!(of("var f = (*z.Server).Serve"), Yes);
        // It may be called by an interface.
        assert_eq!(of("func f(s *z.Server) {}"), Unknown);
        assert_eq!(of("func Serve() { Serve() }"), Unknown);
        assert_eq!(asked("Server.Serve", "func f(s S) { s.Serve() }"), No);
        assert_eq!(of("var _ = z.Serve()"), Unknown);
        let other = "import (\"net/http\"; \"example.com/go-x/y-z\")\nvar _ = http.Serve()";
        assert_eq!(asked("Server.Serve", other), Unknown);
    }

    #[test]
    fn an_import_is_enough_where_all_of_a_package_is_named() {
        assert_eq!(asked("", IMPORT), Yes);
        assert_eq!(asked("", "import _ \"example.com/go-x/y-z\""), Yes);
        assert_eq!(asked("", "import \"example.com/go-x/y-z/deeper\""), No);
        assert_eq!(asked("", "var _ = \"example.com/go-x/y-z\""), No);
    }

    #[test]
    fn a_file_may_have_too_many_imports_to_be_looked_at() {
        let symbol = Symbol { of_type: None, name: Some("Parse".into()), is_dynamic: false };
        let text = |imports: usize| format!("package a\n{}var _ = z.Parse", IMPORT.repeat(imports));
        answers(&["example.com/go-x/y-z"], &symbol, |table| {
            assert!(!look(text(1_000).as_bytes(), table));
            assert!(look(text(10).as_bytes(), table));
        });
    }

    #[test]
    fn packages_are_called_by_the_end_of_their_paths() {
        for (name, path) in [
            ("http", "net/http"),
            ("yaml", "gopkg.in/yaml.v3"),
            ("isatty", "github.com/mattn/go-isatty"),
            ("chi", "github.com/go-chi/chi/v5"),
            ("v1", "k8s.io/api/core/v1"),
            ("core", "k8s.io/api/core/v1"),
        ] {
            assert!(is_name_of(name.as_bytes(), path.as_bytes()), "{name} {path}");
        }
        assert!(!is_name_of(b"github", b"github.com/go-chi/chi/v5"));
    }

    proptest::proptest! {
        #[test]
        fn any_file_is_survived(text: Vec<u8>) {
            let _ = asked("Server.Serve", &String::from_utf8_lossy(&text));
            let table = Table::default();
            look(&text, &table);
        }
    }
}
