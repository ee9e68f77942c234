//! Servers that shake hands and hang up.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

use rustls::{ServerConfig, ServerConnection};

/// A server on 127.0.0.1 that does with each connection what a function of yours says. It ends when it is dropped.
pub struct TlsServer {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    ending: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

impl TlsServer {
    /// Shakes hands as configured.
    #[must_use]
    pub fn start(config: ServerConfig) -> Self {
        let config = Arc::new(config);
        Self::serving(move |mut stream| {
            let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            // A client may leave whenever it wants to.
            while let Ok((1.., _) | (_, 1..)) = connection.complete_io(&mut stream) {}
        })
    }

    /// Refuses every handshake.
    #[must_use]
    pub fn refusing() -> Self {
        Self::serving(|mut stream| {
            // A fatal alert: handshake_failure (RFC 8446, 6.2). It is read to the end, or the alert would be lost to a reset.
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        })
    }

    /// Does what it likes with a connection.
    #[must_use]
    pub fn serving(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let ending = Arc::new(AtomicBool::new(false));
        let (count, end, serve) = (Arc::clone(&connections), Arc::clone(&ending), Arc::new(serve));
        let accepting = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if end.load(SeqCst) {
                    break;
                }
                count.fetch_add(1, SeqCst);
                let serve = Arc::clone(&serve);
                thread::spawn(move || serve(stream));
            }
        });
        Self { address, connections, ending, accepting: Some(accepting) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.ending.store(true, SeqCst);
        // Wakes the thread that accepts; connections under way end with their clients.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

/// `openssl s_server`, for what rustls does not speak. It ends when it is dropped.
pub struct OpensslServer {
    child: Child,
    address: SocketAddr,
    reading: Option<JoinHandle<()>>,
}

impl OpensslServer {
    /// With a certificate and its key in PEM files; `None` if openssl is not there or does not take the arguments.
    #[must_use]
    pub fn start(certificate: &Path, key: &Path, arguments: &[&str]) -> Option<Self> {
        Self::start_in(Path::new("."), certificate, key, arguments)
    }

    /// The same in a folder, from which paths are taken.
    #[must_use]
    pub fn start_in(
        folder: &Path,
        certificate: &Path,
        key: &Path,
        arguments: &[&str],
    ) -> Option<Self> {
        let mut child = Command::new("openssl")
            .current_dir(folder)
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert"])
            .arg(certificate)
            .arg("-key")
            .arg(key)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            if output.read_line(&mut line).unwrap_or(0) == 0 {
                let _ = child.wait();
                return None;
            }
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().parse().ok()?;
            }
        };
        // It stops when nobody reads what it says.
        let reading = thread::spawn(move || drop(output.read_to_end(&mut Vec::new())));
        Some(Self { child, address, reading: Some(reading) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for OpensslServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(reading) = self.reading.take() {
            let _ = reading.join();
        }
    }
}
