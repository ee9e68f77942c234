//! Bills of materials, by content.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = formats::sbom::claims_to_be_sbom(bytes);
    let list = formats::sbom::read(bytes);
    assert!(formats::sbom::looks_like_sbom(bytes) || list.dependencies.is_empty());
    for dependency in &list.dependencies {
        assert!(!dependency.package.name.is_empty() && !dependency.package.version.is_empty());
    }
});
