//! Content codings (RFC 9110, section 8.4.1; RFC 7932; RFC 9659), undone as the bytes come and never further than allowed.

use std::{
    cell::Cell,
    io::{self, BufRead, BufReader, Read},
    rc::Rc,
};

use brotli_decompressor::{BrotliDecoderParameter, Decompressor};
use flate2::bufread::{DeflateDecoder, GzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};

/// What a crawl asks for.
pub(super) const ACCEPTED: &str = "gzip, deflate, br, zstd";
/// Codings in a row that are undone.
const MAX_LAYERS: usize = 3;
/// RFC 9659: nobody needs to have more at hand for zstd.
const ZSTD_WINDOW_LOG: u32 = 23;
const BUFFER_BYTES: usize = 16 << 10;

/// A coding of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Coding {
    /// `gzip`, `x-gzip`.
    Gzip,
    /// `deflate`: zlib, or raw as some servers send it.
    Deflate,
    /// `br`.
    Brotli,
    /// `zstd`.
    Zstd,
}

impl Coding {
    /// As in `Content-Encoding`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    fn from_token(token: &str) -> Option<Self> {
        let is = |name| token.eq_ignore_ascii_case(name);
        if is("gzip") || is("x-gzip") {
            Some(Self::Gzip)
        } else if is("deflate") {
            Some(Self::Deflate)
        } else if is("br") {
            Some(Self::Brotli)
        } else if is("zstd") {
            Some(Self::Zstd)
        } else {
            None
        }
    }
}

/// The codings in the order in which they were applied; `None` if one is unknown or there are too many.
pub(super) fn of(headers: &HeaderMap) -> Option<Vec<Coding>> {
    let mut codings = Vec::new();
    for value in headers.get_all(CONTENT_ENCODING) {
        for token in value.to_str().ok()?.split(',').map(str::trim) {
            if token.is_empty() || token.eq_ignore_ascii_case("identity") {
                continue;
            }
            codings.push(Coding::from_token(token)?);
            if codings.len() > MAX_LAYERS {
                return None;
            }
        }
    }
    Some(codings)
}

/// Undoes `codings` over `wire`. Each layer makes at most `limit()` bytes; the innermost is the caller's to bound.
pub(super) fn decoder<'a>(
    wire: impl Read + 'a,
    codings: &[Coding],
    allowance: &Allowance,
) -> io::Result<Box<dyn Read + 'a>> {
    let mut layer: Box<dyn Read + 'a> = Box::new(wire);
    for coding in codings.iter().rev() {
        let below = BufReader::with_capacity(BUFFER_BYTES, layer);
        let decoded: Box<dyn Read + 'a> = match coding {
            Coding::Gzip => Box::new(GzDecoder::new(below)),
            Coding::Deflate => Box::new(Deflate::Unknown(Some(below))),
            Coding::Brotli => {
                let mut brotli = Decompressor::new(below, BUFFER_BYTES);
                // Windows of up to a gigabyte are an extension that browsers do not take.
                let parameter = BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW;
                brotli.set_parameter(parameter, 0);
                Box::new(brotli)
            }
            Coding::Zstd => {
                let mut zstd = zstd::Decoder::with_buffer(below)?;
                zstd.window_log_max(ZSTD_WINDOW_LOG)?;
                Box::new(zstd)
            }
        };
        layer = Box::new(Rationed { inner: decoded, made: 0, allowance: allowance.clone() });
    }
    Ok(layer)
}

/// How much may be made of what came so far.
#[derive(Clone)]
pub(super) struct Allowance {
    wire_bytes: Rc<Cell<u64>>,
    ratio: u64,
    free_bytes: u64,
    exceeded: Rc<Cell<bool>>,
}

impl Allowance {
    /// `ratio` times the bytes that came, and `free_bytes` beside them.
    pub(super) fn new(wire_bytes: Rc<Cell<u64>>, ratio: u64, free_bytes: u64) -> Self {
        Self { wire_bytes, ratio, free_bytes, exceeded: Rc::default() }
    }

    pub(super) fn exceeded(&self) -> bool {
        self.exceeded.get()
    }

    fn bytes(&self) -> u64 {
        self.wire_bytes.get().saturating_mul(self.ratio).saturating_add(self.free_bytes)
    }
}

/// A layer that ends when it has made more than its input allows.
struct Rationed<R> {
    inner: R,
    made: u64,
    allowance: Allowance,
}

impl<R: Read> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.made = self.made.saturating_add(read as u64);
        if self.made > self.allowance.bytes() {
            self.allowance.exceeded.set(true);
            return Ok(0);
        }
        Ok(read)
    }
}

/// `deflate` is zlib (RFC 9110, section 8.4.1.2), but servers that leave its header out are many.
enum Deflate<R> {
    Unknown(Option<R>),
    Zlib(ZlibDecoder<R>),
    Raw(DeflateDecoder<R>),
}

impl<R: BufRead> Read for Deflate<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Self::Unknown(input) = self
            && let Some(mut input) = input.take()
        {
            // RFC 1950, section 2.2: the method is 8 (deflate). A raw stream that begins so has a stored block, and one that no
            // encoder pads in this way.
            let zlib = input.fill_buf()?.first().is_none_or(|first| first & 0x0f == 8);
            *self = if zlib {
                Self::Zlib(ZlibDecoder::new(input))
            } else {
                Self::Raw(DeflateDecoder::new(input))
            };
        }
        match self {
            Self::Unknown(_) => Ok(0),
            Self::Zlib(decoder) => decoder.read(buffer),
            Self::Raw(decoder) => decoder.read(buffer),
        }
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use proptest::prelude::*;

    use super::*;

    const ALL: [Coding; 4] = [Coding::Gzip, Coding::Deflate, Coding::Brotli, Coding::Zstd];

    /// What a coding makes of bytes, at most a mebibyte.
    fn decode(codings: &[Coding], bytes: &[u8]) -> Vec<u8> {
        let came = Rc::new(Cell::new(bytes.len() as u64));
        let allowance = Allowance::new(came, 250, 1 << 20);
        let mut decoded = Vec::new();
        if let Ok(reader) = decoder(bytes, codings, &allowance) {
            let _ = reader.take(1 << 20).read_to_end(&mut decoded);
        }
        decoded
    }

    fn coded(coding: Coding) -> Vec<u8> {
        let text = b"here it is, ".repeat(40);
        match coding {
            Coding::Gzip => {
                let level = flate2::Compression::best();
                let mut coded = Vec::new();
                flate2::read::GzEncoder::new(&*text, level).read_to_end(&mut coded).unwrap();
                coded
            }
            Coding::Deflate => {
                let level = flate2::Compression::best();
                let mut coded = Vec::new();
                flate2::read::ZlibEncoder::new(&*text, level).read_to_end(&mut coded).unwrap();
                coded
            }
            Coding::Brotli => STANDARD.decode("iwSAaGVyZSBpdCBpcwM=").unwrap(),
            Coding::Zstd => zstd::encode_all(&*text, 3).unwrap(),
        }
    }

    #[test]
    fn every_coding_decodes() {
        for coding in ALL {
            assert!(decode(&[coding], &coded(coding)).starts_with(b"here it is"), "{coding:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn any_bytes_decode_within_bounds(
            codings in prop::collection::vec(prop::sample::select(&ALL[..]), 1..4),
            bytes in prop::collection::vec(any::<u8>(), 0..400),
        ) {
            prop_assert!(decode(&codings, &bytes).len() <= 1 << 20);
        }

        #[test]
        fn changed_bodies_decode_within_bounds(
            coding in prop::sample::select(&ALL[..]),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut bytes = coded(coding);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            prop_assert!(decode(&[coding], &bytes).len() <= 1 << 20);
        }
    }
}
