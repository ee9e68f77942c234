//! What a browser makes of a page, and how it starts and ends. Pages come from the test itself.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, atomic::AtomicBool},
    time::{Duration, Instant},
};

use fetch::{
    Error,
    browser::{Asked, Bounds, Browser, Options, Reply, Sandbox},
};
use model::site::{
    FailureKind, Headers, Initiator, InsecureFate, MessageKind, Rendering, RequestKind,
    RequestResult, StorageArea,
};
use test_kit::WatchedBrowser;
use url::Url;

pub(crate) const HOME: &str = "https://site.test/";

/// The machine's browser, unless it has none.
pub(crate) fn options() -> Option<Options> {
    let sandbox = if test_kit::is_root() { Sandbox::Off } else { Sandbox::On };
    let user_agent = "Mozilla/5.0 (compatible; test)".to_owned();
    Some(Options { program: test_kit::chromium()?, sandbox, user_agent })
}

pub(crate) fn start(options: &Options) -> Result<Browser, Error> {
    Browser::start(options, &Arc::new(AtomicBool::new(false)))
}

/// An answer of that type; more fields may stand behind it, line by line.
pub(crate) fn answer(fields: &str, body: &str) -> Reply {
    let mut headers = Headers::default();
    for (number, line) in fields.lines().enumerate() {
        let (name, value) = line.split_once(": ").unwrap_or(("content-type", line));
        assert!(number == 0 || line.contains(": "), "no field: {line}");
        headers.add(name, value.as_bytes());
    }
    Reply::Answer { status: 200, headers, body: body.as_bytes().into() }
}

/// What becomes of the page at [`HOME`], and what was asked for on the way.
pub(crate) fn render(
    bounds: &Bounds,
    site: impl Fn(&Asked) -> Reply + Sync,
) -> Option<(Rendering, Vec<Asked>)> {
    let mut browser = start(&options()?).unwrap();
    let asked = Mutex::new(Vec::new());
    let page = Url::parse(HOME).unwrap();
    let rendering = browser.render(&page, bounds, &|request| {
        asked.lock().unwrap().push(request.clone());
        site(request)
    });
    Some((rendering.unwrap(), asked.into_inner().unwrap()))
}

fn path(asked: &Asked) -> &str {
    if asked.url.host_str() == Some("site.test") { asked.url.path() } else { asked.url.as_str() }
}

const PAGE: &str = "<!doctype html>
<title>Shop</title><div id=root></div>
<script>
  root.innerHTML = '<h1>Made by a script</h1>';
  console.error('could not load', 'the cart');
  localStorage.setItem('token', 'value of the token');
  sessionStorage.setItem('step', '1');
  document.cookie = 'theme=dark; max-age=3600; samesite=lax';
  fetch('/api/cart').then(answer => answer.text()).then(text => { document.title = text; });
  fetch('/api/measure', { method: 'POST', body: 'x' }).catch(() => {});
  fetch('https://other.test/shut').catch(() => {});
  const late = document.createElement('script'); late.src = 'https://cdn.test/late.js'; document.head.append(late);
  const bad = document.createElement('script'); bad.src = 'https://bad.test/x.js'; document.head.append(bad);
  new Image().src = 'http://plain.test/i.png';
  setTimeout(() => missing.call(), 1);
</script>
<link rel=stylesheet href=/gone.css>";

fn shop(asked: &Asked) -> Reply {
    if asked.method != "GET" {
        return Reply::Declined;
    }
    match path(asked) {
        "/" => answer(
            "text/html\nset-cookie: sid=1; HttpOnly\nset-cookie: seen=1\n\
             content-security-policy: script-src 'self' 'unsafe-inline' https://cdn.test",
            PAGE,
        ),
        "/api/cart" => answer("text/plain", "Cart"),
        "https://cdn.test/late.js" => answer("text/javascript", "document.body.append('late')"),
        "https://other.test/shut" => answer("text/plain", "not for you"),
        "/gone.css" => Reply::Failed(FailureKind::Refused, "nothing listens there".to_owned()),
        _ => Reply::Answer { status: 404, headers: Headers::default(), body: Arc::default() },
    }
}

#[test]
fn a_page_is_what_its_scripts_make_of_it() {
    let Some((page, asked)) = render(&Bounds::default(), shop) else { return };
    assert!(page.document.starts_with("<!doctype html>"), "{}", page.document);
    for made in ["<title>Cart</title>", "<h1>Made by a script</h1>", "late</body>"] {
        assert!(page.document.contains(made), "{made}: {}", page.document);
    }
    assert!(page.is_settled && !page.is_blank && !page.is_cut, "{page:?}");
    let said = |kind| page.messages.iter().find(|message| message.kind == kind).unwrap();
    let error = said(MessageKind::Error);
    assert_eq!(error.text, "could not load the cart");
    assert_eq!(error.at.as_ref().map(|at| (at.url.as_str(), at.line)), Some((HOME, 5)));
    let exception = said(MessageKind::Exception);
    assert_eq!(exception.text, "ReferenceError: missing is not defined");
    assert_eq!(page.messages.len(), 2, "{:?}", page.messages);
    let stored: Vec<_> = page
        .stored
        .iter()
        .map(|entry| (entry.area, entry.key.as_str(), entry.value.expose()))
        .collect();
    assert_eq!(
        stored,
        [
            (StorageArea::Local, "token", &b"value of the token"[..]),
            (StorageArea::Session, "step", b"1"),
        ]
    );
    assert!(!format!("{page:?}").contains("value of the token"));
    let [cookie] = page.cookies.as_slice() else { panic!("{:?}", page.cookies) };
    assert_eq!((cookie.name.as_str(), cookie.domain.as_str()), ("theme", "site.test"));
    assert!(!cookie.is_secure && cookie.same_site.as_deref() == Some("Lax"));
    assert!(cookie.kept_seconds.is_some_and(|kept| (3500..=3600).contains(&kept)), "{cookie:?}");
    let [violation] = page.violations.as_slice() else { panic!("{:?}", page.violations) };
    assert_eq!(violation.directive, "script-src-elem");
    assert_eq!(violation.blocked.as_ref().map(Url::as_str), Some("https://bad.test/x.js"));
    assert_eq!(violation.at.as_ref().map(|at| at.line), Some(13));
    let [insecure] = page.insecure.as_slice() else { panic!("{:?}", page.insecure) };
    assert_eq!(insecure.url.as_str(), "http://plain.test/i.png");
    assert_eq!(insecure.fate, InsecureFate::Upgraded);
    // Its own cookies go back to a site, for as long as the page is there.
    let cart = asked.iter().find(|asked| path(asked) == "/api/cart").unwrap();
    let cookies = cart.headers.iter().find(|(name, _)| name == "cookie").map(|(_, value)| value);
    assert_eq!(cookies.map(String::as_str), Some("sid=1; seen=1; theme=dark"));
    assert!(asked.iter().all(|asked| asked.headers.iter().all(|(name, _)| name != "user-agent")));
}

#[test]
fn each_request_has_who_wanted_it_and_what_came_of_it() {
    let Some((page, _)) = render(&Bounds::default(), shop) else { return };
    let of = |url: &str| {
        let url = Url::parse(HOME).unwrap().join(url).unwrap();
        let found = page.requests.iter().find(|request| request.url == url);
        found.unwrap_or_else(|| panic!("{url}: {:?}", page.requests))
    };
    let by_page = Initiator::Script(Some(Url::parse(HOME).unwrap()));
    let first = of("/");
    assert_eq!((first.kind, &first.result), (RequestKind::Document, &RequestResult::Status(200)));
    let style = of("/gone.css");
    assert_eq!((style.kind, &style.initiator), (RequestKind::Style, &Initiator::Markup));
    assert_eq!(style.result, RequestResult::Failed("nothing listens there".to_owned()));
    let late = of("https://cdn.test/late.js");
    assert_eq!((late.kind, &late.initiator), (RequestKind::Script, &by_page));
    assert_eq!(late.result, RequestResult::Status(200));
    let cart = of("/api/cart");
    assert_eq!((cart.kind, &cart.initiator), (RequestKind::Data, &by_page));
    let measured = of("/api/measure");
    assert_eq!(measured.method, "POST");
    assert_eq!(measured.result, RequestResult::Declined);
    assert_eq!(of("https://other.test/shut").result, RequestResult::Cors);
    assert_eq!(of("https://bad.test/x.js").result, RequestResult::Forbidden);
    assert_eq!(of("https://plain.test/i.png").result, RequestResult::Status(404));
}

#[test]
fn redirects_are_followed_by_asking_again() {
    let site = |asked: &Asked| {
        let mut headers = Headers::default();
        match path(asked) {
            "/" => answer("text/html", "<script src=/old.js></script>"),
            "/old.js" => {
                headers.add("location", b"/new.js");
                Reply::Answer { status: 302, headers, body: Arc::default() }
            }
            "/new.js" => answer("text/javascript", "document.write('new')"),
            _ => Reply::Declined,
        }
    };
    let Some((page, asked)) = render(&Bounds::default(), site) else { return };
    assert!(page.document.contains("new"));
    let paths: Vec<&str> = asked.iter().map(path).filter(|path| path.ends_with("js")).collect();
    assert_eq!(paths, ["/old.js", "/new.js"]);
    let results: Vec<_> = page
        .requests
        .iter()
        .filter(|request| request.kind == RequestKind::Script)
        .map(|request| request.result.clone())
        .collect();
    assert_eq!(results, [RequestResult::Status(302), RequestResult::Status(200)]);
}

#[test]
fn a_page_that_shows_nothing_is_blank() {
    for (body, is_blank) in [
        ("<div id=root></div><script>throw new Error('x')</script>", true),
        ("<p style='display:none'>hidden</p>", true),
        ("<p>text</p>", false),
        ("<img src=/i.png width=40 height=40>", false),
        ("<x-app style='display:block;height:9px'></x-app>", false),
        ("<div style='height:9px;background:url(data:,)'></div>", false),
    ] {
        let site = |asked: &Asked| match path(asked) {
            "/" => answer("text/html", body),
            _ => Reply::Declined,
        };
        let Some((page, _)) = render(&Bounds::default(), site) else { return };
        assert_eq!(page.is_blank, is_blank, "{body}");
    }
}

/// A program that does something and then runs the browser as it is called.
fn wrapped(folder: &Path, script: &str) -> Option<PathBuf> {
    let program = folder.join("browser");
    let browser = test_kit::chromium()?;
    fs::write(&program, script.replace("BROWSER", browser.to_str().unwrap())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    Some(program)
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let until = Instant::now() + Duration::from_secs(20);
    while !is_so() {
        assert!(Instant::now() < until, "{what}");
        std::thread::yield_now();
    }
}

#[test]
fn nothing_is_left_of_a_browser_that_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let Some(watched) = WatchedBrowser::new(folder.path()) else { return };
    let program = watched.program().to_owned();
    let mut browser = start(&Options { program, ..options().unwrap() }).unwrap();
    assert!(watched.processes() > 1 && watched.profile().is_dir());
    // Ours may hold tokens: it has nothing of it but where programs are, and what shells add.
    let known = |name: &str| {
        let own = ["HOME", "TMPDIR", "LANG", "DBUS_SESSION_BUS_ADDRESS", "PATH"];
        let shells = ["PWD", "OLDPWD", "SHLVL", "_"];
        own.contains(&name) || shells.contains(&name) || name.starts_with("XDG_")
    };
    let names = watched.environment();
    let unknown: Vec<&String> = names.iter().filter(|name| !known(name)).collect();
    assert!(unknown.is_empty() && names.len() > 3, "{names:?}");
    let never = |_: &Asked| -> Reply { answer("text/html", "<script>while (true) {}</script>") };
    let bounds = Bounds { total: Duration::from_millis(300), ..Bounds::default() };
    let page = Url::parse(HOME).unwrap();
    let error = browser.render(&page, &bounds, &never).unwrap_err();
    assert!(matches!(error, Error::Browser { .. }), "{error}");
    // It was the page that hung.
    let fine = |_: &Asked| -> Reply { answer("text/html", "<p>fine") };
    let rendering = browser.render(&page, &Bounds::default(), &fine).unwrap();
    assert!(rendering.document.contains("fine"));
    drop(browser);
    wait_until("processes are left", || watched.processes() == 0);
    wait_until("the profile is left", || !watched.profile().exists());
}

#[test]
fn a_browser_that_has_a_network_is_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let script = "#!/bin/sh\nfor flag; do shift; case $flag in *webrtc*) ;; *) set -- \"$@\" \"$flag\";; esac; done\nexec BROWSER \"$@\"\n";
    let Some(program) = wrapped(folder.path(), script) else { return };
    let error = start(&Options { program, ..options().unwrap() }).err().unwrap();
    assert!(error.to_string().contains("kept from the network"), "{error}");
}

#[test]
fn what_is_no_browser_is_told_as_such() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::Off;
    let told = |program: PathBuf| {
        let options = Options { program, sandbox, user_agent: "test".to_owned() };
        start(&options).err().unwrap().to_string()
    };
    let at = folder.path().join("no-such-program");
    assert!(told(at).contains("ended as soon as it was started"));
    for (script, words) in [
        ("echo out of order >&2; exit 1", "ended as soon as it was started: out of order"),
        ("echo 'No usable sandbox! If you' >&2; exit 1", "--browser-no-sandbox"),
        ("exit 0", "does not say why"),
    ] {
        let program = folder.path().join("script");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let error = told(program);
        assert!(error.starts_with("the browser ") && error.contains(words), "{error}");
    }
    if test_kit::is_root() {
        let options = Options {
            program: "/bin/true".into(),
            sandbox: Sandbox::On,
            user_agent: String::new(),
        };
        assert!(start(&options).err().unwrap().to_string().contains("--browser-no-sandbox"));
    }
}

#[test]
fn whoever_is_cancelled_does_not_wait() {
    let Some(options) = options() else { return };
    let cancel = Arc::new(AtomicBool::new(false));
    let mut browser = Browser::start(&options, &cancel).unwrap();
    let began = Instant::now();
    let stop = |_: &Asked| -> Reply {
        cancel.store(true, std::sync::atomic::Ordering::SeqCst);
        Reply::Declined
    };
    let page = Url::parse(HOME).unwrap();
    let error = browser.render(&page, &Bounds::default(), &stop).unwrap_err();
    assert!(matches!(error, Error::Cancelled), "{error}");
    assert!(began.elapsed() < Duration::from_secs(10));
}
