//! Sites for tests, as texts.

use std::time::Duration;

use model::site::{Answer, Headers, Hop, HttpVersion, Outcome, Resource, Role, Site};
use url::Url;

const START: &str = "https://example.com/";
/// 2026-01-01.
const AT_MS: i64 = 1_767_225_600_000;

/// A site of one page with this body.
pub(super) fn page(body: &str) -> Site {
    let start = Url::parse(START).unwrap();
    let mut headers = Headers::default();
    headers.add("content-type", b"text/html; charset=utf-8");
    let resource = resource(Role::Page, &start, 200, headers, body);
    Site { resources: vec![resource], ..Site::new(start, AT_MS) }
}

/// Answers one after the other, each with its request (`GET https://example.com/app.js`, `/` if there is none; `as exposed` behind it
/// names the role that the URL does not tell), its status line, its head, an empty line and its body. `THEN GET` instead of `GET` says
/// that the answer before was a redirect on the way to this one.
pub(super) fn visit(text: &str) -> Site {
    let mut parts: Vec<(&str, bool, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        let (is_next, rest) = match line.strip_prefix("THEN ") {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let request = rest.strip_prefix("GET ").filter(|url| url.starts_with("http"));
        match (request, parts.last_mut()) {
            (Some(request), _) => parts.push((request, is_next, Vec::new())),
            (None, None) => parts.push((START, false, vec![line])),
            (None, Some((_, _, lines))) => lines.push(line),
        }
    }
    let mut resources: Vec<Resource> = Vec::new();
    for (request, is_next, lines) in parts {
        let mut resource = answered(request, &lines);
        if is_next {
            let before = resources.pop().unwrap();
            let answer = before.answer().unwrap();
            let (url, status) = (answer.url.clone(), answer.status);
            let hop = Hop { url, status, headers: answer.headers.clone() };
            resource.role = before.role;
            resource.url = before.url;
            resource.hops = before.hops;
            resource.hops.push(hop);
        }
        resources.push(resource);
    }
    let start = resources.first().unwrap().url.clone();
    Site { resources, ..Site::new(start, AT_MS) }
}

fn answered(request: &str, lines: &[&str]) -> Resource {
    let (url, role) = match request.split_once(" as ") {
        Some((url, role)) => (url, Some(role)),
        None => (request, None),
    };
    let url = Url::parse(url).unwrap();
    let mut lines = lines.iter();
    let status = lines.next().unwrap();
    let (_, status) = status.split_once(' ').unwrap_or_else(|| panic!("no status line: {status}"));
    let status = status.split(' ').next().unwrap().parse().unwrap();
    let mut headers = Headers::default();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("no header: {line}"));
        headers.add(name, value.as_bytes());
    }
    let body = lines.copied().collect::<Vec<_>>().join("\n");
    let role = role.map_or_else(|| role_of(&url, &headers), role_named);
    resource(role, &url, status, headers, &body)
}

fn role_of(url: &Url, headers: &Headers) -> Role {
    let media_type = headers.get("content-type").unwrap_or_default();
    match url.path() {
        "/robots.txt" => Role::Robots,
        path if path.starts_with("/.well-known/") => Role::WellKnown,
        path if path.ends_with(".map") => Role::SourceMap,
        path if path.ends_with("sitemap.xml") => Role::Sitemap,
        path if path.ends_with(".webmanifest") => Role::Manifest,
        path if path.ends_with(".ico") => Role::Icon,
        path if path.ends_with(".js") => Role::Script,
        path if path.ends_with(".css") => Role::Style,
        _ if media_type.starts_with("image/") => Role::Image,
        _ if media_type.starts_with("font/") => Role::Font,
        _ => Role::Page,
    }
}

fn role_named(name: &str) -> Role {
    match name {
        "page" => Role::Page,
        "script" => Role::Script,
        "style" => Role::Style,
        "image" => Role::Image,
        "font" => Role::Font,
        "plain http" => Role::PlainHttp,
        "missing" => Role::Missing,
        "exposed" => Role::Exposed,
        "link" => Role::Link,
        "backend" => Role::Backend,
        _ => panic!("no role `{name}`"),
    }
}

fn resource(role: Role, url: &Url, status: u16, headers: Headers, body: &str) -> Resource {
    let answer = Answer {
        url: url.clone(),
        status,
        version: HttpVersion::Http2,
        headers,
        body: body.as_bytes().into(),
        wire_bytes: body.len() as u64,
        is_cut: false,
        first_byte: Duration::from_millis(50),
        end: Duration::from_millis(60),
    };
    Resource {
        role,
        url: url.clone(),
        referrer: None,
        hops: Vec::new(),
        outcome: Outcome::Answered(Box::new(answer)),
    }
}
