//! rpm's `rpmvercmp` for epoch, version and release: numbers and words, `~` before the end, `^` after it but before anything else.

use super::{
    key::Key,
    scan::{EpochVersionRelease, Scan},
};

const TILDE: u8 = 1;
const END: u8 = 2;
const CARET: u8 = 3;
const WORD: u8 = 4;
const NUMBER: u8 = 5;

/// Whether there is a release, and what comes before one.
const NO_RELEASE: u8 = 1;
const RELEASE: u8 = 2;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let text = text.trim().as_bytes();
    if text.is_empty() {
        return None;
    }
    let parts = EpochVersionRelease::of(text);
    key.number(parts.epoch);
    write_part(parts.version, key);
    match parts.release {
        Some(release) => {
            key.mark(RELEASE);
            write_part(release, key);
        }
        None => key.mark(NO_RELEASE),
    }
    Some(())
}

fn write_part(part: &[u8], key: &mut Key) {
    let mut scan = Scan::new(part);
    loop {
        let digits = scan.digits();
        if !digits.is_empty() {
            key.mark(NUMBER);
            key.number(digits);
            continue;
        }
        let word = scan.take_while(|byte| byte.is_ascii_alphabetic());
        if !word.is_empty() {
            key.mark(WORD);
            key.text(word);
            continue;
        }
        match scan.next() {
            Some(b'~') => key.mark(TILDE),
            Some(b'^') => key.mark(CARET),
            // Everything else separates.
            Some(_) => {}
            None => break,
        }
    }
    key.mark(END);
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Rpm;

    use crate::versions::tests::ascending;

    #[test]
    fn tildes_and_carets_stand_around_the_end() {
        ascending(
            Rpm,
            "1.0~rc1 1.0~rc1^git1 1.0~rc2 1.0=1.00=1_0=0:1.0=1.0. 1.0^git1~pre 1.0^git1 1.0^git2 1.0a=1.0.a 1.0.1 1.1",
        );
    }

    #[test]
    fn epoch_before_version_before_release() {
        ascending(Rpm, "1.0-1.el7 1.0-1.el7_9 1.0-1.el8 1.0-2 2.0-1.fc39 2.0-1.1 1:0.1-1 2:0");
    }
}
