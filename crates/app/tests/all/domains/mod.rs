//! Domains: a name server and a web server that say what a test wants, and what is made of it.

mod proofs;
mod signatures;

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use app::{
    Authorized, Ctx, DomainStatus, DomainView, Error, Origin, Reach, Signature, Verified,
    stored::{DomainId, Plan, ProofKind, Role},
};
use fetch::{Client, Policy, Resolve, Scheme, dns, guard::ResolveError};
use store::Access;
use test_kit::{DnsReply, DnsServer, HttpServer, Reply};
use tokio::sync::watch;

use crate::support::{World, worlds_reaching};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const TXT: u16 = 16;

/// A name server and a web server, and what they say.
struct Internet {
    said: Arc<Mutex<Said>>,
    web: HttpServer,
    names: DnsServer,
}

#[derive(Default)]
struct Said {
    /// Texts, by the name that they are at.
    records: BTreeMap<String, Vec<String>>,
    /// Answers of the web server, by path.
    files: BTreeMap<String, Reply>,
    /// Whether the name server has broken.
    no_names: bool,
    /// Whether the web server has broken.
    no_web: bool,
}

/// Whatever lies below `git.test` is this machine; `inside.test` is in a network that is not open.
struct Names;

impl Resolve for Names {
    fn resolve(&self, name: &str) -> Result<Vec<IpAddr>, ResolveError> {
        match name {
            "inside.test" => Ok(vec![IpAddr::from([10, 9, 8, 7])]),
            _ if name.ends_with("git.test") => Ok(vec![IpAddr::from([127, 0, 0, 1])]),
            _ => Err(ResolveError("no such name".to_owned())),
        }
    }
}

impl Internet {
    fn new() -> Self {
        let said = Arc::<Mutex<Said>>::default();
        let known = Arc::clone(&said);
        let names = DnsServer::start(move |name, kind| {
            let known = known.lock().unwrap();
            match known.records.get(name).filter(|_| kind == TXT) {
                _ if known.no_names => DnsReply::Code(2),
                Some(texts) => {
                    DnsReply::texts(&texts.iter().map(String::as_str).collect::<Vec<_>>())
                }
                None => DnsReply::Code(3),
            }
        });
        let known = Arc::clone(&said);
        let web = HttpServer::https(move |request| {
            let known = known.lock().unwrap();
            match known.files.get(&request.path) {
                _ if known.no_web => Reply::status(503),
                Some(reply) => reply.clone(),
                None => Reply::status(404),
            }
        });
        Self { said, web, names }
    }

    /// One application on each database that is at hand, which reaches nothing else.
    async fn worlds(&self) -> Vec<World> {
        let policy = Policy {
            allow_private: vec![fetch::guard::network("127.0.0.0/8").unwrap()],
            ..Policy::default()
        };
        let pem = self.web.authority_pem().as_bytes().to_vec();
        let servers = [self.names.address()];
        let make = move || Reach {
            client: Client::new(policy.clone(), Names).unwrap(),
            visitor: Client::for_websites(policy, Names, &pem).unwrap(),
            records: Some(dns::ask(&servers).unwrap()),
        };
        let reach = std::thread::spawn(make).join().unwrap();
        // Its last owner may not be a runtime's thread.
        std::mem::forget(reach.clone());
        let port = self.web.address().port();
        worlds_reaching(&reach, |config| config.proof_origins = vec![(Scheme::Https, port)]).await
    }

    fn say(&self, change: impl FnOnce(&mut Said)) {
        change(&mut self.said.lock().unwrap());
    }

    /// Answers at one path of the web server.
    fn file(&self, path: &str, reply: Reply) {
        self.say(|said| drop(said.files.insert(format!("/.well-known/{path}"), reply)));
    }

    fn record(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.say(|said| drop(said.records.insert(name.to_owned(), texts)));
    }

    fn clear(&self) {
        self.say(|said| *said = Said::default());
    }
}

/// Adds a domain and asks for its verification.
async fn added(at: &World, ctx: &Ctx, hostname: &str) -> DomainView {
    let view = at.app.add_domain(ctx, hostname).await.unwrap();
    assert_eq!(view.status, DomainStatus::Pending);
    at.app.verify_domain(ctx, view.domain.id).await.unwrap()
}

/// How long what was refused may take to let go of a row.
const PATIENCE: Duration = Duration::from_secs(60);

/// The domain after a look at it, which passes over one that is held: what was refused before rolls back in the background.
async fn looked(at: &World, ctx: &Ctx, id: DomainId) -> DomainView {
    let look = async { while !at.app.look_at_next_domain().await.unwrap() {} };
    tokio::time::timeout(PATIENCE, look).await.unwrap();
    at.app.domain(ctx, id).await.unwrap()
}

/// The domain, verified by its record.
async fn verified(net: &Internet, at: &World, ctx: &Ctx, hostname: &str) -> DomainView {
    let view = added(at, ctx, hostname).await;
    net.record(&view.record_name, &[&view.domain.token]);
    let view = looked(at, ctx, view.domain.id).await;
    assert_eq!(view.status, DomainStatus::Verified);
    view
}

async fn sign(at: &World, ctx: &Ctx, view: &DomainView) -> Result<DomainView, Error> {
    let signature = Signature { statement: view.statement.clone(), name: "Ada Admin".to_owned() };
    at.app.authorize_domain(ctx, view.domain.id, signature).await
}

async fn is_verified(at: &World, ctx: &Ctx, hostname: &str) -> Result<Verified, Error> {
    let tenant = at.store.tenant(ctx.organization.id, Access::Read).await.unwrap();
    at.app.require_verified(&tenant, hostname).await
}

async fn is_authorized(at: &World, ctx: &Ctx, hostname: &str) -> Result<Authorized, Error> {
    let tenant = at.store.tenant(ctx.organization.id, Access::Read).await.unwrap();
    at.app.require_authorized(&tenant, hostname).await
}

/// What the audit log says of domains, the latest first.
async fn events(at: &World, ctx: &Ctx) -> Vec<String> {
    let events = at.app.audit_log(ctx, None, 100).await.unwrap().items;
    let of_domains = events.into_iter().filter(|event| event.action.starts_with("domain."));
    of_domains.map(|event| format!("{} {} {}", event.actor, event.action, event.subject)).collect()
}
