use model::{Ecosystem, Package};
use proptest::prelude::*;

use super::*;

fn package(ecosystem: Ecosystem, release: Option<&str>, name: &str, version: &str) -> Package {
    Package { release: release.map(Into::into), ..Package::new(ecosystem, name, version) }
}

#[test]
fn packages_and_their_urls_lead_to_each_other() {
    for (ecosystem, release, name, version, url) in [
        (Ecosystem::Npm, None, "@babel/core", "7.24.0", "pkg:npm/%40babel/core@7.24.0"),
        (Ecosystem::CratesIo, None, "serde_json", "1.0.0+a", "pkg:cargo/serde_json@1.0.0%2Ba"),
        (
            Ecosystem::Maven,
            None,
            "org.slf4j:slf4j-api",
            "2.0.9",
            "pkg:maven/org.slf4j/slf4j-api@2.0.9",
        ),
        (
            Ecosystem::Go,
            None,
            "github.com/gorilla/mux",
            "v1.8.0",
            "pkg:golang/github.com/gorilla/mux@v1.8.0",
        ),
        (Ecosystem::Go, None, "stdlib", "1.22.1", "pkg:golang/stdlib@1.22.1"),
        (
            Ecosystem::Packagist,
            None,
            "laravel/framework",
            "v10.0.0",
            "pkg:composer/laravel/framework@v10.0.0",
        ),
        (Ecosystem::PyPi, None, "django", "4.2.1", "pkg:pypi/django@4.2.1"),
        (
            Ecosystem::Swift,
            None,
            "github.com/apple/swift-nio",
            "2.0.0",
            "pkg:swift/github.com/apple/swift-nio@2.0.0",
        ),
        (
            Ecosystem::GitHubActions,
            None,
            "actions/checkout",
            "v4",
            "pkg:github/actions/checkout@v4",
        ),
        (
            Ecosystem::VsCode,
            None,
            "redhat.java",
            "1.46.0",
            "pkg:vscode-extension/redhat/java@1.46.0",
        ),
        (
            Ecosystem::CocoaPods,
            None,
            "ShareKit/Twitter",
            "2.0",
            "pkg:cocoapods/ShareKit@2.0#Twitter",
        ),
        (Ecosystem::Docker, None, "library/nginx", "1.25", "pkg:docker/library/nginx@1.25"),
        (
            Ecosystem::Debian,
            Some("12"),
            "openssl",
            "3.0.11-1~deb12u2",
            "pkg:deb/debian/openssl@3.0.11-1~deb12u2?distro=debian-12",
        ),
        (
            Ecosystem::Ubuntu,
            Some("22.04:LTS"),
            "bash",
            "5.1-6ubuntu1",
            "pkg:deb/ubuntu/bash@5.1-6ubuntu1?distro=ubuntu-22.04",
        ),
        (
            Ecosystem::Ubuntu,
            Some("23.10"),
            "bash",
            "5.2",
            "pkg:deb/ubuntu/bash@5.2?distro=ubuntu-23.10",
        ),
        (
            Ecosystem::Alpine,
            Some("v3.18"),
            "curl",
            "8.4.0-r0",
            "pkg:apk/alpine/curl@8.4.0-r0?distro=alpine-3.18",
        ),
        (Ecosystem::Wolfi, None, "curl", "8.4.0-r0", "pkg:apk/wolfi/curl@8.4.0-r0"),
        (
            Ecosystem::Rocky,
            Some("9"),
            "openssl",
            "1:3.0.7-24.el9",
            "pkg:rpm/rocky-linux/openssl@3.0.7-24.el9?distro=rocky-linux-9&epoch=1",
        ),
        (
            Ecosystem::RedHat,
            Some("enterprise_linux:9"),
            "bash",
            "5.1.8-9.el9",
            "pkg:rpm/redhat/bash@5.1.8-9.el9?distro=rhel-9",
        ),
        (
            Ecosystem::Suse,
            Some("Linux Enterprise Server 15 SP6"),
            "zlib",
            "1.2.13-150500.4.3.1",
            "pkg:rpm/suse/zlib@1.2.13-150500.4.3.1?distro=sles-15.6",
        ),
        (
            Ecosystem::OpenSuse,
            Some("Leap 15.5"),
            "zlib",
            "1.2.13-150500.4.3.1",
            "pkg:rpm/opensuse/zlib@1.2.13-150500.4.3.1?distro=opensuse-leap-15.5",
        ),
    ] {
        let package = package(ecosystem, release, name, version);
        let purl = Purl::of(&package).unwrap_or_else(|| panic!("{name} has a URL"));
        assert_eq!(purl.to_string(), url);
        assert_eq!(Purl::parse(url).unwrap().package(), Some(package));
    }
}

#[test]
fn every_ecosystem_has_a_url_that_leads_back_to_it_or_to_none() {
    for ecosystem in Ecosystem::ALL {
        let name = match ecosystem {
            Ecosystem::Swift => "github.com/o/n",
            Ecosystem::Vcpkg => "n",
            _ => "o.o/n",
        };
        // The specification wants the UUID of a Julia package, which a package has no place for.
        if *ecosystem == Ecosystem::Julia {
            continue;
        }
        let purl = Purl::of(&package(*ecosystem, None, name, "1"))
            .unwrap_or_else(|| panic!("{ecosystem}"));
        let shared = [Ecosystem::Carthage, Ecosystem::DockerHardened].contains(ecosystem);
        if purl.kind() == "generic" {
            assert_eq!(purl.ecosystem(), None, "{ecosystem}");
        } else if !shared {
            assert_eq!(purl.ecosystem(), Some(*ecosystem));
        }
    }
}

#[test]
fn releases_are_read_as_scanners_write_them() {
    for (url, release) in [
        ("pkg:deb/debian/a@1?distro=debian-12.4", Some("12")),
        ("pkg:deb/debian/a@1?distro=bookworm", Some("12")),
        ("pkg:deb/debian/a@1?distro=sid", None),
        ("pkg:deb/ubuntu/a@1?distro=jammy", Some("22.04:LTS")),
        ("pkg:deb/ubuntu/a@1?distro=ubuntu-20.04.6", Some("20.04:LTS")),
        ("pkg:apk/alpine/a@1?distro=alpine-3.18.4", Some("v3.18")),
        ("pkg:apk/alpine/a@1?distro=3.18", Some("v3.18")),
        ("pkg:apk/alpine/a@1?distro=edge", None),
        ("pkg:rpm/redhat/a@1?distro=rhel-8.4", Some("enterprise_linux:8")),
        ("pkg:rpm/rhel/a@1?distro=rhel-9", Some("enterprise_linux:9")),
        ("pkg:rpm/redhat/a@1?distro=redhat-10.0", Some("enterprise_linux:10")),
        ("pkg:rpm/redhat/a@1?distro=rhel_eus-9.2", None),
        ("pkg:rpm/redhat/a@1", None),
        ("pkg:rpm/mariner/a@1?distro=mariner-2.0.20240123", Some("2")),
        ("pkg:rpm/azurelinux/a@1?distro=azurelinux-3.0", Some("3")),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-leap-15.6", Some("Leap 15.6")),
        ("pkg:rpm/opensuse-leap/a@1?distro=opensuse-leap-15.6", Some("Leap 15.6")),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-15.6", Some("Leap 15.6")),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-tumbleweed-20240514", Some("Tumbleweed")),
        ("pkg:rpm/opensuse/a@1?distro=opensuse-20240514", Some("Tumbleweed")),
        ("pkg:rpm/sles/a@1?distro=sles-15.0", Some("Linux Enterprise Server 15")),
        ("pkg:rpm/suse/a@1?distro=sles-15.x", None),
        ("pkg:rpm/openeuler/a@1?distro=openeuler-24.03", None),
        ("pkg:rpm/photon/a@1?distro=photon-5", Some("5.0")),
        ("pkg:rpm/almalinux/a@1?distro=almalinux-8.9", Some("8")),
        ("pkg:rpm/rocky/a@1?distro=rocky-9.1", Some("9")),
        ("pkg:rpm/suse/a@1?distro=sles-15.5", Some("Linux Enterprise Server 15 SP5")),
        ("pkg:rpm/openeuler/a@1?distro=openeuler-22.03-LTS-SP3", Some("22.03-LTS-SP3")),
        ("pkg:rpm/photon/a@1?distro=photon-3.0", Some("3.0")),
        ("pkg:deb/debian/a@1?os_distro=bookworm&os_name=debian&os_version=12", Some("12")),
    ] {
        let package = Purl::parse(url).unwrap().package().unwrap();
        assert_eq!(package.release.as_deref(), release, "{url}");
    }
    assert_eq!(
        Purl::parse("pkg:rpm/fedora/curl@7.50.3-1.fc25?distro=fedora-25").unwrap().package(),
        None
    );
    assert_eq!(Purl::parse("pkg:deb/alpine/curl@1").unwrap().package(), None);
    assert_eq!(Purl::parse("pkg:npm/left-pad").unwrap().package(), None);
}

#[test]
fn what_should_have_been_encoded_is_understood() {
    for (text, canonical) in [
        ("pkg:npm/@angular/core@17.0.0", "pkg:npm/%40angular/core@17.0.0"),
        ("PKG:npm//%40angular//core@17.0.0/", "pkg:npm/%40angular/core@17.0.0"),
        ("pkg:deb/debian/a@1:2+b?arch=&distro=x", "pkg:deb/debian/a@1:2%2Bb?distro=x"),
        ("pkg:generic/a%zz@1#../b/./c", "pkg:generic/a%25zz@1#b/c"),
        ("pkg:git/host.example%2Fa/b//c", "pkg:git/host.example/a/b/c"),
    ] {
        assert_eq!(Purl::parse(text).unwrap().to_string(), canonical);
    }
    for (text, error) in [
        ("", Error::Scheme),
        ("npm/a@1", Error::Scheme),
        ("pkg:npm", Error::Type),
        ("pkg:npm/", Error::Name),
        ("pkg:npm/@1", Error::Name),
        ("pkg:npm/a?b", Error::Qualifier),
        ("pkg:npm/a?b=1&B=2", Error::Qualifier),
        ("pkg:npm/%ff", Error::Encoding),
    ] {
        assert_eq!(Purl::parse(text), Err(error), "{text}");
    }
}

#[test]
fn what_a_package_is_built_of_is_read_and_written() {
    for (url, source, again) in [
        (
            "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&upstream=openssl&distro=debian-12",
            Some("openssl 3.0.11-1"),
            "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl",
        ),
        (
            "pkg:deb/ubuntu/gcc@4:11.2.0-1ubuntu1?upstream=gcc-defaults%401.193ubuntu1&distro=ubuntu-22.04",
            Some("gcc-defaults 1.193ubuntu1"),
            "pkg:deb/ubuntu/gcc@4:11.2.0-1ubuntu1?distro=ubuntu-22.04&upstream=gcc-defaults%401.193ubuntu1",
        ),
        (
            "pkg:deb/debian/bash@5.2.15-2%2Bb2?upstream=bash@5.2.15-2",
            Some("bash 5.2.15-2"),
            "pkg:deb/debian/bash@5.2.15-2%2Bb2?upstream=bash%405.2.15-2",
        ),
        (
            "pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=alpine-3.18.5&upstream=openssl",
            Some("openssl 3.1.4-r5"),
            "pkg:apk/alpine/libcrypto3@3.1.4-r5?distro=alpine-3.18&upstream=openssl",
        ),
        (
            "pkg:rpm/rocky/openssl-libs@3.0.7-27.el9?distro=rocky-9.3&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm",
            Some("openssl 1:3.0.7-27.el9"),
            "pkg:rpm/rocky-linux/openssl-libs@3.0.7-27.el9?distro=rocky-linux-9&epoch=1&upstream=openssl-3.0.7-27.el9.src.rpm",
        ),
        (
            "pkg:rpm/redhat/perl-Errno@1.28-420.el8?upstream=perl-5.26.3-420.el8.nosrc.rpm",
            Some("perl 5.26.3-420.el8"),
            "pkg:rpm/redhat/perl-Errno@1.28-420.el8?upstream=perl-5.26.3-420.el8.src.rpm",
        ),
        (
            "pkg:rpm/redhat/a@1-1?upstream=b%402:1-1",
            Some("b 2:1-1"),
            "pkg:rpm/redhat/a@1-1?upstream=b%402:1-1",
        ),
        (
            "pkg:rpm/redhat/a@1?upstream=b-c-d.src.rpm%401",
            Some("b-c-d.src.rpm 1"),
            "pkg:rpm/redhat/a@1?upstream=b-c-d.src.rpm%401",
        ),
        // What stands before a colon need not be an epoch.
        (
            "pkg:rpm/redhat/a@1-2:?upstream=b-1-2:.src.rpm",
            Some("b 1-2:"),
            "pkg:rpm/redhat/a@1-2:?upstream=b-1-2:.src.rpm",
        ),
        // As OSV names source packages themselves.
        (
            "pkg:deb/debian/openssl@3.0.11-1?arch=source&distro=bookworm",
            Some("openssl 3.0.11-1"),
            "pkg:deb/debian/openssl@3.0.11-1?distro=debian-12&upstream=openssl",
        ),
        ("pkg:deb/debian/a@1?upstream=%20&arch=all", None, "pkg:deb/debian/a@1"),
        ("pkg:deb/debian/a@1?upstream=%402", None, "pkg:deb/debian/a@1"),
        ("pkg:npm/a@1?upstream=b&arch=source", None, "pkg:npm/a@1"),
    ] {
        let package = Purl::parse(url).unwrap().package().unwrap();
        let told = package.built_of().map(|(name, version)| format!("{name} {version}"));
        assert_eq!(told.as_deref(), source, "{url}");
        assert_eq!(Purl::of(&package).unwrap().to_string(), again);
        assert_eq!(Purl::parse(again).unwrap().package(), Some(package));
    }
}

proptest! {
    #[test]
    fn the_canonical_form_is_read_as_what_it_was(
        text in prop_oneof![
            any::<String>(),
            "pkg:[a-z]{1,4}/[a-zA-Z@%/?#=&.: é-]{0,24}",
            "pkg:(npm|git|pypi|deb|golang|pub|mlflow)/[a-zA-Z@%2F/?#=&._+~: -]{0,24}",
        ]
    ) {
        if let Ok(purl) = Purl::parse(&text) {
            prop_assert_eq!(Purl::parse(&purl.to_string()), Ok(purl));
        }
    }

    #[test]
    fn a_package_of_any_name_is_read_as_what_it_was(name in any::<String>(), version in any::<String>(), at in 0..Ecosystem::ALL.len()) {
        let package = package(Ecosystem::ALL[at], None, &name, &version);
        if let Some(purl) = Purl::of(&package) {
            prop_assert_eq!(Purl::parse(&purl.to_string()), Ok(purl));
        }
    }
}
