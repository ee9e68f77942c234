//! What a browser saw of the page that the start leads to, in lines at the beginning of a site's text. Without any it saw nothing; `BROWSER
//! saw` is a page on which all is well.
//!
//! ```text
//! BROWSER saw <p>the body after scripts</p>   (what was served, if it is not said)
//! BROWSER blank
//! BROWSER busy
//! BROWSER error /app.js:12 could not load the cart
//! BROWSER exception /app.js:3 TypeError: x is undefined
//! BROWSER asked GET data /api by /app.js: 500     (kinds: document, script, style, image, data, socket, other;
//!                                                  by: markup, nobody; ends: a status, failed, cors, forbidden, declined)
//! BROWSER localStorage token abc
//! BROWSER sessionStorage token abc
//! BROWSER cookie theme .example.com Secure SameSite=Lax
//! BROWSER forbids script-src-elem https://example.net/a.js     (`reports`; `inline` instead of a URL)
//! BROWSER upgrades http://example.net/i.png       (`blocks`, `loads`)
//! ```

use model::{
    SecretValue,
    site::{
        At, Initiator, Insecure, InsecureFate, Message, MessageKind, Rendering, RequestKind,
        RequestResult, Requested, ScriptCookie, Site, StorageArea, Stored, Violation,
    },
};
use url::Url;

pub(super) fn is_of_browser(line: &str) -> bool {
    line.starts_with("BROWSER ")
}

pub(super) fn add(site: &mut Site, lines: &[&str]) {
    let lines: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("BROWSER ")).collect();
    if lines.is_empty() {
        return;
    }
    let (_, answer) = site.landing().unwrap();
    let page = answer.url.clone();
    let mut rendering = Rendering {
        address: page.clone(),
        document: String::from_utf8_lossy(&answer.body).into(),
        page,
        is_cut: false,
        is_settled: true,
        is_blank: false,
        messages: Vec::new(),
        violations: Vec::new(),
        insecure: Vec::new(),
        requests: Vec::new(),
        stored: Vec::new(),
        cookies: Vec::new(),
    };
    lines.into_iter().for_each(|line| tell(&mut rendering, line));
    site.renderings.push(rendering);
}

fn tell(rendering: &mut Rendering, line: &str) {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    let url = |text: &str| rendering.page.join(text).unwrap();
    match word {
        "saw" if rest.is_empty() => {}
        "saw" => rendering.document = rest.into(),
        "blank" => rendering.is_blank = true,
        "busy" => rendering.is_settled = false,
        "error" | "exception" => {
            let kind = match word {
                "error" => MessageKind::Error,
                _ => MessageKind::Exception,
            };
            let (at, text) = rest.split_once(' ').unwrap();
            let (script, number) = at.rsplit_once(':').unwrap();
            let at = Some(At { url: url(script), line: number.parse().unwrap() });
            rendering.messages.push(Message { kind, text: text.to_owned(), at });
        }
        "asked" => {
            let (asked, end) = rest.rsplit_once(": ").unwrap();
            let words: Vec<&str> = asked.split(' ').collect();
            let [method, kind, address, "by", by] = words[..] else { panic!("no request: {line}") };
            let requested = Requested {
                url: url(address),
                method: method.to_owned(),
                kind: kind_named(kind),
                initiator: match by {
                    "markup" => Initiator::Markup,
                    "nobody" => Initiator::Other,
                    script => Initiator::Script(Some(url(script))),
                },
                result: result_named(end),
            };
            rendering.requests.push(requested);
        }
        "localStorage" | "sessionStorage" => {
            let area = match word {
                "localStorage" => StorageArea::Local,
                _ => StorageArea::Session,
            };
            let (key, value) = rest.split_once(' ').unwrap();
            let value = SecretValue::new(value.as_bytes());
            rendering.stored.push(Stored { area, key: key.to_owned(), value });
        }
        "cookie" => {
            let mut words = rest.split(' ');
            let mut cookie = ScriptCookie {
                name: words.next().unwrap().to_owned(),
                domain: words.next().unwrap().to_owned(),
                is_secure: false,
                same_site: None,
                kept_seconds: None,
            };
            for word in words {
                match word.split_once('=') {
                    Some(("SameSite", value)) => cookie.same_site = Some(value.to_owned()),
                    None if word == "Secure" => cookie.is_secure = true,
                    _ => panic!("no attribute: {line}"),
                }
            }
            rendering.cookies.push(cookie);
        }
        "forbids" | "reports" => {
            let (directive, blocked) = rest.split_once(' ').unwrap();
            rendering.violations.push(Violation {
                directive: directive.to_owned(),
                blocked: (blocked != "inline").then(|| Url::parse(blocked).unwrap()),
                is_report_only: word == "reports",
                at: None,
            });
        }
        "upgrades" => insecure(rendering, rest, InsecureFate::Upgraded),
        "blocks" => insecure(rendering, rest, InsecureFate::Blocked),
        "loads" => insecure(rendering, rest, InsecureFate::Loaded),
        _ => panic!("what is this? {line}"),
    }
}

fn insecure(rendering: &mut Rendering, url: &str, fate: InsecureFate) {
    rendering.insecure.push(Insecure { url: Url::parse(url).unwrap(), fate });
}

fn kind_named(name: &str) -> RequestKind {
    match name {
        "document" => RequestKind::Document,
        "script" => RequestKind::Script,
        "style" => RequestKind::Style,
        "image" => RequestKind::Image,
        "data" => RequestKind::Data,
        "socket" => RequestKind::Socket,
        "other" => RequestKind::Other,
        _ => panic!("no kind `{name}`"),
    }
}

fn result_named(name: &str) -> RequestResult {
    match name {
        "failed" => RequestResult::Failed("nothing listens there".to_owned()),
        "cors" => RequestResult::Cors,
        "forbidden" => RequestResult::Forbidden,
        "declined" => RequestResult::Declined,
        status => RequestResult::Status(status.parse().unwrap()),
    }
}
