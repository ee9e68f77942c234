//! What a 7z says of itself, read before the library believes it: the list of members may be packed a million to one, and a
//! decoder takes the memory that the archive asks for. (`7zFormat.txt` of the LZMA SDK.)

use std::io::{Read, Seek, SeekFrom};

use sevenz_rust2::Block;

/// Largest list of members, as it is stored and unpacked. The library keeps some hundred bytes for each of its bytes.
const MAX_LIST_BYTES: u64 = 2 << 20;
const SIGNATURE_HEADER_BYTES: u64 = 32;

// Identifiers.
const HEADER: u8 = 0x01;
const PACK_INFO: u8 = 0x06;
const UNPACK_INFO: u8 = 0x07;
const SIZE: u8 = 0x09;
const CRC: u8 = 0x0a;
const FOLDER: u8 = 0x0b;
const UNPACK_SIZE: u8 = 0x0c;
const ENCODED_HEADER: u8 = 0x17;

const COPY: &[u8] = &[0];
const LZMA: &[u8] = &[3, 1, 1];
const LZMA2: &[u8] = &[0x21];
const PPMD: &[u8] = &[3, 4, 1];

/// Whether the list of members fits into memory. The reader is at the beginning afterwards.
///
/// # Errors
/// A sentence.
pub(crate) fn check_list(
    mut reader: impl Read + Seek,
    max_decoder_bytes: u64,
) -> Result<(), String> {
    let list = stored_list(&mut reader)
        .ok_or_else(|| "its list of members is damaged or longer than 2 MiB".to_owned())?;
    reader.rewind().map_err(|error| error.to_string())?;
    match list.split_first() {
        Some((&HEADER, _)) => Ok(()),
        Some((&ENCODED_HEADER, packed)) => {
            let (unpacked, decoder) = Bytes(packed)
                .packed_list()
                .ok_or("its list of members is packed in a form that is not understood")?;
            if unpacked > MAX_LIST_BYTES {
                return Err("its list of members is longer than 2 MiB".to_owned());
            }
            check_memory(decoder, max_decoder_bytes)
        }
        _ => Err("it has no list of members".to_owned()),
    }
}

/// Whether the members can be unpacked in bounded memory.
///
/// # Errors
/// A sentence.
pub(crate) fn check_blocks(blocks: &[Block], max_decoder_bytes: u64) -> Result<(), String> {
    let coders = blocks.iter().flat_map(|block| &block.coders);
    let asked = coders.map(|coder| memory(coder.encoder_method_id(), coder.properties())).max();
    check_memory(asked.unwrap_or_default(), max_decoder_bytes)
}

fn check_memory(asked: u64, most: u64) -> Result<(), String> {
    if asked > most {
        return Err(format!(
            "unpacking it takes {} MiB of memory; the limit is {}",
            asked >> 20,
            most >> 20
        ));
    }
    Ok(())
}

fn stored_list(reader: &mut (impl Read + Seek)) -> Option<Vec<u8>> {
    let length = reader.seek(SeekFrom::End(0)).ok()?;
    reader.rewind().ok()?;
    let mut header = [0; SIGNATURE_HEADER_BYTES as usize];
    reader.read_exact(&mut header).ok()?;
    let number = |at: usize| Some(u64::from_le_bytes(*header.get(at..)?.first_chunk()?));
    let (offset, size) = (number(12)?, number(20)?);
    let start = SIGNATURE_HEADER_BYTES.checked_add(offset)?;
    // Without a size the library would guess where the list is.
    if size == 0 || size > MAX_LIST_BYTES || start.checked_add(size)? > length {
        return None;
    }
    reader.seek(SeekFrom::Start(start)).ok()?;
    let mut list = Vec::new();
    reader.take(size).read_to_end(&mut list).ok()?;
    Some(list)
}

/// What a decoder asks for, in bytes.
fn memory(method: &[u8], properties: &[u8]) -> u64 {
    let word =
        || properties.get(1..).and_then(<[u8]>::first_chunk).map_or(0, |b| u32::from_le_bytes(*b));
    match method {
        LZMA | PPMD => u64::from(word()),
        LZMA2 => match properties.first() {
            Some(&bits @ 0..40) => (2 | u64::from(bits & 1)) << (bits / 2 + 11),
            _ => u64::from(u32::MAX),
        },
        _ => 0,
    }
}

struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first)
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = rest;
        Some(taken)
    }

    /// The bits of the first byte, from the highest, say how many bytes follow.
    fn number(&mut self) -> Option<u64> {
        let first = u64::from(self.byte()?);
        let mut value = 0;
        for at in 0..8 {
            let mask = 0x80_u64 >> at;
            if first & mask == 0 {
                return Some(value | (first & (mask - 1)) << (8 * at));
            }
            value |= u64::from(self.byte()?) << (8 * at);
        }
        Some(value)
    }

    /// Of a packed list: what it unpacks to, and what its decoders ask for. Only the form that 7-Zip writes is understood:
    /// one stream through one or two decoders.
    fn packed_list(&mut self) -> Option<(u64, u64)> {
        self.expect(PACK_INFO)?;
        self.number()?;
        let streams = self.number().filter(|streams| *streams == 1)?;
        loop {
            match self.byte()? {
                0 => break,
                SIZE => {
                    for _ in 0..streams {
                        self.number()?;
                    }
                }
                CRC => {
                    self.expect(1)?;
                    self.take(4 * streams)?;
                }
                _ => return None,
            }
        }
        for wanted in [UNPACK_INFO, FOLDER, 1, 0] {
            self.expect(wanted)?;
        }
        let coders = self.number().filter(|coders| (1..=2).contains(coders))?;
        let mut asked = 0;
        for _ in 0..coders {
            let flags = self.byte()?;
            // Several streams for one decoder, or other ways to the same: never of a list.
            if flags & 0xd0 != 0 {
                return None;
            }
            let method = self.take(u64::from(flags & 0xf))?;
            let properties = if flags & 0x20 == 0 {
                &[]
            } else {
                let length = self.number()?;
                self.take(length)?
            };
            if ![COPY, LZMA, LZMA2, PPMD].contains(&method) {
                return None;
            }
            asked = memory(method, properties).max(asked);
        }
        for _ in 1..coders {
            self.number()?;
            self.number()?;
        }
        self.expect(UNPACK_SIZE)?;
        let mut unpacked = 0;
        for _ in 0..coders {
            unpacked = self.number()?.max(unpacked);
        }
        Some((unpacked, asked))
    }

    fn expect(&mut self, wanted: u8) -> Option<()> {
        (self.byte()? == wanted).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// A 7z whose list of members is packed by LZMA with this dictionary, and unpacks to this much.
    fn archive(dictionary: u32, unpacked: u32) -> Vec<u8> {
        let mut list =
            vec![ENCODED_HEADER, PACK_INFO, 0, 1, SIZE, 10, 0, UNPACK_INFO, FOLDER, 1, 0];
        list.extend([1, 0x23, 3, 1, 1, 5, 0x5d]);
        list.extend(dictionary.to_le_bytes());
        list.extend([UNPACK_SIZE, 0xf0]);
        list.extend(unpacked.to_le_bytes());
        list.extend([0, 0]);
        let mut bytes = b"7z\xbc\xaf\x27\x1c\0\x04".to_vec();
        bytes.extend([1; 4]);
        bytes.extend(10_u64.to_le_bytes());
        bytes.extend((list.len() as u64).to_le_bytes());
        bytes.extend([0; 4]);
        bytes.extend([0; 10]);
        bytes.extend(list);
        bytes
    }

    #[test]
    fn a_list_of_members_is_as_long_as_it_may_be() {
        let check =
            |dictionary, unpacked| check_list(Cursor::new(archive(dictionary, unpacked)), 64 << 20);
        assert_eq!(check(1 << 20, 1 << 20), Ok(()));
        assert!(check(1 << 20, 3 << 20).unwrap_err().contains("longer than 2 MiB"));
        assert!(check(1 << 31, 1 << 20).unwrap_err().contains("takes 2048 MiB"));
        let cut = &archive(1 << 20, 1 << 20)[..50];
        assert!(check_list(Cursor::new(cut), 64 << 20).is_err());
    }

    #[test]
    fn numbers_are_as_long_as_their_first_byte_says() {
        for (bytes, number) in [
            (&[0x05_u8][..], 5_u64),
            (&[0x81, 0x02], 0x102),
            (&[0xc0, 0x34, 0x12], 0x1234),
            (&[0xff, 1, 2, 3, 4, 5, 6, 7, 8], 0x0807_0605_0403_0201),
        ] {
            assert_eq!(Bytes(bytes).number(), Some(number));
        }
        assert_eq!(Bytes(&[0xff, 1]).number(), None);
    }
}
