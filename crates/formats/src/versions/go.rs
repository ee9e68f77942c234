//! Go: versions of modules (SemVer with `v`; pseudo-versions and `+incompatible` need no rule of their own) and of the toolchain and its
//! standard library (`go1.21rc2`, `1.20.3`), which advisories write as SemVer (`1.21.0-rc.2`).

use super::{
    key::Key,
    scan::{Scan, is_number, split_once},
    semver::{self, Case},
};

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let mut scan = semver::start(text);
    // `go1.21.3-vendor X:experiment`: what a vendor adds is no earlier version.
    let toolchain = scan.eat_word("go");
    semver::numbers(&mut scan, 3, key)?;
    let (labels, _) = split_once(scan.rest(), b'+');
    let mut rest = Scan::new(labels);
    let word = rest.take_while(|byte| byte.is_ascii_alphabetic());
    let number = rest.digits();
    if !word.is_empty() && is_number(number) && (toolchain || rest.is_empty()) {
        semver::begin_labels(key);
        semver::write_label(word, Case::Kept, key);
        semver::write_label(number, Case::Kept, key);
        semver::end_list(key);
    } else if toolchain {
        semver::write_labels(b"", Case::Kept, key);
    } else {
        semver::write_labels(labels, Case::Kept, key);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Go;

    use crate::versions::tests::ascending;

    #[test]
    fn pseudo_versions_stand_before_the_release_they_lead_to() {
        // https://go.dev/ref/mod#pseudo-versions
        ascending(
            Go,
            "v0.0.0-20190101000000-abcdefabcdef v0.0.0-20191109021931-daa7c04131f5 v1.2.3-pre v1.2.3-pre.0.20191109021931-daa7c04131f5
             v1.2.3 v1.2.4-0.20191109021931-daa7c04131f5 v1.2.4=1.2.4 v2.0.0=v2.0.0+incompatible v2.0.1",
        );
    }

    #[test]
    fn the_toolchains_versions_are_those_of_its_advisories() {
        ascending(
            Go,
            "devel 1.18beta1=go1.18beta1=1.18.0-beta.1 1.18rc1 1.18 1.20.3=go1.20.3 1.21.0-0 1.21rc2=go1.21rc2=1.21.0-rc.2 1.21rc10
             1.21=go1.21=1.21.0 1.21.3=go1.21.3-bigcorp=go1.21.3+auto=go1.21.3 go1.22 go1.22.1",
        );
    }
}
