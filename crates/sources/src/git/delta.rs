//! Git's delta format (`gitformat-pack`, "Deltified representation"): a list of copies from a base and of new bytes.

use model::Copied;

/// Sizes that a delta announces: of its base, and of what it makes.
pub(super) fn sizes(delta: &[u8]) -> Option<(u64, u64)> {
    let (base, rest) = size(delta)?;
    let (result, _) = size(rest)?;
    Some((base, result))
}

fn size(mut bytes: &[u8]) -> Option<(u64, &[u8])> {
    let (mut value, mut shift) = (0_u64, 0_u32);
    loop {
        let (&byte, rest) = bytes.split_first()?;
        bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some((value, bytes));
        }
        if shift > 56 {
            return None;
        }
    }
}

/// Applies `delta` to `base` into `out`, and writes down in `copied` what is of it; both are cleared. `None` where the delta is damaged or
/// does not fit the base.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    out: &mut Vec<u8>,
    copied: &mut Vec<Copied>,
) -> Option<()> {
    copied.clear();
    let (base_size, rest) = size(delta)?;
    let (result_size, mut rest) = size(rest)?;
    if base_size != base.len() as u64 {
        return None;
    }
    let result_size = usize::try_from(result_size).ok()?;
    out.clear();
    out.reserve(result_size);
    while let Some((&instruction, after)) = rest.split_first() {
        rest = after;
        if instruction & 0x80 != 0 {
            let mut next = |present: bool, shift: u32| -> Option<usize> {
                if !present {
                    return Some(0);
                }
                let (&byte, after) = rest.split_first()?;
                rest = after;
                Some(usize::from(byte) << shift)
            };
            let mut offset = 0;
            for bit in 0..4_u32 {
                offset |= next(instruction & (1 << bit) != 0, bit * 8)?;
            }
            let mut length = 0;
            for bit in 0..3_u32 {
                length |= next(instruction & (0x10 << bit) != 0, bit * 8)?;
            }
            if length == 0 {
                length = 0x1_0000;
            }
            let stretch = base.get(offset..offset.checked_add(length)?)?;
            copied.push(Copied { from: offset, to: out.len(), bytes: length });
            out.extend_from_slice(stretch);
        } else {
            // Zero is reserved.
            if instruction == 0 {
                return None;
            }
            let (new, after) = rest.split_at_checked(usize::from(instruction))?;
            out.extend_from_slice(new);
            rest = after;
        }
        if out.len() > result_size {
            return None;
        }
    }
    (out.len() == result_size).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_new_bytes_make_the_object() {
        let base = b"hello world";
        // Base size 11, result size 9; copy 6..11, insert "!", copy 0..3.
        let delta = [11, 9, 0x80 | 0x01 | 0x10, 6, 5, 1, b'!', 0x80 | 0x10, 3];
        let (mut out, mut copied) = (Vec::new(), Vec::new());
        assert_eq!(apply(base, &delta, &mut out, &mut copied), Some(()));
        assert_eq!(out, b"world!hel");
        let stretches = [(6, 0, 5), (0, 6, 3)];
        assert_eq!(copied, stretches.map(|(from, to, bytes)| Copied { from, to, bytes }));
        assert_eq!(sizes(&delta), Some((11, 9)));
    }

    #[test]
    fn damage_is_refused() {
        let (mut out, mut copied) = (Vec::new(), Vec::new());
        for delta in [
            &[11_u8, 5, 0x91, 7, 5][..],   // copies beyond the base
            &[11, 2, 3, b'a', b'b', b'c'], // makes more than it said
            &[11, 1, 0],                   // reserved
            &[12, 1, 1, b'a'],             // another base
            &[11, 9, 1, b'a'],             // ends early
            &[0xff; 12],
            &[],
        ] {
            assert_eq!(apply(b"hello world", delta, &mut out, &mut copied), None, "{delta:?}");
        }
    }
}
