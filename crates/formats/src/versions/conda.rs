//! Conda's `VersionOrder`: an epoch, parts between dots, a local version; each part is numbers and words, missing ones are zero, a word is
//! below zero, `dev` below every word, `post` above every number.

use super::{
    key::{Key, Padded},
    scan::{Scan, is_number, is_zero, split_once},
};

/// Marks above zero.
const NUMBER: u8 = 1;
const POST: u8 = 2;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let text = text.trim().as_bytes();
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"*.+!_-".contains(byte);
    if text.is_empty() || !text.iter().all(valid) {
        return None;
    }
    let (epoch, rest) = match split_once(text, b'!') {
        (epoch, Some(rest)) if is_number(epoch) => (epoch, rest),
        (_, Some(_)) => return None,
        _ => (&b""[..], text),
    };
    key.number(epoch);
    let (version, local) = split_once(rest, b'+');
    write_parts(version, key)?;
    match local {
        Some(local) => write_parts(local, key),
        None => {
            Padded::new(key).end();
            Some(())
        }
    }
}

fn write_parts(text: &[u8], key: &mut Key) -> Option<()> {
    let mut parts = Padded::new(key);
    let mut rest = Some(text);
    while let Some(text) = rest {
        // openssl's `1.0.1_` is before `1.0.1a`: an underscore at the end belongs to the last part.
        let splits = text.strip_suffix(b"_").unwrap_or(text);
        let end = splits.iter().position(|byte| matches!(byte, b'.' | b'_' | b'-'));
        let (part, behind) = end.and_then(|at| text.split_at_checked(at)).unwrap_or((text, b""));
        if part.is_empty() {
            return None;
        }
        rest = behind.get(1..);
        write_part(part, &mut parts);
    }
    parts.end();
    Some(())
}

/// A part is a row of numbers and words too, and it is where the first of them is that is no zero.
fn write_part(part: &[u8], parts: &mut Padded<'_>) {
    let decisive = Atoms::of(part).find(|atom| !matches!(atom, Atom::Zero));
    let mut row = Padded::new(match decisive {
        None => return parts.zero(),
        Some(Atom::Word(_)) => parts.below(),
        Some(_) => parts.above(),
    });
    for atom in Atoms::of(part) {
        match atom {
            Atom::Zero => row.zero(),
            Atom::Number(digits) => {
                let key = row.above();
                key.mark(NUMBER);
                key.number(digits);
            }
            Atom::Post => row.above().mark(POST),
            // Capitals are before the rest.
            Atom::Word(word) if word.eq_ignore_ascii_case(b"dev") => row.below().text(b"DEV"),
            Atom::Word(word) => row.below().lower(word),
        }
    }
    row.end();
}

enum Atom<'a> {
    Zero,
    Number(&'a [u8]),
    Post,
    Word(&'a [u8]),
}

/// The numbers, stars and other texts of a part, with a zero before a part that begins with none.
struct Atoms<'a> {
    scan: Scan<'a>,
    begun: bool,
}

impl<'a> Atoms<'a> {
    const fn of(part: &'a [u8]) -> Self {
        Self { scan: Scan::new(part), begun: false }
    }
}

impl<'a> Iterator for Atoms<'a> {
    type Item = Atom<'a>;

    fn next(&mut self) -> Option<Atom<'a>> {
        let next = self.scan.peek()?;
        let begun = std::mem::replace(&mut self.begun, true);
        if next.is_ascii_digit() {
            let digits = self.scan.digits();
            return Some(if is_zero(digits) { Atom::Zero } else { Atom::Number(digits) });
        }
        if !begun {
            return Some(Atom::Zero);
        }
        if next == b'*' {
            return Some(Atom::Word(self.scan.take_while(|byte| byte == b'*')));
        }
        let word = self.scan.take_while(|byte| !byte.is_ascii_digit() && byte != b'*');
        Some(if word.eq_ignore_ascii_case(b"post") { Atom::Post } else { Atom::Word(word) })
    }
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Conda;

    use crate::versions::tests::ascending;

    #[test]
    fn the_order_of_condas_documentation_holds() {
        // conda.models.version.VersionOrder
        ascending(
            Conda,
            "0.4=0.4.0 0.4.1.rc=0.4.1.RC 0.4.1 0.5a1 0.5b3 0.5C1 0.5 0.9.6 0.960923 1.0 1.1dev1 1.1_ 1.1a1 1.1.0dev1=1.1.dev1 1.1.a1 1.1.0rc1
             1.1.0=1.1 1.1.0post1=1.1.post1 1.1post1 1996.07.12 1!0.4.1 1!3.1.1.6 2!0.4.1",
        );
    }

    #[test]
    fn openssls_letters_and_local_versions_have_their_order() {
        ascending(
            Conda,
            "=1..2 =not,valid 0.9.8 1.0.1dev 1.0.1_ 1.0.1a 1.0.1b 1.0.1+0.a 1.0.1=1.0.1+0 1.0.1+1 1.0.1.post.a 1.0.1.post.z 1.0.1post.a 1.0.1post.z 1.0.2",
        );
    }
}
