//! An endpoint of twenty years ago, which needs openssl.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::{Expected, OpensslServer};

/// A site behind old versions, weak suites, a short key and a hash that is broken, once for those who ask for something better, and twice
/// with nothing that is spoken today. They end when they are dropped.
pub struct OldTls {
    servers: [OpensslServer; 3],
    _folder: TempDir,
}

impl OldTls {
    /// Starts it; `None` if openssl is not there, or too new to be that weak.
    #[must_use]
    pub fn start() -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let at = folder.path();
        fs::write(at.join("index.html"), "<!doctype html><title>Old</title>").unwrap();
        fs::write(at.join("names"), "subjectAltName=DNS:old.test\n").unwrap();
        for arguments in [
            "req -x509 -newkey rsa:2048 -nodes -days 800 -subj /CN=authority -keyout ca.key -out ca.pem",
            "req -newkey rsa:1024 -nodes -subj /CN=old.test -keyout site.key -out site.csr",
            "x509 -req -in site.csr -CA ca.pem -CAkey ca.key -CAcreateserial -sha1 -days 800 -extfile names -out site.pem",
        ] {
            openssl(at, arguments)?;
        }
        let start = |limits: &[&str]| {
            // It answers with files of the folder.
            let arguments = [limits, &["-cert_chain", "ca.pem", "-WWW"]].concat();
            OpensslServer::start_in(at, Path::new("site.pem"), Path::new("site.key"), &arguments)
        };
        let servers = [
            start(&["-no_tls1_3", "-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"])?,
            start(&["-no_tls1_3", "-no_tls1_2", "-cipher", "ALL:@SECLEVEL=0"])?,
            start(&["-no_tls1_3", "-cipher", "AES128-SHA:@SECLEVEL=0"])?,
        ];
        Some(Self { servers, _folder: folder })
    }

    /// The visit, and what it has to find.
    #[must_use]
    pub fn expected(&self) -> Expected {
        let [whole, ..] = &self.servers;
        Expected { start: start(whole), found: FOUND.to_vec() }
    }

    /// Visits that see no page: of what offers no TLS 1.2, and of what offers no suite of today.
    #[must_use]
    pub fn closed(&self) -> [String; 2] {
        let [_, by_version, by_suite] = &self.servers;
        [start(by_version), start(by_suite)]
    }
}

fn start(server: &OpensslServer) -> String {
    format!("https://old.test:{}/index.html", server.address().port())
}

const FOUND: &[(&str, &str)] = &[
    ("tls.old-version", ""),
    ("tls.no-tls13", ""),
    ("tls.weak-suite", ""),
    ("tls.no-forward-secrecy", ""),
    ("tls.weak-key", ""),
    ("tls.weak-signature", ""),
    ("tls.chain-root", ""),
    ("tls.certificate-untrusted", ""),
];

fn openssl(folder: &Path, arguments: &str) -> Option<()> {
    let output =
        Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().ok()?;
    output.status.success().then_some(())
}
