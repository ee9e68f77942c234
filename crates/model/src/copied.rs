//! What one content has of another.

/// A stretch of bytes that a content has from the one it is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Where it begins in that one.
    pub from: usize,
    /// Where it begins here. Stretches come in this order, none over another.
    pub to: usize,
    /// How long it is.
    pub bytes: usize,
}
