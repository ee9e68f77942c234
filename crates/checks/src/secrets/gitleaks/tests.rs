use std::sync::Arc;

use model::CheckId;

use super::*;
use crate::secrets::{Ruleset, Scanner};

fn no_file(path: &str, _: &str) -> Result<Extended, String> {
    Err(format!("cannot read `{path}`"))
}

fn applied(text: &str) -> Result<Applied, Error> {
    Configuration::read("t.toml", text, &mut no_file)?.apply(Ruleset::builder().unwrap())
}

fn error(text: &str) -> String {
    applied(text).err().unwrap_or_else(|| panic!("no error for {text}")).to_string()
}

/// `(rule, secret)` of what is found in `text` at `path`, allowed ones left out.
fn found(config: &str, path: &str, text: &str) -> Vec<(String, String)> {
    let applied = applied(config).unwrap_or_else(|error| panic!("{error}"));
    let ruleset = Arc::new(applied.builder.build());
    let mut scanner = Scanner::new(Arc::clone(&ruleset));
    scanner
        .scan(text.as_bytes())
        .into_iter()
        .filter(|candidate| !ruleset.allows(candidate, path, Some("c0ffee")))
        .map(|candidate| (ruleset.get(candidate.rule).unwrap(), candidate))
        .filter(|(rule, _)| rule.holds_at(path))
        .map(|(rule, candidate)| {
            let secret = String::from_utf8_lossy(candidate.secret.expose()).into_owned();
            (rule.id.as_str().to_owned(), secret)
        })
        .collect()
}

fn secrets(config: &str, text: &str) -> Vec<String> {
    found(config, "src/a.txt", text).into_iter().map(|(_, secret)| secret).collect()
}

const RULE: &str = "[[rules]]\nid = 'r'\n";

#[test]
fn the_secret_is_the_group_asked_for_or_the_first_that_is_not_empty_or_all() {
    let with = |more: &str| format!("{RULE}{more}");
    assert_eq!(secrets(&with(r"regex = 'k=\w+'"), "k=ab k=cd\n"), ["k=ab", "k=cd"]);
    assert_eq!(secrets(&with(r"regex = 'k=(x)?(\w+)'"), "k=ab k=xcd"), ["ab", "x"]);
    let group = r"regex = 'k=(x)?(\w+)'
secretGroup = 2";
    assert_eq!(secrets(&with(group), "k=ab k=xcd"), ["ab", "cd"]);
    assert_eq!(secrets(&with(r"regex = '\nk=\w+\n'"), "a\nk=ab\n\n"), ["k=ab"]);
}

#[test]
fn a_keyword_anywhere_lets_a_rule_run_everywhere() {
    for keyword in ["magic", "ma", "MÄ", "m"] {
        let config = format!("{RULE}regex = 'k=(\\w+)'\nkeywords = ['nothing', '{keyword}']");
        let far = format!("k=ab\n{}\n{} k=cd", "-\n".repeat(50_000), keyword.to_uppercase());
        assert_eq!(secrets(&config, &far), ["ab", "cd"], "{keyword}");
        assert!(secrets(&config, "k=ab").is_empty(), "{keyword}");
    }
}

#[test]
fn entropy_must_be_exceeded() {
    let config = |bits: &str| format!("{RULE}regex = 'k=(\\w+)'\nentropy = {bits}");
    assert_eq!(secrets(&config("2"), "k=abcd k=abcde"), ["abcde"]);
    assert_eq!(secrets(&config("'1.9'"), "k=abcd"), ["abcd"]);
}

#[test]
fn each_rule_of_the_user_speaks_for_itself_and_beats_what_is_built_in() {
    let config = "[extend]\nuseDefault = true\n[[rules]]\nid = 'a'\nregex = 'token_\\w+'\n[[rules]]\nid = 'b'\nregex = '_(\\w+)'";
    assert_eq!(
        found(config, "x", "token_abc"),
        [("a".to_owned(), "token_abc".to_owned()), ("b".to_owned(), "abc".to_owned())]
    );
}

#[test]
fn a_generic_rule_gives_way_to_one_that_is_not() {
    let rules = "[[rules]]\nid = 'my-Generic-key'\nregex = 'key=(\\w+)'\n[[rules]]\nid = 'acme'\nregex = 'ac_\\w+'\n";
    let ids = |config: &str| -> Vec<String> {
        found(config, "a", "key=ac_1 key=other").into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(ids(rules), ["acme", "my-Generic-key"]);
    // What a list may take away of the other is not a reason to be silent.
    let allowed = format!("{rules}[[rules.allowlists]]\npaths = ['^a$']");
    assert_eq!(ids(&allowed), ["my-Generic-key", "my-Generic-key"]);
    let global = format!("{rules}[[allowlists]]\npaths = ['^b$']");
    assert_eq!(ids(&global), ["acme", "my-Generic-key"]);
}

#[test]
fn allow_lists_look_at_secret_match_and_line_and_at_the_place() {
    let rule = format!("{RULE}regex = 'k=(\\w+)'\n");
    let list = |more: &str| format!("{rule}[[rules.allowlists]]\n{more}");
    let text = "say k=fake1 now\nk=real1\n";
    for (more, left) in [
        ("regexes = ['^fake']", vec!["real1"]),
        ("regexes = ['^k=f']", vec!["fake1", "real1"]),
        ("regexes = ['^k=f']\nregexTarget = 'match'", vec!["real1"]),
        ("regexes = ['^say .* now$']\nregexTarget = 'line'", vec!["real1"]),
        ("stopwords = ['FAKE']", vec!["real1"]),
        ("paths = ['a\\.txt$']", vec![]),
        ("paths = ['b\\.txt$']", vec!["fake1", "real1"]),
        ("commits = ['C0FFEE ']", vec![]),
        ("paths = ['b\\.txt$']\nstopwords = ['fake']", vec!["real1"]),
        ("condition = 'AND'\npaths = ['b\\.txt$']\nstopwords = ['fake']", vec!["fake1", "real1"]),
        ("condition = 'and'\npaths = ['a\\.txt$']\nstopwords = ['fake']", vec!["real1"]),
        ("condition = '&&'\ncommits = ['c0ffee']\nregexes = ['1']", vec![]),
    ] {
        assert_eq!(secrets(&list(more), text), left, "{more}");
        let old = list(more).replace("[[rules.allowlists]]", "[rules.allowlist]");
        assert_eq!(secrets(&old, text), left, "{more}");
        let global = list(more).replace("[[rules.allowlists]]", "[[allowlists]]");
        assert_eq!(secrets(&global, text), left, "{more}");
        let targeted = format!("{global}\ntargetRules = ['r']");
        assert_eq!(secrets(&targeted, text), left, "{more}");
    }
}

#[test]
fn a_path_alone_is_a_finding_and_a_path_beside_an_expression_a_condition() {
    let config = "[[rules]]\nid = 'p'\npath = '''\\.p12$'''\n[[rules]]\nid = 'r'\nregex = 'k=\\w+'\npath = '\\.py$'\n[[allowlists]]\npaths = ['^ok/']";
    let ruleset = applied(config).unwrap().builder.build();
    let hits: Vec<u32> = ruleset.about_path("ok/a.p12").collect();
    assert_eq!(hits.len(), 1);
    assert!(ruleset.allows_path(hits[0], "ok/a.p12", None));
    assert!(!ruleset.allows_path(hits[0], "x.zip!/a.p12", None));
    assert_eq!(ruleset.about_path("a.py").count(), 0);
    assert_eq!(found(config, "a.py", "k=v").len(), 1);
    assert!(found(config, "a.rb", "k=v").is_empty());
}

#[test]
fn built_in_rules_are_replaced_kept_left_out_and_changed() {
    let ids = |config: &str| -> Vec<String> {
        applied(config).unwrap().builder.ids().map(CheckId::to_string).collect()
    };
    let all = Ruleset::builder().unwrap().ids().count();
    let replaced = applied(&format!("{RULE}regex = 'x+'")).unwrap();
    assert_eq!(replaced.builder.ids().map(CheckId::as_str).collect::<Vec<_>>(), ["r"]);
    assert!(replaced.notes[0].contains("useDefault"), "{:?}", replaced.notes);
    assert_eq!(ids("[allowlist]\npaths = ['x']").len(), all);
    assert_eq!(ids(&format!("[extend]\nuseDefault = true\n{RULE}regex = 'x+'")).len(), all + 1);
    let without = ids("[extend]\nuseDefault = true\ndisabledRules = ['github-pat', 'jwt']");
    assert_eq!(without.len(), all - 2);
    // A rule of one of their ids takes the place of what we have for it.
    let over = ids("[extend]\nuseDefault = true\n[[rules]]\nid = 'github-pat'\nregex = 'x+'");
    assert!(over.contains(&"github-pat".to_owned()));
    assert!(!over.contains(&"github-personal-access-token".to_owned()));
    let changed = applied(
        "[extend]\nuseDefault = true\n[[rules]]\nid = 'github-pat'\ndescription = 'Ours'\npath = 'x'\nkeywords = ['k']",
    )
    .unwrap();
    assert!(changed.notes.iter().any(|note| note.contains("keywords")));
    let ruleset = changed.builder.build();
    let rule =
        ruleset.rules().iter().find(|r| r.id.as_str() == "github-personal-access-token").unwrap();
    assert_eq!((&*rule.title, rule.holds_at("x"), rule.holds_at("y")), ("Ours", true, false));
}

#[test]
fn files_extend_files_and_the_extending_one_wins() {
    let mut open = |path: &str, _: &str| {
        match path {
        "base.toml" => Ok(Extended {
            name: "base.toml".into(),
            text: "[[rules]]\nid = 'r'\nregex = 'k=(\\w+)'\nkeywords = ['k=']\n[[rules]]\nid = 's'\nregex = 'z+'\n[allowlist]\nstopwords = ['fake']".into(),
        }),
        _ => Err("not there".into()),
    }
    };
    let config = Configuration::read(
        "t.toml",
        "[extend]\npath = 'base.toml'\ndisabledRules = ['s']\n[[rules]]\nid = 'r'\nsecretGroup = 1\nkeywords = ['q=']\n[[rules.allowlists]]\nregexes = ['^no']",
        &mut open,
    )
    .unwrap();
    let ruleset = Arc::new(config.apply(Ruleset::builder().unwrap()).unwrap().builder.build());
    assert_eq!(ruleset.rules().len(), 1);
    let found = Scanner::new(Arc::clone(&ruleset)).scan(b"k=yes k=no k=fake zzz");
    let left: Vec<_> = found.iter().filter(|c| !ruleset.allows(c, "a", None)).collect();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].secret.expose(), b"yes");
}

#[test]
fn files_that_extend_each_other_end() {
    let circle = |path: &str, _: &str| {
        Ok(Extended { name: path.into(), text: "[extend]\npath = 't.toml'".into() })
    };
    let read = |open: &mut Open<'_>| {
        Configuration::read("t.toml", "[extend]\npath = 'a.toml'", open).err().unwrap().to_string()
    };
    assert!(read(&mut { circle }).contains("`extend.path`"));
    let mut count = 0;
    let error = read(&mut |_: &str, _: &str| {
        count += 1;
        Ok(Extended { name: count.to_string(), text: "[extend]\npath = 'on'".into() })
    });
    assert!(error.contains("more than 5"), "{error}");
}

#[test]
fn mistakes_are_named_by_file_rule_and_field() {
    for (config, told) in [
        ("[[rules]]\nregex = 'a'", "t.toml: rule `number 1`, `id`: is missing"),
        ("[[rules]]\nid = 'a'", "t.toml: rule `a`: has neither `regex` nor `path`"),
        ("[[rules]]\nid = 'a'\nregex = '(?=x)'", "t.toml: rule `a`, `regex`: `(?=`"),
        ("[[rules]]\nid = 'a'\nregex = '(x'", "t.toml: rule `a`, `regex`: unclosed group"),
        ("[[rules]]\nid = 'a'\npath = '[z-a]'", "t.toml: rule `a`, `path`:"),
        ("[[rules]]\nid = 'a'\nregex = '(x)'\nsecretGroup = 2", "rule `a`, `secretGroup`: 2"),
        ("[[rules]]\nid = 'a'\nregex = 'x'\nentropy = 'much'", "rule `a`, `entropy`:"),
        ("[[rules]]\nid = 'a'\nregex = 3", "rule `a`, `regex`: must be a text"),
        (
            "[[rules]]\nid = 'a'\nregex = 'x'\n[[rules.allowlists]]\npaths = ['(']",
            "rule `a`, `allowlists.paths`:",
        ),
        ("[[allowlists]]\npaths = ['a']\nregexTarget = 'x'", "t.toml: `regexTarget`:"),
        ("[[allowlists]]\npaths = ['a']\ncondition = 'NOR'", "t.toml: `condition`:"),
        ("[[allowlists]]\ntargetRules = ['x']\npaths = ['a']", "`allowlists.targetRules`:"),
        ("[extend]\npath = 'x'\nuseDefault = true", "`path`: cannot stand beside"),
        ("[extend]\npath = 'x'", "`extend.path`: cannot read `x`"),
        ("[[rules", "t.toml: not TOML: line 1"),
        ("[[rules]]\nid = 'a'\nregex = '((((x{1000}){1000}){1000}){1000})'", "rule `a`, `regex`:"),
    ] {
        let error = error(config);
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn no_mistake_quotes_a_value() {
    for config in [
        "[[allowlists]]\nregexes = ['s3cret'",
        "[[allowlists]]\nregexes = ['s3cret\\']\nregexes = ['s3cret']",
        "[[allowlists]]\nregexes = ['^s3cret(']",
        "[[allowlists]]\nregexes = 3\nstopwords = ['s3cret']",
        "[[allowlists]]\npaths = ['a']\nregexTarget = 's3cret'",
        "[[allowlists]]\npaths = ['a']\ncondition = 's3cret'",
    ] {
        let error = error(config);
        assert!(!error.contains("s3cret"), "{error}");
    }
}

#[test]
fn what_is_not_understood_is_told() {
    let notes = applied(&format!(
        "verbose = true\n{RULE}regex = 'a+'\nverify = 'x'\nskipReport = true\n[[rules.required]]\nid = 'r'"
    ))
    .unwrap()
    .notes
    .join("\n");
    for told in ["`verbose`", "`verify`", "`skipReport`", "`required`"] {
        assert!(notes.contains(told), "{notes}");
    }
}

#[test]
fn names_of_fields_are_compared_whatever_their_case() {
    let config = "[[Rules]]\nID = 'r'\nRegex = 'k=(a)(b)'\nSECRETGROUP = 2";
    assert_eq!(secrets(config, "k=ab"), ["b"]);
    assert!(is_one(config));
    assert!(!is_one("[checks]\ndisable = []"));
}

#[test]
fn a_rule_that_matches_everything_everywhere_ends() {
    // Each search looks at all that follows and matches one byte.
    let config = format!("{RULE}regex = '(?s)a.*Z|a'");
    let mut ruleset = Scanner::new(Arc::new(applied(&config).unwrap().builder.build()));
    let found = ruleset.scan(&vec![b'a'; 1 << 20]);
    assert!(found.len() > 1_000);
    assert_eq!(ruleset.take_cut_short(), [0]);
    assert!(secrets(&format!("{RULE}regex = 'x*'"), "aaa").is_empty());
}
