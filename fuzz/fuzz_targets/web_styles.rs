//! Style sheets, colours and language tags of a website.

#![no_main]

use formats::web::{color::Color, css, language_tag};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let sheet = css::parse(&text);
    assert!(sheet.rules.len() <= css::MAX_RULES);
    for declaration in sheet.rules.iter().flat_map(|rule| &rule.declarations) {
        assert!(css::urls(&declaration.value).iter().all(|url| !url.is_empty()));
        let _ = Color::parse(&declaration.value);
    }
    let _ = css::declarations(&text);
    let _ = language_tag::is_valid(&text);
});
