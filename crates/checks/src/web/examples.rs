//! Runs the examples of every page. A block that begins with ```` ```html ```` is the body of a page, one that begins with ```` ```http ````
//! is a visit: answers one after the other, each with its request (`GET https://example.com/app.js`, `/` if there is none), its status line,
//! its head, an empty line and its body. Behind a request may stand what the answer does not tell: `as exposed` names the role, `bytes
//! 4000` fills the body up at its end or where `FILL` stands in it, `after 900` is the time to the first byte in milliseconds,
//! `over HTTP/1.1` the version (HTTP/2 if it is not said), `via https://example.org/` a redirect on the way. `finds` behind the language
//! says that the check finds something, `finds 2` how often; otherwise it finds nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use model::site::{Answer, Headers, Hop, HttpVersion, Outcome, Resource, Role, Site};
use url::Url;

use super::{Check, Visit, catalogue};

const START: &str = "https://example.com/";

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

fn site(example: &Example) -> Site {
    let start = Url::parse(START).unwrap();
    if example.is_html {
        let mut headers = Headers::default();
        headers.add("content-type", b"text/html; charset=utf-8");
        let resource = resource(Role::Page, &start, 200, headers, &example.text);
        return Site { start, resources: vec![resource] };
    }
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for line in example.text.lines() {
        let request = line.strip_prefix("GET ").filter(|url| url.starts_with("http"));
        match (request, parts.last_mut()) {
            (Some(request), _) => parts.push((request.to_owned(), Vec::new())),
            (None, None) => parts.push((START.to_owned(), vec![line])),
            (None, Some((_, lines))) => lines.push(line),
        }
    }
    let resources: Vec<Resource> =
        parts.iter().map(|(request, lines)| answered(request, lines)).collect();
    Site { start: resources.first().unwrap().url.clone(), resources }
}

fn answered(request: &str, lines: &[&str]) -> Resource {
    let mut told: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut what = "url";
    for word in request.split(' ') {
        match word {
            "as" | "bytes" | "after" | "over" | "via" => what = word,
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
    let mut resource = resource(role, &url, status, headers, &body);
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
    resource.url = via.first().cloned().unwrap_or(url);
    resource.hops =
        via.into_iter().map(|url| Hop { url, status: 301, headers: Headers::default() }).collect();
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

fn found(check: &Check, example: &Example) -> usize {
    let site = site(example);
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
        if !is_found || !is_silent {
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
