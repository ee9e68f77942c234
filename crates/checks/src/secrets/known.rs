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
    /// How much is kept: keywords, and stretches of the text.
    #[must_use]
    pub fn len(&self) -> usize {
        let keywords = self.keywords.as_ref().map_or(0, Keywords::len);
        keywords + self.encoded.as_ref().map_or(0, Encoded::len)
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
