//! Sites for tests, as texts.

mod facts;
mod renderings;

use std::{collections::BTreeMap, time::Duration};

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
    let resource = resource(Role::Page, &start, 200, headers, body.as_bytes());
    Site { resources: vec![resource], ..Site::new(start, AT_MS) }
}

/// Answers one after the other, each with its request (`GET https://example.com/app.js`, `/` if there is none), its status line, its
/// head, an empty line and its body. `THEN GET` instead of `GET` says that the answer before was a redirect on the way to this one.
///
/// Behind a request may stand what the answer does not tell: `as exposed` names the role, `bytes 4000` fills the body up at its end or where `FILL` stands
/// in it, `after 900`
/// is the time to the first byte in milliseconds, `over HTTP/1.1` the version (HTTP/2 if it is not said), `via https://example.org/` a
/// redirect on the way, `on https://example.com/` the page that names it.
///
/// Before the first answer may stand what DNS and the TLS endpoint say ([`facts`]), and what a browser saw ([`renderings`]); where nothing
/// follows, the site is one empty page.
pub(super) fn visit(text: &str) -> Site {
    let mut told = Vec::new();
    let mut lines = text.lines().peekable();
    let is_told =
        |line: &&str| facts::is_fact(line) || renderings::is_of_browser(line) || line.is_empty();
    while let Some(line) = lines.next_if(is_told) {
        told.push(line);
    }
    let answers: Vec<&str> = lines.collect();
    let mut site = if answers.is_empty() { page("") } else { answers_of(&answers) };
    facts::add(&mut site, &told);
    renderings::add(&mut site, &told);
    site
}

fn answers_of(text: &[&str]) -> Site {
    let mut parts: Vec<(&str, bool, Vec<&str>)> = Vec::new();
    for line in text.iter().copied() {
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
            let headers = answer.headers.clone();
            let to = url.join(headers.get("location").unwrap()).unwrap();
            let hop = Hop { url, status, to, headers };
            resource.role = before.role;
            resource.url = before.url;
            resource.hops = before.hops;
            resource.hops.push(hop);
        }
        resources.push(resource);
    }
    of(resources.first().unwrap().url.clone(), resources)
}

/// A site of these resources.
pub(super) fn of(start: Url, resources: Vec<Resource>) -> Site {
    Site { resources, ..Site::new(start, AT_MS) }
}

fn answered(request: &str, lines: &[&str]) -> Resource {
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut what = "url";
    for word in request.split(' ') {
        match word {
            "as" | "bytes" | "after" | "over" | "via" | "on" => what = word,
            _ => told.entry(what).or_default().push(word),
        }
    }
    let first = |what: &str| told.get(what).and_then(|words| words.first().copied());
    let url = Url::parse(first("url").unwrap()).unwrap();
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
    let bytes: usize = first("bytes").map_or(0, |bytes| bytes.parse().unwrap());
    let filling = "x".repeat(bytes.saturating_sub(body.len()));
    let (before, after) = body.split_once("FILL").unwrap_or((&body, ""));
    let body = format!("{before}{filling}{after}");
    let role =
        told.get("as").map_or_else(|| role_of(&url, &headers), |role| role_named(&role.join(" ")));
    let mut resource = resource(role, &url, status, headers, body.as_bytes());
    resource.referrer = first("on").map(|page| (Url::parse(page).unwrap(), 1));
    let Outcome::Answered(answer) = &mut resource.outcome else { return resource };
    if let Some(after) = first("after") {
        answer.first_byte = Duration::from_millis(after.parse().unwrap());
    }
    answer.version = match first("over") {
        Some("HTTP/1.0") => HttpVersion::Http10,
        Some("HTTP/1.1") => HttpVersion::Http11,
        _ => HttpVersion::Http2,
    };
    let via: Vec<Url> =
        told.get("via").into_iter().flatten().map(|url| Url::parse(url).unwrap()).collect();
    resource.url = via.first().unwrap_or(&url).clone();
    let next = via.iter().skip(1).chain([&url]).cloned();
    resource.hops = via
        .iter()
        .cloned()
        .zip(next)
        .map(|(url, to)| Hop { url, status: 301, to, headers: Headers::default() })
        .collect();
    resource
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
        "sitemap" => Role::Sitemap,
        "manifest" => Role::Manifest,
        "icon" => Role::Icon,
        "backend" => Role::Backend,
        _ => panic!("no role `{name}`"),
    }
}

pub(super) fn resource(
    role: Role,
    url: &Url,
    status: u16,
    headers: Headers,
    body: &[u8],
) -> Resource {
    let answer = Answer {
        url: url.clone(),
        status,
        version: HttpVersion::Http2,
        headers,
        body: body.into(),
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
