use std::collections::BTreeMap;

use formats::web::email_dns::{
    dkim::{DkimKey, Issue, KeyKind},
    dmarc,
};
use model::{CheckId, Confidence, Cwe, Severity, site::dns::Dns};

use super::zone;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("dns.dkim-weak"),
    severity: Severity::Low,
    confidence: Confidence::High,
    // Inadequate Encryption Strength.
    cwe: Some(Cwe(326)),
    reference: "https://www.rfc-editor.org/rfc/rfc8301#section-3.2",
    page: page!("dns/dkim-weak"),
    run: Run::Site(run),
};

/// Most selectors that a finding shows.
const SHOWN: usize = 5;

/// What may be wrong with a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flaw {
    Broken,
    Short,
    Invalid,
    Sha1,
    Test,
}

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(dns) = zone::of(visit) else { return };
    for (flaw, selectors) in flaws(dns) {
        let (key, title, severity) = flaw.told();
        let shown = selectors.iter().take(SHOWN);
        let found = zone::found(visit, key).title(title).severity(severity);
        report.add(shown.fold(found, |found, selector| {
            found.evidence("name", format!("{selector}._domainkey.{}", dns.domain))
        }));
    }
}

fn flaws(dns: &Dns) -> BTreeMap<Flaw, Vec<&str>> {
    let mut flaws: BTreeMap<Flaw, Vec<&str>> = BTreeMap::new();
    for named in &dns.dkim {
        // A wildcard may answer with what is meant for another name.
        let texts = named.records.records().iter().filter(|text| !dmarc::is_dmarc(text));
        for key in texts.filter_map(|text| DkimKey::parse(text)).filter(|key| !key.is_revoked) {
            for flaw in of(&key) {
                let selectors = flaws.entry(flaw).or_default();
                if selectors.last() != Some(&named.selector.as_str()) {
                    selectors.push(&named.selector);
                }
            }
        }
    }
    flaws
}

fn of(key: &DkimKey) -> impl Iterator<Item = Flaw> {
    let bits = key.bits.filter(|_| key.kind == KeyKind::Rsa);
    let has = |issue| key.issues.contains(&issue);
    // Of another version nothing is known.
    let is_invalid = !has(Issue::InvalidVersion) && (has(Issue::NoKey) || has(Issue::InvalidKey));
    [
        bits.is_some_and(|bits| bits < 1024).then_some(Flaw::Broken),
        bits.is_some_and(|bits| (1024..2048).contains(&bits)).then_some(Flaw::Short),
        is_invalid.then_some(Flaw::Invalid),
        key.is_sha1_only.then_some(Flaw::Sha1),
        key.is_test.then_some(Flaw::Test),
    ]
    .into_iter()
    .flatten()
}

impl Flaw {
    /// Key, title and severity. RFC 8301: receivers ignore keys below 1024 bits and SHA-1, and signers should have 2048.
    const fn told(self) -> (&'static str, &'static str, Severity) {
        match self {
            Self::Broken => ("broken", "A DKIM key has fewer than 1024 bits", Severity::Medium),
            Self::Short => ("short", "A DKIM key has fewer than 2048 bits", Severity::Low),
            Self::Invalid => ("invalid", "A DKIM key cannot be read", Severity::Low),
            Self::Sha1 => ("sha1", "A DKIM key is for SHA-1 only", Severity::Low),
            Self::Test => ("test", "A DKIM key says that it is a test", Severity::Low),
        }
    }
}
