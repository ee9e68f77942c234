//! Websites as targets.

use std::{collections::HashSet, time::Instant};

use anyhow::{Result, anyhow, bail};
use checks::web::Check;
use engine::Scan;
use fetch::{Client, browser, http::Request};
use model::SecretValue;
use sources::site;
use url::Url;

use crate::{
    Failure,
    cli::{Kind, ScanArguments, WebsiteArguments},
    files, machine, network,
    progress::Line,
    scan::Looked,
    target::Target,
};

/// Largest file of headers, in bytes.
const MAX_HEADERS_BYTES: u64 = 64 << 10;
/// What git's servers say a list of references is (gitprotocol-http(5)).
const ADVERTISEMENT: &str = "application/x-git-upload-pack-advertisement";

/// A website that is to be visited.
pub(crate) struct Website {
    client: Client,
    url: Url,
    options: site::Options,
}

/// Whether the target is a website, and how it is to be visited.
pub(crate) fn understand(
    target: &Target,
    arguments: &ScanArguments,
) -> Result<Option<Website>, Failure> {
    let typed = arguments.target.to_string_lossy();
    let asks_for_git = arguments.history || arguments.branch.is_some() || arguments.staged;
    let text = match (arguments.website.kind, target) {
        (Some(Kind::Repository), _) => return Ok(None),
        (Some(Kind::Website), Target::Remote(url)) => url.clone(),
        _ if asks_for_git || is_named_like_git(&typed) => return Ok(None),
        (None, Target::Remote(url)) if is_web(url) => url.clone(),
        _ => return Ok(None),
    };
    let client = network::website_client(&arguments.reach).map_err(Failure::Usage)?;
    let safe = client.url(&text).map_err(Failure::target)?;
    let url = safe.url().clone();
    if arguments.website.kind.is_none() && is_repository(&client, &url) {
        return Ok(None);
    }
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::Usage(anyhow!(
            "{typed} is no website: its URL begins with {}",
            url.scheme()
        )));
    }
    let headers = headers(&arguments.website.header).map_err(Failure::Usage)?;
    let pages = usize::from(arguments.website.pages);
    let browser = browser(&arguments.website)?;
    let records = network::names(&arguments.website.dns).map_err(Failure::Usage)?;
    let options = site::Options {
        pages,
        headers,
        records: Some(records),
        browser,
        ..engine::website_options()
    };
    Ok(Some(Website { client, url, options }))
}

/// Schemes are the same in any case (RFC 3986, 3.1).
fn is_web(url: &str) -> bool {
    url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http"))
}

fn is_named_like_git(typed: &str) -> bool {
    Url::parse(typed).is_ok_and(|url| url.path().trim_end_matches('/').ends_with(".git"))
}

/// Whether git serves the URL: its answer says so. The root of a host is never asked.
fn is_repository(client: &Client, url: &Url) -> bool {
    let path = url.path().trim_end_matches('/');
    if path.is_empty() || url.query().is_some() {
        return false;
    }
    let status_of = |suffix: &str| {
        let mut asked = url.clone();
        asked.set_path(&format!("{path}{suffix}"));
        asked.set_query((!suffix.is_empty()).then_some("service=git-upload-pack"));
        client.send(Request::get(client.url(asked.as_str()).ok()?)).ok()
    };
    match status_of("/info/refs") {
        Some(answer) if answer.status.is_success() => answer
            .headers
            .get("content-type")
            .is_some_and(|value| value.as_bytes() == ADVERTISEMENT.as_bytes()),
        // A host that asks for a token here and shows a page there hides a repository.
        Some(answer) if answer.status.as_u16() == 401 => {
            status_of("").is_some_and(|page| page.status.as_u16() != 401)
        }
        _ => false,
    }
}

/// The browser that shall render the pages, if one shall.
fn browser(arguments: &WebsiteArguments) -> Result<Option<browser::Options>, Failure> {
    // An empty variable is none.
    let Some(named) = arguments.browser.as_ref().filter(|named| !named.is_empty()) else {
        return Ok(None);
    };
    let options = browser::Options::named(named, arguments.browser_no_sandbox);
    options.map(Some).map_err(|error| Failure::Usage(anyhow!("--browser: {error}")))
}

/// `Name: value`, or a file of such lines: values in arguments are seen by everybody on the machine.
fn headers(given: &[String]) -> Result<Vec<(String, SecretValue)>> {
    let mut headers = Vec::new();
    for one in given {
        let text = match one.strip_prefix('@') {
            Some(path) => files::text(path.as_ref(), MAX_HEADERS_BYTES)?,
            None => one.clone(),
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let Some((name, value)) = line.split_once(':') else {
                bail!("--header: a header is written `Name: value`");
            };
            headers.push((name.trim().to_owned(), SecretValue::new(value.trim().as_bytes())));
        }
    }
    Ok(headers)
}

impl Website {
    pub(crate) fn look(
        &self,
        scan: &Scan,
        checks: &[&'static Check],
        silent_rules: &HashSet<String>,
    ) -> Result<Looked, Failure> {
        let began = Instant::now();
        let line = Line::show(|| "visiting".to_owned());
        let crawled = site::crawl(
            &self.client,
            &self.url,
            &self.options,
            machine::now_ms(),
            scan.cancel.flag(),
        );
        drop(line);
        let crawled = crawled.map_err(|error| match error {
            sources::Error::Browser(_) => Failure::Usage(error.into()),
            _ => Failure::target(error),
        })?;
        let tells = |rule: &str| !silent_rules.contains(rule);
        let mut outcome = scan.website(&crawled.site, crawled.notes, checks, &tells);
        outcome.stats.elapsed = began.elapsed();
        Ok(Looked { outcome, url: Some(self.url.to_string()), commit: None })
    }
}
