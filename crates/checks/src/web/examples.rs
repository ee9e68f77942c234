//! Runs the examples of every page. A block that begins with ```` ```html ```` is the body of a page, one that begins with ```` ```http ````
//! is a visit ([`literal`]). `finds` behind the language says that the check finds something, `finds 2` how often; otherwise it finds
//! nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use super::{Check, Run, Visit, catalogue, literal};

struct Example {
    text: String,
    is_html: bool,
    finds: Option<usize>,
    exactly: bool,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        let Some(info) = line.strip_prefix("```") else { continue };
        let text: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
        let words: Vec<&str> = info.split_whitespace().collect();
        let (language, finds, exactly) = match words.as_slice() {
            [language @ ("html" | "http")] => (*language, None, true),
            [language @ ("html" | "http"), "finds"] => (*language, Some(1), false),
            [language @ ("html" | "http"), "finds", count] => {
                (*language, Some(count.parse().unwrap()), true)
            }
            // Of other languages are snippets for readers.
            _ => continue,
        };
        examples.push(Example {
            text: text.join("\n"),
            is_html: language == "html",
            finds,
            exactly,
        });
    }
    examples
}

fn found(check: &Check, example: &Example) -> usize {
    let text = &example.text;
    let site = if example.is_html { literal::page(text) } else { literal::visit(text) };
    let found = check.judge(&Visit::of(&site));
    // One problem at several places is one.
    found.into_iter().map(|found| found.key).collect::<BTreeSet<_>>().len()
}

#[test]
fn every_example_is_found_or_not_as_its_page_says() {
    let mut wrong = Vec::new();
    for check in catalogue() {
        let examples = examples(check.page);
        for (number, example) in examples.iter().enumerate() {
            let found = found(check, example);
            let is_right = match (example.finds, example.exactly) {
                (Some(least), false) => found >= least,
                (wanted, _) => found == wanted.unwrap_or(0),
            };
            if !is_right {
                wrong.push(format!("{}: example {} finds {found}", check.id, number + 1));
            }
        }
        let is_found = examples.iter().any(|example| example.finds.is_some());
        let is_silent = examples.iter().any(|example| example.finds.is_none());
        let is_judged_here = !matches!(check.run, Run::Engine);
        if is_judged_here && !(is_found && is_silent) {
            wrong.push(format!("{}: one example that is found, one that is not", check.id));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_page_says_what_and_how() {
    for check in catalogue() {
        let guide = check.guide();
        assert!(!guide.title.is_empty() && guide.title.chars().count() <= 80, "{}", check.id);
        assert!(guide.what.len() > 80, "{}: what does it mean?", check.id);
        assert!(guide.repair.len() > 20, "{}: how is it repaired?", check.id);
        assert!(check.reference.starts_with("https://"), "{}", check.id);
    }
}

#[test]
fn every_check_has_its_file_its_page_and_its_place() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let named = |folder: &Path, extension: &str| -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for category in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let Ok(files) = fs::read_dir(&category) else { continue };
            for file in files.map(|entry| entry.unwrap().path()) {
                let stem = file.file_stem().unwrap().to_str().unwrap().replace('_', "-");
                if file.extension().is_some_and(|given| given == extension) && stem != "mod" {
                    let category = category.file_name().unwrap().to_str().unwrap();
                    names.insert(format!("{category}.{stem}"));
                }
            }
        }
        names
    };
    let ids: Vec<String> = catalogue().map(|check| check.id.to_string()).collect();
    let unique: BTreeSet<String> = ids.iter().cloned().collect();
    assert_eq!(unique.len(), ids.len(), "an id is given twice");
    assert_eq!(named(&root.join("../../docs/checks"), "md"), unique, "pages");
    let files = named(&root.join("src/web"), "rs");
    let missing: Vec<_> = unique.difference(&files).collect();
    assert!(missing.is_empty(), "checks without a file of their name: {missing:?}");
}

#[test]
fn no_two_checks_have_one_title() {
    let mut titles: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for check in catalogue() {
        titles.entry(check.guide().title).or_default().push(check.id.to_string());
    }
    titles.retain(|_, ids| ids.len() > 1);
    assert!(titles.is_empty(), "{titles:?}");
}
