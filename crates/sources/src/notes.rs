//! What is passed over the same way wherever it is met: in a folder, a commit or an index.

use model::{Note, NoteKind, TargetPath};

pub(crate) fn excluded(path: TargetPath) -> Note {
    Note::at(NoteKind::Excluded, path, "left out by the configuration")
}

pub(crate) fn symlink(path: TargetPath) -> Note {
    Note::at(NoteKind::Symlink, path, "a symbolic link; not followed")
}

pub(crate) fn special(path: TargetPath) -> Note {
    Note::at(NoteKind::Special, path, "a device, pipe or socket")
}

pub(crate) fn submodule(path: TargetPath) -> Note {
    Note::at(NoteKind::Submodule, path, "a submodule; scan its repository on its own")
}

pub(crate) fn too_deep(path: TargetPath) -> Note {
    Note::at(NoteKind::Limit, path, "directories nested too deeply; not entered")
}

/// A library's message, for a note.
pub(crate) fn one_line(text: &str) -> String {
    model::one_line(text, 200)
}
