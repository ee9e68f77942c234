//! Whether a value is somebody's credential: by structure and rarity, not by entropy alone.

mod bigrams;
mod common;
mod dummy;
mod placeholder;
mod rarity;
mod shape;
mod word;

pub(crate) use dummy::is_dummy;
pub(crate) use placeholder::is_filler;
pub use placeholder::is_placeholder;
pub(crate) use rarity::{common, folded, rarity};
pub use shape::Shape;
pub(crate) use word::is_no_word;

/// Shannon entropy in bits per byte.
#[must_use]
pub fn entropy(bytes: &[u8]) -> f32 {
    let mut counts = [0_u32; 256];
    for &byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    // Lengths are far below 2^24, so that `f32` holds them exactly.
    #[expect(clippy::cast_precision_loss, reason = "values are short")]
    let total = bytes.len() as f32;
    counts
        .iter()
        .filter(|count| **count > 0)
        .map(|&count| {
            #[expect(clippy::cast_precision_loss, reason = "values are short")]
            let share = count as f32 / total;
            -share * share.log2()
        })
        .sum()
}
