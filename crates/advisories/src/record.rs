//! A whole advisory as bytes: what the index keeps compressed, and reads when someone wants the words.

use model::{
    Advisory, AdvisoryKind, Affected, AffectedFunctions, Cwe, Ecosystem, RangeEvent, Rating,
    Reference, ReferenceKind, Severity, VersionRange,
};

use crate::codec::{Reader, Writer};

pub(crate) fn write(advisory: &Advisory, to: &mut Writer) {
    to.text(&advisory.id);
    to.byte(kind_number(advisory.kind));
    for list in [&advisory.aliases, &advisory.related, &advisory.upstream] {
        texts(to, list);
    }
    to.text(&advisory.summary);
    to.text(&advisory.details);
    to.signed(advisory.published_ms);
    to.signed(advisory.modified_ms);
    to.signed(advisory.withdrawn_ms);
    rating(to, &advisory.rating);
    to.list(&advisory.cwes, |to, cwe| to.number(u64::from(cwe.0)));
    to.list(&advisory.references, |to, reference| {
        to.text(reference.kind.as_str());
        to.text(&reference.url);
    });
    to.list(&advisory.affected, affected);
}

/// `None` if these are not the bytes that [`write`] wrote.
pub(crate) fn read(bytes: &[u8]) -> Option<Advisory> {
    let from = &mut Reader(bytes);
    Some(Advisory {
        id: from.string()?,
        kind: kind_of(from.byte()?)?,
        aliases: from.list(Reader::string)?,
        related: from.list(Reader::string)?,
        upstream: from.list(Reader::string)?,
        summary: from.string()?,
        details: from.string()?,
        published_ms: from.signed()?,
        modified_ms: from.signed()?,
        withdrawn_ms: from.signed()?,
        rating: read_rating(from)?,
        cwes: from.list(|from| u32::try_from(from.number()?).ok().map(Cwe))?,
        references: from.list(|from| {
            let kind = ReferenceKind::parse(from.text()?)?;
            Some(Reference { kind, url: from.string()? })
        })?,
        affected: from.list(read_affected)?,
    })
}

/// The numbers that the index knows kinds by.
pub(crate) const fn kind_number(kind: AdvisoryKind) -> u8 {
    match kind {
        AdvisoryKind::Notice => 0,
        AdvisoryKind::Unmaintained => 1,
        AdvisoryKind::Unsound => 2,
        AdvisoryKind::Vulnerability => 3,
        AdvisoryKind::Malicious => 4,
    }
}

pub(crate) fn kind_of(number: u8) -> Option<AdvisoryKind> {
    AdvisoryKind::ALL.into_iter().find(|kind| kind_number(*kind) == number)
}

fn texts(to: &mut Writer, list: &[String]) {
    to.list(list, |to, text| to.text(text));
}

fn rating(to: &mut Writer, rating: &Rating) {
    texts(to, &rating.vectors);
    to.byte(rating.word.map_or(u8::MAX, Severity::rank));
}

fn read_rating(from: &mut Reader<'_>) -> Option<Rating> {
    let vectors = from.list(Reader::string)?;
    let word = match from.byte()? {
        u8::MAX => None,
        number => Some(Severity::of_rank(number)?),
    };
    Some(Rating { vectors, word })
}

fn affected(to: &mut Writer, affected: &Affected) {
    to.text(affected.ecosystem.as_str());
    to.text(affected.release.as_deref().unwrap_or_default());
    to.text(&affected.name);
    to.list(&affected.ranges, |to, range| {
        to.list(&range.events, |to, event| {
            to.byte(match event {
                RangeEvent::Introduced(_) => 0,
                RangeEvent::Fixed(_) => 1,
                RangeEvent::LastAffected(_) => 2,
                RangeEvent::Limit(_) => 3,
            });
            to.text(event.version());
        });
    });
    texts(to, &affected.versions);
    to.byte(u8::from(affected.has_other_ranges));
    rating(to, &affected.rating);
    to.list(&affected.functions, |to, functions| {
        to.text(&functions.path);
        texts(to, &functions.symbols);
    });
    texts(to, &affected.platforms);
}

fn read_affected(from: &mut Reader<'_>) -> Option<Affected> {
    Some(Affected {
        ecosystem: Ecosystem::parse(from.text()?)?,
        release: Some(from.text()?).filter(|release| !release.is_empty()).map(Into::into),
        name: from.string()?,
        ranges: from.list(|from| Some(VersionRange { events: from.list(read_event)? }))?,
        versions: from.list(Reader::string)?,
        has_other_ranges: from.byte()? != 0,
        rating: read_rating(from)?,
        functions: from.list(|from| {
            Some(AffectedFunctions { path: from.string()?, symbols: from.list(Reader::string)? })
        })?,
        platforms: from.list(Reader::string)?,
    })
}

fn read_event(from: &mut Reader<'_>) -> Option<RangeEvent> {
    let kind = match from.byte()? {
        0 => RangeEvent::Introduced,
        1 => RangeEvent::Fixed,
        2 => RangeEvent::LastAffected,
        3 => RangeEvent::Limit,
        _ => return None,
    };
    from.string().map(kind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn example() -> Advisory {
        formats::advisories::osv::read_json(
            br#"{"id": "GHSA-1", "aliases": ["CVE-1"], "summary": "s", "details": "d", "modified": "2024-05-01T12:00:00Z",
            "severity": [{"type": "CVSS_V3", "score": "v"}], "references": [{"type": "FIX", "url": "u"}],
            "database_specific": {"severity": "LOW", "cwe_ids": ["CWE-1"]},
            "affected": [{"package": {"ecosystem": "Debian:12", "name": "p"}, "versions": ["1"],
              "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1"}, {"last_affected": "2"}, {"limit": "*"}]}],
              "ecosystem_specific": {"imports": [{"path": "p", "symbols": ["s"]}], "affects": {"os": ["windows"]}}}]}"#,
        )
        .unwrap()
        .advisory
    }

    #[test]
    fn an_advisory_is_read_as_it_was_written() {
        let mut writer = Writer::default();
        write(&example(), &mut writer);
        assert_eq!(read(&writer.0), Some(example()));
    }

    proptest! {
        #[test]
        fn damaged_bytes_are_survived(at: proptest::sample::Index, byte: u8, cut: proptest::sample::Index) {
            let mut writer = Writer::default();
            write(&example(), &mut writer);
            let mut bytes = writer.0;
            let at = at.index(bytes.len());
            bytes[at] = byte;
            bytes.truncate(cut.index(bytes.len()) + 1);
            let _ = read(&bytes);
        }
    }
}
