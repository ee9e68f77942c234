use model::{CheckId, Confidence, Severity, site::tls::Distrust};

use super::endpoint;
use crate::web::{Check, Report, Run, Visit, page};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("tls.certificate-untrusted"),
    severity: Severity::High,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://www.rfc-editor.org/rfc/rfc5280#section-6",
    page: page!("tls/certificate-untrusted"),
    run: Run::Site(run),
};

fn run(visit: &Visit<'_>, report: &mut Report) {
    let Some(tls) = &visit.site.tls else { return };
    for reason in endpoint::refusals(tls) {
        let Some(told) = told(reason) else { continue };
        let found = endpoint::found(visit, told.key)
            .title(told.title)
            .detail(told.detail)
            .confidence(told.confidence);
        let found = match reason {
            Distrust::Other(words) => found.evidence("reason", words),
            _ => found,
        };
        report.add(match tls.chain.first() {
            Some(leaf) => endpoint::with_certificate(found, leaf),
            None => found,
        });
    }
}

struct Told {
    key: &'static str,
    title: &'static str,
    detail: &'static str,
    /// An authority may be known to the visitors of an internal site and not here.
    confidence: Confidence,
}

/// `None` for what other checks say.
const fn told(reason: &Distrust) -> Option<Told> {
    let (key, title, detail, confidence) = match reason {
        Distrust::SelfSigned => (
            "self-signed",
            "The certificate signed itself",
            "No authority vouches for it, so that anybody can make one that looks the same.",
            Confidence::High,
        ),
        Distrust::UnknownIssuer => (
            "unknown-issuer",
            "No known authority issued the certificate",
            "None of the authorities that this system trusts leads to it.",
            Confidence::Medium,
        ),
        Distrust::Revoked => (
            "revoked",
            "The certificate was revoked",
            "Its authority has taken it back, as is done when a key was stolen.",
            Confidence::High,
        ),
        Distrust::WrongPurpose => (
            "purpose",
            "The certificate is not for servers",
            "Its extended key usage, or its being an authority's, keeps clients from taking it for a server's.",
            Confidence::High,
        ),
        Distrust::Malformed => (
            "malformed",
            "A certificate cannot be read",
            "What the server sends is not a certificate as RFC 5280 defines it.",
            Confidence::High,
        ),
        Distrust::WeakSignature => (
            "algorithm",
            "The chain is signed in a way that clients refuse",
            "A key or a signature in the chain is of a kind that current clients do not take.",
            Confidence::Medium,
        ),
        Distrust::BadSignature => (
            "signature",
            "A signature of the chain is wrong",
            "A certificate was not signed by the one that it names, or the server does not hold the certificate's key.",
            Confidence::High,
        ),
        Distrust::Other(_) => (
            "other",
            "Clients refuse the certificate",
            "A client with this system's authorities does not go on with it.",
            Confidence::Medium,
        ),
        Distrust::Expired | Distrust::NotYetValid | Distrust::WrongName | Distrust::Incomplete => {
            return None;
        }
    };
    Some(Told { key, title, detail, confidence })
}
