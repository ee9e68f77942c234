use super::*;
use crate::web::literal;

fn graded(text: &str) -> Grade {
    let site = literal::visit(text);
    grade(&Visit::of(&site))
}

/// What one test says of a page with these fields.
fn of(name: &str, fields: &str, body: &str) -> i32 {
    let text = format!("HTTP/1.1 200 OK\ncontent-type: text/html\n{}\n{body}", lines(fields));
    modifier(&graded(&text), name)
}

fn lines(fields: &str) -> String {
    fields.split(" | ").filter(|line| !line.is_empty()).map(|line| format!("{line}\n")).collect()
}

fn modifier(grade: &Grade, name: &str) -> i32 {
    grade.tests.iter().find(|test| test.name == name).unwrap().modifier
}

#[test]
fn a_page_without_any_header_is_graded_as_the_observatory_grades_it() {
    let grade = graded("HTTP/1.1 200 OK\ncontent-type: text/html\n\n<p>Hello</p>");
    // No policy, no transport security, no sniffing, no framing: 100 - 25 - 20 - 5 - 20.
    assert_eq!((grade.score, grade.letter), (30, Letter::D));
    assert_eq!(grade.tests.len(), 12);
}

#[test]
fn a_page_with_all_headers_is_graded_with_a_plus() {
    let fields = "content-security-policy: default-src 'none'; frame-ancestors 'none' | \
        strict-transport-security: max-age=63072000 | x-content-type-options: nosniff | \
        referrer-policy: no-referrer | cross-origin-opener-policy: same-origin | \
        cross-origin-embedder-policy: require-corp | cross-origin-resource-policy: same-origin | \
        set-cookie: session=a; Secure; HttpOnly; SameSite=Lax";
    let text = format!("HTTP/1.1 200 OK\ncontent-type: text/html\n{}\n", lines(fields));
    let grade = graded(&text);
    assert_eq!((grade.score, grade.letter), (100 + 10 + 5 + 5 + 10 + 10 + 10 + 5, Letter::APlus));
}

#[test]
fn gifts_count_only_if_little_was_taken() {
    let base = "strict-transport-security: max-age=63072000 | x-content-type-options: nosniff | \
        x-frame-options: DENY | referrer-policy: no-referrer";
    let of = |policy: &str| {
        let fields = lines(&format!("{base} | content-security-policy: {policy}"));
        graded(&format!("HTTP/1.1 200 OK\ncontent-type: text/html\n{fields}\n")).score
    };
    assert_eq!(of("default-src 'self'"), 115);
    assert_eq!(of("default-src 'self'; script-src 'self' 'unsafe-eval'"), 90 + 10);
    assert_eq!(of("default-src 'self' 'unsafe-inline'"), 80);
}

#[test]
fn bands_are_those_of_the_observatory() {
    let bands = [
        (135, "A+"),
        (100, "A+"),
        (99, "A"),
        (90, "A"),
        (89, "A-"),
        (80, "B+"),
        (75, "B"),
        (70, "B"),
        (65, "B-"),
        (60, "C+"),
        (50, "C"),
        (45, "C-"),
        (40, "D+"),
        (30, "D"),
        (25, "D-"),
        (24, "F"),
        (0, "F"),
    ];
    for (score, letter) in bands {
        assert_eq!(Letter::of(score).to_string(), letter, "{score}");
    }
}

#[test]
fn a_site_that_does_not_answer_has_no_tests() {
    let start = Url::parse("https://example.com/").unwrap();
    let site = model::site::Site::new(start, 0);
    let grade = grade(&Visit::of(&site));
    assert_eq!((grade.score, grade.letter, grade.tests), (0, Letter::F, Vec::new()));
}

#[test]
fn the_score_never_falls_under_zero() {
    let grade = graded(
        "GET http://example.com/\nHTTP/1.1 200 OK\ncontent-type: text/html\nset-cookie: session=a\nreferrer-policy: x\n\n<script src=\"http://cdn.example/a.js\"></script>",
    );
    assert_eq!((grade.score, grade.letter), (0, Letter::F));
}

#[test]
fn policies_are_worth_what_they_keep_out() {
    for (policy, points) in [
        ("default-src 'none'", 10),
        ("default-src 'none'; script-src 'self'", 10),
        ("default-src 'self'", 5),
        ("default-src 'self'; style-src 'unsafe-inline'", 0),
        ("script-src 'self'; object-src 'none'", 0),
        ("default-src 'self'; img-src http:", -10),
        ("default-src 'self'; script-src 'self' 'unsafe-eval'", -10),
        ("default-src 'self' http://cdn.example", -20),
        ("default-src 'self'; script-src 'self' 'unsafe-inline'", -20),
        ("default-src 'self'; script-src data:", -20),
        ("script-src 'self'", -20),
        ("default-src 'self' https:", -20),
        ("frame-ancestors 'none'", -20),
        ("default-src 'self'; img-src a.example; img-src b.example", -25),
        ("default-src 'self'; report-uri /a; report-uri /b", 0),
        ("default-src 'self'; script-src 'strict-dynamic'", -25),
        (
            "default-src 'self'; script-src 'nonce-abc' 'strict-dynamic' 'unsafe-inline' https: http:",
            5,
        ),
        ("default-src 'self'; script-src 'sha256-abc' 'unsafe-inline'", 5),
    ] {
        let fields = format!("content-security-policy: {policy}");
        assert_eq!(of("content-security-policy", &fields, ""), points, "{policy}");
    }
    let reports = "content-security-policy-report-only: default-src 'none'";
    assert_eq!(of("content-security-policy", reports, ""), -25);
}

#[test]
fn several_policies_are_worth_what_they_keep_out_together() {
    let both = "content-security-policy: default-src 'self' 'unsafe-inline' | \
        content-security-policy: default-src 'self'";
    assert_eq!(of("content-security-policy", both, ""), 5);
    let element = "<head><meta http-equiv=\"Content-Security-Policy\" content=\"script-src 'self'; object-src 'none'; style-src 'self'\"></head>";
    assert_eq!(of("content-security-policy", "", element), 5);
}

#[test]
fn cookies_are_worth_what_protects_them() {
    let hsts = "strict-transport-security: max-age=63072000";
    for (fields, points) in [
        ("set-cookie: a=1; Secure; SameSite=Lax", 5),
        ("set-cookie: a=1; Secure", 0),
        ("set-cookie: a=1", -20),
        ("set-cookie: session=a; HttpOnly", -40),
        ("set-cookie: session=a; Secure", -30),
        ("set-cookie: csrf=a; Secure", -20),
        ("set-cookie: a=1; Secure; SameSite=x", -20),
        ("set-cookie: a=1; Secure; SameSite=None", 5),
        ("set-cookie: a=; Max-Age=0", 0),
        ("set-cookie: a=1; Domain=example.org", 0),
    ] {
        assert_eq!(of("cookies", fields, ""), points, "{fields}");
    }
    assert_eq!(of("cookies", &format!("{hsts} | set-cookie: a=1"), ""), -5);
    assert_eq!(of("cookies", &format!("{hsts} | set-cookie: session=a; HttpOnly"), ""), -10);
}

#[test]
fn transport_security_does_not_count_under_a_certificate_that_is_refused() {
    let page =
        "HTTP/1.1 200 OK\ncontent-type: text/html\nstrict-transport-security: max-age=63072000\n\n";
    for (facts, points) in [("TLS modern\n", 0), ("TLS trust expired\n", -20), ("", 0)] {
        let grade = graded(&format!("{facts}{page}"));
        assert_eq!(modifier(&grade, "strict-transport-security"), points, "{facts}");
    }
}

#[test]
fn plain_http_should_lead_to_https_on_the_same_host_first() {
    let home = "HTTP/1.1 200 OK\ncontent-type: text/html\n\n";
    let moved = |to: &str| format!("HTTP/1.1 301 Moved Permanently\nlocation: {to}\n\n");
    let of = |way: &str| {
        let text = format!("{home}\nGET http://example.com/ as plain http\n{way}");
        modifier(&graded(&text), "redirection")
    };
    let https = format!("THEN GET https://example.com/\n{home}");
    assert_eq!(of(&format!("{}{https}", moved("https://example.com/"))), 0);
    assert_eq!(of(home), -20);
    let to_http = moved("http://www.example.com/");
    let through_http = format!("{to_http}THEN GET http://www.example.com/\n");
    assert_eq!(of(&format!("{through_http}{}{https}", moved("https://example.com/"))), -10);
    assert_eq!(of(&format!("{through_http}{home}")), -20);
    let other = format!("THEN GET https://www.example.com/\n{home}");
    assert_eq!(of(&format!("{}{other}", moved("https://www.example.com/"))), -5);
    assert_eq!(modifier(&graded(home), "redirection"), 0);
}

#[test]
fn scripts_of_other_sites_should_have_their_hash_with_them() {
    for (body, points) in [
        ("", 0),
        ("<script>a()</script>", 0),
        ("<script src=/a.js></script><script src=https://cdn.example.com/a.js></script>", 0),
        ("<script src=/a.js integrity=sha256-a></script>", 5),
        ("<script src=https://cdn.example/a.js integrity=sha256-a></script>", 5),
        ("<script src=https://cdn.example/a.js></script>", -5),
        ("<script src=http://cdn.example/a.js integrity=sha256-a></script>", -20),
        ("<script src=//cdn.example/a.js></script>", -50),
        ("<script src=http://cdn.example/a.js></script>", -50),
    ] {
        assert_eq!(of("subresource-integrity", "", body), points, "{body}");
    }
}

#[test]
fn single_headers_have_their_points() {
    for (name, fields, points) in [
        ("strict-transport-security", "strict-transport-security: max-age=15552000", 0),
        ("strict-transport-security", "strict-transport-security: max-age=86400", -10),
        ("strict-transport-security", "strict-transport-security: preload", -20),
        ("referrer-policy", "referrer-policy: strict-origin", 5),
        ("referrer-policy", "referrer-policy: unsafe-url", -5),
        ("referrer-policy", "referrer-policy: x", -5),
        ("referrer-policy", "", 0),
        ("x-content-type-options", "x-content-type-options: nosniff", 0),
        ("x-content-type-options", "x-content-type-options: none", -5),
        ("x-frame-options", "x-frame-options: SAMEORIGIN", 5),
        ("x-frame-options", "x-frame-options: ALLOW-FROM https://a.example", 0),
        ("x-frame-options", "x-frame-options: x", -20),
        ("x-frame-options", "content-security-policy: frame-ancestors 'self'", 5),
        ("cross-origin-resource-policy", "cross-origin-resource-policy: same-site", 10),
        ("cross-origin-resource-policy", "cross-origin-resource-policy: cross-origin", 0),
        ("cross-origin-resource-policy", "cross-origin-resource-policy: none", -5),
        ("cross-origin-opener-policy", "cross-origin-opener-policy: same-origin", 10),
        ("cross-origin-opener-policy", "cross-origin-opener-policy: unsafe-none", 0),
        ("cross-origin-opener-policy", "cross-origin-opener-policy: none", -5),
        ("cross-origin-embedder-policy", "cross-origin-embedder-policy: credentialless", 10),
        ("cross-origin-embedder-policy", "cross-origin-embedder-policy: same-origin", -5),
        ("cross-origin-resource-sharing", "access-control-allow-origin: *", 0),
    ] {
        assert_eq!(of(name, fields, ""), points, "{fields}");
    }
}
