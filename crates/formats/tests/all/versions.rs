//! The order of versions against published comparisons.

use std::fs;

use formats::versions::{check_lines, scheme_named};

use crate::shared;

#[test]
fn every_line_of_the_published_vectors_holds() {
    let Some(folder) = shared("versions") else { return };
    let mut wrong = Vec::new();
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let word = path.file_stem().unwrap().to_str().unwrap();
        let scheme = scheme_named(word).unwrap_or_else(|| panic!("no scheme is named {word}"));
        let text = fs::read_to_string(&path).unwrap();
        wrong.extend(check_lines(scheme, &text).iter().map(|wrong| format!("{word} {wrong}")));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
