//! dpkg (Debian policy 5.6.12): epoch, upstream version and revision; in the two latter, texts and numbers take turns, `~` is before the
//! end, and letters are before everything else.

use super::{
    key::Key,
    scan::{EpochVersionRelease, Scan},
};

/// Where a text is followed by a number or by nothing.
const END: u8 = 2;
const TILDE: u8 = 1;

pub(super) fn write(text: &str, key: &mut Key) -> Option<()> {
    let text = text.trim().as_bytes();
    if text.is_empty() {
        return None;
    }
    let parts = EpochVersionRelease::of(text);
    key.number(parts.epoch);
    write_part(parts.version, key);
    write_part(parts.release.unwrap_or_default(), key);
    Some(())
}

fn write_part(part: &[u8], key: &mut Key) {
    let mut scan = Scan::new(part);
    loop {
        for byte in scan.take_while(|byte| !byte.is_ascii_digit()) {
            key.mark(rank(*byte));
        }
        key.mark(END);
        key.number(scan.digits());
        if scan.is_empty() {
            // Before a `~`, after nothing else.
            key.mark(END);
            return;
        }
    }
}

/// The place of a byte that is no digit: `~`, (the end,) letters, the rest.
const fn rank(byte: u8) -> u8 {
    match byte {
        b'~' => TILDE,
        b'A'..=b'Z' => byte - b'A' + END + 1,
        b'a'..=b'z' => byte - b'a' + END + 27,
        // The 193 others behind them, without the gaps that digits, letters and `~` leave.
        0..=0x2F => byte + 55,
        0x30..=0x40 => byte + 45,
        0x5B..=0x60 => byte + 19,
        0x7B..=0x7D => byte - 7,
        0x7F..=0xFF => byte - 8,
    }
}

#[cfg(test)]
mod tests {
    use model::VersionScheme::Dpkg;

    use crate::versions::tests::ascending;

    #[test]
    fn the_example_of_the_policy_holds() {
        ascending(Dpkg, "1~~ 1~~a 1~ 1 1a");
    }

    #[test]
    fn epochs_revisions_and_texts_have_their_order() {
        ascending(
            Dpkg,
            "1.2.3=0:1.2.3=1.2.3-0=1.2.03-00 1.2.3-1~deb7u1 1.2.3-1=1.2.3-01 1.2.3-1a 1.2.3-1+b1 1.2.3-2 1.2.3a 1.2.3a1 1.2.3aa 1.2.3+dfsg-1 1.2.3-1-1 1.2.3.1 1:0.1 2:0",
        );
    }
}
