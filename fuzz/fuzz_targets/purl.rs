//! Package URLs of SBOMs and advisories: what is read is written so that it is read as the same, and so is the package it means.

#![no_main]

use formats::{names, purl::Purl};
use libfuzzer_sys::fuzz_target;
use model::Package;

fuzz_target!(|text: &str| {
    let Ok(purl) = Purl::parse(text) else { return };
    let canonical = purl.to_string();
    assert_eq!(Purl::parse(&canonical).as_ref(), Ok(&purl), "{canonical}");
    if let Some(package) = purl.package() {
        let _ = names::normalise(package.ecosystem, &package.name);
        if let Some(again) = Purl::of(&package) {
            let source = |package: &Package| package.source.as_ref().map(|one| one.name.clone());
            assert_eq!(again.package().and_then(|again| source(&again)), source(&package));
            assert_eq!(Purl::parse(&again.to_string()), Ok(again));
        }
    }
});
