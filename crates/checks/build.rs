//! Makes a static table of the rules' files, so that a start need not read a thousand of them, and of what their patterns begin with.
//!
//! Their examples are left out: only tests want them, and those read the files themselves.

#[path = "src/secrets/bytes.rs"]
mod bytes;
#[path = "src/secrets/opening.rs"]
#[expect(dead_code, reason = "it is written for the library")]
mod opening;

#[path = "src/secrets/file.rs"]
#[expect(dead_code, unreachable_pub, reason = "it is written for the library")]
mod file;

use std::{env, error::Error, fs, path::Path};

use file::{RuleFile, Text, VerifyRecipe};

const FOLDER: &str = "rules/secrets";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut rules = Vec::new();
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let id =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("a name is not UTF-8")?;
            let rule: RuleFile = toml::from_str(&fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let opening = option(&opening_of(&rule)?, |sets| format!("&[{}]", sets.concat()));
            rules.push(format!("({id:?}, {}, {opening}),\n", table(&rule)));
        }
    }
    rules.sort();
    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    let table = format!(
        "static RULES: &[(&str, RuleFile, Option<&[ByteSet]>)] = &[\n{}];\n",
        rules.concat()
    );
    fs::write(Path::new(&out).join("builtin_rules.rs"), table)?;
    Ok(())
}

/// Of a pattern that is not put together at run time.
fn opening_of(rule: &RuleFile) -> Result<Option<Vec<String>>, Box<dyn Error>> {
    let Some(pattern) = &rule.pattern else { return Ok(None) };
    let keywords: Vec<Text> = rule.lower_keywords().collect();
    let sets = opening::opening(&opening::parse(pattern, false)?, &keywords);
    let set = |set: &bytes::ByteSet| format!("{set:?}, ");
    Ok(Some(sets.iter().map(set).collect()))
}

fn table(rule: &RuleFile) -> String {
    let fields = [
        ("provider", text(&rule.provider)),
        ("title", text(&rule.title)),
        ("severity", text(&rule.severity)),
        ("in_browsers", option(&rule.in_browsers, text)),
        ("confidence", text(&rule.confidence)),
        ("cwe", option(&rule.cwe, text)),
        ("keywords", list(&rule.keywords, text)),
        ("pattern", option(&rule.pattern, text)),
        ("assigned", option(&rule.assigned, text)),
        ("judge", option(&rule.judge, text)),
        ("claims", list(&rule.claims, pair)),
        ("gives_way", rule.gives_way.to_string()),
        ("entropy", option(&rule.entropy, |bits| format!("{bits:?}"))),
        ("checksum", option(&rule.checksum, text)),
        ("allow", list(&rule.allow, text)),
        ("path", list(&rule.path, text)),
        ("samples", option(&rule.samples, text)),
        ("reference", option(&rule.reference, text)),
        ("what", text(&rule.what)),
        ("revoke", text(&rule.revoke)),
        ("verify", option(&rule.verify, recipe)),
        ("examples", "Examples::NONE".to_owned()),
    ];
    record("RuleFile", &fields)
}

fn recipe(recipe: &VerifyRecipe) -> String {
    let fields = [
        ("method", text(&recipe.method)),
        ("url", text(&recipe.url)),
        ("headers", list(&recipe.headers, pair)),
        ("body", option(&recipe.body, text)),
        ("active", list(&recipe.active, u16::to_string)),
        ("inactive", list(&recipe.inactive, u16::to_string)),
        ("active_text", option(&recipe.active_text, text)),
        ("inactive_text", option(&recipe.inactive_text, text)),
    ];
    record("VerifyRecipe", &fields)
}

fn pair((name, value): &(Text, Text)) -> String {
    format!("({}, {})", text(name), text(value))
}

fn record(name: &str, fields: &[(&str, String)]) -> String {
    let fields: Vec<String> = fields.iter().map(|(name, of)| format!("{name}: {of}")).collect();
    format!("{name} {{ {} }}", fields.join(", "))
}

fn text(text: &Text) -> String {
    format!("Text::Borrowed({text:?})")
}

fn list<T>(items: &[T], each: impl Fn(&T) -> String) -> String {
    let items: Vec<String> = items.iter().map(each).collect();
    format!("List::Borrowed(&[{}])", items.join(", "))
}

fn option<T>(of: &Option<T>, some: impl Fn(&T) -> String) -> String {
    of.as_ref().map_or_else(|| "None".to_owned(), |of| format!("Some({})", some(of)))
}
