//! What a reader could not understand.

/// One thing that was passed over, in a sentence for a person; shown as a note of the scan. It quotes nothing of the input but names and
/// words that a person needs to find the place, each cut to a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line it stands in, from 1, where there is one.
    pub line: Option<u64>,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
}

impl Problem {
    /// Something about the file as a whole.
    #[must_use]
    pub fn general(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    /// Something about one line.
    #[must_use]
    pub fn at(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }
}
