//! Values that are read by hand and not by a pattern: JSON Web Tokens and assignments.

#![no_main]

use std::sync::{LazyLock, Mutex};

use bartizan_fuzz::rules::scanner;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use checks::secrets::Scanner;
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

static SCANNER: LazyLock<Mutex<Scanner>> = LazyLock::new(|| {
    scanner(|rule| {
        let id = rule.id.as_str();
        id.starts_with("generic-") || id.contains("jwt")
    })
});

#[derive(Arbitrary, Debug)]
enum Part<'a> {
    Bytes(&'a [u8]),
    Token { header: &'a [u8], claims: &'a [u8], signature: &'a [u8] },
    SignedToken { claims: &'a [u8], signature: [u8; 32] },
    Name(u8, &'a [u8]),
    Operator(u8),
    Quote(u8),
    Blanks(u8),
}

const NAMES: &[&str] =
    &["password", "PASS", "db_pwd", "apiKey", "secret", "auth_token", "--token", "passphrase"];
const OPERATORS: &[&str] = &[
    "=", ":", ":=", "=>", "->", "==", "!==", ",", "(", ")", ">", "</", ": str = ", "?=", "::", "=~",
];
const QUOTES: &[&str] = &["\"", "'", "`", "\\\"", "\"\"\"", "b'", "@\"", "<!--", "\r\n", "\\\n"];

fn one<'a>(of: &[&'a str], index: u8) -> &'a str {
    of.get(usize::from(index) % of.len()).copied().unwrap_or_default()
}

fuzz_target!(|parts: Vec<Part<'_>>| {
    let mut text = Vec::new();
    for part in parts {
        match part {
            Part::Bytes(bytes) => text.extend_from_slice(bytes),
            Part::Token { header, claims, signature } => {
                let encoded = [header, claims, signature].map(|part| URL_SAFE_NO_PAD.encode(part));
                text.extend_from_slice(encoded.join(".").as_bytes());
            }
            Part::SignedToken { claims, signature } => {
                let encoded = [br#"{"alg":"HS256","typ":"JWT"}"#, claims, &signature[..]]
                    .map(|part| URL_SAFE_NO_PAD.encode(part));
                text.extend_from_slice(encoded.join(".").as_bytes());
            }
            Part::Name(index, tail) => {
                text.extend_from_slice(one(NAMES, index).as_bytes());
                text.extend_from_slice(tail);
            }
            Part::Operator(index) => text.extend_from_slice(one(OPERATORS, index).as_bytes()),
            Part::Quote(index) => text.extend_from_slice(one(QUOTES, index).as_bytes()),
            Part::Blanks(count) => text.extend(std::iter::repeat_n(b' ', usize::from(count))),
        }
    }
    let mut scanner = SCANNER.lock().expect("nobody panicked");
    let mut end = 0;
    for candidate in scanner.scan(&text) {
        let claimed = text.get(candidate.range.clone()).expect("a candidate stands in its text");
        if candidate.encoding.is_none() {
            assert!(claimed == candidate.secret.expose(), "the secret is what stands there");
            assert!(candidate.range.start >= end, "candidates overlap");
        }
        end = candidate.range.end;
    }
});
