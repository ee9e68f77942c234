//! Distributions: the namespace and the `distro` qualifier of deb, apk and rpm package URLs, and the ecosystem and release of OSV.

use std::sync::Arc;

use model::Ecosystem;

/// The namespace of each distribution's package URLs, the canonical one first.
const NAMESPACES: &[(&str, Ecosystem)] = &[
    ("debian", Ecosystem::Debian),
    ("ubuntu", Ecosystem::Ubuntu),
    ("echo", Ecosystem::Echo),
    ("alpine", Ecosystem::Alpine),
    ("alpaquita", Ecosystem::Alpaquita),
    ("bellsoft-hardened-containers", Ecosystem::BellSoft),
    ("chainguard", Ecosystem::Chainguard),
    ("cleanstart", Ecosystem::CleanStart),
    ("minimos", Ecosystem::MinimOs),
    ("wolfi", Ecosystem::Wolfi),
    ("almalinux", Ecosystem::AlmaLinux),
    ("alma", Ecosystem::AlmaLinux),
    ("azure-linux", Ecosystem::AzureLinux),
    ("azurelinux", Ecosystem::AzureLinux),
    ("mariner", Ecosystem::AzureLinux),
    ("mageia", Ecosystem::Mageia),
    ("openeuler", Ecosystem::OpenEuler),
    ("opensuse", Ecosystem::OpenSuse),
    ("opensuse-leap", Ecosystem::OpenSuse),
    ("opensuse-tumbleweed", Ecosystem::OpenSuse),
    ("photon", Ecosystem::Photon),
    ("redhat", Ecosystem::RedHat),
    ("rhel", Ecosystem::RedHat),
    ("rocky-linux", Ecosystem::Rocky),
    ("rocky", Ecosystem::Rocky),
    ("rockylinux", Ecosystem::Rocky),
    ("suse", Ecosystem::Suse),
    ("sles", Ecosystem::Suse),
    ("tuxcare", Ecosystem::TuxCare),
];

/// The namespace of a distribution's package URLs.
pub(super) fn namespace(ecosystem: Ecosystem) -> Option<&'static str> {
    NAMESPACES.iter().find(|(_, of)| *of == ecosystem).map(|(word, _)| *word)
}

/// The distribution that a namespace means to a type.
pub(super) fn ecosystem(kind: &str, namespace: &str) -> Option<Ecosystem> {
    let (_, ecosystem) = NAMESPACES.iter().find(|(word, _)| *word == namespace)?;
    (ecosystem.purl_type() == kind).then_some(*ecosystem)
}

/// The `distro` qualifier for a release: `debian-12`, `alpine-3.18`.
pub(super) fn qualifier(ecosystem: Ecosystem, release: &str) -> Option<String> {
    let namespace = namespace(ecosystem)?;
    let release = match ecosystem {
        Ecosystem::Alpine => release.strip_prefix('v').unwrap_or(release),
        Ecosystem::Ubuntu => {
            let release = release.strip_prefix("Pro:").unwrap_or(release);
            release.strip_suffix(":LTS").unwrap_or(release)
        }
        Ecosystem::RedHat => {
            let version = release.strip_prefix(ENTERPRISE_LINUX)?;
            return Some(format!("rhel-{version}"));
        }
        Ecosystem::Suse => {
            let version = release.strip_prefix(ENTERPRISE_SERVER)?;
            return Some(format!("sles-{}", version.replace(" SP", ".")));
        }
        _ => release,
    };
    Some(format!("{namespace}-{}", release.to_lowercase().replace(' ', "-")))
}

/// Before the major version, as OSV writes it: the product of a CPE without the repository.
const ENTERPRISE_LINUX: &str = "enterprise_linux:";
/// Before version and service pack.
const ENTERPRISE_SERVER: &str = "Linux Enterprise Server ";

/// The release that a `distro` qualifier means, as OSV writes it; `None` where it cannot be told, or where OSV has none.
pub(super) fn release(ecosystem: Ecosystem, distro: &str) -> Option<Arc<str>> {
    let distro = distro.to_lowercase();
    let words = NAMESPACES.iter().filter(|(_, of)| *of == ecosystem);
    let version = words
        .filter_map(|(word, _)| distro.strip_prefix(word)?.strip_prefix('-'))
        .next()
        .unwrap_or(&distro);
    let (major, minor) = version.split_once('.').unwrap_or((version, ""));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numeric = is_number(major);
    let release = match ecosystem {
        Ecosystem::Debian
        | Ecosystem::AlmaLinux
        | Ecosystem::Rocky
        | Ecosystem::AzureLinux
        | Ecosystem::Mageia
            if numeric =>
        {
            major.to_owned()
        }
        // A system has packages of several repositories, and does not say which streams of support it follows.
        Ecosystem::RedHat if numeric => format!("{ENTERPRISE_LINUX}{major}"),
        Ecosystem::Debian => codename(DEBIAN, version)?.to_owned(),
        Ecosystem::Ubuntu if numeric => ubuntu(major, minor),
        Ecosystem::Ubuntu => {
            let (major, minor) = codename(UBUNTU, version)?.split_once('.')?;
            ubuntu(major, minor)
        }
        Ecosystem::Alpine => {
            let major = major.strip_prefix('v').unwrap_or(major);
            let minor = minor.split(['.', '_']).next().filter(|minor| is_number(minor))?;
            is_number(major).then(|| format!("v{major}.{minor}"))?
        }
        Ecosystem::OpenSuse => match version.split_once('-') {
            Some(("leap", version)) => format!("Leap {version}"),
            _ if version.starts_with("tumbleweed") => "Tumbleweed".to_owned(),
            _ if is_number(major) && is_number(minor) => format!("Leap {version}"),
            // Tumbleweed's are dates.
            _ if is_number(version) && version.len() == 8 => "Tumbleweed".to_owned(),
            _ => return None,
        },
        Ecosystem::Suse if numeric && matches!(minor, "" | "0") => {
            format!("{ENTERPRISE_SERVER}{major}")
        }
        Ecosystem::Suse if numeric && is_number(minor) => {
            format!("{ENTERPRISE_SERVER}{major} SP{minor}")
        }
        // Without its service pack, a release with long support may be any of several.
        Ecosystem::OpenEuler if version.contains("lts") => version.to_uppercase(),
        Ecosystem::Photon if numeric && minor.is_empty() => format!("{major}.0"),
        Ecosystem::Photon | Ecosystem::Alpaquita | Ecosystem::TuxCare | Ecosystem::BellSoft => {
            version.to_owned()
        }
        _ => return None,
    };
    Some(release.into())
}

/// OSV marks releases with long-term support: those of each even year's April.
fn ubuntu(major: &str, minor: &str) -> String {
    let minor = minor.split('.').next().unwrap_or_default();
    let even = major.bytes().last().is_some_and(|digit| digit % 2 == 0);
    let support = if even && minor == "04" { ":LTS" } else { "" };
    format!("{major}.{minor}{support}")
}

fn codename(names: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    names.iter().find(|(known, _)| *known == name).map(|(_, version)| *version)
}

/// <https://debian.pages.debian.net/distro-info-data/debian.csv>
const DEBIAN: &[(&str, &str)] = &[
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
];

/// <https://debian.pages.debian.net/distro-info-data/ubuntu.csv>, those with long-term support and the latest.
const UBUNTU: &[(&str, &str)] = &[
    ("trusty", "14.04"),
    ("xenial", "16.04"),
    ("bionic", "18.04"),
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("noble", "24.04"),
    ("oracular", "24.10"),
    ("plucky", "25.04"),
    ("questing", "25.10"),
];
