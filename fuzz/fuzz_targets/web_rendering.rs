//! What a browser tells while a page loads: a page has a say in all of it.

#![no_main]

use fetch::{Policy, SafeUrl};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|events: &[u8]| {
    let page = SafeUrl::parse("https://site.test/", &Policy::default()).unwrap().url().clone();
    let rendering = fetch::browser::replay(&page, events);
    assert!(rendering.requests.len() <= 500 && rendering.cookies.len() <= 100);
    assert!(rendering.messages.len() <= 100 && rendering.violations.len() <= 100);
    for message in &rendering.messages {
        assert!(!message.text.chars().any(char::is_control), "{:?}", message.text);
        assert!(message.text.chars().count() <= 501);
    }
});
