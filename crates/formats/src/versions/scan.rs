//! Going over the bytes of a version.

/// What is left of a text.
#[derive(Clone, Copy)]
pub(super) struct Scan<'a> {
    rest: &'a [u8],
}

impl<'a> Scan<'a> {
    /// From the first to the last byte that is not a blank.
    pub(super) fn trimmed(text: &'a str) -> Self {
        Self { rest: text.trim().as_bytes() }
    }

    pub(super) const fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub(super) const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The byte after the next.
    pub(super) fn peek_second(&self) -> Option<u8> {
        self.rest.get(1).copied()
    }

    pub(super) fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Takes the byte if it is the next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        self.eat_if(|next| next == byte)
    }

    /// Takes the next byte if it is such a one.
    pub(super) fn eat_if(&mut self, is: impl Fn(u8) -> bool) -> bool {
        let eaten = self.peek().is_some_and(is);
        if eaten {
            self.next();
        }
        eaten
    }

    /// Takes a word in any case if the text goes on with it.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        match self.rest.split_at_checked(word.len()) {
            Some((start, rest)) if start.eq_ignore_ascii_case(word.as_bytes()) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    /// Takes bytes as long as they are such ones.
    pub(super) fn take_while(&mut self, is: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.rest.iter().position(|byte| !is(*byte)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    /// Takes decimal digits; none if there are none.
    pub(super) fn digits(&mut self) -> &'a [u8] {
        self.take_while(|byte| byte.is_ascii_digit())
    }
}

/// Whether there is something, and only digits.
pub(super) fn is_number(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_digit)
}

/// Whether digits mean zero; none do.
pub(super) fn is_zero(digits: &[u8]) -> bool {
    digits.iter().all(|digit| *digit == b'0')
}

/// What stands before the first such byte, and what behind it.
pub(super) fn split_once(text: &[u8], at: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == at).and_then(|at| text.split_at_checked(at)) {
        Some((before, rest)) => (before, Some(rest.get(1..).unwrap_or_default())),
        None => (text, None),
    }
}

/// `[epoch:]version[-release]`, as distributions write it.
pub(super) struct EpochVersionRelease<'a> {
    /// Digits; none if there is none.
    pub(super) epoch: &'a [u8],
    pub(super) version: &'a [u8],
    /// What stands behind the last `-`.
    pub(super) release: Option<&'a [u8]>,
}

impl<'a> EpochVersionRelease<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        let (epoch, rest) = match split_once(text, b':') {
            (epoch, Some(rest)) if is_number(epoch) => (epoch, rest),
            _ => (&b""[..], text),
        };
        let last = rest.iter().rposition(|byte| *byte == b'-');
        match last.and_then(|at| rest.split_at_checked(at)) {
            Some((version, release)) => {
                Self { epoch, version, release: Some(release.get(1..).unwrap_or_default()) }
            }
            None => Self { epoch, version: rest, release: None },
        }
    }
}
