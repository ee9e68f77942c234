//! What DNS and the TLS endpoint say, in lines at the beginning of a site's text.
//!
//! A line of DNS is a record, or says that there is none. Of what is not told nothing is known. The domain is the last two labels of
//! the host.
//!
//! ```text
//! DNS TXT example.com v=spf1 -all
//! DNS MX example.com 10 mx.example.com        (an exchange of `.` is "no mail")
//! DNS CAA example.com 0 issue ca.example
//! DNS DS example.com 12345 13 2
//! DNS DNSKEY example.com 257 13
//! DNS CNAME www.example.com site.example.net
//! DNS none TXT _dmarc.example.com             (the name exists, and has no such records)
//! DNS nxdomain A site.example.net             (the name does not exist)
//! ```
//!
//! A line of TLS says in what the endpoint differs from a modern one with a good certificate; `TLS modern` is that one.
//!
//! ```text
//! TLS version 1.0                             (`TLS no version 1.3`, `TLS unknown version 1.3`)
//! TLS accepts rc4 TLS_RSA_WITH_RC4_128_SHA    (`TLS unknown rc4`)
//! TLS without h2                              (`http/1.1`, `secure renegotiation`)
//! TLS with stapled ocsp
//! TLS certificate from -60 to +5 days         (of the visit; or dates such as 2026-01-01)
//! TLS certificate names example.org, www.example.org
//! TLS certificate key RSA 1024                (`EC 192`, `DSA 1024`)
//! TLS certificate signature sha1
//! TLS certificate must staple
//! TLS certificate self-signed
//! TLS intermediate …, TLS root …              (the same of the other certificates; a root is sent only if it is told)
//! TLS order out of order                      (`unrelated`)
//! TLS trust incomplete, wrong name            (why it is refused; `unknown`)
//! ```

use std::collections::BTreeMap;

use model::site::{
    Site,
    dns::{Alias, At, Caa, Dkim, Dns, Dnskey, Ds, Failure, Lookup, Mx},
    tls::{
        Answer, Certificate, ChainOrder, CipherSuite, Distrust, HashAlgorithm, KeyAlgorithm,
        PublicKey, Signature, Tls, Trust, Version, VersionOffer, WeakOffer, Weakness,
    },
};

const DAY_MS: i64 = 86_400_000;

pub(super) fn is_fact(line: &str) -> bool {
    line.starts_with("DNS ") || line.starts_with("TLS ")
}

pub(super) fn add(site: &mut Site, lines: &[&str]) {
    let of = |kind: &str| -> Vec<&str> {
        lines.iter().filter_map(|line| line.strip_prefix(kind)).collect()
    };
    let host = site.start.host_str().unwrap().to_owned();
    let (dns_lines, tls_lines) = (of("DNS "), of("TLS "));
    if !dns_lines.is_empty() {
        site.dns = Some(dns(&host, &dns_lines));
    }
    if !tls_lines.is_empty() {
        let mut endpoint = modern(&host, site.at_ms);
        for line in tls_lines {
            tell(&mut endpoint, line, site.at_ms);
        }
        site.tls = Some(endpoint);
    }
}

type Zone<'t> = BTreeMap<(&'t str, &'t str), Lookup<String>>;

fn dns(host: &str, lines: &[&str]) -> Dns {
    let mut zone = Zone::new();
    for line in lines {
        let (first, rest) = line.split_once(' ').unwrap();
        let (kind, name) = rest.split_once(' ').unwrap_or((rest, ""));
        match first {
            "none" => drop(zone.insert((kind, name), Lookup::NoRecords)),
            "nxdomain" => drop(zone.insert((kind, name), Lookup::NoSuchName)),
            kind => {
                let (name, value) = rest.split_once(' ').unwrap();
                match zone.entry((kind, name)).or_insert_with(|| Lookup::Found(Vec::new())) {
                    Lookup::Found(values) => values.push(value.to_owned()),
                    _ => panic!("none, and yet: {line}"),
                }
            }
        }
    }
    let labels: Vec<&str> = host.rsplitn(3, '.').collect();
    let domain = format!("{}.{}", labels[1], labels[0]);
    let of = |kind: &str, name: &str| texts(&zone, kind, name);
    let at_first = |kind: &str, names: [String; 2]| -> At<String> {
        let is_there = |name: &&String| !of(kind, name).records().is_empty();
        let name = names.iter().find(is_there).unwrap_or(&names[1]).clone();
        At { records: of(kind, &name), name }
    };
    let caa = at_first("CAA", [host.to_owned(), domain.clone()]);
    let dkim = zone.iter().filter_map(|((_, name), records)| {
        let (selector, _) = name.split_once("._domainkey.")?;
        Some(Dkim { selector: selector.to_owned(), records: records.clone() })
    });
    Dns {
        host: host.to_owned(),
        a: of("A", host),
        aaaa: of("AAAA", host),
        aliases: aliases(&zone, host),
        caa: At {
            name: caa.name,
            records: read(caa.records, |words| Caa {
                critical: words[0] == "128",
                tag: words[1].to_ascii_lowercase(),
                value: words[2..].join(" "),
            }),
        },
        mx: read(of("MX", &domain), |words| Mx {
            preference: words[0].parse().unwrap(),
            exchange: words[1].trim_end_matches('.').to_owned(),
        }),
        ns: of("NS", &domain),
        txt: of("TXT", &domain),
        host_txt: of("TXT", host),
        ds: read(of("DS", &domain), |words| Ds {
            key_tag: words[0].parse().unwrap(),
            algorithm: words[1].parse().unwrap(),
            digest_type: words[2].parse().unwrap(),
        }),
        dnskey: read(of("DNSKEY", &domain), |words| Dnskey {
            flags: words[0].parse().unwrap(),
            algorithm: words[1].parse().unwrap(),
        }),
        dmarc: at_first("TXT", [format!("_dmarc.{host}"), format!("_dmarc.{domain}")]),
        mta_sts: of("TXT", &format!("_mta-sts.{domain}")),
        tls_rpt: of("TXT", &format!("_smtp._tls.{domain}")),
        dkim: dkim.collect(),
        dkim_selectors: 1,
        domain,
    }
}

fn texts(zone: &Zone<'_>, kind: &str, name: &str) -> Lookup<String> {
    zone.get(&(kind, name)).cloned().unwrap_or(Lookup::Unknown(Failure::NotAsked))
}

fn read<T>(lookup: Lookup<String>, record: impl Fn(&[&str]) -> T) -> Lookup<T> {
    match lookup {
        Lookup::Found(values) => {
            let read = |value: &String| record(&value.split(' ').collect::<Vec<_>>());
            Lookup::Found(values.iter().map(read).collect())
        }
        Lookup::NoRecords => Lookup::NoRecords,
        Lookup::NoSuchName => Lookup::NoSuchName,
        Lookup::Unknown(failure) => Lookup::Unknown(failure),
    }
}

fn aliases(zone: &Zone<'_>, host: &str) -> Lookup<Alias> {
    let mut steps = Vec::new();
    let mut name = host.to_owned();
    while let Lookup::Found(targets) = texts(zone, "CNAME", &name) {
        name = targets[0].clone();
        steps.push(Alias { target: name.clone(), addresses: texts(zone, "A", &name) });
        assert!(steps.len() < 9, "aliases go round");
    }
    if steps.is_empty() {
        read(texts(zone, "CNAME", host), |_| unreachable!())
    } else {
        Lookup::Found(steps)
    }
}

fn modern(host: &str, at_ms: i64) -> Tls {
    let offered = |version| if version >= Version::Tls12 { Answer::Yes } else { Answer::No };
    let versions = Version::ALL.map(|version| VersionOffer {
        version,
        offered: offered(version),
        suite: None,
    });
    let weak = Weakness::ALL.map(|weakness| WeakOffer {
        weakness,
        accepted: Answer::No,
        suites: Vec::new(),
    });
    let leaf = Certificate {
        subject: format!("CN={host}"),
        issuer: "CN=Example Intermediate".to_owned(),
        names: vec![host.to_owned()],
        not_before_ms: at_ms - 30 * DAY_MS,
        not_after_ms: at_ms + 60 * DAY_MS,
        key: PublicKey { algorithm: KeyAlgorithm::Ec("P-256".to_owned()), bits: Some(256) },
        signature: Signature {
            algorithm: "ecdsa-with-SHA256".to_owned(),
            hash: HashAlgorithm::Sha256,
        },
        serial: "01".to_owned(),
        is_ca: false,
        self_signed: false,
        sha256: "00".repeat(32),
        ocsp_urls: Vec::new(),
        issuer_urls: Vec::new(),
        must_staple: false,
    };
    let intermediate = authority(&leaf, "CN=Example Intermediate", at_ms);
    Tls {
        versions: versions.into(),
        weak_suites: weak.into(),
        alpn_h2: Answer::Yes,
        alpn_http_1_1: Answer::Yes,
        secure_renegotiation: Answer::Yes,
        ocsp_stapled: Answer::No,
        chain: vec![leaf, intermediate],
        chain_order: ChainOrder::InOrder,
        trust: Trust::Trusted,
        connections: 0,
        unfinished: None,
    }
}

fn authority(leaf: &Certificate, subject: &str, at_ms: i64) -> Certificate {
    Certificate {
        subject: subject.to_owned(),
        issuer: "CN=Example Root".to_owned(),
        names: Vec::new(),
        not_before_ms: at_ms - 1_000 * DAY_MS,
        not_after_ms: at_ms + 1_000 * DAY_MS,
        is_ca: true,
        ..leaf.clone()
    }
}

fn tell(endpoint: &mut Tls, line: &str, at_ms: i64) {
    let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
    match first {
        "modern" => {}
        "version" => offer(endpoint, rest, Answer::Yes),
        "accepts" => accept(endpoint, rest, Answer::Yes),
        "no" | "unknown" => {
            let answer = if first == "no" { Answer::No } else { Answer::Unknown };
            match rest.strip_prefix("version ") {
                Some(version) => offer(endpoint, version, answer),
                None => accept(endpoint, rest, answer),
            }
        }
        "with" | "without" => {
            let answer = if first == "with" { Answer::Yes } else { Answer::No };
            match rest {
                "h2" => endpoint.alpn_h2 = answer,
                "http/1.1" => endpoint.alpn_http_1_1 = answer,
                "secure renegotiation" => endpoint.secure_renegotiation = answer,
                "stapled ocsp" => endpoint.ocsp_stapled = answer,
                _ => panic!("with what? {line}"),
            }
        }
        "certificate" => certify(&mut endpoint.chain[0], rest, at_ms),
        "intermediate" => certify(&mut endpoint.chain[1], rest, at_ms),
        "root" => {
            if endpoint.chain.len() < 3 {
                let root = authority(&endpoint.chain[0], "CN=Example Root", at_ms);
                endpoint.chain.push(Certificate { self_signed: true, ..root });
            }
            certify(&mut endpoint.chain[2], rest, at_ms);
        }
        "order" => {
            endpoint.chain_order = match rest {
                "out of order" => ChainOrder::OutOfOrder,
                "unrelated" => ChainOrder::Unrelated,
                _ => panic!("what order? {line}"),
            };
        }
        "trust" if rest == "unknown" => endpoint.trust = Trust::Unknown,
        "trust" => endpoint.trust = Trust::Refused(rest.split(", ").map(distrust).collect()),
        _ => panic!("what is this? {line}"),
    }
}

fn offer(endpoint: &mut Tls, version: &str, answer: Answer) {
    let is_it = |offer: &&mut VersionOffer| offer.version.as_str().ends_with(version);
    endpoint.versions.iter_mut().find(is_it).unwrap().offered = answer;
}

fn accept(endpoint: &mut Tls, rest: &str, answer: Answer) {
    let (weakness, suite) = match rest.split_once(" TLS_") {
        Some((weakness, suite)) => (weakness, Some(format!("TLS_{suite}"))),
        None => (rest, None),
    };
    let weakness = match weakness {
        "null" => Weakness::Null,
        "export" => Weakness::Export,
        "anonymous" => Weakness::Anonymous,
        "rc4" => Weakness::Rc4,
        "des" => Weakness::Des,
        "3des" => Weakness::TripleDes,
        "static rsa" => Weakness::StaticRsa,
        "static dh" => Weakness::StaticDh,
        "cbc" => Weakness::Cbc,
        _ => panic!("no weakness `{weakness}`"),
    };
    let is_it = |offer: &&mut WeakOffer| offer.weakness == weakness;
    let offer = endpoint.weak_suites.iter_mut().find(is_it).unwrap();
    offer.accepted = answer;
    offer.suites.extend(suite.map(|name| CipherSuite { id: 0, name }));
}

fn certify(certificate: &mut Certificate, rest: &str, at_ms: i64) {
    let (what, value) = rest.split_once(' ').unwrap_or((rest, ""));
    match what {
        "from" => {
            let (from, to) = value.trim_end_matches(" days").split_once(" to ").unwrap();
            certificate.not_before_ms = moment(from, at_ms);
            certificate.not_after_ms = moment(to, at_ms);
        }
        "names" => certificate.names = value.split(", ").map(str::to_owned).collect(),
        "key" => {
            let (kind, bits) = value.split_once(' ').unwrap();
            let algorithm = match kind {
                "RSA" => KeyAlgorithm::Rsa,
                "DSA" => KeyAlgorithm::Dsa,
                "EC" => KeyAlgorithm::Ec(format!("P-{bits}")),
                _ => panic!("no key `{kind}`"),
            };
            certificate.key = PublicKey { algorithm, bits: Some(bits.parse().unwrap()) };
        }
        "signature" => {
            let hash = match value {
                "md5" => HashAlgorithm::Md5,
                "sha1" => HashAlgorithm::Sha1,
                _ => panic!("no hash `{value}`"),
            };
            let algorithm = format!("{value}WithRSAEncryption");
            certificate.signature = Signature { algorithm, hash };
        }
        "must" => certificate.must_staple = true,
        "self-signed" => {
            certificate.self_signed = true;
            certificate.issuer.clone_from(&certificate.subject);
        }
        "sent" => {}
        _ => panic!("what of the certificate? {rest}"),
    }
}

/// Days from the visit on, or the beginning of a day (Howard Hinnant's `days_from_civil`).
fn moment(text: &str, at_ms: i64) -> i64 {
    if let Ok(days) = text.parse::<i64>() {
        return at_ms + days * DAY_MS;
    }
    let parts: Vec<i64> = text.split('-').map(|part| part.parse().unwrap()).collect();
    let [year, month, day] = parts[..] else { panic!("no day: {text}") };
    let year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    (year * 365 + leap_days + of_year - 719_468) * DAY_MS
}

fn distrust(reason: &str) -> Distrust {
    match reason {
        "expired" => Distrust::Expired,
        "not yet valid" => Distrust::NotYetValid,
        "wrong name" => Distrust::WrongName,
        "self-signed" => Distrust::SelfSigned,
        "incomplete" => Distrust::Incomplete,
        "unknown issuer" => Distrust::UnknownIssuer,
        "revoked" => Distrust::Revoked,
        "wrong purpose" => Distrust::WrongPurpose,
        "malformed" => Distrust::Malformed,
        "weak signature" => Distrust::WeakSignature,
        "bad signature" => Distrust::BadSignature,
        other => Distrust::Other(other.to_owned()),
    }
}

#[test]
fn days_are_those_of_the_calendar() {
    assert_eq!(moment("1970-01-01", 0), 0);
    assert_eq!(moment("2026-01-01", 0), 1_767_225_600_000);
    assert_eq!(moment("2024-02-29", 0) + DAY_MS, moment("2024-03-01", 0));
}
