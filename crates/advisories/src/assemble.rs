//! The rows of an index, once every advisory is there.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    io::{self, Seek, SeekFrom, Write},
};

use foldhash::fast::RandomState;
use model::{Ecosystem, Severity};

use crate::{
    builder::{Builder, Collected, CollectedEntry, CollectedStretch, End, NONE},
    codec::Writer,
    groups::{self, Groups},
    key,
    layout::{
        AdvisoryRow, EXPLOITED, EXPLOITED_DAY, FIX, FORMAT, HEAD, HEAD_CHECKSUM_AT, MAGIC, OPEN,
        PREDICTED, RANSOMWARE, Section, head_checksum,
    },
    order,
    rate::{self, Rated},
    record::kind_number,
    status::Status,
};

/// Ten times as many releases as OSV's distributions have, products of theirs among them. Beyond, packages of a release count as not
/// judged.
const RELEASES_MAX: usize = 50_000;

/// Writes everything behind the texts, and the head.
pub(crate) fn write<W: Write + Seek>(
    mut builder: Builder<W>,
    status: &mut Status,
) -> io::Result<W> {
    let mut sections = Sections::default();
    let numbers = renumbered(&builder.advisories);
    let of_groups = group(&builder, &numbers, &mut sections)?;
    status.groups = of_groups.count;
    let rated = advisories(&builder, &numbers, &of_groups, &mut sections);
    packages(&mut builder, &numbers, &of_groups, &rated, status, &mut sections)?;
    sections.put(Section::Blocks, std::mem::take(&mut builder.blocks.0));
    sections.put(Section::Strings, std::mem::take(&mut builder.strings.bytes));
    let mut meta = Writer::default();
    status.write(&mut meta);
    sections.put(Section::Meta, meta.0);
    finish(builder, sections, status)
}

/// The bytes of each section but the texts.
#[derive(Default)]
struct Sections(BTreeMap<usize, Vec<u8>>);

impl Sections {
    fn put(&mut self, section: Section, bytes: Vec<u8>) {
        self.0.insert(section as usize, bytes);
    }
}

fn finish<W: Write + Seek>(
    builder: Builder<W>,
    mut sections: Sections,
    status: &mut Status,
) -> io::Result<W> {
    let Builder { mut to, texts_length, texts_checksum, .. } = builder;
    let mut table = Vec::new();
    let mut at = HEAD as u64;
    let mut row = |at: u64, length: u64, checksum: u32| {
        table.extend_from_slice(&at.to_le_bytes());
        table.extend_from_slice(&length.to_le_bytes());
        table.extend_from_slice(&checksum.to_le_bytes());
        table.extend_from_slice(&[0; 4]);
    };
    row(at, texts_length, texts_checksum.finalize());
    at += texts_length;
    for section in Section::ALL.iter().skip(1) {
        let bytes = sections.0.remove(&(*section as usize)).unwrap_or_default();
        to.write_all(&bytes)?;
        row(at, bytes.len() as u64, crc32fast::hash(&bytes));
        at += bytes.len() as u64;
    }
    let mut head = MAGIC.to_vec();
    head.extend_from_slice(&FORMAT.to_le_bytes());
    head.extend_from_slice(&(Section::ALL.len() as u32).to_le_bytes());
    head.extend_from_slice(&at.to_le_bytes());
    head.extend_from_slice(&order::fingerprint().to_le_bytes());
    head.extend_from_slice(&[0; 4]);
    head.extend_from_slice(&table);
    let checksum = head_checksum(&head).to_le_bytes();
    head.splice(HEAD_CHECKSUM_AT..HEAD_CHECKSUM_AT + 4, checksum);
    to.seek(SeekFrom::Start(0))?;
    to.write_all(&head)?;
    status.file_bytes = at;
    Ok(to)
}

/// The rows of advisories that count: the new number of each, [`NONE`] for those that do not.
fn renumbered(advisories: &[Collected]) -> Vec<u32> {
    let mut next = 0;
    let mut number = |advisory: &Collected| {
        if !advisory.counts {
            return NONE;
        }
        next += 1;
        next - 1
    };
    advisories.iter().map(&mut number).collect()
}

/// Which group an id belongs to.
struct GroupsOf {
    of_id: HashMap<u32, u32, RandomState>,
    /// The CVE numbers of each.
    cves: Vec<Vec<u32>>,
    count: u64,
}

impl GroupsOf {
    fn of(&self, id: u32) -> u32 {
        self.of_id.get(&id).copied().unwrap_or(NONE)
    }
}

fn group<W>(
    builder: &Builder<W>,
    numbers: &[u32],
    sections: &mut Sections,
) -> io::Result<GroupsOf> {
    let strings = &builder.strings;
    let mut joined = Groups::default();
    // In the order of ids, so that what is joined does not depend on which source came first.
    let mut counting: Vec<&Collected> = builder.advisories.iter().filter(|a| a.counts).collect();
    counting.sort_by_key(|advisory| strings.get(advisory.id));
    for advisory in counting {
        joined.add(advisory.id, part(&builder.aliases, advisory.aliases));
    }
    let mut sets = joined.into_sets();
    for set in &mut sets {
        set.sort_by_key(|id| (groups::rank(strings.get(*id)), strings.get(*id)));
    }
    sets.sort_by_key(|set| set.first().map(|id| strings.get(*id)));

    let mut out =
        GroupsOf { of_id: HashMap::default(), cves: Vec::new(), count: sets.len() as u64 };
    for (set, group) in sets.iter().zip(0_u32..) {
        out.of_id.extend(set.iter().map(|id| (*id, group)));
        let is_cve = |id: &&u32| strings.get(**id).starts_with("CVE-");
        out.cves.push(set.iter().filter(is_cve).copied().collect());
    }
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); sets.len()];
    for (advisory, number) in builder.advisories.iter().zip(numbers) {
        if *number != NONE
            && let Some(members) = members.get_mut(out.of(advisory.id) as usize)
        {
            members.push(*number);
        }
    }
    let (mut rows, mut names, mut member_rows) =
        (Writer::default(), Writer::default(), Writer::default());
    for (set, members) in sets.iter().zip(&members) {
        rows.u32((names.0.len() / 4) as u32);
        rows.u32(set.len() as u32);
        rows.u32((member_rows.0.len() / 4) as u32);
        rows.u32(members.len() as u32);
        set.iter().for_each(|id| names.u32(*id));
        members.iter().for_each(|member| member_rows.u32(*member));
    }
    sections.put(Section::Groups, rows.0);
    sections.put(Section::GroupNames, names.0);
    sections.put(Section::Members, member_rows.0);
    let mut ids: Vec<(u32, u32)> = out.of_id.iter().map(|(id, group)| (*id, *group)).collect();
    ids.sort_by_cached_key(|(id, _)| folded(strings.get(*id)));
    let mut rows = Writer::default();
    for (id, group) in ids {
        rows.u32(id);
        rows.u32(group);
    }
    sections.put(Section::Names, rows.0);
    Ok(out)
}

/// Ids are found without regard to case.
pub(crate) fn folded(id: &str) -> Vec<u8> {
    id.bytes().map(|byte| byte.to_ascii_uppercase()).collect()
}

fn part(list: &[u32], (first, count): (u32, u32)) -> &[u32] {
    list.get(first as usize..(first + count) as usize).unwrap_or_default()
}

/// Writes the rows of advisories; returns how bad each is, by its old number.
fn advisories<W>(
    builder: &Builder<W>,
    numbers: &[u32],
    of_groups: &GroupsOf,
    sections: &mut Sections,
) -> Vec<Rated> {
    // Who does not say how bad it is, is told by those that describe the same.
    let mut of_group: Vec<Option<Rated>> = vec![None; of_groups.cves.len()];
    for advisory in builder.advisories.iter().filter(|advisory| advisory.counts) {
        if let Some(slot) = of_group.get_mut(of_groups.of(advisory.id) as usize)
            && let Some(rated) = advisory.rated
        {
            *slot = Some(slot.map_or(rated, |known| known.or_worse(rated)));
        }
    }
    let mut rows = Writer::default();
    let mut all = Vec::with_capacity(numbers.len());
    for (advisory, number) in builder.advisories.iter().zip(numbers) {
        let group = of_groups.of(advisory.id);
        let told = of_group.get(group as usize).copied().flatten();
        let rated = advisory.rated.or(told).unwrap_or(rate::unrated(advisory.kind));
        if *number == NONE {
            all.push(rated);
            continue;
        }
        let mut row = AdvisoryRow {
            id: advisory.id,
            group,
            block: advisory.block,
            text_at: advisory.text_at,
            text_length: advisory.text_length,
            source: advisory.source,
            kind: kind_number(advisory.kind),
            flags: 0,
            severity: rated.severity,
            score: rated.score,
            exploited_day: 0,
            probability: 0.0,
            percentile: 0.0,
        };
        let own = of_groups.cves.get(group as usize).map_or(&[][..], Vec::as_slice);
        let upstream = part(&builder.upstream, advisory.upstream);
        for cve in own.iter().chain(upstream) {
            exploits(builder, builder.strings.get(*cve), &mut row);
        }
        let rated = Rated { severity: row.severity, score: row.score };
        rows.0.extend_from_slice(&row.to_bytes());
        all.push(rated);
    }
    sections.put(Section::Advisories, rows.0);
    all
}

fn exploits<W>(builder: &Builder<W>, cve: &str, row: &mut AdvisoryRow) {
    if let Some(known) = builder.exploited.get(cve) {
        if let Some(day) = known.added_day {
            let is_first = row.flags & EXPLOITED_DAY == 0;
            row.exploited_day = if is_first { day } else { row.exploited_day.min(day) };
            row.flags |= EXPLOITED_DAY;
        }
        row.flags |= EXPLOITED | if known.ransomware { RANSOMWARE } else { 0 };
        let rated = Rated { severity: row.severity, score: row.score }.at_least(Severity::High);
        row.severity = rated.severity;
    }
    if let Some((probability, percentile)) = builder.predicted.get(cve)
        && (row.flags & PREDICTED == 0 || *probability > row.probability)
    {
        row.flags |= PREDICTED;
        (row.probability, row.percentile) = (*probability, *percentile);
    }
}

fn packages<W>(
    builder: &mut Builder<W>,
    numbers: &[u32],
    of_groups: &GroupsOf,
    rated: &[Rated],
    status: &mut Status,
    sections: &mut Sections,
) -> io::Result<()> {
    let number = |advisory: u32| numbers.get(advisory as usize).copied().unwrap_or(NONE);
    let advisory_of = |advisory: u32| builder.advisories.get(advisory as usize);
    let mut entries = std::mem::take(&mut builder.entries);
    // Of records that were replaced.
    entries.retain(|entry| number(entry.advisory) != NONE);
    entries.sort_by_cached_key(|entry| {
        let group = advisory_of(entry.advisory).map_or(NONE, |advisory| of_groups.of(advisory.id));
        (entry.key, group, entry.advisory)
    });
    let mut by_key: Vec<(u64, &[CollectedEntry])> = entries
        .chunk_by(|a, b| a.key == b.key)
        .filter_map(|of_package| {
            let key = builder.strings.get(of_package.first()?.key);
            Some((key::of_stored(key)?.0, of_package))
        })
        .collect();
    by_key.sort_by_key(|(hash, of_package)| {
        (*hash, of_package.first().map(|entry| builder.strings.get(entry.key)))
    });
    status.packages = by_key.len() as u64;
    let mut ecosystems = BTreeMap::<&str, u64>::new();
    let mut releases = BTreeSet::<(&str, &str)>::new();
    for (_, of_package) in &by_key {
        let Some(entry) = of_package.first() else { continue };
        let (ecosystem, release) = key::ecosystem_and_release(builder.strings.get(entry.key));
        *ecosystems.entry(ecosystem).or_default() += 1;
        let has_releases = Ecosystem::parse(ecosystem).is_some_and(Ecosystem::has_releases);
        if has_releases && releases.len() < RELEASES_MAX {
            releases.insert((ecosystem, release));
        }
    }
    status.ecosystems =
        ecosystems.into_iter().map(|(ecosystem, count)| (ecosystem.to_owned(), count)).collect();
    let owned = |(ecosystem, release): (&str, &str)| (ecosystem.to_owned(), release.to_owned());
    status.releases = releases.into_iter().map(owned).collect();

    let mut rows = PackageRows::default();
    for (hash, of_package) in &by_key {
        let Some(key) = of_package.first().map(|entry| entry.key) else { continue };
        let positions = Positions::new(builder, key, of_package);
        rows.hashes.0.extend_from_slice(&hash.to_le_bytes());
        rows.packages.u32(key);
        rows.packages.u32((rows.bounds.0.len() / Section::Bounds.row()) as u32);
        rows.packages.u32(positions.bounds.len() as u32);
        rows.packages.u32((rows.entries.0.len() / Section::Entries.row()) as u32);
        rows.packages.u32(of_package.len() as u32);
        for (text, key) in &positions.bounds {
            let full = |_| io::Error::other("there are more versions than an index has room for");
            rows.bounds.u32(*text);
            rows.bounds.u32(u32::try_from(rows.keys.0.len()).map_err(full)?);
            rows.keys.0.extend_from_slice(&u16::try_from(key.len()).map_err(full)?.to_le_bytes());
            rows.keys.0.extend_from_slice(key);
        }
        for entry in *of_package {
            let Some(advisory) = advisory_of(entry.advisory) else { continue };
            let of_advisory = rated.get(entry.advisory as usize).copied();
            let rated = match entry.rated {
                // What raised the advisory raises the entry.
                Some(own) if is_exploited(builder, advisory, of_groups) => {
                    own.at_least(Severity::High)
                }
                Some(own) => own,
                None => of_advisory.unwrap_or(rate::unrated(advisory.kind)),
            };
            rows.entries.u32(number(entry.advisory));
            rows.entries.u32(of_groups.of(advisory.id));
            rows.entries.u32((rows.stretches.0.len() / Section::Stretches.row()) as u32);
            rows.entries.0.extend_from_slice(&(entry.count as u16).to_le_bytes());
            rows.entries.0.extend_from_slice(&[rated.severity, rated.score]);
            for stretch in part_of(&builder.stretches, entry) {
                let (low, high) = positions.of(stretch);
                rows.stretches.u32(low);
                rows.stretches.u32(high);
            }
        }
    }
    let hashes: Vec<u64> = by_key.iter().map(|(hash, _)| *hash).collect();
    sections.put(Section::Buckets, buckets(&hashes));
    sections.put(Section::Hashes, rows.hashes.0);
    sections.put(Section::Packages, rows.packages.0);
    sections.put(Section::Bounds, rows.bounds.0);
    sections.put(Section::Keys, rows.keys.0);
    sections.put(Section::Entries, rows.entries.0);
    sections.put(Section::Stretches, rows.stretches.0);
    Ok(())
}

fn is_exploited<W>(builder: &Builder<W>, advisory: &Collected, of_groups: &GroupsOf) -> bool {
    let own = of_groups.cves.get(of_groups.of(advisory.id) as usize).map_or(&[][..], Vec::as_slice);
    let upstream = part(&builder.upstream, advisory.upstream);
    own.iter().chain(upstream).any(|cve| builder.exploited.contains_key(builder.strings.get(*cve)))
}

fn part_of<'a>(
    stretches: &'a [CollectedStretch],
    entry: &CollectedEntry,
) -> &'a [CollectedStretch] {
    let first = entry.first as usize;
    stretches.get(first..first + entry.count as usize).unwrap_or_default()
}

#[derive(Default)]
struct PackageRows {
    hashes: Writer,
    packages: Writer,
    bounds: Writer,
    keys: Writer,
    entries: Writer,
    stretches: Writer,
}

/// The versions that entries of one package name, in order. A version's *position* among them is `2 i + 1` if it equals the one at `i`,
/// and `2 i` if it lies before that and behind those before it; so a stretch is two positions, and looking whether a version lies in
/// one compares two numbers.
struct Positions {
    /// Texts and keys.
    bounds: Vec<(u32, Vec<u8>)>,
    of_text: HashMap<u32, u32, RandomState>,
}

impl Positions {
    fn new<W>(builder: &Builder<W>, key: u32, entries: &[CollectedEntry]) -> Self {
        let strings = &builder.strings;
        let Some((_, scheme)) = key::of_stored(strings.get(key)) else {
            return Self { bounds: Vec::new(), of_text: HashMap::default() };
        };
        let mut texts: Vec<u32> = entries
            .iter()
            .flat_map(|entry| part_of(&builder.stretches, entry))
            .flat_map(|stretch| [stretch.low, stretch.high])
            .filter(|text| *text != NONE)
            .collect();
        texts.sort_unstable();
        texts.dedup();
        let key = |text: u32| order::Version::parse(scheme, strings.get(text)).key().to_vec();
        let mut sorted: Vec<(Vec<u8>, u32)> =
            texts.into_iter().map(|text| (key(text), text)).collect();
        sorted.sort_unstable();
        let mut bounds: Vec<(u32, Vec<u8>)> = Vec::new();
        let mut of_text = HashMap::default();
        for (key, text) in sorted {
            if bounds.last().is_none_or(|(_, last)| *last != key) {
                bounds.push((text, key));
            }
            of_text.insert(text, bounds.len() as u32 * 2 - 1);
        }
        Self { bounds, of_text }
    }

    fn of(&self, stretch: &CollectedStretch) -> (u32, u32) {
        let at = |text: u32| self.of_text.get(&text).copied().unwrap_or(0);
        let low = if stretch.low == NONE { 0 } else { at(stretch.low) };
        match stretch.end {
            End::Open => (low, OPEN),
            End::Through => (low, at(stretch.high)),
            End::Before => (low, at(stretch.high).saturating_sub(1)),
            End::Fixed => (low | FIX, at(stretch.high).saturating_sub(1)),
        }
    }
}

/// As many buckets as packages or up to twice as many.
fn buckets(hashes: &[u64]) -> Vec<u8> {
    let bits = hashes.len().next_power_of_two().trailing_zeros();
    let mut out = Writer::default();
    let mut at = 0;
    for bucket in 0..=(1_u64 << bits) {
        while hashes.get(at).is_some_and(|hash| bucket_of(*hash, bits) < bucket) {
            at += 1;
        }
        out.u32(at as u32);
    }
    out.0
}

/// The upper bits.
pub(crate) const fn bucket_of(hash: u64, bits: u32) -> u64 {
    if bits == 0 { 0 } else { hash >> (64 - bits) }
}
