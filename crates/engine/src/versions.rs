//! What is known of the contents that the next one may be a version of.

use checks::secrets::Known;
use model::Copied;
use sources::{Derivation, Piece};

/// What may be kept of all of them, in bytes.
const MAX_KEPT_BYTES: usize = 8 << 20;

/// The contents of one chain, by their depth, and the one that comes next.
#[derive(Default)]
pub(crate) struct Versions {
    chain: Vec<Option<Known>>,
    kept_bytes: usize,
    next: Option<Next>,
}

/// A content of which a piece may come.
struct Next {
    /// Where its bytes are: a piece may be of something that was unpacked from it.
    address: usize,
    length: usize,
    copied: Vec<Copied>,
}

impl Versions {
    /// Another content comes next.
    pub(crate) fn expect(&mut self, derivation: &Derivation<'_>) {
        while self.chain.len() > derivation.depth {
            let gone = self.chain.pop().flatten();
            let gone = gone.map_or(0, |known| known.size_bytes());
            self.kept_bytes = self.kept_bytes.saturating_sub(gone);
        }
        self.chain.resize_with(derivation.depth, || None);
        self.next = Some(Next {
            address: derivation.bytes.as_ptr().addr(),
            length: derivation.bytes.len(),
            copied: derivation.copied.to_vec(),
        });
    }

    /// Nothing comes of the content any more: its bytes may be another's soon.
    pub(crate) fn over(&mut self) {
        self.next = None;
    }

    /// Whether a piece is the content that was to come, all of it; what it is made of is told once.
    pub(crate) fn take(&mut self, piece: &Piece<'_>) -> Option<Vec<Copied>> {
        let next = self.next.take()?;
        let is_it = piece.is_first()
            && (piece.bytes.as_ptr().addr(), piece.bytes.len()) == (next.address, next.length);
        is_it.then_some(next.copied)
    }

    /// What is known of what the next one is made of.
    pub(crate) fn base(&self) -> Option<&Known> {
        self.chain.last()?.as_ref()
    }

    /// Keeps what is known of a content that was taken.
    pub(crate) fn keep(&mut self, known: Known) {
        let size_bytes = known.size_bytes();
        let fits = self.kept_bytes.saturating_add(size_bytes) <= MAX_KEPT_BYTES;
        self.kept_bytes += if fits { size_bytes } else { 0 };
        self.chain.push(fits.then_some(known));
    }
}
