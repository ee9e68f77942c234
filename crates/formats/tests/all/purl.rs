//! Package URLs against the official suite.

use std::fs;

use formats::purl::{Parts, Purl};
use serde_json::Value;

use crate::shared;

/// Tests of the official suite that do not hold, with the reason.
const EXCEPTIONS: &[(&str, &str)] = &[
    // The same text has to be valid, and to be made canonical, in the test of type `validate` beside it; the specification says so too.
    ("parse", "pkg:gem/jruby-launcher@1.1.2?Platform=java"),
    ("parse", "pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25"),
];

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn parts(value: &Value) -> Parts {
    let qualifiers = value["qualifiers"].as_object().into_iter().flatten();
    Parts {
        kind: text(&value["type"]),
        namespace: text(&value["namespace"]),
        name: text(&value["name"]),
        version: text(&value["version"]),
        qualifiers: qualifiers.map(|(key, value)| (key.clone(), text(value))).collect(),
        subpath: text(&value["subpath"]),
    }
}

/// What the test says of it, in the suite's own shape.
fn shown(purl: &Purl) -> Value {
    let qualifiers: serde_json::Map<_, _> =
        purl.qualifiers().map(|(key, value)| (key.to_owned(), value.into())).collect();
    serde_json::json!({
        "type": purl.kind(),
        "namespace": purl.namespace(),
        "name": purl.name(),
        "version": purl.version(),
        "qualifiers": if qualifiers.is_empty() { Value::Null } else { qualifiers.into() },
        "subpath": purl.subpath(),
    })
}

#[test]
fn every_test_of_the_official_suite_holds() {
    let (Some(types), Some(spec)) = (shared("purl/types"), shared("purl/spec")) else { return };
    let (mut wrong, mut seen, mut excepted) = (Vec::new(), 0, 0);
    for file in fs::read_dir(types).unwrap().chain(fs::read_dir(spec).unwrap()) {
        let file: Value = serde_json::from_slice(&fs::read(file.unwrap().path()).unwrap()).unwrap();
        for test in file["tests"].as_array().unwrap() {
            let (input, kind) = (&test["input"], test["test_type"].as_str().unwrap());
            let got = match kind {
                "parse" => Purl::parse(&text(input)).map(|purl| shown(&purl)),
                "validate" => Purl::parse(&text(input)).map(|purl| purl.to_string().into()),
                "build" => Purl::build(parts(input)).map(|purl| purl.to_string().into()),
                kind => panic!("a test of a new kind: {kind}"),
            };
            let holds = match &got {
                Ok(got) => test["expected_failure"] == false && *got == test["expected_output"],
                Err(_) => test["expected_failure"] == true,
            };
            seen += 1;
            if EXCEPTIONS.contains(&(kind, &text(input))) {
                assert!(!holds, "no exception any more: {input}");
                excepted += 1;
            } else if !holds {
                wrong.push(format!("{kind} {input}: {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen > 500 && excepted == EXCEPTIONS.len(), "{seen} {excepted}");
}
