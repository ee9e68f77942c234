//! A server that speaks HTTP/2 over TLS and nothing else.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::oneshot,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    Reply, Request,
    certificate::{self, Certificate},
};

/// A server on 127.0.0.1 that answers paths with a function of yours. It ends when it is dropped.
pub struct Http2Server {
    address: SocketAddr,
    authority_pem: String,
    connections: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;

impl Http2Server {
    /// Answers each path. [`Reply::ending`] is not looked at.
    #[must_use]
    pub fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        Self::with(certificate::certificate(), move |request| answer(&request.path))
    }

    /// Answers requests, which have no body and the authority as `host`, with a certificate of yours.
    #[must_use]
    pub fn with(
        made: Certificate,
        answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let mut config = (*made.config).clone();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let answer: Arc<Answer> = Arc::new(answer);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let (stop, mut stopped) = oneshot::channel();
        let serving = thread::spawn(move || {
            runtime.block_on(async {
                loop {
                    tokio::select! {
                        _ = &mut stopped => break,
                        Ok((stream, _)) = listener.accept() => {
                            count.fetch_add(1, SeqCst);
                            // A client may leave whenever it wants to.
                            tokio::spawn(serve(acceptor.clone(), stream, Arc::clone(&answer)));
                        }
                    }
                }
            });
        });
        let authority_pem = made.authority_pem;
        Self { address, authority_pem, connections, stop: Some(stop), serving: Some(serving) }
    }

    /// `https://127.0.0.1:<port>`, with `path` behind it.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        self.url_at("127.0.0.1", path)
    }

    /// The same with another name for the host, for a resolver of the test.
    #[must_use]
    pub fn url_at(&self, host: &str, path: &str) -> String {
        format!("https://{host}:{}/{}", self.address.port(), path.trim_start_matches('/'))
    }

    /// The authority to trust.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        &self.authority_pem
    }

    /// Connections so far.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.connections.load(SeqCst)
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, answer: Arc<Answer>) -> Option<()> {
    let stream = acceptor.accept(stream).await.ok()?;
    let mut connection = h2::server::handshake(stream).await.ok()?;
    while let Some(Ok((request, mut respond))) = connection.accept().await {
        let asked = asked(&request);
        let reply = answer(&asked);
        let mut head = http::Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            head = head.header(name, value);
        }
        let head = head.body(()).unwrap();
        let is_empty = reply.body.is_empty() || asked.method == "HEAD";
        let mut body = respond.send_response(head, is_empty).ok()?;
        if !is_empty {
            body.send_data(reply.body.into(), true).ok()?;
        }
    }
    Some(())
}

fn asked<B>(request: &http::Request<B>) -> Request {
    let fields = request.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    let host = request.uri().authority().map(|host| ("host".to_owned(), host.to_string()));
    Request {
        method: request.method().to_string(),
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: fields.chain(host).collect(),
        body: Vec::new(),
    }
}

impl Drop for Http2Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}
