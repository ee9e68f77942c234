//! What a cookie's value looks like.

/// A value without itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueShape {
    /// Its length.
    pub bytes: usize,
    /// What it looks like.
    pub kind: ValueKind,
}

/// What a value looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// Nothing; servers delete cookies so.
    Empty,
    /// Three parts of base64url, the first of which begins a JSON object (RFC 7519).
    JsonWebToken,
    /// At least 16 characters of one word in which letters and digits mix as if by chance: a session's identifier or a key.
    RandomToken,
    /// Anything else: words, numbers, settings.
    Other,
}

impl ValueShape {
    pub(super) fn of(value: &str) -> Self {
        let kind = match value.trim_matches('"') {
            "" => ValueKind::Empty,
            text if is_json_web_token(text) => ValueKind::JsonWebToken,
            text if is_random_token(text) => ValueKind::RandomToken,
            _ => ValueKind::Other,
        };
        Self { bytes: value.len(), kind }
    }
}

fn is_json_web_token(text: &str) -> bool {
    let is_part =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let mut parts = text.split('.');
    // `{"` in base64 with whatever may follow.
    let starts = parts.next().is_some_and(|head| head.starts_with("eyJ") && is_part(head));
    let payload = parts.next().is_some_and(|part| part.len() >= 8 && is_part(part));
    starts && payload && parts.next().is_some_and(is_part) && parts.next().is_none()
}

fn is_random_token(text: &str) -> bool {
    // Express signs as `s:<id>.<signature>`, percent-encoded.
    let text = text.strip_prefix("s%3A").unwrap_or(text);
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~%+/=|:!".contains(&byte);
    if text.len() < 16 || !text.bytes().all(is_word) {
        return false;
    }
    let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
    let (digits, letters) = (count(u8::is_ascii_digit), count(u8::is_ascii_alphabetic));
    let changes = text
        .as_bytes()
        .windows(2)
        .filter(|pair| match pair {
            [a, b] => class(*a) != class(*b),
            _ => false,
        })
        .count();
    // Numbers, dates and words change seldom between letters, capitals and digits.
    letters >= 4 && (digits >= 2 || changes * 3 >= text.len()) && changes * 6 >= text.len()
}

fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
}
