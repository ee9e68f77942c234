//! What a reader could not understand.

/// One thing that was passed over, in a sentence for a person; shown as a note of the scan. It quotes nothing of the input but names and
/// words that a person needs to find the place, each cut to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line it stands in, from 1, where there is one.
    pub line: Option<u64>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// Because of it something of the file was not read, so that what stands there may be missing. Other problems are about what was
    /// read and says less than one would like, such as a range where a version should be.
    pub is_unread: bool,
}

impl Problem {
    /// Something about the file as a whole.
    #[must_use]
    pub fn general(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into(), is_unread: false }
    }

    /// The same, where something was not read because of it.
    #[must_use]
    pub fn unread(self) -> Self {
        Self { is_unread: true, ..self }
    }

    /// Something about one line.
    #[must_use]
    pub fn at(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into(), is_unread: false }
    }
}
