//! Makes a static table of the rules' files, so that a start need not read a thousand of them, of what is known of their patterns
//! without compiling them, so that those need not be parsed, and of their keywords.
//!
//! Their examples are left out: only tests want them, and those read the files themselves.

#[path = "src/secrets/assigned.rs"]
mod assigned;
#[path = "src/secrets/bytes.rs"]
mod bytes;
#[path = "src/secrets/file.rs"]
#[expect(dead_code, unreachable_pub, reason = "it is written for the library")]
mod file;
#[path = "src/secrets/judge"]
mod judge {
    mod bigrams;
    mod common;
    mod rarity;

    pub(crate) use rarity::{common, folded, rarity};
}
#[path = "src/secrets/needed.rs"]
#[expect(dead_code, reason = "it is written for the library")]
mod needed;
#[path = "src/secrets/opening.rs"]
#[expect(dead_code, reason = "it is written for the library")]
mod opening;
#[path = "src/secrets/outline.rs"]
#[expect(dead_code, reason = "it is written for the library")]
mod outline;
#[path = "src/secrets/table.rs"]
#[expect(dead_code, reason = "it is written for the library")]
mod table;
#[path = "src/secrets/tree.rs"]
#[expect(dead_code, reason = "it is written for the library")]
mod tree;

use std::{borrow::Cow, env, error::Error, fs, path::Path};

use file::{List, RuleFile, Text, VerifyRecipe};
use needed::Need;
use outline::Outline;
use tree::{Node, Rows, Tree};

const FOLDER: &str = "rules/secrets";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={FOLDER}");
    let mut files = Vec::new();
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let id =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("a name is not UTF-8")?;
            let rule: RuleFile = toml::from_str(&fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            files.push((id.to_owned(), rule));
        }
    }
    files.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut rows = Rows::default();
    let (mut rules, mut keywords, mut openings) = (Vec::new(), Vec::new(), Vec::new());
    for (id, rule) in &files {
        let failed = |error: String| format!("{id}: {error}");
        let own: Vec<Text> = rule.lower_keywords().collect();
        let pattern = pattern(rule, &own, &mut rows).map_err(failed)?;
        rules.push(builtin(id, rule, pattern.as_ref(), &mut rows).map_err(failed)?);
        keywords.push(own);
        openings.push(pattern.map(|outline| outline.opening));
    }
    let behind = |rule: u32, length: usize| {
        openings.get(usize::try_from(rule).ok()?)?.as_ref()?.get(length).copied()
    };
    let (table, leads) = table::index(keywords.iter().map(Vec::as_slice), behind);
    let out = env::var_os("OUT_DIR").ok_or("no OUT_DIR")?;
    let tables = [
        format!("static RULES: &[Builtin] = &[\n{}];\n", rules.concat()),
        row("NODES", "Node", rows.nodes.iter().map(node)),
        row("SETS", "ByteSet", rows.sets.iter().map(|set| format!("{set:?}"))),
        row("BYTES", "u8", rows.bytes.iter().map(u8::to_string)),
        row("KEYWORDS", "Text", table.keywords.iter().map(text)),
        row("MARKS", "u8", table.marks.iter().map(u8::to_string)),
        row("BUCKET_OF", "u16", table.bucket_of.iter().map(u16::to_string)),
        row("BUCKET_ENDS", "u32", table.ends.iter().map(u32::to_string)),
        row("GRAMS", "Gram", table.grams.iter().map(|gram| format!("{gram:?}"))),
        row("OFFSETS", "u32", table.offsets.iter().map(u32::to_string)),
        format!("const REACH: usize = {};\n", table.reach),
        row("LED_TO", "u32", leads.rules.iter().map(u32::to_string)),
        row("LEAD_ENDS", "u32", leads.ends.iter().map(u32::to_string)),
    ];
    fs::write(Path::new(&out).join("builtin_rules.rs"), tables.concat())?;
    Ok(())
}

fn node(node: &Node) -> String {
    match node {
        Node::Look(look) => format!("Node::Look(Look::{look:?})"),
        other => format!("Node::{other:?}"),
    }
}

fn row(name: &str, of: &str, items: impl Iterator<Item = String>) -> String {
    let items: Vec<String> = items.collect();
    format!("static {name}: &[{of}] = &[{}];\n", items.join(", "))
}

/// What is known of a rule's pattern; `keywords` are the rule's, in lower case.
fn pattern(rule: &RuleFile, keywords: &[Text], rows: &mut Rows) -> Result<Option<Outline>, String> {
    let expression = match (&rule.pattern, &rule.assigned) {
        (Some(pattern), _) => Cow::Borrowed(pattern.as_ref()),
        (None, Some(value)) => Cow::Owned(assigned::pattern(keywords, value)),
        (None, None) => return Ok(None),
    };
    outline(&expression, keywords, rows).map(Some)
}

fn builtin(
    id: &str,
    rule: &RuleFile,
    pattern: Option<&Outline>,
    rows: &mut Rows,
) -> Result<String, String> {
    let mut allow = Vec::new();
    for expression in rule.allow.iter() {
        allow.push(outlined(&outline(expression, &[], rows)?));
    }
    let pattern =
        pattern.map_or_else(|| "None".to_owned(), |outline| format!("Some({})", outlined(outline)));
    let fields = [
        ("id", format!("{id:?}")),
        ("file", file(rule)),
        ("pattern", pattern),
        ("allow", format!("&[{}]", allow.join(", "))),
    ];
    Ok(record("Builtin", &fields) + ",\n")
}

fn outline(expression: &str, keywords: &[Text], rows: &mut Rows) -> Result<Outline, String> {
    let hir = opening::parse(expression, false)?;
    // Its rows are those of all rules.
    let root = rows.add(&hir);
    let tree = Tree {
        nodes: List::Borrowed(&[]),
        sets: List::Borrowed(&[]),
        bytes: List::Borrowed(&[]),
        root,
    };
    Ok(Outline::of(&hir, keywords, tree))
}

fn outlined(outline: &Outline) -> String {
    let sets = |sets: &[bytes::ByteSet]| list(sets, |set| format!("{set:?}"));
    let tree = [
        ("nodes", "List::Borrowed(NODES)".to_owned()),
        ("sets", "List::Borrowed(SETS)".to_owned()),
        ("bytes", "List::Borrowed(BYTES)".to_owned()),
        ("root", outline.tree.root.to_string()),
    ];
    let fields = [
        ("opening", sets(&outline.opening)),
        ("reach", format!("{:?}", outline.reach)),
        ("look", option(&outline.look, |look| format!("Look::{look:?}"))),
        ("needed", list(&outline.needed, need)),
        ("needed_from", outline.needed_from.to_string()),
        ("tree", record("Tree", &tree)),
    ];
    record("Outline", &fields)
}

fn need(need: &Need) -> String {
    let fields = [
        ("set", format!("{:?}", need.set)),
        ("few", list(&need.few, u8::to_string)),
        ("bytes", need.bytes.to_string()),
    ];
    record("Need", &fields)
}

fn file(rule: &RuleFile) -> String {
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
