//! A server of a few lines: one request a connection, HTTP/1.1, in clear text or over TLS.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::certificate::{self, Certificate};

/// A server on 127.0.0.1 that answers with a function of yours. It ends when it is dropped.
pub struct HttpServer {
    address: SocketAddr,
    authority_pem: Option<String>,
    seen: Arc<Mutex<Vec<Request>>>,
    ending: Arc<AtomicBool>,
    accepting: Option<JoinHandle<()>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// Path without query.
    pub path: String,
    /// What stands behind the `?`; empty without one.
    pub query: String,
    /// Names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Request {
    /// A header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Beside `content-length` and `connection`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// How the body ends.
    pub ending: Ending,
}

/// How a body ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it should.
    Complete,
    /// The connection is closed although more was announced.
    BreakOff,
    /// More is announced, and nothing comes until the client gives up.
    Stall,
    /// Nothing is sent at all until the client gives up.
    Silence,
}

impl Reply {
    /// A status without a body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), ending: Ending::Complete }
    }

    /// 200 with a body.
    #[must_use]
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::status(200) }
    }

    /// A redirect.
    #[must_use]
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::status(status).header("location", location)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl HttpServer {
    /// Answers in clear text.
    #[must_use]
    pub fn http(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(answer))
    }

    /// Answers over TLS, for `localhost`, `127.0.0.1`, `git.test` and what is below that.
    #[must_use]
    pub fn https(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::https_with(certificate::certificate(), answer)
    }

    /// Answers over TLS, with a certificate of yours.
    #[must_use]
    pub fn https_with(
        certificate: Certificate,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(certificate), Arc::new(answer))
    }

    fn start(tls: Option<Certificate>, answer: Arc<Answer>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (authority_pem, config) =
            tls.map(|made| (made.authority_pem, in_http_1_1(&made.config))).unzip();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let ending = Arc::new(AtomicBool::new(false));
        let (log, end) = (Arc::clone(&seen), Arc::clone(&ending));
        let accepting = thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(SeqCst) {
                    break;
                }
                let (answer, log, config) = (Arc::clone(&answer), Arc::clone(&log), config.clone());
                // A client may leave whenever it wants to.
                thread::spawn(move || stream.and_then(|tcp| meet(tcp, config, &*answer, &log)));
            }
        });
        Self { address, authority_pem, seen, ending, accepting: Some(accepting) }
    }

    /// `http://127.0.0.1:<port>` or `https://…`, with `path` behind it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.url_at("127.0.0.1", path)
    }

    /// The same with another name for the host, for a resolver of the test.
    #[must_use]
    pub fn url_at(&self, host: &str, path: &str) -> String {
        let scheme = if self.authority_pem.is_some() { "https" } else { "http" };
        format!("{scheme}://{host}:{}/{}", self.address.port(), path.trim_start_matches('/'))
    }

    /// The authority to trust; empty without TLS.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        self.authority_pem.as_deref().unwrap_or_default()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All requests so far.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        self.ending.store(true, SeqCst);
        // Wakes the thread that accepts; connections under way end with their clients.
        let _ = TcpStream::connect(self.address);
        if let Some(accepting) = self.accepting.take() {
            let _ = accepting.join();
        }
    }
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

/// ALPN names what is spoken here (RFC 7301).
fn in_http_1_1(config: &ServerConfig) -> Arc<ServerConfig> {
    let mut config = config.clone();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

fn meet(
    tcp: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    answer: &Answer,
    log: &Mutex<Vec<Request>>,
) -> io::Result<()> {
    match tls {
        None => serve(tcp, answer, log),
        Some(config) => {
            let connection = ServerConnection::new(config).map_err(io::Error::other)?;
            serve(StreamOwned::new(connection, tcp), answer, log)
        }
    }
}

fn serve(stream: impl Read + Write, answer: &Answer, log: &Mutex<Vec<Request>>) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = read(&mut stream)?;
    log.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
    let reply = answer(&request);
    if reply.ending == Ending::Silence {
        return io::copy(&mut stream, &mut io::sink()).map(drop);
    }
    let announced = match reply.ending {
        Ending::Complete => reply.body.len(),
        Ending::BreakOff | Ending::Stall | Ending::Silence => reply.body.len() + 1_000_000,
    };
    let out = stream.get_mut();
    write!(
        out,
        "HTTP/1.1 {} Answer\r\nconnection: close\r\ncontent-length: {announced}\r\n",
        reply.status
    )?;
    for (name, value) in &reply.headers {
        write!(out, "{name}: {value}\r\n")?;
    }
    out.write_all(b"\r\n")?;
    if request.method != "HEAD" {
        out.write_all(&reply.body)?;
    }
    out.flush()?;
    // Whoever waits is waited for, and a client that still sends does not lose the answer to a reset.
    if reply.ending != Ending::BreakOff {
        io::copy(&mut stream, &mut io::sink())?;
    }
    Ok(())
}

fn read(stream: &mut impl BufRead) -> io::Result<Request> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: BTreeMap::new(),
        body: Vec::new(),
    };
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        request.headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = request.header("content-length").and_then(|n| n.parse().ok()).unwrap_or(0);
    request.body = vec![0; length];
    stream.read_exact(&mut request.body)?;
    Ok(request)
}
