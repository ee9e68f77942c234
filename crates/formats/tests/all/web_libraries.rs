//! JavaScript libraries, beside a public list of what they say of themselves.

use std::{fs::File, io::Read as _};

use formats::web::javascript_library::in_content;
use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    string::string_regex,
    test_runner::TestRunner,
};

use crate::shared;

/// So many of the list's libraries are recognised; a change that loses one has to say so here.
const RECOGNISED: usize = 50;

/// Names without what people write in several ways.
fn plain(name: &str) -> String {
    let name = name.to_lowercase();
    let other = match name.as_str() {
        "@angular/core" | "angularjs" => return name,
        "angular" => "angularjs",
        "threejs" => "three",
        "ember" => "ember-source",
        "nextjs" => "next",
        "ckeditor" => "ckeditor4",
        "pdf.js" => "pdfjs-dist",
        "jquery.datatables" => "datatables.net",
        name => name,
    };
    other.trim_end_matches("js").trim_end_matches(['.', '-']).replace(['-', '.'], "")
}

#[test]
fn libraries_of_the_public_list_are_recognised_by_their_own_words() {
    let Some(path) = shared("js-libraries/jsrepository-v5.json.gz") else { return };
    let mut text = String::new();
    flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let list: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut runner = TestRunner::deterministic();
    let (mut recognised, mut passed_over) = (0, Vec::new());
    for (name, library) in list.as_object().unwrap() {
        let names = [Some(name.as_str()), library["npmname"].as_str()].map(|n| n.map(plain));
        let extractors = library["extractors"]["filecontent"].as_array();
        let is_found = extractors.into_iter().flatten().any(|pattern| {
            let pattern = pattern.as_str().unwrap();
            let pattern = pattern.replace("\u{a7}\u{a7}version\u{a7}\u{a7}", "3\\.[0-9]\\.[1-9]");
            // A dot in a name is one, though the list's expressions take any character for it.
            let pattern = pattern.replace(r"\.js", ".js").replace(".js", r"\.js");
            let Ok(contents) = string_regex(&pattern) else { return false };
            (0..8).any(|_| {
                let content = contents.new_tree(&mut runner).unwrap().current();
                let found = in_content(format!("{content} ").as_bytes());
                found.iter().any(|l| {
                    names.contains(&Some(plain(&l.package))) && content.contains(&l.version)
                })
            })
        });
        if is_found {
            recognised += 1;
        } else if extractors.is_some() {
            passed_over.push(name.as_str());
        }
    }
    assert!(recognised >= RECOGNISED, "{recognised}, and not {passed_over:?}");
}
