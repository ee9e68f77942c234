//! Hackage and GHC (Haskell's Package Versioning Policy): numbers between dots; where one list begins with the other, it is later.

use super::{cran, key::Key};

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    cran::write_numbers(text.trim(), |byte| byte == b'.', key)
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Hackage;

    use crate::versions::tests::ascending;

    #[test]
    fn a_longer_list_is_later_even_by_a_zero() {
        ascending(Hackage, "=1.0-rc1 0 0.1 0.9.9.9 1 1.0 1.0.0 1.0.0.1 1.0.1 1.10");
    }
}
