//! VEX documents. A statement says something of something.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for statement in formats::vex::read(bytes).statements {
        assert!(!statement.vulnerabilities.is_empty() && !statement.products.is_empty());
    }
});
