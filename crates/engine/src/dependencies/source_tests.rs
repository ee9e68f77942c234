//! Packages of distributions, which advisories name by what they are built of.

use super::tests::scanned;
use crate::Outcome;
use model::{Finding, Note, NoteKind};

const OPENSSL: &str = r#"{"id": "DSA-1", "aliases": ["CVE-2023-5363"], "modified": "2024-01-01T00:00:00Z",
    "summary": "Short keys",
    "affected": [{"package": {"ecosystem": "Debian:12", "name": "openssl"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.0.11-1~deb12u2"}]}]}]}"#;

/// A bill of materials of packages of Debian 12: name and version, and the further qualifiers of each.
fn bill(packages: &[(&str, &str)]) -> String {
    let component = |(package, more): &(&str, &str)| {
        let (name, version) = package.split_once('@').unwrap();
        format!(
            r#"{{"type": "library", "name": "{name}", "version": "{version}",
            "purl": "pkg:deb/debian/{package}?distro=debian-12{more}"}}"#
        )
    };
    let components: Vec<String> = packages.iter().map(component).collect();
    let components = components.join(",\n");
    format!(r#"{{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{components}]}}"#)
}

fn judged(packages: &[(&str, &str)]) -> Outcome {
    scanned(&[("bom.json", &bill(packages))], &[OPENSSL])
}

/// Of each finding its package and where it stands.
fn found(outcome: &Outcome) -> Vec<(String, u64)> {
    let told = |finding: &Finding| {
        let package = &finding.package.as_deref().unwrap().package;
        let name = format!("{} {}", package.name, package.version);
        (name, finding.other_places_total + 1)
    };
    outcome.findings.iter().map(told).collect()
}

fn in_doubt(outcome: &Outcome) -> Option<&Note> {
    let is_it = |note: &&Note| note.message.contains("source packages");
    outcome.notes.iter().find(is_it).inspect(|note| assert_eq!(note.kind, NoteKind::NotJudged))
}

#[test]
fn a_package_is_found_by_what_it_is_built_of_and_keeps_its_name() {
    let outcome = judged(&[("libssl3@3.0.11-1~deb12u1", "&upstream=openssl")]);
    assert_eq!(found(&outcome), [("libssl3 3.0.11-1~deb12u1".to_owned(), 1)]);
    assert!(outcome.is_complete(), "{:?}", outcome.notes);
    let finding = &outcome.findings[0];
    assert_eq!(&*finding.title, "libssl3 3.0.11-1~deb12u1 of openssl: Short keys (CVE-2023-5363)");
    let repair = "build with libssl3 of openssl 3.0.11-1~deb12u2 or later";
    assert!(finding.remediation.ends_with(repair), "{}", finding.remediation);
    let detail = finding.package.as_deref().unwrap();
    assert_eq!(detail.fixed_version.as_deref(), Some("3.0.11-1~deb12u2"));
    assert_eq!(
        detail.purl.as_deref(),
        Some("pkg:deb/debian/libssl3@3.0.11-1~deb12u1?distro=debian-12&upstream=openssl")
    );
    let fixed = judged(&[("libssl3@3.0.11-1~deb12u2", "&upstream=openssl")]);
    assert_eq!((found(&fixed), fixed.is_complete()), (Vec::new(), true));
}

#[test]
fn the_version_that_counts_is_that_of_the_source() {
    let vulnerable = ("openssl-defaults@9", "&upstream=openssl%403.0.11-1~deb12u1");
    assert_eq!(found(&judged(&[vulnerable])), [("openssl-defaults 9".to_owned(), 1)]);
    let fixed = ("openssl-defaults@1", "&upstream=openssl%403.0.11-1~deb12u2");
    assert_eq!(found(&judged(&[fixed])), []);
    // A rebuild has a version of its own, the source has not.
    let rebuilt = ("openssl@3.0.11-1~deb12u2+b1", "&upstream=openssl%403.0.11-1~deb12u1");
    assert_eq!(found(&judged(&[rebuilt])), [("openssl 3.0.11-1~deb12u2+b1".to_owned(), 1)]);
}

#[test]
fn an_advisory_that_names_a_package_and_its_source_is_one_finding() {
    let both = OPENSSL.replace(
        r#""affected": ["#,
        r#""affected": [{"package": {"ecosystem": "Debian:12", "name": "libssl3"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]}, "#,
    );
    let bill = bill(&[("libssl3@3.0.11-1~deb12u1", "&upstream=openssl")]);
    let outcome = scanned(&[("bom.json", &bill)], &[&both, OPENSSL]);
    assert_eq!(found(&outcome), [("libssl3 3.0.11-1~deb12u1".to_owned(), 1)]);
}

#[test]
fn a_package_is_not_called_well_where_nothing_tells_what_it_is_built_of() {
    let outcome = judged(&[("libssl3@3.0.11-1", ""), ("openssl@3.0.11-2", "")]);
    assert_eq!((found(&outcome), outcome.is_complete()), (Vec::new(), false));
    let note = in_doubt(&outcome).unwrap();
    assert!(note.message.starts_with("1 package"), "{}", note.message);
    assert!(note.message.contains("`libssl3`"), "{}", note.message);
    assert_eq!(note.path.as_ref().unwrap().as_str(), "bom.json");
    // What advisories name is judged, and so is what is built of nothing else.
    assert!(judged(&[("openssl@3.0.11-2", "")]).is_complete());
    let told = judged(&[("bash@5", ""), ("libssl3@3.0.11-2", "&upstream=openssl")]);
    assert!(told.is_complete(), "{:?}", told.notes);
    assert!(judged(&[("bash@5", "&arch=source")]).is_complete());
    // Of a release of which nothing is known, that is told.
    let sid = bill(&[("libssl3@3", "")]).replace("debian-12", "debian-13");
    let outcome = scanned(&[("bom.json", &sid)], &[OPENSSL]);
    assert!(in_doubt(&outcome).is_none() && !outcome.is_complete());
    // A sample need not be whole.
    let sample = bill(&[("libssl3@3", "")]);
    assert!(scanned(&[("tests/data/bom.json", &sample)], &[OPENSSL]).is_complete());
}

#[test]
fn what_one_file_tells_of_a_package_holds_for_it_in_others() {
    let silent = bill(&[("libssl3@3.0.10-1", "")]);
    let telling = bill(&[("libssl3@3.0.10-1", "&upstream=openssl")]);
    let files = [("a.cdx.json", &*silent), ("b.cdx.json", &*telling), ("c.cdx.json", &*telling)];
    let outcome = scanned(&files, &[OPENSSL]);
    assert_eq!(found(&outcome), [("libssl3 3.0.10-1".to_owned(), 3)]);
    assert_eq!(outcome.findings[0].place.path.as_str(), "a.cdx.json");
    assert!(outcome.is_complete(), "{:?}", outcome.notes);
    // Two files that do not agree are both heard.
    let other = bill(&[("libssl3@3.0.10-1", "&upstream=quictls")]);
    let outcome = scanned(&[("a.cdx.json", &other), ("b.cdx.json", &telling)], &[OPENSSL]);
    assert_eq!(found(&outcome), [("libssl3 3.0.10-1".to_owned(), 1)]);
}
