//! Whether name, notation and value together are a credential, and how surely.

use model::Confidence;

use super::{
    name::{is_of_passwords, is_said_again, is_short_for_password},
    operator::Operator,
    other::{is_code, is_composed_name, is_digest, is_identifier, is_something_else, is_uuid},
    value::{MAX_VALUE_BYTES, Notation},
};
use crate::secrets::{
    decode,
    judge::{Shape, is_dummy, is_no_word, is_placeholder},
    rule::Wanted,
};

pub(super) struct Given<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
    pub(super) operator: Operator,
    pub(super) notation: Notation,
    pub(super) wanted: Wanted,
}

/// Whether name, notation and value together are a credential, and how surely.
pub(super) fn judge(given: &Given<'_>) -> Option<Confidence> {
    let value = given.value;
    if value.iter().any(|b| b.is_ascii_control()) || is_placeholder(value) || names_itself(given) {
        return None;
    }
    let shape = Shape::of(value);
    if is_something_else(value, &shape) {
        return None;
    }
    let confidence = match given.wanted {
        _ if given.notation == Notation::Member => judge_member(given, &shape),
        Wanted::Password => judge_password(given, &shape),
        Wanted::Token => judge_token(given, &shape),
        Wanted::Login => return judge_login(value),
    }?;
    match encoded_text(value) {
        Some(text) => judge_encoded(&text).map(|inner| inner.min(confidence)),
        None => Some(confidence),
    }
}

/// Judges what must be `user:password` in base64 (RFC 7617).
fn judge_login(value: &[u8]) -> Option<Confidence> {
    let text = encoded_text(value)?;
    let login = Login::of(text.trim_ascii())?;
    (!login.is_example()).then_some(Confidence::High)
}

/// Shortest value that is tried as base64: shorter ones decode to text by chance.
const MIN_ENCODED_BYTES: usize = 12;

/// What a value is that is text in base64, as values in Kubernetes' manifests and Basic authentication are.
fn encoded_text(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < MIN_ENCODED_BYTES {
        return None;
    }
    printable(value)
}

/// The text that `value` is in base64, if it is one to its last byte.
fn printable(value: &[u8]) -> Option<Vec<u8>> {
    decode::base64_text(value).filter(|text| text.iter().all(|byte| decode::is_text(*byte)))
}

/// Whether the letters of a value, or of the text that it is in base64, follow each other as in no word.
pub(crate) fn means_no_word(value: &[u8]) -> bool {
    match printable(value) {
        // A web token's head, or another document.
        Some(text) => !text.starts_with(b"{") && !is_dummy(&text) && is_no_word(&text),
        None => !is_dummy(value) && is_no_word(value),
    }
}

/// Judges `user:password`, or a password, that stood there in base64.
fn judge_encoded(text: &[u8]) -> Option<Confidence> {
    let text = text.trim_ascii();
    if text.iter().any(u8::is_ascii_whitespace) || matches!(text.first(), Some(b'{' | b'[')) {
        // A document: its own fields are looked at when the stretch is decoded.
        return Some(Confidence::Low);
    }
    if let Some(login) = Login::of(text) {
        if login.is_example() {
            return None;
        }
        return Some(Confidence::Medium);
    }
    let shape = Shape::of(text);
    if is_placeholder(text) || is_default_password(text) || is_something_else(text, &shape) {
        return None;
    }
    if is_composed_name(text) || is_identifier(text, &shape) || is_dummy(text) {
        return Some(Confidence::Low);
    }
    Some(if shape.is_random() { Confidence::High } else { Confidence::Medium })
}

/// `user:password`.
struct Login<'a> {
    user: &'a [u8],
    password: &'a [u8],
}

impl<'a> Login<'a> {
    fn of(text: &'a [u8]) -> Option<Self> {
        let colon = memchr::memchr(b':', text)?;
        Some(Self { user: text.get(..colon)?, password: text.get(colon + 1..)? })
    }

    /// Whether nobody logs in with it, or everybody.
    fn is_example(&self) -> bool {
        self.password.is_empty()
            || self.password.eq_ignore_ascii_case(self.user)
            || is_placeholder(self.password)
            || is_default_password(self.password)
            || is_dummy(self.password)
            || is_composed_name(self.password) && !is_no_word(self.password)
    }
}

/// Whether `value` is base64 of a login that nobody uses, or everybody: `user:password`.
pub(crate) fn is_example_login(value: &[u8]) -> bool {
    encoded_text(value)
        .is_some_and(|text| Login::of(text.trim_ascii()).is_some_and(|login| login.is_example()))
}

/// What images, tutorials and test set-ups log in with: known to everybody, and kept nowhere that matters.
const DEFAULT_PASSWORDS: &[&[u8]] = &[
    b"admin",
    b"administrator",
    b"anonymous",
    b"changeit",
    b"docker",
    b"guest",
    b"mariadb",
    b"mysql",
    b"nobody",
    b"postgres",
    b"postgresql",
    b"rabbitmq",
    b"redis",
    b"root",
    b"scott",
    b"sqlserver",
    b"tiger",
    b"toor",
    b"user",
    b"vagrant",
];

fn is_default_password(value: &[u8]) -> bool {
    DEFAULT_PASSWORDS.iter().any(|default| value.eq_ignore_ascii_case(default))
}

/// Whether a value that stands at a place for secrets, a URL's or a configuration file's, is one.
pub(crate) fn judge_alone(value: &[u8], wanted: Wanted) -> Option<Confidence> {
    if is_default_password(value) {
        return None;
    }
    let name: &[u8] = match wanted {
        Wanted::Password => b"password",
        Wanted::Token | Wanted::Login => b"secret",
    };
    judge(&Given { name, value, operator: Operator::Assign, notation: Notation::Quoted, wanted })
}

/// `password: "password"`, `token = "accessToken"`: the value repeats the name.
fn names_itself(given: &Given<'_>) -> bool {
    let strip = |text: &[u8]| -> Vec<u8> {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect()
    };
    let (name, value) = (strip(given.name), strip(given.value));
    !value.is_empty() && (name.ends_with(&value) || value.ends_with(&name))
}

/// Judges one of the values that a name is given together. What is random convinces, of passwords also what no word is.
fn judge_member(given: &Given<'_>, shape: &Shape) -> Option<Confidence> {
    let value = given.value;
    let is_plain = value.is_ascii() && !value.contains(&b' ') && !is_dummy(value);
    // `auth: { verifier: "…" }`: how somebody logs in has many parts.
    let is_of_many_parts = given.name.to_ascii_lowercase().ends_with(b"auth");
    if !is_plain
        || given.wanted == Wanted::Login
        || is_of_many_parts
        || is_address(given)
        || is_named(value)
    {
        return None;
    }
    if shape.is_random() {
        let known = is_uuid(value) || is_digest(value) || value.contains(&b':');
        return Some(if known { Confidence::Low } else { Confidence::Medium });
    }
    let mixed = shape.classes() >= 2 && shape.digits > 0 && !is_composed_name(value);
    (given.wanted == Wanted::Password
        && is_of_passwords(given.name)
        && (mixed || is_no_word(value)))
    .then_some(Confidence::Low)
}

/// Whether a token is one of a blockchain, by its contract's address: of Ethereum's 20 bytes in hexadecimal, of Solana's 32 in base58.
fn is_address(given: &Given<'_>) -> bool {
    let (lower, value) = (given.name.to_ascii_lowercase(), given.value);
    let in_base58 = |b: &u8| b.is_ascii_alphanumeric() && !b"0OIl".contains(b);
    let ethereum = value
        .strip_prefix(b"0x")
        .is_some_and(|digits| digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit));
    (lower.ends_with(b"token") || lower.ends_with(b"tokens"))
        && (ethereum || matches!(value.len(), 43 | 44) && value.iter().all(in_base58))
}

/// Whether it is what a secret is called by, `prod/db-creds-7fGh2kQ9xZ`, or written in a notation of its own: `ENC(…)`, `{SSHA}…`.
fn is_named(value: &[u8]) -> bool {
    let is_separator = |b: &u8| matches!(b, b'-' | b'_' | b'/');
    let is_word = |part: &&[u8]| part.len() >= 2 && part.iter().all(u8::is_ascii_lowercase);
    let words: Vec<&[u8]> = value.split(is_separator).filter(is_word).collect();
    let has_parts = value.iter().any(is_separator);
    has_parts && (words.len() > 1 || words.iter().any(|word| word.len() >= 4))
        || value.starts_with(b"/")
        || value.starts_with(b"$")
        || value.iter().any(|b| matches!(b, b'(' | b'{'))
}

fn judge_password(given: &Given<'_>, shape: &Shape) -> Option<Confidence> {
    let value = given.value;
    if !(4..=128).contains(&shape.length) {
        return None;
    }
    let spaces = value.iter().filter(|b| **b == b' ').count();
    if spaces > 0 {
        // Passphrases are rare, sentences are not.
        return None;
    }
    if !value.is_ascii() && shape.others > shape.length / 2 || value.ends_with(b":") {
        // Words of another script, or what stands before an input: a label.
        return None;
    }
    let identifier = is_identifier(value, shape);
    let mixed = shape.classes() >= 2 && (shape.digits > 0 || shape.others > 0);
    if is_dummy(value) {
        // A password all the same where it is in use, but mostly it is in a test or in somebody's instructions.
        let assigned = matches!(
            given.operator,
            Operator::Assign
                | Operator::Else
                | Operator::Colon
                | Operator::Element
                | Operator::Flag
        );
        return (mixed && assigned && !is_composed_name(value)).then_some(Confidence::Low);
    }
    if shape.is_random() {
        return Some(Confidence::High);
    }
    let no_word = is_no_word(value);
    if !(value.is_ascii() && (no_word || shape.digits > 0)) && is_said_again(given.name) {
        return None;
    }
    // `motor_pw: "1500ms"`
    let is_measure =
        value.first().is_some_and(u8::is_ascii_digit) || shape.length < 8 || identifier;
    if is_measure && !no_word && is_short_for_password(given.name) {
        return None;
    }
    if given.operator == Operator::FlagWord && !mixed && !no_word {
        return None;
    }
    match given.notation {
        // Members of lists were judged.
        Notation::Quoted | Notation::Element | Notation::Member => {
            if given.operator == Operator::Compare {
                return (mixed && !identifier || no_word).then_some(Confidence::Low);
            }
            if is_composed_name(value) && !mixed {
                return None;
            }
            if matches!(given.operator, Operator::Comma | Operator::Call) {
                // `('snmpv3_auth_password', 'snmpv3_priv_password')`: one name beside the other.
                let named = is_composed_name(value) || identifier && value.contains(&b'_');
                if mixed {
                    return (!named).then_some(Confidence::Medium);
                }
                return no_word.then_some(Confidence::Low);
            }
            if no_word || mixed && !is_composed_name(value) {
                return Some(Confidence::Medium);
            }
            // One plain word, in quotes, assigned: a weak password, or a label.
            (shape.length <= 32 && !identifier || shape.others == 0).then_some(Confidence::Low)
        }
        Notation::Bare | Notation::Flow if is_code(value) => None,
        // Columns and their types stand like this, too.
        Notation::Flow => {
            let signs = shape.others > value.iter().filter(|b| b"_-:.".contains(b)).count();
            (no_word || signs && mixed).then_some(Confidence::Medium)
        }
        Notation::Bare => {
            if given.operator == Operator::Colon && !mixed && identifier {
                return (shape.others == 0
                    && shape.length >= 5
                    && given.name.iter().all(|b| !b.is_ascii_uppercase()))
                .then_some(Confidence::Low);
            }
            if mixed && !identifier {
                return Some(Confidence::Medium);
            }
            (!is_composed_name(value) && shape.others == 0).then_some(Confidence::Low)
        }
    }
}

fn judge_token(given: &Given<'_>, shape: &Shape) -> Option<Confidence> {
    let value = given.value;
    if !(8..=MAX_VALUE_BYTES).contains(&shape.length)
        || memchr::memchr(b' ', value).is_some()
        || !value.is_ascii()
    {
        return None;
    }
    if given.notation.is_bare() && is_code(value) {
        return None;
    }
    if given.operator == Operator::Compare {
        return shape.is_random().then_some(Confidence::Medium);
    }
    let lower = given.name.to_ascii_lowercase();
    let is_auth = lower.ends_with(b"auth");
    if is_auth
        && value
            .rsplit(|b| *b == b':')
            .next()
            .is_some_and(|last| last.len() < value.len() && is_digest(last))
    {
        // A key's name and a signature made with it: `278d…:4708…`.
        return None;
    }
    if shape.is_random() {
        return Some(if is_uuid(value) { Confidence::Medium } else { Confidence::High });
    }
    if is_identifier(value, shape) || is_composed_name(value) || is_dummy(value) {
        return None;
    }
    if matches!(given.operator, Operator::Comma | Operator::FlagWord) {
        // A list of arguments: only what no word could be.
        return None;
    }
    if is_auth {
        // How to log in, more often than with what: `auth: "AWS_SIGV4"`.
        return None;
    }
    let mixed = shape.classes() >= 2 && shape.digits > 0;
    let tells = memchr::memmem::find(&lower, b"secret").is_some();
    match given.notation {
        Notation::Quoted | Notation::Element if mixed => {
            Some(if tells { Confidence::Medium } else { Confidence::Low })
        }
        Notation::Flow => None,
        Notation::Bare if mixed && tells => Some(Confidence::Low),
        // Letters only, in an order that no word has.
        _ if tells && is_no_word(value) => Some(Confidence::Low),
        _ => None,
    }
}
