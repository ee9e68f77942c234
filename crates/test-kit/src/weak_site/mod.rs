//! Sites with what is weak beside the text of a page: heads, answers at usual places, redirects, connections, names. What a page alone
//! shows is in the examples of the checks' own pages.

mod old_tls;
mod pages;

use std::{
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

pub use old_tls::OldTls;
use pages::{Page, pages};

use crate::{
    DnsServer, Flaw, HttpServer, Names, Reply, Request, Zone, certificate_for, flawed_certificate,
};

/// Servers of weak sites, and what there is to be found on each. They end when this is dropped.
pub struct WeakSites {
    secure: HttpServer,
    plain: HttpServer,
    files: HttpServer,
    dns: DnsServer,
}

/// A visit, and what it has to find.
pub struct Expected {
    /// Where to begin.
    pub start: String,
    /// Checks, each with the path of a place that it has to name; empty where it is about the host as a whole.
    pub found: Vec<(&'static str, &'static str)>,
}

/// The names of all sites; every one leads to 127.0.0.1.
const HOSTS: [&str; 8] = [
    "weak.test",
    "old.test",
    "files.weak.test",
    "plain.test",
    "moved.test",
    "www.moved.test",
    "worse.test",
    "www.gone.test",
];

impl WeakSites {
    /// Starts them.
    #[must_use]
    pub fn start() -> Self {
        let files =
            HttpServer::https_with(certificate_for(&["files.weak.test"]), |request| match request
                .path
                .as_str()
            {
                path if path.ends_with(".js") => script("go();"),
                _ => Reply::status(404),
            });
        let elsewhere = files.url_at("files.weak.test", "");
        let known_port = Arc::new(OnceLock::new());
        let plain_port = Arc::clone(&known_port);
        let secure = HttpServer::https_with(flawed_certificate(Flaw::Expired), move |request| {
            let host = request.header("host").unwrap_or_default();
            match host.split(':').next().unwrap_or_default() {
                "weak.test" => weak(request, &elsewhere, host),
                _ => moved(request, host, plain_port.get().copied().unwrap_or_default()),
            }
        });
        let port = secure.address().port();
        let plain = HttpServer::http(move |request| {
            let host = request.header("host").unwrap_or_default();
            match host.split(':').next().unwrap_or_default() {
                "moved.test" => Reply::redirect(301, &format!("https://www.moved.test:{port}/one"))
                    .header("set-cookie", "session=9f86d081884c7d659a2feaa0c55ad015")
                    .header("strict-transport-security", "max-age=31536000"),
                "www.gone.test" => Reply::status(502),
                "worse.test" => worse(request),
                _ => plain_site(request, host),
            }
        });
        let _ = known_port.set(plain.address().port());
        let zone = Zone::parse(ZONE);
        let dns = DnsServer::start(move |name, kind| zone.answer(name, kind));
        Self { secure, plain, files, dns }
    }

    /// What the names mean.
    #[must_use]
    pub fn names(&self) -> Names {
        HOSTS.iter().fold(Names::default(), |names, host| names.with(host, &[&["127.0.0.1"]]))
    }

    /// The authority of the one host whose certificate verifies.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        self.files.authority_pem()
    }

    /// Whom to ask for records.
    #[must_use]
    pub fn name_server(&self) -> std::net::SocketAddr {
        self.dns.address()
    }

    /// Every visit, and what it has to find.
    #[must_use]
    pub fn expected(&self) -> Vec<Expected> {
        let mut weak: Vec<_> = pages().iter().map(|page| (page.check, page.path)).collect();
        weak.extend(OF_WEAK);
        vec![
            Expected { start: self.secure.url_at("weak.test", "/"), found: weak },
            Expected { start: self.plain.url_at("plain.test", "/"), found: OF_PLAIN.to_vec() },
            Expected { start: self.plain.url_at("moved.test", "/"), found: OF_MOVED.to_vec() },
            Expected { start: self.plain.url_at("worse.test", "/"), found: OF_WORSE.to_vec() },
            Expected { start: self.plain.url_at("www.gone.test", "/"), found: OF_GONE.to_vec() },
        ]
    }
}

/// What `weak.test` shows beside its pages.
const OF_WEAK: &[(&str, &str)] = &[
    ("tls.certificate-expired", ""),
    ("tls.certificate-name", ""),
    ("tls.no-http2", ""),
    ("headers.security-headers", ""),
    ("performance.compression", ""),
    ("performance.delivery", ""),
    ("performance.http-version", ""),
    ("performance.static-caching", ""),
    ("performance.asset-redirects", ""),
    ("performance.cache-validators", ""),
    ("performance.unminified", ""),
    ("media.image-formats", ""),
    ("media.image-weight", ""),
    ("media.animated-gif", ""),
    ("mobile.manifest-broken", ""),
    ("seo.broken-links", "/"),
    ("seo.broken-resources", "/"),
    ("seo.favicon", ""),
    ("seo.robots-blocks-resources", ""),
    ("seo.sitemap-invalid", "/map.xml"),
    ("seo.canonical-home", ""),
    ("seo.canonical-target", ""),
    ("seo.description-duplicate", ""),
    ("seo.hreflang-return", ""),
    ("i18n.charset-late", "/late"),
    ("performance.document-size", "/large"),
    ("performance.dom-size", "/large"),
    ("performance.inline-code", "/large"),
    ("performance.data-urls", "/large"),
    ("performance.page-weight", "/"),
    ("media.responsive-images", "/"),
    ("seo.title-duplicate", ""),
    ("seo.redirect-chain", ""),
    ("exposure.security-txt-missing", ""),
    ("exposure.robots-sensitive-path", ""),
    ("exposure.source-map", ""),
    ("headers.csp-nonce-reused", ""),
    ("headers.content-type-missing", "/no-type"),
    ("dns.private-address", ""),
    ("dns.no-ipv6", ""),
    ("dns.caa-invalid", ""),
    ("dns.mx-invalid", ""),
    ("dns.spf-invalid", ""),
    ("dns.dmarc-weak", ""),
    ("dns.dkim-weak", ""),
    ("dns.single-nameserver", ""),
    ("dns.dnssec-broken", ""),
    ("dns.mta-sts", ""),
    ("dns.tls-rpt", ""),
];

const OF_PLAIN: &[(&str, &str)] = &[
    ("tls.plain-only", "/"),
    ("content.password-over-http", "/"),
    ("mobile.manifest-incomplete", "/m.webmanifest"),
    ("exposure.security-txt-invalid", "/.well-known/security.txt"),
    ("seo.sitemap-urls", ""),
    ("seo.soft-404", ""),
    ("seo.robots-invalid", "/robots.txt"),
    ("dns.apex-alias", ""),
    ("dns.caa-missing", ""),
    ("dns.spf-ptr", ""),
    ("dns.spf-permissive", ""),
    ("dns.dmarc-invalid", ""),
    ("dns.dnssec-unlinked", ""),
];

const OF_MOVED: &[(&str, &str)] = &[
    ("tls.redirect-host-first", ""),
    ("tls.https-downgrade", ""),
    ("headers.cookie-over-http", "/"),
    ("headers.hsts-over-http", "/"),
    ("performance.redirects", ""),
    ("seo.sitemap-missing", ""),
    ("dns.spf-ignored-terms", ""),
    ("dns.dnssec-missing", ""),
];

const OF_WORSE: &[(&str, &str)] = &[
    ("seo.robots-blocks-site", "/robots.txt"),
    ("dns.email-security", ""),
    ("dns.dnssec-weak", ""),
];

const OF_GONE: &[(&str, &str)] = &[("dns.dangling-alias", "")];

const ZONE: &str = "
    weak.test A 203.0.113.5
    weak.test A 10.0.0.5
    weak.test NS ns1.weak.test
    weak.test MX 10 192.0.2.1
    weak.test MX 20 mx.weak.test
    weak.test TXT v=spf1 ip:192.0.2.1 -all
    weak.test CAA 0 issue https://ca.example
    weak.test DS 12345 13 2
    _dmarc.weak.test TXT v=DMARC1; p=none; rua=mailto:dmarc@weak.test
    google._domainkey.weak.test TXT v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToIMmPSPDdQPNUYckcQ2QIDAQAB
    mx.weak.test A 203.0.113.6

    plain.test CNAME site.example.net
    plain.test NS ns1.example.net
    plain.test TXT v=spf1 ptr:plain.test +all
    plain.test DNSKEY 257 13
    _dmarc.plain.test TXT v=DMARC1; p=reject; rua=dmarc@plain.test

    moved.test NS ns1.moved.test
    moved.test TXT v=spf1 mx -all include:_spf.moved.test
    www.moved.test A 203.0.113.7

    worse.test A 203.0.113.8
    worse.test NS ns1.worse.test
    worse.test MX 10 mx.worse.test
    worse.test TXT some-verification=1
    worse.test DS 12345 7 2
    worse.test DNSKEY 257 7

    www.gone.test CNAME shop-1234.azurewebsites.net
    gone.test NS ns1.gone.test
";

/// The site with most of the weaknesses. `elsewhere` is where its other files are.
fn weak(request: &Request, elsewhere: &str, host: &str) -> Reply {
    let pages = pages();
    if let Some(page) = pages.iter().find(|page| page.path == request.path) {
        return of_page(page);
    }
    match request.path.as_str() {
        "/" => index(&pages, elsewhere),
        "/robots.txt" => text(&format!(
            "User-agent: *\nDisallow: /old/backups/\nDisallow: /assets/\nSitemap: https://{host}/map.xml\n"
        )),
        "/large" => large(),
        "/late" => late(),
        "/assets/app.js" => script(&format!(
            "{}\n//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbImEudHMiXSwic291cmNlc0NvbnRlbnQiOlsieCJdLCJtYXBwaW5ncyI6IiJ9",
            "/* what this function does, and why it does it */\nfunction start(first, second) {\n    return first + second;\n}\n".repeat(300),
        ))
        .header("cache-control", "max-age=600"),
        "/moved.js" => Reply::redirect(301, "/assets/app.js"),
        "/a.png" => Reply::ok([b"\x89PNG\r\n\x1a\n".as_slice(), &crate::noise(6_000_000)].concat())
            .header("content-type", "image/png"),
        "/a.gif" => Reply::ok([b"GIF89a NETSCAPE2.0".as_slice(), &crate::noise(300_000)].concat())
            .header("content-type", "image/gif"),
        "/one" => Reply::redirect(302, "/two"),
        "/two" => Reply::redirect(302, "/three"),
        "/three" => html("<!doctype html><title>Three</title><meta name=description content='The best examples.'>"),
        "/no-type" => Reply::ok("<!doctype html><title>No type</title>"),
        "/nonce-a" => nonce("<title>Nonce</title><link rel=canonical href=/>"),
        "/nonce-b" => nonce("<title>Another nonce</title><link rel=canonical href=/one>"),
        _ => missing(&pages),
    }
}

fn index(pages: &[Page], elsewhere: &str) -> Reply {
    let mut body = "<!doctype html><html lang=en><title>Page</title><meta name=description content='The best examples.'>\
        <link rel=alternate hreflang=de href=/three><link rel=manifest href=/app.webmanifest>\
        <script src=/assets/app.js></script><script src=/moved.js></script><script src=/gone.js></script>\
        <img src=/a.png alt=A><img src=/a.gif alt=B><a href=/gone>gone</a><a href=/one>one</a><a href=/no-type>b</a>\
        <a href=/nonce-a>a</a><a href=/nonce-b>b</a><a href=/large>large</a><a href=/late>late</a>"
        .to_owned();
    for number in 0..8 {
        write!(body, "<script src='{elsewhere}{number}.js'></script>").unwrap();
    }
    for page in pages.iter().filter(|page| !page.path.is_empty()) {
        writeln!(body, "<a href='{0}'>{0}</a>", page.path).unwrap();
    }
    html(&body)
}

/// Two products at once, which no server is; a visitor sees what it looks for.
fn missing(pages: &[Page]) -> Reply {
    let bodies: String =
        pages.iter().filter(|page| page.path.is_empty()).map(|page| page.body).collect();
    Reply { status: 404, ..html(&bodies) }
}

fn of_page(page: &Page) -> Reply {
    let mut reply = Reply { status: page.status, ..Reply::ok(page.body) };
    for line in page.fields.lines() {
        let (name, value) = line.split_once(": ").unwrap();
        reply = reply.header(name, value);
    }
    match page.fields.contains("content-type: ") {
        true => reply,
        false => reply.header("content-type", "text/html; charset=utf-8"),
    }
}

fn nonce(head: &str) -> Reply {
    html(&format!("<!doctype html>{head}"))
        .header("content-security-policy", "script-src 'nonce-ZGVtbyBub25jZSAxMjM0NQ=='")
}

/// A document of 700 KB with a long script, and an image in its address.
fn large() -> Reply {
    let image = "A".repeat(30_000);
    let script = "go();".repeat(30_000);
    let text = "<p>x</p>".repeat(75_000);
    html(&format!(
        "<!doctype html><title>Large</title><img alt=A src='data:image/png;base64,{image}'><script>{script}</script>{text}"
    ))
}

/// It says late in which encoding it is.
fn late() -> Reply {
    let comment = "x".repeat(2_000);
    let body = format!("<!doctype html><!-- {comment} --><meta charset=utf-8><title>Late</title>");
    Reply::ok(body).header("content-type", "text/html")
}

/// What is on http without a way to https.
fn plain_site(request: &Request, host: &str) -> Reply {
    match request.path.as_str() {
        "/" => html(
            "<!doctype html><title>Log in</title><link rel=manifest href=/m.webmanifest><form method=post action=/login><input type=password name=p><button>Go</button></form>",
        ),
        "/m.webmanifest" => {
            Reply::ok("{\"name\":\"Example\",\"start_url\":\"/\",\"display\":\"browser\"}")
                .header("content-type", "application/manifest+json")
        }
        "/.well-known/security.txt" => text("Contact: security@plain.test\n"),
        "/sitemap.xml" => {
            Reply::ok(format!("<urlset><url><loc>http://{host}/lost</loc></url></urlset>"))
                .header("content-type", "application/xml")
        }
        "/lost" => Reply::status(404),
        // Everything else is a page, `robots.txt` and what cannot exist among it.
        _ => html("<!doctype html><title>Everything is a page</title>"),
    }
}

/// Where a visitor is led over several addresses, and back to http.
fn moved(request: &Request, host: &str, plain_port: u16) -> Reply {
    let name = host.split(':').next().unwrap_or_default();
    match request.path.as_str() {
        "/one" => Reply::redirect(302, "/two"),
        "/two" => html("<!doctype html><title>Moved</title><a href=/back>back</a>"),
        "/back" => Reply::redirect(302, &format!("http://{name}:{plain_port}/")),
        _ => Reply::status(404),
    }
}

fn worse(request: &Request) -> Reply {
    match request.path.as_str() {
        "/" => html("<!doctype html><title>Worse</title>"),
        "/robots.txt" => text("User-agent: *\nDisallow: /\n"),
        _ => Reply::status(404),
    }
}

fn text(body: &str) -> Reply {
    Reply::ok(body).header("content-type", "text/plain; charset=utf-8")
}

fn html(body: &str) -> Reply {
    Reply::ok(body).header("content-type", "text/html; charset=utf-8")
}

fn script(body: &str) -> Reply {
    Reply::ok(body).header("content-type", "text/javascript; charset=utf-8")
}
