//! What the checks of delivery ask of answers.

use formats::web::cache_control::{self, CacheControl};
use model::site::Answer;
use url::Url;

/// Compression gains nothing worth having below that.
const MIN_TEXT_BYTES: u64 = 1_024;

/// Whether a text came as it is though it would be a fraction of that compressed.
pub(super) fn is_uncompressed_text(answer: &Answer) -> bool {
    let bytes = answer.body.len() as u64;
    bytes >= MIN_TEXT_BYTES
        && answer.wire_bytes >= bytes
        && !answer.headers.has("content-encoding")
        && answer.media_type().is_some_and(|media_type| is_text(&media_type))
}

fn is_text(media_type: &str) -> bool {
    media_type.starts_with("text/")
        || media_type.ends_with("+json")
        || media_type.ends_with("+xml")
        || matches!(
            media_type,
            "application/javascript"
                | "application/x-javascript"
                | "application/json"
                | "application/xml"
                | "font/ttf"
                | "font/otf"
                | "application/wasm"
                | "application/vnd.ms-fontobject"
        )
}

/// `Cache-Control` of an answer.
pub(super) fn cache_control(answer: &Answer) -> CacheControl {
    cache_control::parse(answer.headers.all("cache-control"))
}

/// Whether a URL's name changes with its content: a part of the file's name of eight or more digits and letters in which
/// both stand, as bundlers write them.
pub(super) fn is_fingerprinted(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default();
    file.split(['.', '-', '_']).any(|part| {
        let is_word = part.len() >= 8
            && part.len() <= 64
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        is_word && digits >= 2 && digits < part.len()
    })
}
