//! Where things stand in the index file. All numbers are little-endian.
//!
//! ```text
//! head       magic, format, length, order of versions, checksum; then for each section its place, length and checksum
//! texts      blocks of whole advisories, each compressed with zstd
//! the rest   rows of fixed size, and texts that rows point to
//! ```
//!
//! A *reference to a text* is the offset of its length (two bytes) in the section of strings.

/// The first bytes of the file.
pub(crate) const MAGIC: [u8; 8] = *b"bzadvidx";
/// Raised whenever anything here, or what is stored, changes its meaning.
pub(crate) const FORMAT: u32 = 2;

macro_rules! sections {
    ($($name:ident = $row:literal, $what:literal;)*) => {
        /// A part of the file.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Section {
            $(#[doc = $what] $name,)*
        }

        impl Section {
            pub(crate) const ALL: &[Self] = &[$(Self::$name),*];

            /// The bytes of one row.
            pub(crate) const fn row(self) -> usize {
                match self { $(Self::$name => $row,)* }
            }

            /// For a message.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$name => stringify!($name),)* }
            }
        }
    };
}

sections! {
    Texts = 1, "Compressed blocks.";
    Blocks = 16, "Of each block: its offset (8) and length in the texts, its length when inflated.";
    Strings = 1, "Each text behind its length (2).";
    Buckets = 4, "Where each bucket of hashes begins; one row more than buckets. The bucket is the hash's upper bits.";
    Hashes = 8, "Of each package, ascending.";
    Packages = 20, "In the same order: key (text), first bound, bounds, first entry, entries.";
    Bounds = 8, "Versions (text, place among the keys), those of a package ascending and without equals.";
    Keys = 1, "Of each bound, behind its length (2), those of a package one behind the other.";
    Entries = 16, "Of a package, by group: advisory, group, first stretch, stretches (2), severity (1), score (1).";
    Stretches = 8, "First and last position; the first with a mark if the end is a repaired version.";
    Advisories = 40, "See `AdvisoryRow`.";
    Groups = 16, "First name, names, first member, members.";
    GroupNames = 4, "Ids (texts), the best known first.";
    Members = 4, "Advisories.";
    Names = 8, "Every id (text) and its group, ascending without regard to case.";
    Meta = 1, "What `Status` says.";
}

/// Magic, format, sections, length (8), order, checksum of all of the head but these four bytes.
pub(crate) const FIXED_HEAD: usize = 8 + 4 + 4 + 8 + 4 + 4;
/// Offset, length, checksum, room.
pub(crate) const SECTION_HEAD: usize = 8 + 8 + 4 + 4;
/// The whole head.
pub(crate) const HEAD: usize = FIXED_HEAD + Section::ALL.len() * SECTION_HEAD;
/// Where the checksum of the head stands.
pub(crate) const HEAD_CHECKSUM_AT: usize = FIXED_HEAD - 4;

/// The checksum of a head.
pub(crate) fn head_checksum(head: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(head.get(..HEAD_CHECKSUM_AT).unwrap_or_default());
    hasher.update(head.get(FIXED_HEAD..).unwrap_or_default());
    hasher.finalize()
}

/// The end of a stretch that has none.
pub(crate) const OPEN: u32 = u32::MAX;
/// In the first position: the end is a version that repairs.
pub(crate) const FIX: u32 = 1 << 31;
/// For scores that are not known. Others are tenths.
pub(crate) const NO_SCORE: u8 = u8::MAX;

/// The most that one block of texts inflates to: one advisory longer than the aimed-at length has a block of its own.
pub(crate) const BLOCK_BYTES_MAX: usize = 64 << 20;

/// What is known of an advisory without its words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AdvisoryRow {
    /// A text.
    pub(crate) id: u32,
    pub(crate) group: u32,
    pub(crate) block: u32,
    /// Where it begins in the inflated block.
    pub(crate) text_at: u32,
    pub(crate) text_length: u32,
    /// A row of the status' sources.
    pub(crate) source: u16,
    pub(crate) kind: u8,
    pub(crate) flags: u8,
    pub(crate) severity: u8,
    pub(crate) score: u8,
    /// Days since 1970.
    pub(crate) exploited_day: i32,
    pub(crate) probability: f32,
    pub(crate) percentile: f32,
}

/// Flags of [`AdvisoryRow`].
pub(crate) const EXPLOITED: u8 = 1;
pub(crate) const RANSOMWARE: u8 = 2;
/// The day of listing is known.
pub(crate) const EXPLOITED_DAY: u8 = 4;
/// There is a prediction.
pub(crate) const PREDICTED: u8 = 8;

impl AdvisoryRow {
    pub(crate) fn to_bytes(self) -> [u8; 40] {
        let mut out = [0; 40];
        let mut at = 0;
        let mut put = |bytes: &[u8]| {
            for (to, from) in out.iter_mut().skip(at).zip(bytes) {
                *to = *from;
            }
            at += bytes.len();
        };
        for number in [self.id, self.group, self.block, self.text_at, self.text_length] {
            put(&number.to_le_bytes());
        }
        put(&self.source.to_le_bytes());
        put(&[self.kind, self.flags, self.severity, self.score, 0, 0]);
        put(&self.exploited_day.to_le_bytes());
        put(&self.probability.to_le_bytes());
        put(&self.percentile.to_le_bytes());
        out
    }

    pub(crate) fn from_bytes(row: &[u8]) -> Option<Self> {
        let number = |at| crate::codec::u32_at(row, at);
        Some(Self {
            id: number(0)?,
            group: number(4)?,
            block: number(8)?,
            text_at: number(12)?,
            text_length: number(16)?,
            source: u16::from_le_bytes(*row.get(20..)?.first_chunk()?),
            kind: *row.get(22)?,
            flags: *row.get(23)?,
            severity: *row.get(24)?,
            score: *row.get(25)?,
            exploited_day: number(28)?.cast_signed(),
            probability: f32::from_bits(number(32)?),
            percentile: f32::from_bits(number(36)?),
        })
    }
}
