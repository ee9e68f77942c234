//! Text inside text: what was found in plain is found when it is encoded, and nothing else breaks.

#![no_main]

use std::sync::{LazyLock, Mutex};

use bartizan_fuzz::rules::scanner;
use base64::Engine as _;
use checks::secrets::Scanner;
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

static SCANNER: LazyLock<Mutex<Scanner>> =
    LazyLock::new(|| scanner(|rule| rule.id.as_str().starts_with("generic-")));

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    before: &'a [u8],
    encoding: Encoding,
    text: &'a [u8],
    behind: &'a [u8],
}

#[derive(Arbitrary, Debug)]
enum Encoding {
    Base64,
    Base64Url,
    Hex,
    Percent,
    Escaped,
    Unicode,
}

fuzz_target!(|input: Input<'_>| {
    let each = |form: fn(&u8) -> String| input.text.iter().map(form).collect::<String>();
    let encoded = match input.encoding {
        Encoding::Base64 => base64::engine::general_purpose::STANDARD.encode(input.text),
        Encoding::Base64Url => base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(input.text),
        Encoding::Hex => each(|byte| format!("{byte:02x}")),
        Encoding::Percent => each(|byte| format!("%{byte:02X}")),
        Encoding::Escaped => each(|byte| format!("\\x{byte:02x}")),
        Encoding::Unicode => each(|byte| format!("\\u00{byte:02x}")),
    };
    let text = [input.before, encoded.as_bytes(), input.behind].concat();
    let mut scanner = SCANNER.lock().expect("nobody panicked");
    for candidate in scanner.scan(&text) {
        let claimed = text.get(candidate.range.clone()).expect("a candidate stands in its text");
        assert!(
            candidate.encoding.is_some() || claimed == candidate.secret.expose(),
            "the secret is what stands there"
        );
    }
});
