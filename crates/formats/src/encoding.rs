//! Files that are not UTF-8.

use std::borrow::Cow;

/// What of it begins with a byte order mark of UTF-16, as UTF-8; Windows' shells and tools write it.
pub(crate) fn of_windows(bytes: &[u8]) -> Cow<'_, [u8]> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return Cow::Borrowed(bytes),
    };
    let units = bytes.as_chunks::<2>().0.iter().skip(1).map(|pair| unit(*pair));
    let chars = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER));
    Cow::Owned(chars.collect::<String>().into_bytes())
}

/// An XML file as UTF-8. Whatever its declaration says, what is no Unicode is taken for Latin-1: all such encodings share ASCII, and no
/// package's name or version has anything else; but people's names have.
pub(crate) fn of_xml(bytes: &[u8]) -> Cow<'_, [u8]> {
    match of_windows(bytes) {
        Cow::Borrowed(bytes) if std::str::from_utf8(bytes).is_err() => {
            let chars = bytes.iter().map(|byte| char::from(*byte));
            Cow::Owned(chars.collect::<String>().into_bytes())
        }
        utf_8 => utf_8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf_8_is_read_all_the_same() {
        assert_eq!(&*of_windows(b"\xFF\xFEa\0\xE9\0"), "aé".as_bytes());
        assert_eq!(&*of_windows(b"\xFE\xFF\0a\0"), b"a");
        assert_eq!(&*of_xml(b"<a>\xE9</a>"), "<a>é</a>".as_bytes());
        for utf_8 in ["<a>é</a>", "\u{feff}<a/>", ""] {
            assert!(
                matches!(of_xml(utf_8.as_bytes()), Cow::Borrowed(bytes) if bytes == utf_8.as_bytes())
            );
        }
    }
}
