//! What is said of packages: the checks whose findings follow from advisories, from what lock files say of themselves,
//! and from the project's policy.

use model::{CheckId, Confidence, Cwe, Severity};

/// A check of packages, and its page.
#[derive(Clone, Debug)]
pub struct Check {
    /// Its stable name.
    pub id: CheckId,
    /// What was found, in a few words.
    pub title: &'static str,
    /// What it means.
    pub what: &'static str,
    /// What to do.
    pub repair: &'static str,
    /// How bad, where no advisory says it.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// The weakness that depending on such a package is, whatever its own is; a licence is none.
    pub cwe: Option<Cwe>,
    /// A page to read on.
    pub reference: &'static str,
}

/// An advisory is about this version.
pub static KNOWN_VULNERABILITY: Check = Check {
    id: CheckId::from_static("dependencies.known-vulnerability"),
    title: "A package with a known vulnerability",
    what: "An advisory says that this version of the package is vulnerable. Severity and score are the advisory's; what attackers are known to use (CISA KEV) is at least high.",
    repair: "Go to the nearest version that repairs it. Where there is none, stop using what the advisory names, or state in a VEX document why it does not concern you.",
    severity: Severity::Medium,
    confidence: Confidence::High,
    // Dependency on Vulnerable Third-Party Component.
    cwe: Some(Cwe(1395)),
    reference: "https://owasp.org/Top10/2021/A06_2021-Vulnerable_and_Outdated_Components/",
};

/// The package itself is the attack.
pub static MALICIOUS_PACKAGE: Check = Check {
    id: CheckId::from_static("dependencies.malicious-package"),
    title: "A malicious package",
    what: "The package was published to attack those who install it: it steals credentials, opens a way in, or pretends to be another package.",
    repair: "Remove it. Take every machine on which it was installed or built for compromised, and replace all credentials that were there.",
    severity: Severity::Critical,
    confidence: Confidence::High,
    // Embedded Malicious Code.
    cwe: Some(Cwe(506)),
    reference: "https://github.com/ossf/malicious-packages",
};

/// Nobody repairs it any more.
pub static UNMAINTAINED: Check = Check {
    id: CheckId::from_static("dependencies.unmaintained"),
    title: "An unmaintained package",
    what: "Nobody takes care of the package any more: what is found in it from now on stays.",
    repair: "Move to the package that its advisory names, or to another one that is taken care of.",
    severity: Severity::Low,
    confidence: Confidence::High,
    // Use of Unmaintained Third Party Components.
    cwe: Some(Cwe(1104)),
    reference: "https://rustsec.org/",
};

/// Its authors took the version back.
pub static YANKED: Check = Check {
    id: CheckId::from_static("dependencies.yanked"),
    title: "A withdrawn or deprecated version",
    what: "The lock file itself says that the version was withdrawn or deprecated by those who published it.",
    repair: "Go to another version; the message of the registry often says which.",
    severity: Severity::Low,
    confidence: Confidence::High,
    cwe: Some(Cwe(1104)),
    reference: "https://owasp.org/Top10/2021/A06_2021-Vulnerable_and_Outdated_Components/",
};

/// The project does not want the package's licence.
pub static LICENCE_DENIED: Check = Check {
    id: CheckId::from_static("dependencies.licence-denied"),
    title: "A licence that is denied",
    what: "The project's policy (`[licences]` of `.bartizan.toml`) does not allow the licence that the lock file or the bill of materials declares for the package.",
    repair: "Move to a package with another licence, or ask for one. If this use of it is all right, allow the package with a reason in `.bartizan.toml`.",
    severity: Severity::Medium,
    confidence: Confidence::High,
    cwe: None,
    reference: "https://spdx.org/licenses/",
};

/// All of them.
pub static CHECKS: [&Check; 5] =
    [&KNOWN_VULNERABILITY, &MALICIOUS_PACKAGE, &UNMAINTAINED, &YANKED, &LICENCE_DENIED];
