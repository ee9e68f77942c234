//! Values that a call makes of one literal: `Some("…")`, `unhexlify('…')`.

use super::{
    byte, skip_blanks,
    value::{Value, quoted},
};

/// Longest name of what is called, in bytes.
const MAX_NAME_BYTES: usize = 60;
/// What makes a value of the literal it is given. What other functions are given is most often another name for the value, or a
/// label: `getenv("…")`, `PasswordField("…")`.
const CONSTRUCTORS: &[&[u8]] = &[
    b"Just",
    b"Secret",
    b"SecretStr",
    b"SecretString",
    b"Some",
    b"String",
    b"[]byte",
    b"new Secret",
    b"new SecretString",
    b"new String",
];
/// What makes bytes of hexadecimal or base64, by the last part of its name in lower case.
const DECODERS: &[&[u8]] = &[
    b"a2b_hex",
    b"atob",
    b"b64decode",
    b"base64_decode",
    b"base64decode",
    b"decode64",
    b"decodebase64",
    b"decodehex",
    b"frombase64string",
    b"fromhex",
    b"fromhexstring",
    b"hex!",
    b"hex2bin",
    b"hex2bytes",
    b"hextoecdsa",
    b"parsehex",
    b"parsehexbinary",
    b"strict_decode64",
    b"unhexlify",
    b"urlsafe_b64decode",
    b"urlsafe_decode64",
];
/// The same where a part before it says of what.
const DECODERS_OF: &[&[u8]] = &[b"decode", b"decodestring", b"parse"];
/// What it must say.
const ENCODINGS: &[&[u8]] = &[b"b64", b"base64", b"encoding", b"hex"];

/// The literal of the call at `at`, if it is all that the call is given, or all but how to read it.
pub(super) fn wrapped(text: &[u8], at: usize) -> Option<Value> {
    let window = text.get(at..text.len().min(at + MAX_NAME_BYTES))?;
    let quote_at = window.iter().position(|b| matches!(b, b'"' | b'\'' | b'`' | b'\n'))?;
    let before = window.get(..quote_at)?;
    let before = before.strip_suffix(b"b").filter(|rest| rest.ends_with(b"(")).unwrap_or(before);
    let called = before.trim_ascii_end().strip_suffix(b"(")?;
    let decodes = is_decoder(called);
    if !decodes && !CONSTRUCTORS.contains(&called) {
        return None;
    }
    let start = at + quote_at;
    let quote = byte(text, start).filter(|b| *b != b'\n')?;
    let value = quoted(text, start, quote, false)?;
    let closed = skip_blanks(text, value.range.end + 1)?;
    let behind = byte(text, skip_blanks(text, closed + 1)?);
    let is_all = match byte(text, closed) {
        Some(b')') if decodes => behind != Some(b'+'),
        Some(b')') => !matches!(behind, Some(b'.' | b'+' | b'%')),
        Some(b',') => decodes,
        _ => false,
    };
    is_all.then_some(value)
}

fn is_decoder(called: &[u8]) -> bool {
    let lower = called.to_ascii_lowercase();
    let in_path = |b: &u8| b.is_ascii_alphanumeric() || b"_.:!()[]".contains(b);
    if !lower.iter().all(in_path) {
        return false;
    }
    let at = lower.iter().rposition(|b| matches!(b, b'.' | b':')).map_or(0, |dot| dot + 1);
    let (path, last) = lower.split_at(at);
    DECODERS.contains(&last)
        || path == b"buffer." && last == b"from"
        || DECODERS_OF.contains(&last)
            // `base64.b64encode(…).decode("utf-8")`
            && (!path.contains(&b'(') || path.ends_with(b"decoder()."))
            && ENCODINGS.iter().any(|encoding| memchr::memmem::find(path, encoding).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(text: &str) -> Option<&str> {
        text.get(wrapped(text.as_bytes(), 0)?.range)
    }

    #[test]
    fn what_decodes_is_known_in_many_languages() {
        for called in [
            "unhexlify('LITERAL')",
            "binascii.unhexlify(b'LITERAL')",
            "base64.b64decode( \"LITERAL\" )",
            "hex.DecodeString(\"LITERAL\")",
            "base64.StdEncoding.DecodeString(\"LITERAL\")",
            "java.util.Base64.getDecoder().decode(\"LITERAL\")",
            "Convert.FromBase64String(\"LITERAL\")",
            "[Convert]::FromBase64String(\"LITERAL\")",
            "Buffer.from('LITERAL', 'hex')",
            "Base64.strict_decode64('LITERAL')",
            "CryptoJS.enc.Hex.parse('LITERAL')",
            "hex::decode(\"LITERAL\")",
            "hex!(\"LITERAL\")",
            "crypto.HexToECDSA(\"LITERAL\")",
            "Some(\"LITERAL\"),",
        ] {
            assert_eq!(literal(called), Some("LITERAL"), "{called}");
        }
    }

    #[test]
    fn what_else_is_called_is_not() {
        for called in [
            "getenv(\"LITERAL\")",
            "json.decode(\"LITERAL\")",
            "base64.b64encode(x).decode(\"LITERAL\")",
            "Date.parse(\"LITERAL\")",
            "atob(\"LITERAL\" + rest)",
            "atob(\"LITERAL\") + rest",
            "Some(\"LITERAL\").map(f)",
            "Some(\"LITERAL\", 1)",
            "unhexlify(x, \"LITERAL\")",
            "unhexlify(\n\"LITERAL\")",
            "unhexlify(",
        ] {
            assert_eq!(literal(called), None, "{called}");
        }
    }
}
