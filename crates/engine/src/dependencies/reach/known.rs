//! The project's own source files, as the pass over all of its files tells of them: whoever asks them something later need not look
//! for them again.

use model::{Note, NoteKind, TargetPath};

use super::tokens::Language;
use crate::dependencies::manifests::is_installed;

/// What the paths may take in memory, in bytes; with more nobody says that nothing is mentioned.
const MAX_BYTES: usize = 32 << 20;
/// What a path takes beside its own bytes.
const PATH_BYTES: usize = 48;

/// Source files, and of which languages some are missing.
#[derive(Debug, Default)]
pub(crate) struct Known {
    pub(super) files: Vec<TargetPath>,
    pub(super) left_out: Vec<Language>,
    bytes: usize,
}

impl Known {
    /// Is told of every file.
    pub(crate) fn see(&mut self, path: &TargetPath) {
        let Some(language) = language_of(path.as_str()) else { return };
        let bytes = self.bytes + PATH_BYTES + path.as_str().len();
        if bytes > MAX_BYTES {
            self.leave_out(&[language]);
            return;
        }
        self.bytes = bytes;
        self.files.push(path.clone());
    }

    /// Is told what was passed over.
    pub(crate) fn note(&mut self, note: &Note) {
        self.leave_out(left_out(note));
    }

    fn leave_out(&mut self, languages: &[Language]) {
        for language in languages {
            if !self.left_out.contains(language) {
                self.left_out.push(*language);
            }
        }
    }
}

/// The language of a project's own source file. What stands in archives and among installed packages is somebody else's; what
/// lies in Go's `testdata` is not compiled.
pub(super) fn language_of(path: &str) -> Option<Language> {
    let (_, extension) = path.rsplit_once('.')?;
    let language = match extension {
        "go" => Language::Go,
        "rs" => Language::Rust,
        _ => return None,
    };
    let is_data = language == Language::Go && path.split('/').any(|part| part == "testdata");
    (!is_data && !path.contains("!/") && !is_installed(path)).then_some(language)
}

/// The languages of which a source file was passed over, or may have been.
pub(super) fn left_out(note: &Note) -> &'static [Language] {
    let path = note.path.as_ref().map(TargetPath::as_str);
    let is_source = path.is_some_and(|path| path.ends_with(".go") || path.ends_with(".rs"));
    match (note.kind, path.and_then(language_of)) {
        (NoteKind::Symlink | NoteKind::Excluded | NoteKind::Ignored, _) => &[],
        (_, Some(Language::Go)) => &[Language::Go],
        (_, Some(Language::Rust)) => &[Language::Rust],
        // Of a folder nobody knows what is in it.
        (
            NoteKind::Unreadable
            | NoteKind::MissingObject
            | NoteKind::Corrupt
            | NoteKind::Limit
            | NoteKind::Submodule,
            None,
        ) if !is_source => &[Language::Go, Language::Rust],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_elses_code_is_not_the_projects() {
        assert_eq!(language_of("cmd/a.go"), Some(Language::Go));
        assert_eq!(language_of("src/lib.rs"), Some(Language::Rust));
        assert_eq!(language_of("a/testdata/b.rs"), Some(Language::Rust));
        for path in ["vendor/x/a.go", "a/testdata/b.go", "a.zip!/b.go", "node_modules/a.rs", "go"] {
            assert_eq!(language_of(path), None, "{path}");
        }
    }

    #[test]
    fn what_is_passed_over_is_missing_where_it_may_be_source_code() {
        let of = |kind, path: &str| left_out(&Note::at(kind, TargetPath::from_escaped(path), ""));
        assert_eq!(of(NoteKind::Binary, "a.go"), [Language::Go]);
        assert_eq!(of(NoteKind::TooLarge, "a.rs"), [Language::Rust]);
        assert_eq!(of(NoteKind::Unreadable, "folder").len(), 2);
        assert_eq!(left_out(&Note::general(NoteKind::Limit, "")).len(), 2);
        assert_eq!(of(NoteKind::Unreadable, "vendor/a.go"), []);
        assert_eq!(of(NoteKind::Binary, "a.png"), []);
        assert_eq!(of(NoteKind::Excluded, "a.go"), []);
    }

    #[test]
    fn paths_are_kept_up_to_a_limit() {
        let mut known = Known::default();
        let path = TargetPath::from_escaped(format!("{}.go", "a".repeat(1 << 20)));
        (0..40).for_each(|_| known.see(&path));
        assert!(known.files.len() < 40 && known.left_out == [Language::Go]);
    }
}
