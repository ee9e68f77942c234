//! A rule's file, as a user may write one; a rule that is understood is run.

#![no_main]

use std::sync::Arc;

use checks::secrets::{Rule, Ruleset, Scanner};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    File(&'a str),
    /// Well-formed, around expressions of any kind.
    Fields {
        keyword: &'a str,
        pattern: Option<&'a str>,
        assigned: Option<&'a str>,
        judge: u8,
        entropy: Option<f32>,
        checksum: u8,
        allow: Option<&'a str>,
        path: Option<&'a str>,
        text: &'a str,
    },
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out + "\""
}

fuzz_target!(|input: Input<'_>| {
    let (file, text) = match input {
        Input::File(text) => (text.to_owned(), ""),
        Input::Fields {
            keyword,
            pattern,
            assigned,
            judge,
            entropy,
            checksum,
            allow,
            path,
            text,
        } => {
            let mut file = format!(
                "provider = 'p'\ntitle = 't'\nseverity = 'high'\nconfidence = 'high'\nwhat = 'w'\nrevoke = 'r'\nkeywords = [{}]\n",
                quoted(keyword)
            );
            let mut field = |name: &str, value: Option<String>| {
                if let Some(value) = value {
                    file.push_str(&format!("{name} = {value}\n"));
                }
            };
            field("pattern", pattern.map(quoted));
            field("assigned", assigned.map(quoted));
            let judges = [None, Some("password"), Some("token"), Some("jwt")];
            field("judge", judges[usize::from(judge) % 4].map(quoted));
            field("entropy", entropy.filter(|e| e.is_finite()).map(|e| format!("{e:?}")));
            let checksums = [None, Some("github"), Some("grafana")];
            field("checksum", checksums[usize::from(checksum) % 3].map(quoted));
            field("allow", allow.map(|text| format!("[{}]", quoted(text))));
            field("path", path.map(|text| format!("[{}]", quoted(text))));
            file.push_str("[examples]\npositive = []\nnegative = []\n");
            (file, text)
        }
    };
    let Ok((rule, _)) = Rule::parse("x", &file) else { return };
    if rule.compile().is_err() {
        return;
    }
    let keyword = rule.keywords().first().cloned().unwrap_or_default();
    let text = format!("{keyword}{text}\n{keyword} = \"{text}\"\n{text}{keyword}");
    let mut scanner = Scanner::new(Arc::new(Ruleset::empty().with(rule).build()));
    for candidate in scanner.scan(text.as_bytes()) {
        assert!(candidate.range.end <= text.len());
    }
});
