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

#[cfg(test)]
pub(super) mod testing {
    use model::Copied;

    /// A text of stretches of the base, and of new ones.
    pub(in crate::secrets) fn made(
        base: &[u8],
        parts: &[(usize, usize, String)],
    ) -> (Vec<u8>, Vec<Copied>) {
        let (mut text, mut copied) = (Vec::new(), Vec::new());
        for (from, bytes, new) in parts {
            let from = from % (base.len() + 1);
            let stretch = &base[from..base.len().min(from + bytes)];
            copied.push(Copied { from, to: text.len(), bytes: stretch.len() });
            text.extend_from_slice(stretch);
            text.extend_from_slice(new.as_bytes());
        }
        (text, copied)
    }
}
