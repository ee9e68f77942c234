//! The pages of a crawl in a browser: what it asks for is answered here.
//!
//! What the crawl has is not asked for again. The rest is asked within the visit's bounds, and only what somebody who looks at a page
//! would not be surprised by: GET, HEAD and OPTIONS. What scripts would send with other methods (measurements, calls that change
//! something) stays here and is known as asked for; so do films, streams without end, and pages of other sites that a script leads to.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use fetch::{
    Error as FetchError,
    browser::{Asked, Bounds, Browser, Frame, Reply},
    http::Method,
};
use model::{
    Note, NoteKind,
    site::{Answer, Headers, Outcome, Rendering, RequestKind, Resource, Role, Site},
};
use url::Url;

use super::{
    ask::{self, Asker, Refusal},
    links, note,
    plan::Territory,
    shown,
};

/// Requests of one page that are answered.
const MAX_OF_PAGE: usize = 300;
/// How often a page may go elsewhere on the site by itself.
const MAX_NAVIGATIONS: usize = 5;
/// Pages in a row that cannot be rendered, after which no more are tried.
const MAX_FAILURES: usize = 3;
/// Of one document, rendered: many times what a long page has.
const DOCUMENT_BYTES: usize = 5 << 20;
/// Of all documents, rendered.
const ALL_DOCUMENTS_BYTES: usize = 64 << 20;
/// What is not needed to see a page, or never ends (`Network.ResourceType`).
const LEFT_OUT: &[&str] = &[
    "Media",
    "TextTrack",
    "EventSource",
    "Ping",
    "Prefetch",
    "CSPViolationReport",
    "SignedExchange",
];

/// What came of it.
#[derive(Default)]
pub(super) struct Rendered {
    pub(super) renderings: Vec<Rendering>,
    /// Scripts and style sheets that only a browser asks for.
    pub(super) resources: Vec<Resource>,
    pub(super) notes: Vec<Note>,
}

/// Renders the pages among the site's resources from that one on, one after the other and as long as there is time, each as to a
/// visitor who has never been there.
pub(super) fn pages(
    browser: &mut Browser,
    asker: &Asker<'_>,
    site: &Site,
    from: usize,
    within: &Territory<'_>,
    time: Duration,
) -> Rendered {
    let now = Instant::now();
    let until = now.checked_add(time).unwrap_or_else(|| now + asker.remaining());
    let mut rendered = Rendered::default();
    let memory = Memory::of(site);
    let taken: usize = site.renderings.iter().map(|rendering| rendering.document.len()).sum();
    let mut room = ALL_DOCUMENTS_BYTES.saturating_sub(taken);
    let mut left = 0_usize;
    let mut failures = 0;
    for page in pages_from(site, from) {
        room = room.min(usize::try_from(asker.rest_bytes()).unwrap_or(usize::MAX));
        let time = asker.remaining().min(until.saturating_duration_since(Instant::now()));
        if asker.is_over() || time.is_zero() || room == 0 || failures >= MAX_FAILURES {
            left += 1;
            continue;
        }
        let here = Here {
            asker,
            within,
            memory: &memory,
            page: &page.url,
            asked: AtomicUsize::new(0),
            navigations: AtomicUsize::new(0),
        };
        let bounds = Bounds {
            total: asker.limits().rendering.min(time),
            document_bytes: DOCUMENT_BYTES.min(room),
            cancel: Arc::clone(asker.cancel()),
            ..Bounds::default()
        };
        let result = browser.render(&page.url, &bounds, &|asked| here.answer(asked));
        rendered.notes.extend(here.note());
        match result {
            Ok(rendering) if rendering.is_of_its_page() => {
                failures = 0;
                room = room.saturating_sub(rendering.document.len());
                asker.hold(bytes_of(&rendering));
                rendered.notes.extend(notes_of(&rendering));
                rendered.renderings.push(rendering);
            }
            Ok(_) => {
                let message = format!("{} leads elsewhere by itself", shown(&page.url));
                rendered.notes.push(note(NoteKind::NotRendered, message));
            }
            Err(FetchError::Cancelled) => break,
            Err(error) => {
                failures += 1;
                let message = format!("{} was not rendered: {error}", shown(&page.url));
                rendered.notes.push(note(NoteKind::Unreadable, message));
            }
        }
    }
    if left > 0 {
        let why = match failures >= MAX_FAILURES {
            true => "the browser failed",
            false => "there was no more time or room",
        };
        rendered
            .notes
            .push(note(NoteKind::Limit, format!("{left} pages were not rendered: {why}")));
    }
    rendered.resources = memory.into_new();
    rendered
}

/// The pages among the site's resources, from that one on.
pub(super) fn pages_from(site: &Site, from: usize) -> impl Iterator<Item = &Answer> {
    let pages = site.resources.iter().skip(from).filter(|resource| resource.role == Role::Page);
    pages.filter_map(Resource::answer).filter(|answer| {
        answer.is_success() && answer.is_html() && answer.url.origin() == site.home().origin()
    })
}

/// What a page in a browser takes here: it may make much of what a server sends little of.
fn bytes_of(rendering: &Rendering) -> u64 {
    let requests = rendering.requests.iter().map(|one| one.url.as_str().len());
    let messages = rendering.messages.iter().map(|one| one.text.len());
    let stored = rendering.stored.iter().map(|one| one.key.len() + one.value.expose().len());
    let all = requests.chain(messages).chain(stored).sum::<usize>() + rendering.document.len();
    all as u64
}

fn notes_of(rendering: &Rendering) -> Option<Note> {
    let what = match (rendering.is_settled, rendering.is_cut) {
        (true, false) => return None,
        (false, _) => "was still busy when it was looked at",
        (true, true) => "does more in a browser than is kept; what is kept was looked at",
    };
    Some(note(NoteKind::NotRendered, format!("{} {what}", shown(&rendering.page))))
}

/// One page while it is rendered.
struct Here<'a> {
    asker: &'a Asker<'a>,
    within: &'a Territory<'a>,
    memory: &'a Memory,
    page: &'a Url,
    asked: AtomicUsize,
    navigations: AtomicUsize,
}

impl Here<'_> {
    /// What it wanted beyond what it was given.
    fn note(&self) -> Option<Note> {
        let what = if self.asked.load(Relaxed) > MAX_OF_PAGE {
            format!("asks for more than {MAX_OF_PAGE} things; the rest was not loaded")
        } else if self.navigations.load(Relaxed) > MAX_NAVIGATIONS {
            format!("goes elsewhere by itself more than {MAX_NAVIGATIONS} times")
        } else {
            return None;
        };
        Some(note(NoteKind::Limit, format!("{} {what}", shown(self.page))))
    }

    fn answer(&self, asked: &Asked) -> Reply {
        let Some(method) = self.lets_out(asked) else { return Reply::Declined };
        // What the crawl has it got with the user's headers; frames do not get them.
        let is_for_anybody = asked.frame == Frame::Page || !self.asker.sends_headers_to(&asked.url);
        if let Some(kept) = self.memory.get(asked).filter(|_| is_for_anybody) {
            return kept;
        }
        let exchange = match self.asker.ask_for_page(method, asked) {
            Ok(exchange) => exchange,
            Err(Refusal::Failed(failure)) => return Reply::Failed(failure.kind, failure.reason),
            Err(Refusal::Refused(_) | Refusal::Left(_)) => return Reply::Declined,
        };
        let headers = ask::headers(&exchange);
        let answer = ask::answer(asked.url.clone(), exchange, headers);
        let reply = reply(&answer);
        self.memory.keep(asked, self.page, answer);
        reply
    }

    /// The method, if a passive visit asks for that.
    fn lets_out(&self, asked: &Asked) -> Option<Method> {
        let method = match asked.method.as_str() {
            "GET" => Method::GET,
            "HEAD" => Method::HEAD,
            "OPTIONS" => Method::OPTIONS,
            _ => return None,
        };
        if !links::is_web(&asked.url) || LEFT_OUT.contains(&asked.resource_type.as_str()) {
            return None;
        }
        if self.asked.fetch_add(1, Relaxed) >= MAX_OF_PAGE {
            return None;
        }
        let is_of_page = asked.frame == Frame::Page && asked.kind == RequestKind::Document;
        if is_of_page && self.navigations.fetch_add(1, Relaxed) > 0 && asked.url != *self.page {
            let may_go = self.within.holds(&asked.url).is_ok();
            if !may_go || self.navigations.load(Relaxed) > MAX_NAVIGATIONS {
                return None;
            }
        }
        Some(method)
    }
}

/// What was asked for already.
struct Memory {
    kept: Mutex<HashMap<Url, Kept>>,
    new: Mutex<Vec<Resource>>,
}

#[derive(Clone)]
struct Kept {
    status: u16,
    headers: Headers,
    body: Arc<[u8]>,
}

impl Memory {
    fn of(site: &Site) -> Self {
        let whole = site.resources.iter().filter(|resource| {
            let is_asked_by_browsers = matches!(
                resource.role,
                Role::Page | Role::Script | Role::Style | Role::Image | Role::Font | Role::Icon
            );
            is_asked_by_browsers && resource.hops.is_empty()
        });
        let mut kept: HashMap<Url, Kept> = HashMap::new();
        for answer in whole.filter_map(Resource::answer).filter(|answer| !answer.is_cut) {
            kept.insert(answer.url.clone(), Kept::of(answer));
        }
        // Where a page's address was reached by a redirect, it is rendered where it is.
        for (_, answer) in site.answered(Role::Page).filter(|(_, answer)| !answer.is_cut) {
            kept.entry(answer.url.clone()).or_insert_with(|| Kept::of(answer));
        }
        Self { kept: Mutex::new(kept), new: Mutex::default() }
    }

    /// What does not depend on who asks. What scripts ask for may, and so may what goes to another origin with a word from whom.
    fn get(&self, asked: &Asked) -> Option<Reply> {
        let has = |name: &str| asked.headers.iter().any(|(given, _)| given == name);
        if asked.method != "GET" || asked.kind == RequestKind::Data || has("origin") || has("range")
        {
            return None;
        }
        let Kept { status, headers, body } = locked(&self.kept).get(&asked.url)?.clone();
        Some(Reply::Answer { status, headers, body })
    }

    fn keep(&self, asked: &Asked, page: &Url, answer: Answer) {
        let role = match asked.kind {
            RequestKind::Script => Role::Script,
            RequestKind::Style => Role::Style,
            _ => return,
        };
        // What a frame loads is not the page's.
        if asked.method != "GET" || !answer.is_success() || asked.frame == Frame::Other {
            return;
        }
        if !answer.is_cut {
            locked(&self.kept).insert(asked.url.clone(), Kept::of(&answer));
        }
        let mut new = locked(&self.new);
        if !new.iter().any(|resource| resource.url == asked.url) {
            new.push(Resource {
                role,
                url: asked.url.clone(),
                referrer: Some((page.clone(), 1)),
                hops: Vec::new(),
                outcome: Outcome::Answered(Box::new(answer)),
            });
        }
    }

    /// In an order that does not depend on who was faster.
    fn into_new(self) -> Vec<Resource> {
        let mut new = self.new.into_inner().unwrap_or_else(PoisonError::into_inner);
        new.sort_by(|a, b| a.url.cmp(&b.url));
        new
    }
}

impl Kept {
    fn of(answer: &Answer) -> Self {
        Self {
            status: answer.status,
            headers: answer.headers.clone(),
            body: Arc::clone(&answer.body),
        }
    }
}

fn reply(answer: &Answer) -> Reply {
    let Kept { status, headers, body } = Kept::of(answer);
    Reply::Answer { status, headers, body }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
