//! The one place that says by which order of versions an index is made.

use formats::names;
pub(crate) use formats::versions::{Version, compare};
use model::{Ecosystem, VersionScheme};

/// A number that is another one when versions have other keys than before, or names another form: an index holds both, so it says by
/// which rules they were made, and is built again where those have changed.
pub(crate) fn fingerprint() -> u32 {
    const PROBES: &[&str] = &[
        "",
        "0",
        "1",
        "1.0",
        "1.0.0",
        "01",
        "1-1",
        "1.0-0",
        "1.0~rc1",
        "1.0-rc1",
        "1.0rc1",
        "1.0.rc1",
        "1.0-RC.2",
        "1.0.dev1",
        "1.0.post1",
        "1!0.1",
        "1:0.1",
        "1.0+a",
        "1.0+1",
        "1.0^1",
        "1.0_p1",
        "1.0-r1",
        "1.0_alpha",
        "1.0-SNAPSHOT",
        "1.0.Final",
        "1.0-sp",
        "v1.0.0",
        "1.0.0-0.20210428140749-89ef3d95e781",
        "1.0.0+incompatible",
        "1.10",
        "1.9",
        "dev-main",
        "latest",
        "1.0.0.0",
        "2",
    ];
    const NAMES: &[&str] = &[
        "A.b_C--d",
        "std",
        "example.com/!owner/x",
        "Owner/Name/path@v1",
        "https://GitHub.com/Owner/name.git",
        "Group:Name",
    ];
    let mut hasher = crc32fast::Hasher::new();
    for ecosystem in Ecosystem::ALL {
        hasher.update(ecosystem.as_str().as_bytes());
        hasher.update(format!("{:?}", ecosystem.scheme()).as_bytes());
        for name in NAMES {
            hasher.update(names::normalise(*ecosystem, name).as_bytes());
            hasher.update(&[0]);
        }
    }
    for scheme in VersionScheme::ALL {
        for probe in PROBES {
            hasher.update(Version::parse(scheme, probe).key());
            hasher.update(&[0]);
        }
    }
    hasher.finalize()
}
