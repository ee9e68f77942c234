//! What is kept of a text that was scanned, for those that are made of it.

use super::{encoded::Encoded, keywords::Keywords};

/// Of one text.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// `None` where there are too many.
    pub(super) keywords: Option<Keywords>,
    /// `None` where there are too many.
    pub(super) encoded: Option<Encoded>,
}

impl Known {
    /// What it takes in memory.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let keywords = self.keywords.as_ref().map_or(0, Keywords::size_bytes);
        keywords + self.encoded.as_ref().map_or(0, Encoded::size_bytes)
    }
}
