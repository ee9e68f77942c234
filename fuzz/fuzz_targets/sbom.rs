//! Bills of materials, by content.

#![no_main]

use formats::purl::Purl;
use libfuzzer_sys::fuzz_target;
use model::Package;

fuzz_target!(|bytes: &[u8]| {
    let _ = formats::sbom::claims_to_be_sbom(bytes);
    let list = formats::sbom::read(bytes);
    assert!(formats::sbom::looks_like_sbom(bytes) || list.dependencies.is_empty());
    for dependency in &list.dependencies {
        let package = &dependency.package;
        assert!(!package.name.is_empty() && !package.version.is_empty());
        // Whoever is given the package URL learns what it is built of.
        let again =
            Purl::of(package).and_then(|purl| Purl::parse(&purl.to_string()).ok()?.package());
        if let Some(again) = again {
            assert_eq!(source(&again), source(package));
        }
    }
});

fn source(package: &Package) -> Option<&str> {
    package.built_of().map(|(name, _)| name)
}
