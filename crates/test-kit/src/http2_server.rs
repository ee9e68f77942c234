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

use crate::{Reply, certificate};

/// A server on 127.0.0.1 that answers paths with a function of yours. It ends when it is dropped.
pub struct Http2Server {
    address: SocketAddr,
    authority_pem: String,
    connections: Arc<AtomicUsize>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

type Answer = dyn Fn(&str) -> Reply + Send + Sync;

impl Http2Server {
    /// Answers each path. [`Reply::ending`] is not looked at.
    #[must_use]
    pub fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let made = certificate::certificate();
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
        format!("https://{}/{}", self.address, path.trim_start_matches('/'))
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
        let reply = answer(request.uri().path());
        let mut head = http::Response::builder().status(reply.status);
        for (name, value) in &reply.headers {
            head = head.header(name, value);
        }
        let head = head.body(()).unwrap();
        let mut body = respond.send_response(head, reply.body.is_empty()).ok()?;
        if !reply.body.is_empty() {
            body.send_data(reply.body.into(), true).ok()?;
        }
    }
    Some(())
}

impl Drop for Http2Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}
