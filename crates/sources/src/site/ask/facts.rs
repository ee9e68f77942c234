//! What came, as facts.

use std::io::Read as _;

use fetch::http::{Exchange, Version};
use model::site::{Answer, Headers, HttpVersion};
use url::Url;

/// An exchange as a fact.
pub(in crate::site) fn answer(url: Url, exchange: Exchange, headers: Headers) -> Answer {
    let version = match exchange.version {
        Version::HTTP_3 => HttpVersion::Http3,
        Version::HTTP_2 => HttpVersion::Http2,
        Version::HTTP_11 => HttpVersion::Http11,
        _ => HttpVersion::Http10,
    };
    Answer {
        url,
        status: exchange.status.as_u16(),
        version,
        headers,
        is_cut: exchange.truncated(),
        wire_bytes: exchange.wire_bytes,
        first_byte: exchange.timing.first_byte,
        end: exchange.timing.end,
        body: exchange.body.into(),
    }
}

pub(in crate::site) fn headers(exchange: &Exchange) -> Headers {
    let mut headers = Headers::default();
    for (name, value) in &exchange.headers {
        headers.add(name.as_str(), value.as_bytes());
    }
    headers
}

/// A site map may be a gzip file, which is no `Content-Encoding` (sitemaps.org, "Sitemap file location").
pub(super) fn gunzipped(body: &[u8], limit: u64) -> Option<Vec<u8>> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return None;
    }
    let mut unpacked = Vec::new();
    // What does not decode is read as far as it does.
    let _ = flate2::read::MultiGzDecoder::new(body).take(limit).read_to_end(&mut unpacked);
    Some(unpacked)
}
