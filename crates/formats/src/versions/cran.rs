//! CRAN and Bioconductor (R's `package_version`): numbers between dots or hyphens; where one list begins with the other, it is later.

use super::{
    key::{END, Key},
    scan::is_number,
};

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    write_numbers(text.trim(), |byte| matches!(byte, b'.' | b'-'), key)
}

/// Numbers between separators; `None` if anything else stands there.
pub(super) fn write_numbers(
    text: &str,
    separates: impl Fn(u8) -> bool,
    key: &mut Key,
) -> Option<()> {
    for number in text.as_bytes().split(|byte| separates(*byte)) {
        if !is_number(number) {
            return None;
        }
        key.number(number);
    }
    key.mark(END);
    Some(())
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Cran;

    use crate::versions::tests::ascending;

    #[test]
    fn a_longer_list_is_later_even_by_a_zero() {
        ascending(Cran, "=1.x =what 0.9 0.75 1.0=1-0=1.00 1.0.0=1.0-0 1.0.0.0 1.0.1 1.10");
    }
}
