//! A site as it should be: over HTTP/2 and TLS, with a name that is looked after. Nobody has anything to say about it.

use std::{io::Write as _, net::SocketAddr};

use flate2::{Compression, write::GzEncoder};

use crate::{DnsServer, Http2Server, Names, Reply, Request, Zone, certificate, certificate_for};

/// Its host.
const HOST: &str = "clean.test";

/// Servers of the site. They end when this is dropped.
pub struct CleanSite {
    server: Http2Server,
    dns: DnsServer,
}

impl CleanSite {
    /// Starts them.
    #[must_use]
    pub fn start() -> Self {
        let zone = Zone::parse(ZONE);
        Self {
            server: Http2Server::with(certificate_for(&[HOST, "www.clean.test"]), answer),
            dns: DnsServer::start(move |name, kind| zone.answer(name, kind)),
        }
    }

    /// What its name means.
    #[must_use]
    pub fn names(&self) -> Names {
        Names::default().with(HOST, &[&["127.0.0.1"]])
    }

    /// Its first page.
    #[must_use]
    pub fn url(&self) -> String {
        self.server.url_at(HOST, "/")
    }

    /// The authority to trust.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        self.server.authority_pem()
    }

    /// Whom to ask for records.
    #[must_use]
    pub fn name_server(&self) -> SocketAddr {
        self.dns.address()
    }
}

const ZONE: &str = "
    clean.test A 93.184.215.14
    clean.test AAAA 2606:2800:21f:cb07:6820:80da:af6b:8b2c
    clean.test NS ns1.example.net
    clean.test NS ns2.example.org
    clean.test MX 10 mx.clean.test
    clean.test TXT v=spf1 mx -all
    clean.test CAA 0 issue ca.example
    clean.test CAA 0 iodef mailto:security@clean.test
    clean.test DS 12345 13 2
    clean.test DNSKEY 257 13
    clean.test DNSKEY 256 13
    mx.clean.test A 93.184.215.15
    mx.clean.test AAAA 2606:2800:21f:cb07:6820:80da:af6b:8b2d
    _dmarc.clean.test TXT v=DMARC1; p=reject; rua=mailto:dmarc@clean.test
    _mta-sts.clean.test TXT v=STSv1; id=20260101
    _smtp._tls.clean.test TXT v=TLSRPTv1; rua=mailto:tls@clean.test
";

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
    manifest-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const PAGES: [(&str, &str, &str); 3] = [
    (
        "/",
        "Welcome to the library",
        "<p>A library for everybody, with books, films and quiet rooms.</p>\
         <p><img src=\"/reading-room.4f2a91c3.png\" width=\"64\" height=\"64\" alt=\"The reading room\"></p>",
    ),
    ("/hours", "When the library is open", "<p>From nine to six, also at weekends.</p>"),
    ("/contact", "How to reach the library", FORM),
];

const FORM: &str = "<form action=\"/send\" method=\"post\">
      <p><label for=\"name\">Your name</label> <input id=\"name\" name=\"name\" autocomplete=\"name\" required></p>
      <p><label for=\"email\">Your e-mail address</label> <input id=\"email\" name=\"email\" type=\"email\" autocomplete=\"email\" required></p>
      <p><label for=\"message\">Your message</label> <textarea id=\"message\" name=\"message\" required></textarea></p>
      <p><button>Send the message</button></p>
    </form>";

const SCRIPT: &str = "const menu=document.querySelector(\"nav\");menu?.addEventListener(\"focusin\",()=>menu.classList.add(\"open\"));\n";

const STYLE: &str = "body{margin:1rem auto;max-width:40rem;color:#1b1b1b;background:#fff;font:1rem/1.5 sans-serif}\
    @font-face{font-family:\"Library\";src:url(/library.9be1d2f0.woff2) format(\"woff2\");font-display:swap}\
    h1{font-family:\"Library\",serif}a{color:#00408a}a:focus-visible{outline:3px solid #00408a}\
    header{background:url(/shelf.77c0aa12.svg) no-repeat}\n";

/// Ten square pixels of one colour.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x0a\0\0\0\x0a\x01\0\0\0\0\xe1\xd6\xd6\xd6\0\0\0\0IEND\xaeB`\x82";

fn answer(request: &Request) -> Reply {
    let origin = format!("https://{}", request.header("host").unwrap_or_default());
    if let Some((path, title, content)) = PAGES.iter().find(|(path, _, _)| *path == request.path) {
        return page(200, &document(&origin, path, title, content))
            .header("cache-control", "private, no-cache")
            .header("set-cookie", "__Host-session=9f86d081884c7d659a2feaa0c55ad015; Path=/; Secure; HttpOnly; SameSite=Lax");
    }
    match request.path.as_str() {
        "/robots.txt" => text(
            "text/plain; charset=utf-8",
            &format!("User-agent: *\nAllow: /\n\nSitemap: {origin}/sitemap.xml\n"),
        ),
        "/sitemap.xml" => text("application/xml", &sitemap(&origin)),
        "/.well-known/security.txt" => text("text/plain; charset=utf-8", &security(&origin)),
        "/app.webmanifest" => text("application/manifest+json", MANIFEST),
        "/app.3c9d2e71.js" => asset("text/javascript; charset=utf-8", SCRIPT),
        "/style.b41f6a08.css" => asset("text/css; charset=utf-8", STYLE),
        "/icon.5d21c9aa.svg" | "/shelf.77c0aa12.svg" => asset(
            "image/svg+xml",
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M1 1h6v6H1z\"/></svg>",
        ),
        "/favicon.ico"
        | "/reading-room.4f2a91c3.png"
        | "/icon-192.8a6b5c4d.png"
        | "/icon-512.1f2e3d4c.png"
        | "/touch.0a1b2c3d.png"
        | "/card.6e5f4a3b.png" => lasting(Reply::ok(PNG), "image/png"),
        "/library.9be1d2f0.woff2" => {
            lasting(Reply::ok([b"wOF2".as_slice(), &crate::noise(2_000)].concat()), "font/woff2")
        }
        _ => page(
            404,
            &document(
                &origin,
                &request.path,
                "There is no such page",
                "<p><a href=\"/\">To the beginning</a></p>",
            ),
        ),
    }
}

fn document(origin: &str, path: &str, title: &str, content: &str) -> String {
    format!(
        r##"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{title} – Example Library</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="description" content="{title}: what there is to know about it, from the people who work there every day.">
  <meta name="theme-color" content="#102030">
  <meta property="og:title" content="{title}">
  <meta property="og:type" content="website">
  <meta property="og:url" content="{origin}{path}">
  <meta property="og:image" content="{origin}/card.6e5f4a3b.png">
  <meta property="og:description" content="{title}.">
  <meta name="twitter:card" content="summary_large_image">
  <link rel="canonical" href="{origin}{path}">
  <link rel="icon" href="/icon.5d21c9aa.svg" type="image/svg+xml">
  <link rel="apple-touch-icon" href="/touch.0a1b2c3d.png">
  <link rel="manifest" href="/app.webmanifest">
  <link rel="stylesheet" href="/style.b41f6a08.css">
  <script type="application/ld+json">
  {{ "@context": "https://schema.org", "@type": "WebSite", "name": "Example Library", "url": "{origin}/" }}
  </script>
  <script type="module" src="/app.3c9d2e71.js"></script>
</head>
<body>
  <a href="#content">Skip to the content</a>
  <header><nav aria-label="Main"><a href="/">Home</a> <a href="/hours">Opening hours</a> <a href="/contact">Contact</a></nav></header>
  <main id="content"><h1>{title}</h1>{content}</main>
  <footer><p>Example Library</p></footer>
</body>
</html>
"##
    )
}

const MANIFEST: &str = r##"{"name":"Example Library","short_name":"Library","id":"/","start_url":"/","scope":"/","display":"standalone","lang":"en","theme_color":"#102030","background_color":"#ffffff","icons":[{"src":"/icon-192.8a6b5c4d.png","sizes":"192x192","type":"image/png"},{"src":"/icon-512.1f2e3d4c.png","sizes":"512x512","type":"image/png"},{"src":"/icon-512.1f2e3d4c.png","sizes":"512x512","type":"image/png","purpose":"maskable"}]}
"##;

fn sitemap(origin: &str) -> String {
    let urls: String =
        PAGES.iter().map(|(path, _, _)| format!("<url><loc>{origin}{path}</loc></url>")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{urls}</urlset>\n"
    )
}

/// RFC 9116.
fn security(origin: &str) -> String {
    let expires = certificate::day_in(200);
    format!(
        "Contact: mailto:security@clean.test\nExpires: {expires}T00:00:00Z\nPreferred-Languages: en\nCanonical: {origin}/.well-known/security.txt\n"
    )
}

fn page(status: u16, body: &str) -> Reply {
    let page = Reply { status, ..text("text/html; charset=utf-8", body) };
    page.header("content-security-policy", POLICY)
        .header("referrer-policy", "strict-origin-when-cross-origin")
        .header("permissions-policy", "camera=(), geolocation=(), microphone=()")
        .header("cross-origin-opener-policy", "same-origin")
        .header("content-language", "en")
        .header("x-frame-options", "DENY")
}

/// A file whose name changes with its content.
fn asset(media_type: &str, body: &str) -> Reply {
    let reply = packed(body).header("content-type", media_type);
    common(reply).header("cache-control", "public, max-age=31536000, immutable")
}

fn lasting(reply: Reply, media_type: &str) -> Reply {
    common(reply)
        .header("content-type", media_type)
        .header("cache-control", "public, max-age=31536000, immutable")
}

fn text(media_type: &str, body: &str) -> Reply {
    common(packed(body)).header("content-type", media_type)
}

fn common(reply: Reply) -> Reply {
    reply
        .header("strict-transport-security", "max-age=63072000; includeSubDomains; preload")
        .header("x-content-type-options", "nosniff")
        .header("cross-origin-resource-policy", "same-origin")
        .header("etag", "\"1f2e3d4c\"")
}

fn packed(body: &str) -> Reply {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body.as_bytes()).unwrap();
    Reply::ok(encoder.finish().unwrap())
        .header("content-encoding", "gzip")
        .header("vary", "accept-encoding")
}
