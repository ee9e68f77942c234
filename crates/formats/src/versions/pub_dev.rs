//! Pub (Dart's `pub_semver`): Semantic Versioning, but build metadata has an order, and comes after the same version without.

use super::{
    key::Key,
    scan::split_once,
    semver::{self, Case},
};

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = semver::start(text);
    semver::numbers(&mut scan, 3, key)?;
    let (labels, build) = split_once(scan.rest(), b'+');
    semver::write_labels(labels, Case::Kept, key);
    if let Some(build) = build.filter(|build| !build.is_empty()) {
        semver::write_list(build, Case::Kept, key);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Pub;

    use crate::versions::tests::ascending;

    #[test]
    fn a_build_comes_after_the_release_it_is_of() {
        ascending(
            Pub,
            "1.0.0-a 1.0.0-a+1 1.0.0=v1.0.0=1.0.0+ 1.0.0+1 1.0.0+1.0 1.0.0+2 1.0.0+10 1.0.0+a 1.0.1-0",
        );
    }
}
