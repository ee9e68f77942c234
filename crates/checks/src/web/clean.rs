//! A site as it should be: nobody is told anything about it.

use model::site::{Headers, Outcome, Resource, Role};
use url::Url;

use super::{
    Visit, catalogue,
    literal::{of, resource},
};

/// What is asserted here is the quality of pages; a site needs more to be safe.
const CATEGORIES: [&str; 5] = ["forms", "i18n", "mobile", "schema", "seo"];

fn page(path: &str, title: &str, content: &str) -> Resource {
    let text = format!(
        r##"<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>{title} – Example Library</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="description" content="{title}: what there is to know.">
  <meta name="theme-color" content="#102030">
  <meta property="og:title" content="{title}">
  <meta property="og:image" content="https://example.com/card.png">
  <meta name="twitter:card" content="summary_large_image">
  <link rel="canonical" href="https://example.com{path}">
  <link rel="icon" href="/icon.svg" type="image/svg+xml">
  <link rel="apple-touch-icon" href="/touch.png">
  <link rel="manifest" href="/app.webmanifest">
  <link rel="alternate" hreflang="en" href="https://example.com{path}">
  <script type="application/ld+json">
  {{ "@context": "https://schema.org", "@type": "WebSite", "name": "Example", "url": "https://example.com/" }}
  </script>
  <script type="module" src="/app.js"></script>
</head>
<body>
  <a href="#content">Skip to the content</a>
  <header><nav aria-label="Main"><a href="/">Home</a> <a href="/contact">Contact</a></nav></header>
  <main id="content"><h1>{title}</h1><p>We are open – also at weekends.</p><h2>More</h2>{content}</main>
  <footer><p>Example Library</p></footer>
</body>
</html>"##
    );
    answered(Role::Page, path, "text/html; charset=utf-8", &text)
}

fn answered(role: Role, path: &str, media_type: &str, text: &str) -> Resource {
    let mut headers = Headers::default();
    headers.add("content-type", media_type.as_bytes());
    headers.add("content-language", b"en");
    let url = Url::parse("https://example.com").unwrap().join(path).unwrap();
    resource(role, &url, 200, headers, text.as_bytes())
}

#[test]
fn a_site_as_it_should_be_is_left_alone() {
    let form = r#"<form action="/send" method="post">
      <label for="name">Your name</label> <input id="name" name="name" autocomplete="name" required>
      <label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="email">
      <fieldset><legend>Answer by</legend><label><input type="radio" name="by" value="mail"> e-mail</label>
      <label><input type="radio" name="by" value="post"> letter</label></fieldset>
      <button>Send</button></form>"#;
    let mut missing = answered(Role::Missing, "/no-such-page", "text/html", "<!doctype html>");
    if let Outcome::Answered(answer) = &mut missing.outcome {
        answer.status = 404;
    }
    let site = of(
        Url::parse("https://example.com/").unwrap(),
        vec![
            page("/", "Opening hours", "<p>Nine to six.</p>"),
            page("/contact", "Contact", form),
            missing,
            answered(
                Role::Robots,
                "/robots.txt",
                "text/plain",
                "User-agent: *\nDisallow: /search\n\nSitemap: https://example.com/sitemap.xml\n",
            ),
            answered(
                Role::Sitemap,
                "/sitemap.xml",
                "application/xml",
                "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\"><url><loc>https://example.com/</loc></url></urlset>",
            ),
            answered(
                Role::Manifest,
                "/app.webmanifest",
                "application/manifest+json",
                r#"{"name":"Example","start_url":"/","display":"standalone","icons":[{"src":"/icon.svg","sizes":"any"}]}"#,
            ),
            answered(Role::Icon, "/icon.svg", "image/svg+xml", "<svg/>"),
            answered(Role::Script, "/app.js", "text/javascript", ""),
        ],
    );
    let visit = Visit::of(&site);
    let told: Vec<_> = catalogue()
        .filter(|check| CATEGORIES.contains(&check.category()))
        .flat_map(|check| check.judge(&visit).into_iter().map(move |found| (check, found)))
        .map(|(check, found)| (check.id.to_string(), found))
        .collect();
    assert!(told.is_empty(), "{told:#?}");
}
