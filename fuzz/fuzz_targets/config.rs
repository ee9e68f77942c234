//! `.bartizan.toml`. A mistake is named, in words that do not drive a terminal once line breaks are taken out.

#![no_main]

use engine::{Suppressions, config::Config};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Config::parse(text) {
        Ok(config) => {
            for list in &config.allowed {
                let _ = list.allows("jwt", b"secret", "tests/a.py", Some("0123"));
            }
            if let Some(globs) = &config.excluded {
                globs.is_match("tests/a.py");
            }
            let _ = Suppressions::from_config(&config);
        }
        Err(error) => assert!(!error.to_string().trim().is_empty()),
    }
});
