//! What the browser tells while a page loads, as facts. The page has a say in all of it: everything is bounded, nothing is trusted.

use std::collections::{HashMap, HashSet};

use model::{
    one_line,
    site::{
        At, Initiator, Insecure, InsecureFate, Message, MessageKind, Rendering, RequestKind,
        RequestResult, Requested, ScriptCookie, Violation,
    },
};
use serde_json::Value;
use url::Url;

use super::{
    Asked,
    snapshot::Snapshot,
    wire::{Event, read_event},
};

/// Requests of one page.
const MAX_REQUESTS: usize = 500;
/// Lines of the console, violations of a policy, and things over plain http, each.
const MAX_TOLD: usize = 100;
/// Cookies.
const MAX_COOKIES: usize = 100;
/// Longest line of the console, in characters.
const MAX_LINE: usize = 500;
/// Arguments of one call of the console.
const MAX_ARGUMENTS: usize = 10;
/// Longest URL that is kept.
const MAX_URL_BYTES: usize = 8 << 10;
/// Longest word of the protocol, in characters.
const MAX_WORD: usize = 100;

/// Keeps what happens to one page.
pub(super) struct Recorder {
    page: Url,
    requests: Vec<Requested>,
    /// Where the last request of a number is.
    numbers: HashMap<String, usize>,
    messages: Vec<Message>,
    violations: Vec<Violation>,
    insecure: Vec<Insecure>,
    cookies: Vec<ScriptCookie>,
    is_cut: bool,
}

impl Recorder {
    pub(super) fn new(page: Url) -> Self {
        Self {
            page,
            requests: Vec::new(),
            numbers: HashMap::new(),
            messages: Vec::new(),
            violations: Vec::new(),
            insecure: Vec::new(),
            cookies: Vec::new(),
            is_cut: false,
        }
    }

    pub(super) fn hear(&mut self, event: &Event) {
        let told = &event.params;
        match event.method.as_str() {
            "Network.requestWillBeSent" => self.request(told),
            "Network.webSocketCreated" => self.socket(told),
            "Network.responseReceived" => {
                let status = told.pointer("/response/status").and_then(Value::as_u64);
                if let Some(status) = status.and_then(|status| u16::try_from(status).ok()) {
                    self.settle(told, RequestResult::Status(status));
                }
            }
            "Network.loadingFailed" => self.settle(told, failure(told)),
            "Runtime.consoleAPICalled" => self.console(told),
            "Runtime.exceptionThrown" => self.exception(told),
            "Audits.issueAdded" => self.issue(told),
            _ => {}
        }
    }

    /// A request of a worker, which the page's network does not tell of; `number` is that of its interception.
    pub(super) fn keep_of_worker(&mut self, asked: &Asked, number: &str) {
        let requested = Requested {
            url: asked.url.clone(),
            method: one_line(&asked.method, MAX_WORD),
            kind: asked.kind,
            initiator: Initiator::Script(None),
            result: RequestResult::Pending,
        };
        self.keep(number, requested);
    }

    /// Those among the browser's cookies that no answer set.
    pub(super) fn keep_cookies(&mut self, told: &Value, served: &HashSet<String>, now: i64) {
        let cookies = told.get("cookies").and_then(Value::as_array).into_iter().flatten();
        let by_script = cookies.filter(|cookie| {
            let name = text(cookie, "/name").unwrap_or_default();
            !is(cookie, "httpOnly") && !served.contains(name)
        });
        let kept = by_script.take(MAX_COOKIES + 1).map(|cookie| {
            let until = cookie.get("expires").and_then(Value::as_f64).filter(|until| *until > 0.0);
            #[expect(clippy::cast_possible_truncation, reason = "it saturates, and is a date")]
            let seconds = until.map(|until| (until as i64).saturating_sub(now));
            ScriptCookie {
                name: one_line(text(cookie, "/name").unwrap_or_default(), MAX_WORD),
                domain: one_line(text(cookie, "/domain").unwrap_or_default(), MAX_WORD),
                is_secure: is(cookie, "secure"),
                same_site: text(cookie, "/sameSite").map(|word| one_line(word, MAX_WORD)),
                kept_seconds: seconds.map(|seconds| u64::try_from(seconds).unwrap_or_default()),
            }
        });
        self.cookies = kept.collect();
        self.is_cut |= self.cookies.len() > MAX_COOKIES;
        self.cookies.truncate(MAX_COOKIES);
        self.cookies.sort_by(|a, b| (&a.domain, &a.name).cmp(&(&b.domain, &b.name)));
    }

    /// `results` are what only those know who answered, by the requests' numbers.
    pub(super) fn finish(
        mut self,
        taken: Snapshot,
        results: HashMap<String, RequestResult>,
        is_settled: bool,
    ) -> Rendering {
        for (number, result) in results {
            let known = self.numbers.get(&number).and_then(|at| self.requests.get_mut(*at));
            // What the browser makes of a refusal of ours is not news.
            if let Some(request) = known {
                request.result = result;
            }
        }
        Rendering {
            address: taken.address.unwrap_or_else(|| self.page.clone()),
            page: self.page,
            document: taken.document.into(),
            is_cut: self.is_cut || taken.is_cut,
            is_settled,
            is_blank: taken.is_blank,
            messages: self.messages,
            violations: self.violations,
            insecure: self.insecure,
            requests: self.requests,
            stored: taken.stored,
            cookies: self.cookies,
        }
    }

    fn request(&mut self, told: &Value) {
        // A redirect goes on under its number.
        if let Some(status) = told.pointer("/redirectResponse/status").and_then(Value::as_u64) {
            let status = u16::try_from(status).unwrap_or_default();
            self.settle(told, RequestResult::Status(status));
        }
        let Some(url) = url(told, "/request/url").filter(is_of_network) else { return };
        let requested = Requested {
            url,
            method: one_line(text(told, "/request/method").unwrap_or_default(), MAX_WORD),
            kind: kind_of(text(told, "/type").unwrap_or_default()),
            initiator: initiator(told),
            result: RequestResult::Pending,
        };
        self.keep(text(told, "/requestId").unwrap_or_default(), requested);
    }

    fn socket(&mut self, told: &Value) {
        let Some(url) = url(told, "/url").filter(is_of_network) else { return };
        let requested = Requested {
            url,
            method: "GET".to_owned(),
            kind: RequestKind::Socket,
            initiator: initiator(told),
            // It ends where everything does that is not held.
            result: RequestResult::Declined,
        };
        self.keep(text(told, "/requestId").unwrap_or_default(), requested);
    }

    fn keep(&mut self, number: &str, requested: Requested) {
        if self.requests.len() >= MAX_REQUESTS {
            self.is_cut = true;
            return;
        }
        self.numbers.insert(number.to_owned(), self.requests.len());
        self.requests.push(requested);
    }

    fn settle(&mut self, told: &Value, result: RequestResult) {
        let number = text(told, "/requestId").unwrap_or_default();
        let known = self.numbers.get(number).and_then(|at| self.requests.get_mut(*at));
        // A body that broke off is not a request that failed.
        if let Some(request) = known.filter(|request| request.result == RequestResult::Pending) {
            request.result = result;
        }
    }

    fn console(&mut self, told: &Value) {
        if !matches!(text(told, "/type"), Some("error" | "assert")) {
            return;
        }
        let arguments = told.get("args").and_then(Value::as_array).into_iter().flatten();
        let words = arguments.take(MAX_ARGUMENTS).map(argument);
        let text = words.collect::<Vec<_>>().join(" ");
        let at = at(told, "/stackTrace/callFrames/0");
        self.say(MessageKind::Error, &text, at);
    }

    fn exception(&mut self, told: &Value) {
        let thrown = told.pointer("/exceptionDetails/exception").map(argument);
        let said = text(told, "/exceptionDetails/text").unwrap_or_default().to_owned();
        let text = thrown.filter(|thrown| !thrown.is_empty()).unwrap_or(said);
        let place = at(told, "/exceptionDetails/stackTrace/callFrames/0");
        self.say(MessageKind::Exception, &text, place.or_else(|| at(told, "/exceptionDetails")));
    }

    fn say(&mut self, kind: MessageKind, text: &str, at: Option<At>) {
        let message = Message { kind, text: one_line(text, MAX_LINE), at };
        if self.messages.contains(&message) {
            return;
        }
        match self.messages.len() < MAX_TOLD {
            true => self.messages.push(message),
            false => self.is_cut = true,
        }
    }

    fn issue(&mut self, told: &Value) {
        let Some(details) = told.pointer("/issue/details") else { return };
        if let Some(policy) = details.get("contentSecurityPolicyIssueDetails") {
            let violation = Violation {
                directive: one_line(text(policy, "/violatedDirective").unwrap_or(""), MAX_WORD),
                blocked: url(policy, "/blockedURL"),
                is_report_only: is(policy, "isReportOnly"),
                at: at(policy, "/sourceCodeLocation"),
            };
            push(&mut self.violations, violation, &mut self.is_cut);
        }
        if let Some(mixed) = details.get("mixedContentIssueDetails") {
            let Some(url) = url(mixed, "/insecureURL") else { return };
            let fate = match text(mixed, "/resolutionStatus") {
                Some("MixedContentBlocked") => InsecureFate::Blocked,
                Some("MixedContentAutomaticallyUpgraded") => InsecureFate::Upgraded,
                _ => InsecureFate::Loaded,
            };
            push(&mut self.insecure, Insecure { url, fate }, &mut self.is_cut);
        }
    }
}

fn push<T: PartialEq>(list: &mut Vec<T>, one: T, is_cut: &mut bool) {
    if list.contains(&one) {
        return;
    }
    match list.len() < MAX_TOLD {
        true => list.push(one),
        false => *is_cut = true,
    }
}

/// What a page would be of which the browser told this: events, each ended by a zero byte. For tests of what reads them.
#[must_use]
pub fn replay(page: &Url, events: &[u8]) -> Rendering {
    let mut recorder = Recorder::new(page.clone());
    for event in events.split(|byte| *byte == 0).filter_map(read_event) {
        match event.method.as_str() {
            "Storage.getCookies" => recorder.keep_cookies(&event.params, &HashSet::new(), 0),
            _ => recorder.hear(&event),
        }
    }
    recorder.finish(Snapshot::default(), HashMap::new(), true)
}

/// A text at a place of a message.
pub(super) fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer)?.as_str()
}

/// What `Network.ResourceType` says.
pub(super) fn kind_of(resource_type: &str) -> RequestKind {
    match resource_type {
        "Document" => RequestKind::Document,
        "Script" => RequestKind::Script,
        "Stylesheet" => RequestKind::Style,
        "Image" => RequestKind::Image,
        "Font" => RequestKind::Font,
        "XHR" | "Fetch" | "EventSource" => RequestKind::Data,
        "WebSocket" => RequestKind::Socket,
        _ => RequestKind::Other,
    }
}

fn is(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or_default()
}

fn url(value: &Value, pointer: &str) -> Option<Url> {
    let text = text(value, pointer).filter(|url| url.len() <= MAX_URL_BYTES)?;
    let mut url = Url::parse(text).ok()?;
    url.set_fragment(None);
    Some(url)
}

fn is_of_network(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https" | "ws" | "wss")
}

fn at(value: &Value, pointer: &str) -> Option<At> {
    let place = value.pointer(pointer)?;
    let line = place.get("lineNumber").and_then(Value::as_u64)?;
    Some(At { url: url(place, "/url")?, line: line.saturating_add(1) })
}

fn initiator(told: &Value) -> Initiator {
    match text(told, "/initiator/type") {
        Some("parser") => Initiator::Markup,
        Some("script") => {
            let caller = url(told, "/initiator/stack/callFrames/0/url");
            Initiator::Script(caller.or_else(|| url(told, "/initiator/url")))
        }
        _ => Initiator::Other,
    }
}

/// A value as the console shows it, without the calls that led to it.
fn argument(value: &Value) -> String {
    if let Some(description) = text(value, "/description") {
        return description.lines().next().unwrap_or_default().to_owned();
    }
    match value.get("value") {
        Some(Value::String(text)) => text.chars().take(MAX_LINE).collect(),
        Some(Value::Null) => "null".to_owned(),
        Some(other) => one_line(&other.to_string(), MAX_LINE),
        None => text(value, "/type").unwrap_or_default().to_owned(),
    }
}

fn failure(told: &Value) -> RequestResult {
    if told.get("corsErrorStatus").is_some() {
        return RequestResult::Cors;
    }
    match text(told, "/blockedReason") {
        Some("inspector") => RequestResult::Declined,
        Some(_) => RequestResult::Forbidden,
        None if is(told, "canceled") => RequestResult::Pending,
        None => RequestResult::Failed(one_line(text(told, "/errorText").unwrap_or(""), MAX_WORD)),
    }
}
