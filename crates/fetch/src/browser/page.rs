//! One page in a context of its own: what it asks for is answered until nothing is under way any more.

use std::{
    collections::{HashMap, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use model::site::{FailureKind, Headers, Rendering, RequestKind, RequestResult};
use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::{
    Asked, Bounds, Frame, PATIENCE, Reply,
    recorder::{Recorder, kind_of, text},
    snapshot, trouble,
    wire::{Commands, Event, Wire},
};
use crate::Error;

/// For taking the document, when there is no more time for the page.
const LAST: Duration = Duration::from_secs(5);
/// Fields of a request that are about the connection (RFC 9110, 7.6.1), and those that we have our own of.
const NOT_PASSED_ON: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// Fields of an answer that say how its body came, which it no longer does.
const NOT_TOLD: &[&str] = &[
    "connection",
    "content-encoding",
    "content-length",
    "keep-alive",
    "trailer",
    "transfer-encoding",
];

/// A page that nothing was loaded into so far.
pub(super) struct Tab {
    context: String,
    /// Of its page, which is its main frame's too.
    target: String,
    pub(super) session: String,
}

impl Tab {
    pub(super) fn open(wire: &mut Wire) -> Result<Self, Error> {
        wire.forget();
        let made = wire.call(
            "Target.createBrowserContext",
            json!({ "disposeOnDetach": true }),
            None,
            PATIENCE,
        )?;
        let context = named(&made, "/browserContextId")?;
        let refuse = json!({ "behavior": "deny", "browserContextId": context });
        wire.call("Browser.setDownloadBehavior", refuse, None, PATIENCE)?;
        let blank = json!({ "url": "about:blank", "browserContextId": context });
        let target = named(&wire.call("Target.createTarget", blank, None, PATIENCE)?, "/targetId")?;
        let attach = json!({ "targetId": target, "flatten": true });
        let attached = wire.call("Target.attachToTarget", attach, None, PATIENCE)?;
        Ok(Self { context, target, session: named(&attached, "/sessionId")? })
    }

    /// Ends everything in it.
    pub(super) fn close(self, wire: &mut Wire) -> Result<(), Error> {
        let which = json!({ "browserContextId": self.context });
        wire.call("Target.disposeBrowserContext", which, None, PATIENCE)?;
        wire.forget();
        Ok(())
    }

    pub(super) fn render(
        &self,
        wire: &mut Wire,
        page: &Url,
        bounds: &Bounds,
        answer: &(dyn Fn(&Asked) -> Reply + Sync),
    ) -> Result<Rendering, Error> {
        for (method, params) in [
            ("Page.enable", json!({})),
            ("Runtime.enable", json!({})),
            ("Audits.enable", json!({})),
            // Bodies are ours to keep, or not.
            (
                "Network.enable",
                json!({ "maxTotalBufferSize": 0, "maxResourceBufferSize": 0, "maxPostDataSize": 0 }),
            ),
            // A worker of the site's would stand between the page and what is recorded.
            ("Network.setBypassServiceWorker", json!({ "bypass": true })),
            ("Network.setCacheDisabled", json!({ "cacheDisabled": true })),
        ] {
            wire.call(method, params, Some(&self.session), PATIENCE)?;
        }
        let deadline = Instant::now() + bounds.total;
        let (give, take) = channel();
        let work = Work {
            commands: wire.commands(),
            answer,
            jobs: Mutex::new(take),
            open: AtomicUsize::new(0),
            last: Mutex::new(Instant::now()),
            results: Mutex::default(),
            served_cookies: Mutex::default(),
        };
        let mut recorder = Recorder::new(page.clone());
        let is_settled = thread::scope(|scope| {
            for _ in 0..bounds.connections.max(1) {
                let answering = thread::Builder::new().name("browser answers".to_owned());
                let spawned = answering.spawn_scoped(scope, || work.answer_all());
                spawned.map_err(|error| Error::Start { reason: error.to_string() })?;
            }
            let watching = Watching { tab: self, wire, work: &work, give, deadline };
            watching.watch(page, bounds, &mut recorder)
        })?;
        let taken = snapshot::take(wire, &self.session, &self.target, bounds.document_bytes, LAST)?;
        let cookies = json!({ "browserContextId": self.context });
        let cookies = wire.call("Storage.getCookies", cookies, None, PATIENCE)?;
        // What happened while it was taken; a page that never stops to talk is not listened to for ever.
        let until = Instant::now() + LAST;
        while Instant::now() < until
            && let Some(event) = wire.next(Instant::now())?
        {
            if event.session.as_deref() == Some(&self.session) {
                recorder.hear(&event);
            }
        }
        recorder.keep_cookies(&cookies, &locked(&work.served_cookies), taken.at_seconds);
        let results = std::mem::take(&mut *locked(&work.results));
        Ok(recorder.finish(taken, results, is_settled))
    }
}

fn named(result: &Value, pointer: &str) -> Result<String, Error> {
    let told = text(result, pointer).map(str::to_owned);
    told.ok_or_else(|| trouble(format!("does not tell {pointer}")))
}

/// What those who answer share.
struct Work<'a> {
    commands: Commands,
    answer: &'a (dyn Fn(&Asked) -> Reply + Sync),
    jobs: Mutex<Receiver<Job>>,
    /// Requests without an answer.
    open: AtomicUsize,
    /// When something happened last.
    last: Mutex<Instant>,
    /// What only we know of a request, by its number in the network's events.
    results: Mutex<HashMap<String, RequestResult>>,
    /// Names of cookies that answers set.
    served_cookies: Mutex<HashSet<String>>,
}

struct Job {
    asked: Asked,
    /// Of the interception.
    id: String,
    network_id: Option<String>,
    is_navigation: bool,
}

/// One thread's view of a page that loads.
struct Watching<'a> {
    tab: &'a Tab,
    wire: &'a mut Wire,
    work: &'a Work<'a>,
    give: Sender<Job>,
    deadline: Instant,
}

impl Watching<'_> {
    /// Until nothing is under way any more, or the time is over; says which.
    fn watch(self, page: &Url, bounds: &Bounds, recorder: &mut Recorder) -> Result<bool, Error> {
        let Self { tab, work, deadline, .. } = self;
        // Its answer comes when there is a document, which takes answers of ours.
        work.commands.send("Page.navigate", json!({ "url": page.as_str() }), Some(&tab.session));
        let mut is_loaded = false;
        loop {
            let quiet_until = *locked(&work.last) + bounds.quiet;
            let is_quiet = is_loaded && work.open.load(SeqCst) == 0;
            let until = if is_quiet { quiet_until.min(deadline) } else { deadline };
            // Those who answer do not wake us.
            let until = until.min(Instant::now() + bounds.quiet);
            let Some(event) = self.wire.next(until)? else {
                if is_quiet && Instant::now() >= *locked(&work.last) + bounds.quiet {
                    return Ok(true);
                }
                if Instant::now() >= deadline {
                    return Ok(false);
                }
                continue;
            };
            if Instant::now() >= deadline {
                return Ok(false);
            }
            if event.method == "Fetch.requestPaused" {
                self.hold(&event, recorder);
            }
            if event.session.as_deref() != Some(&tab.session) {
                continue;
            }
            match event.method.as_str() {
                "Page.loadEventFired" => is_loaded = true,
                "Page.javascriptDialogOpening" => {
                    let no = json!({ "accept": false });
                    work.commands.send("Page.handleJavaScriptDialog", no, Some(&tab.session));
                }
                _ => {}
            }
            // What a page says does not keep it busy.
            if event.method.starts_with("Network.") || event.method.starts_with("Page.") {
                *locked(&work.last) = Instant::now();
            }
            recorder.hear(&event);
        }
    }

    /// Has a request answered.
    fn hold(&self, event: &Event, recorder: &mut Recorder) {
        let params = &event.params;
        let Some(id) = text(params, "/requestId").map(str::to_owned) else { return };
        let frame = text(params, "/frameId").unwrap_or_default();
        let resource_type = text(params, "/resourceType").unwrap_or_default().to_owned();
        let is_of_page = frame == self.tab.target;
        let network_id = text(params, "/networkId").map(str::to_owned);
        let url = text(params, "/request/url").and_then(|url| Url::parse(url).ok());
        let Some(mut url) = url else {
            return fail(&self.work.commands, &id, "Failed");
        };
        url.set_fragment(None);
        let asked = Asked {
            url,
            method: text(params, "/request/method").unwrap_or_default().to_owned(),
            headers: headers(params),
            kind: kind_of(&resource_type),
            frame: if is_of_page { Frame::Page } else { Frame::Other },
            deadline: self.deadline,
            resource_type,
        };
        let is_navigation = is_of_page && asked.kind == RequestKind::Document;
        if is_of_page && network_id.is_none() {
            recorder.keep_of_worker(&asked, &id);
        }
        self.work.open.fetch_add(1, SeqCst);
        *locked(&self.work.last) = Instant::now();
        // Nobody takes it where no thread is left, and then nothing is waited for either.
        let _ = self.give.send(Job { asked, id, network_id, is_navigation });
    }
}

impl Work<'_> {
    fn answer_all(&self) {
        loop {
            let Ok(job) = locked(&self.jobs).recv() else { return };
            // What is still in the queue at the end is nobody's any more.
            let is_late = Instant::now() >= job.asked.deadline;
            // A mistake of ours costs the request that it was made with.
            let answer = || catch_unwind(AssertUnwindSafe(|| (self.answer)(&job.asked)));
            let reply = if is_late { Reply::Declined } else { answer().unwrap_or(Reply::Declined) };
            // What is broken off because the time is over has not failed.
            let is_over = Instant::now() >= job.asked.deadline;
            let result = match &reply {
                Reply::Answer { headers, .. } => {
                    let names = headers.all("set-cookie").filter_map(|field| field.split_once('='));
                    let names = names.map(|(name, _)| name.trim().to_owned());
                    locked(&self.served_cookies).extend(names);
                    None
                }
                Reply::Failed(FailureKind::TimedOut, _) if is_over => None,
                Reply::Failed(_, reason) => Some(RequestResult::Failed(reason.clone())),
                Reply::Declined => Some(RequestResult::Declined),
            };
            if let Some(result) = result {
                let number = job.network_id.clone().unwrap_or_else(|| job.id.clone());
                locked(&self.results).insert(number, result);
            }
            self.pass_on(&job, reply);
            *locked(&self.last) = Instant::now();
            self.open.fetch_sub(1, SeqCst);
        }
    }

    fn pass_on(&self, job: &Job, reply: Reply) {
        match reply {
            Reply::Answer { .. } if !self.commands.wait_for_room(job.asked.deadline) => {
                fail(&self.commands, &job.id, "TimedOut");
            }
            Reply::Answer { status, headers, body } => {
                // Without one, the browser takes no status that it has no phrase for.
                let phrase = StatusCode::from_u16(status).ok();
                let phrase = phrase.and_then(|status| status.canonical_reason());
                let answer = json!({
                    "requestId": job.id,
                    "responseCode": status,
                    "responsePhrase": phrase.unwrap_or("Unknown"),
                    "responseHeaders": told(&headers),
                    "body": STANDARD.encode(&body),
                });
                self.commands.send("Fetch.fulfillRequest", answer, None);
            }
            Reply::Failed(kind, _) => fail(&self.commands, &job.id, net_error(kind)),
            // A page that may not go where it wants stays where it is.
            Reply::Declined if job.is_navigation => fail(&self.commands, &job.id, "Aborted"),
            Reply::Declined => fail(&self.commands, &job.id, "BlockedByClient"),
        }
    }
}

fn fail(commands: &Commands, id: &str, reason: &str) {
    let why = json!({ "requestId": id, "errorReason": reason });
    commands.send("Fetch.failRequest", why, None);
}

fn headers(paused: &Value) -> Vec<(String, String)> {
    let headers = paused.pointer("/request/headers").and_then(Value::as_object);
    let headers = headers.into_iter().flatten();
    headers
        .filter_map(|(name, value)| Some((name.to_ascii_lowercase(), value.as_str()?.to_owned())))
        .filter(|(name, _)| !NOT_PASSED_ON.contains(&name.as_str()))
        .collect()
}

fn told(headers: &Headers) -> Vec<Value> {
    let told = headers.iter().filter(|(name, _)| !NOT_TOLD.contains(name));
    told.map(|(name, value)| json!({ "name": name, "value": value })).collect()
}

const fn net_error(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Name => "NameNotResolved",
        FailureKind::Refused => "ConnectionRefused",
        FailureKind::Unreachable => "AddressUnreachable",
        FailureKind::Lost => "ConnectionClosed",
        FailureKind::TimedOut => "TimedOut",
        FailureKind::Tls | FailureKind::Redirect | FailureKind::Http | FailureKind::Other => {
            "Failed"
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
