//! Documents as pages. Redoc's script is ours to serve: no other host hears of who reads them.

use std::sync::LazyLock;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};

/// Where the script is served.
pub(crate) const SCRIPT_PATH: &str = "/docs/redoc.js";

/// What the script would show from another host.
const LOGO: &str = "https://cdn.redoc.ly/redoc/logo-mini.svg";

/// The crate that carries it hands it out inside a page only.
static SCRIPT: LazyLock<&'static str> = LazyLock::new(|| {
    let page = aide::redoc::Redoc::new("").html();
    let script = page
        .split_once("<script>")
        .and_then(|(_, rest)| rest.rsplit_once("Redoc.init("))
        .map(|(script, _)| script.trim().replace(LOGO, "data:,"));
    Box::leak(script.unwrap_or_default().into_boxed_str())
});

/// What a page of documentation may do: run our script, and let it set styles, read the document and draw.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The script.
pub(crate) async fn script() -> Response {
    let mut response = SCRIPT.into_response();
    let headers = response.headers_mut();
    headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    response
}

/// A page that shows the document at `url`.
pub(crate) fn page(title: &str, url: &str) -> Response {
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>body {{ margin: 0 }}</style>\n</head>\n<body>\n\
         <redoc spec-url=\"{url}\" disable-search=\"true\" hide-download-button=\"false\"></redoc>\n\
         <script src=\"{SCRIPT_PATH}\"></script>\n</body>\n</html>\n"
    );
    let mut response = html.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_there() {
        assert!(SCRIPT.len() > 100_000 && SCRIPT.contains("Redoc"), "{} bytes", SCRIPT.len());
        assert!(!SCRIPT.contains("cdn.redoc.ly/redoc/logo"));
    }
}
