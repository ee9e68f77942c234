//! NuGet: up to four numbers, labels without case, metadata without order.

use super::{
    key::Key,
    scan::split_once,
    semver::{self, Case},
};

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = semver::start(text);
    semver::numbers(&mut scan, 4, key)?;
    let (labels, _) = split_once(scan.rest(), b'+');
    semver::write_labels(labels, Case::Ignored, key);
    Some(())
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::NuGet;

    use crate::versions::tests::ascending;

    #[test]
    fn missing_numbers_are_zero_and_case_says_nothing() {
        ascending(
            NuGet,
            "1.0.0-ALPHA=1.0-alpha=1-Alpha 1.0.0-alpha.2 1.0.0-alpha.10 1.0.0-Beta 1=1.0=1.0.0=1.0.0.0=1.0.00+meta 1.0.0.1-rc 1.0.0.1 1.0.1",
        );
    }
}
