use std::time::Instant;

use proptest::prelude::*;
use url::Url;

use super::*;

fn policies(value: &str) -> Policies {
    let mut policies = Policies::default();
    policies.add(Delivery::Header, value);
    policies
}

fn issues(delivery: Delivery, value: &str) -> Vec<IssueKind> {
    Policy::parse(delivery, value).issues.iter().map(|issue| issue.kind).collect()
}

#[track_caller]
fn allows(policy: &str, url: &str) -> bool {
    let page = Url::parse("https://example.com/page").unwrap();
    policies(policy).allows_url("img-src", &Url::parse(url).unwrap(), Some(&page))
}

#[test]
fn directives_are_read_by_the_grammar_and_the_first_of_a_name_counts() {
    let policy = Policy::parse(
        Delivery::Header,
        " Script-Src 'self'\thttps: ;; script-src *; sandbox allow-scripts;object-src 'NONE'",
    );
    let names: Vec<_> = policy.directives.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(names, ["script-src", "sandbox", "object-src"]);
    assert_eq!(
        policy.directives[0].sources(),
        [Source::Keyword(Keyword::SelfOrigin), Source::Scheme("https".into())]
    );
    assert_eq!(policy.directives[1].words(), ["allow-scripts"]);
    assert_eq!(policy.directives[2].value, Value::Sources(Vec::new()));
    assert_eq!(policy.issues.len(), 1);
    assert_eq!(policy.issues[0].kind, IssueKind::DuplicateDirective);
}

#[test]
fn a_header_holds_several_policies_and_all_of_them_must_allow() {
    let both = policies("script-src 'unsafe-inline' *, default-src 'self'");
    assert_eq!(both.policies.len(), 2);
    assert!(both.policies[0].allows_inline_script());
    assert!(!both.allows_inline_script());
    assert!(!both.allows_any_host("script-src"));
    assert!(both.has("default-src") && both.restricts("img-src") && !both.has("img-src"));
}

#[test]
fn a_policy_that_only_reports_forbids_nothing() {
    let mut policies = Policies::default();
    policies.add(Delivery::ReportOnlyHeader, "default-src 'none'");
    assert!(policies.allows_inline_script() && policies.allows_eval());
    assert!(!policies.is_enforced() && !policies.has("default-src"));
}

#[test]
fn nonces_hashes_and_strict_dynamic_switch_unsafe_inline_off() {
    let hash = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    for (policy, allowed) in [
        ("script-src 'unsafe-inline'", true),
        ("default-src 'unsafe-inline'", true),
        ("img-src 'none'", true),
        ("script-src 'unsafe-inline' 'nonce-AAAAAAAAAAAAAAAAAAAAAA=='", false),
        (&format!("script-src 'unsafe-inline' '{hash}'"), false),
        ("script-src 'unsafe-inline' 'strict-dynamic'", false),
        ("script-src 'none'", false),
        ("script-src", false),
        ("script-src 'unsafe-inline'; script-src-elem 'self'", false),
    ] {
        assert_eq!(policies(policy).allows_inline_script(), allowed, "{policy}");
    }
    let elements_only = policies("script-src 'unsafe-inline'; script-src-elem 'self'");
    assert!(elements_only.allows_inline_handler());
    let styles = policies("style-src 'unsafe-inline' 'strict-dynamic'");
    assert!(styles.allows_inline_style());
}

#[test]
fn eval_follows_script_src_and_default_src() {
    for (policy, allowed) in [
        ("default-src 'self'", false),
        ("default-src 'unsafe-eval'", true),
        ("default-src 'unsafe-eval'; script-src 'self'", false),
        ("script-src-elem 'self'", true),
        ("script-src 'wasm-unsafe-eval'", false),
    ] {
        assert_eq!(policies(policy).allows_eval(), allowed, "{policy}");
    }
    assert!(policies("script-src 'wasm-unsafe-eval'").policies[0].allows_wasm());
}

#[test]
fn fallbacks_are_those_of_section_6_8_3() {
    let policy = &policies("child-src a.example; script-src b.example; default-src c.example");
    let host = |name| match policy.policies[0].effective(name).unwrap().sources() {
        [Source::Host(host)] => host.host.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(host("worker-src"), "a.example");
    assert_eq!(host("frame-src"), "a.example");
    assert_eq!(host("script-src-elem"), "b.example");
    assert_eq!(host("object-src"), "c.example");
    assert!(!policy.restricts("base-uri") && !policy.restricts("frame-ancestors"));
    assert!(!policy.restricts("form-action"));
    for (name, ..) in DIRECTIVES {
        assert!(fallbacks(name).first().is_none_or(|first| first == name), "{name}");
    }
}

#[test]
fn any_host_is_seen_in_each_of_its_forms() {
    for (policy, breadth) in [
        ("script-src *", vec![Breadth::AnyHost]),
        (
            "script-src https: http: data: blob:",
            vec![Breadth::Https, Breadth::Http, Breadth::Data, Breadth::Blob],
        ),
        ("script-src https://* *:8080", vec![Breadth::AnyHost, Breadth::Https]),
        ("script-src https: 'strict-dynamic' 'nonce-AAAAAAAAAAAAAAAAAAAAAA=='", vec![]),
        ("script-src https://*.example.com", vec![]),
        ("default-src *", vec![Breadth::AnyHost]),
    ] {
        assert_eq!(policies(policy).policies[0].breadth("script-src"), Some(breadth), "{policy}");
    }
    assert!(policies("img-src 'self'").allows_any_host("script-src"));
    assert!(!policies("script-src blob:").allows_any_host("script-src"));
}

#[test]
fn urls_match_by_section_6_7_2() {
    for (policy, url, matches) in [
        ("img-src 'self'", "https://example.com/a", true),
        ("img-src 'self'", "http://example.com/a", false),
        ("img-src 'self'", "wss://example.com/a", true),
        ("img-src 'self'", "https://example.com:444/a", false),
        ("img-src *", "https://a.example/", true),
        ("img-src *", "data:image/png,", false),
        ("img-src data:", "data:image/png,", true),
        ("img-src http:", "https://a.example/", true),
        ("img-src https:", "http://a.example/", false),
        ("img-src a.example", "https://a.example/x", true),
        ("img-src a.example", "http://a.example/x", false),
        ("img-src http://a.example", "https://a.example/x", true),
        ("img-src *.a.example", "https://a.example/", false),
        ("img-src *.a.example", "https://b.c.a.example/", true),
        ("img-src A.example:*", "https://a.example:8443/", true),
        ("img-src a.example:80", "https://a.example/", true),
        ("img-src a.example:444", "https://a.example/", false),
        ("img-src a.example/js/", "https://a.example/js/x/y", true),
        ("img-src a.example/js/", "https://a.example/json", false),
        ("img-src a.example/js", "https://a.example/js/x", false),
        ("img-src a.example/j%73", "https://a.example/js", true),
        ("img-src 'none'", "https://example.com/", false),
    ] {
        assert_eq!(allows(policy, url), matches, "{policy} {url}");
    }
    assert!(policies("script-src cdn.example/x.js").allows_host("script-src", "cdn.example"));
    assert!(!policies("script-src cdn.example").allows_host("script-src", "x.cdn.example"));
}

#[test]
fn mistakes_are_told_apart() {
    use IssueKind::*;
    for (policy, kinds) in [
        ("script-src self", vec![UnquotedKeyword]),
        ("script-src unsafe-inline none", vec![UnquotedKeyword, UnquotedKeyword]),
        ("script-src nonce-abc", vec![UnquotedKeyword]),
        ("script-src 'unsafe-inlin'", vec![UnknownKeyword]),
        ("script-src 'nonce-abc'", vec![ShortNonce]),
        ("script-src 'nonce-00112233445566778899aabbccddeeff'", vec![]),
        ("script-src 'sha256-abcd'", vec![InvalidHash]),
        ("script-src 'none' a.example", vec![NoneAmongOthers]),
        ("script-src 'self' object-src 'none'", vec![MissingSemicolon, NoneAmongOthers]),
        ("script-src https://[::1]/ a..b http:// 'self", vec![InvalidSource; 4]),
        ("scirpt-src 'self'", vec![UnknownDirective]),
        ("plugin-types a/b; report-uri /x", vec![DeprecatedDirective, DeprecatedDirective]),
        ("img-src é.example; img-src 'self'", vec![NotAscii]),
        ("sandbox allow-everything; upgrade-insecure-requests 1", vec![UnknownValue, UnknownValue]),
    ] {
        assert_eq!(issues(Delivery::Header, policy), kinds, "{policy}");
    }
    let in_meta = "frame-ancestors 'none'; report-uri /x; sandbox; base-uri 'none'";
    assert_eq!(issues(Delivery::Meta, in_meta), [IgnoredInMeta; 3]);
    assert_eq!(Policy::parse(Delivery::Meta, in_meta).directives.len(), 1);
}

#[test]
fn no_message_quotes_a_nonce() {
    let value = "script-src 'nonce-s3cret' 'sha256-s3cret' nonce-s3cret 'NONCE-s3cret!'";
    let policy = Policy::parse(Delivery::Header, value);
    assert_eq!(policy.issues.len(), 4);
    assert!(policy.issues.iter().all(|issue| !issue.to_string().contains("s3cret")));
}

#[test]
fn a_megabyte_takes_linear_time() {
    let many: Vec<String> = (0..60_000).map(|n| format!("d{n} 'self'")).collect();
    for value in [
        many.join(";"),
        format!("script-src {}", "a.example ".repeat(100_000)),
        format!("script-src {}", "'".repeat(1_000_000)),
        format!("script-src a.example/{}", "/".repeat(1_000_000)),
        ";,".repeat(500_000),
    ] {
        let start = Instant::now();
        let policies = policies(&value);
        assert!(!policies.allows_any_host("script-src") || !policies.restricts("script-src"));
        assert!(policies.policies.iter().all(|policy| policy.issues.len() <= 200));
        assert!(start.elapsed().as_secs() < 5);
    }
}

proptest! {
    #[test]
    fn whatever_stands_there_is_read(
        value in "([ ;,'*:/.a-z0-9=-]|self|script-src|default-src|'unsafe-inline'|'nonce-|'sha256-|https://|\\PC){0,40}",
    ) {
        for delivery in [Delivery::Header, Delivery::Meta, Delivery::ReportOnlyHeader] {
            let mut policies = Policies::default();
            policies.add(delivery, &value);
            let _ = (policies.allows_inline_script(), policies.allows_host("img-src", "a.example"));
            let url = Url::parse("https://a.example/b/c").unwrap();
            let _ = policies.allows_url("script-src", &url, Some(&url));
            for issue in policies.policies.iter().flat_map(|policy| &policy.issues) {
                prop_assert!(!issue.to_string().chars().any(char::is_control));
            }
        }
    }
}
