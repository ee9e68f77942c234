//! Where something stands: path, lines and columns, commit.

use std::{fmt, sync::Arc};

use crate::is_hidden;

/// A path inside the target, `/`-separated, relative to its root. Members of archives follow their archive after `!/`
/// (`dist/app.zip!/config/.env`).
///
/// Paths of git and of Unix are bytes. Bytes that are not UTF-8, [hidden](is_hidden) characters and the backslash are kept as `\xNN`
/// (`\\` for the backslash), so that two different paths never look alike and a path never drives a terminal. A clone
/// shares the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TargetPath(Arc<str>);

impl TargetPath {
    /// Takes the bytes of a path as the target spells it.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let is_plain = |b: &u8| matches!(b, b' '..=b'~') && *b != b'\\';
        if bytes.iter().all(is_plain)
            && let Ok(text) = std::str::from_utf8(bytes)
        {
            return Self(text.into());
        }
        let mut out = String::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                match c {
                    '\\' => out.push_str("\\\\"),
                    c if is_hidden(c) => {
                        let mut utf8 = [0; 4];
                        escape_into(c.encode_utf8(&mut utf8).as_bytes(), &mut out);
                    }
                    c => out.push(c),
                }
            }
            escape_into(chunk.invalid(), &mut out);
        }
        Self(out.into())
    }

    /// Takes a text that [`Self::as_str`] gave before.
    #[must_use]
    pub fn from_escaped(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// The member `inner` of the archive at this path.
    #[must_use]
    pub fn member(&self, inner: &[u8]) -> Self {
        Self(format!("{}!/{}", self.0, Self::from_bytes(inner).0).into())
    }

    /// This path with the tail of another that begins with `!/`.
    #[must_use]
    pub fn with_member(&self, member: &Self) -> Self {
        Self(format!("{}{}", self.0, member.0).into())
    }

    /// The escaped text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component, archives' members included.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }

    /// What follows the last dot of the file name, if anything does.
    #[must_use]
    pub fn extension(&self) -> Option<&str> {
        let (stem, extension) = self.file_name().rsplit_once('.')?;
        (!stem.is_empty()).then_some(extension)
    }
}

fn escape_into(bytes: &[u8], out: &mut String) {
    use fmt::Write as _;
    for byte in bytes {
        // Writing into a String cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
}

impl fmt::Display for TargetPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A point in a text: line and column from 1, the column in Unicode scalar values (a byte that is not UTF-8 counts as one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// From 1.
    pub line: u64,
    /// From 1.
    pub column: u64,
}

/// A stretch of text; `end` is the first position behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// A git object id in lower-case hexadecimal: 40 digits for SHA-1, 64 for SHA-256. A clone shares the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(Arc<str>);

impl ObjectId {
    /// Takes the hexadecimal form as git prints it.
    #[must_use]
    pub fn from_hex(hex: impl Into<Arc<str>>) -> Self {
        Self(hex.into())
    }

    /// All digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}

/// The commit in which a content first stood at a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub id: ObjectId,
    /// Author's name, as the commit says; not verified by anyone.
    pub author: String,
    /// Author's e-mail address.
    pub email: String,
    /// Author time, milliseconds since 1970 UTC.
    pub time_ms: i64,
}

/// One place at which a content stands or stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where in the target.
    pub path: TargetPath,
    /// Lines and columns; `None` where the file as a whole is meant.
    pub span: Option<Span>,
    /// The commit that brought it; `None` outside of git history.
    pub commit: Option<Arc<Commit>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_foreign_bytes_apart_and_never_drives_a_terminal() {
        assert_eq!(TargetPath::from_bytes(b"a/\xff\xfe.txt").as_str(), "a/\\xff\\xfe.txt");
        assert_eq!(TargetPath::from_bytes(b"a\x1b[31m").as_str(), "a\\x1b[31m");
        assert_eq!(TargetPath::from_bytes(b"a\\xff").as_str(), "a\\\\xff");
        assert_eq!(TargetPath::from_bytes("x\u{202e}y".as_bytes()).as_str(), "x\\xe2\\x80\\xaey");
    }

    #[test]
    fn name_and_extension_look_at_the_last_component_only() {
        let path = TargetPath::from_bytes(b"a.b/dist.zip").member(b"conf.d/.env");
        assert_eq!((path.file_name(), path.extension()), (".env", None));
        assert_eq!(TargetPath::from_bytes(b"x/y.tar.gz").extension(), Some("gz"));
    }
}
