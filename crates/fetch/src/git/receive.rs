//! A clone from its first question to its last ref.

use std::{
    collections::BTreeSet,
    panic::{self, AssertUnwindSafe},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
};

use gix::{
    ObjectId,
    hash::Kind,
    protocol::{
        self, Command, Handshake, LsRefsCommand,
        fetch::{self, Arguments, Negotiate, Response, Shallow, Tags, negotiate},
        ls_refs::RefPrefixes,
        transport::{
            Protocol, Service,
            client::{
                Capabilities,
                blocking_io::{Transport, http::Transport as HttpTransport},
            },
        },
    },
};

use super::{
    CloneRequest, Cloned,
    cause::Cause,
    destination::Destination,
    http_wire::Wire,
    pack::{self, Received, Receiver},
    plan::{self, Head, Plan},
    ssh,
};
use crate::{
    Client, Error, Scheme,
    error::printable,
    watch::{TICK, Watch},
};

/// gix wants a URL for its own messages. It is never resolved, connected to or shown.
const PLACEHOLDER: &str = "https://repository.invalid/";

pub(super) fn clone(client: &Client, request: &CloneRequest<'_>) -> Result<Cloned, Error> {
    if request.url.scheme() == Scheme::File {
        return Err(Error::Local);
    }
    if let Some(branch) = request.branch {
        plan::require_branch_name(branch)?;
    }
    if request.cancel.load(Relaxed) {
        return Err(Error::Cancelled);
    }
    let watch = Watch::new(request.limits.timeout);
    let destination = Destination::prepare(request.destination)?;
    under_watch(&watch, request.cancel, || connect(client, request, &watch, destination))?
}

/// Stops the work when the caller wants to, or the time is over, while it computes too.
fn under_watch<T>(
    watch: &Watch,
    cancel: &AtomicBool,
    work: impl FnOnce() -> T,
) -> Result<T, Error> {
    let (done, ended) = mpsc::channel::<()>();
    thread::scope(|scope| {
        thread::Builder::new()
            .name("clone watch".to_owned())
            .spawn_scoped(scope, move || {
                while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(TICK) {
                    if cancel.load(Relaxed) || watch.remaining().is_zero() {
                        watch.stop();
                        break;
                    }
                }
            })
            .map_err(|error| Error::Start { reason: error.to_string() })?;
        let worked = work();
        drop(done);
        Ok(worked)
    })
}

fn connect(
    client: &Client,
    request: &CloneRequest<'_>,
    watch: &Watch,
    destination: Destination,
) -> Result<Cloned, Error> {
    let cause = Cause::new(request.url.host());
    let session = Session { request, watch, cause: &cause, destination: &destination };
    let transferred = if request.url.scheme() == Scheme::Ssh {
        ssh::connect(client, request, watch, &cause, |connection| session.transfer(connection))?
    } else {
        let wire = Wire::new(client, request.url, request.credentials, watch, &cause);
        let url =
            gix::url::parse(PLACEHOLDER).map_err(|error| cause.protocol(&error.to_string()))?;
        session.transfer(HttpTransport::new_http(wire, url, Protocol::V2, false))?
    };
    let Transferred { plan, hash, received } = transferred;
    let shallow = destination.shallow_file().exists();
    let git_dir = destination.finish(&plan, hash)?;
    let (branch, head) = match &plan.head {
        Head::Branch(name, id) => (Some(plan::short(name)), *id),
        Head::Detached(id) => (None, Some(*id)),
    };
    Ok(Cloned {
        git_dir,
        head: head.map(|id| model::ObjectId::from_hex(id.to_string())),
        branch: branch.filter(|_| !plan.empty),
        empty: plan.empty,
        shallow,
        objects: received.objects,
        pack_bytes: received.bytes,
    })
}

struct Session<'a> {
    request: &'a CloneRequest<'a>,
    watch: &'a Watch,
    cause: &'a Cause,
    destination: &'a Destination,
}

struct Transferred {
    plan: Plan,
    hash: Kind,
    received: Received,
}

impl Session<'_> {
    /// Nothing a server sends may bring the process down: where gix expects what a server did not do, that is an error like others.
    fn transfer(&self, transport: impl Transport) -> Result<Transferred, Error> {
        panic::catch_unwind(AssertUnwindSafe(|| self.talk(transport)))
            .unwrap_or_else(|_| Err(self.cause.protocol("the git library gave up on its answer")))
            // What was noted first is what the rest followed from.
            .map_err(|error| self.cause.take().unwrap_or_else(|| self.interrupted(error)))
    }

    /// gix says that it was interrupted in many ways; the watch knows why.
    fn interrupted(&self, error: Error) -> Error {
        self.watch.check(self.cause.host()).err().unwrap_or(error)
    }

    fn talk(&self, mut transport: impl Transport) -> Result<Transferred, Error> {
        let broken = |error: gix::Error| self.broken(&error);
        let mut handshake = protocol::handshake(
            &mut transport,
            Service::UploadPack,
            // Credentials are the connection's affair.
            |_| Ok(None),
            Vec::new(),
            &mut self.cause.progress(),
        )
        .map_err(broken)?;
        let hash = self.object_format(&handshake)?;
        if handshake.server_protocol_version != Protocol::V2 {
            handshake.capabilities =
                without_relative_depth(&handshake.capabilities).map_err(broken)?;
        }
        let agent = ("agent", Some(protocol::agent(crate::http::USER_AGENT)));
        let refs = match handshake.refs.take() {
            Some(refs) => refs,
            None => {
                let mut prefixes = RefPrefixes::new();
                prefixes.extend(plan::PREFIXES.map(Into::into));
                LsRefsCommand::new(Some(prefixes), &handshake.capabilities, agent.clone())
                    .invoke_blocking(&mut transport, &mut self.cause.progress(), false)
                    .map_err(broken)?
            }
        };
        // gix takes the end of the connection for the end of the list, and a list that is cut off would be a repository with less in it.
        if self.cause.has_ended() {
            return Err(self.lost());
        }
        let plan = plan::plan(&refs, self.request)?;
        if let Some(id) = plan.wants.iter().find(|id| id.kind() != hash) {
            return Err(self.cause.protocol(&format!("{id} is not an object id of {hash}")));
        }
        let mut received = Received { objects: 0, bytes: 0 };
        if plan.wants.is_empty() {
            return Ok(Transferred { plan, hash, received });
        }
        let receiver = Receiver {
            folder: &self.destination.pack_folder(),
            hash,
            limits: &self.request.limits,
            received_bytes: self.request.received_bytes,
            wants: &plan.wants,
            cause: self.cause,
        };
        let mut depth = Shallow::NoChange;
        if let Some(commits) = self.request.depth
            && can_shallow(&handshake)
        {
            depth = Shallow::DepthAtRemote(commits);
        }
        let fetched = protocol::fetch(
            &mut Everything { wants: &plan.wants, asked: false },
            |reader, progress, stop| {
                received = receiver.receive(reader, progress, stop).map_err(|error| {
                    gix::Error::from_error(self.cause.note(self.interrupted(error)))
                })?;
                Ok(true)
            },
            self.cause.progress(),
            self.watch.stop_flag(),
            fetch::Context {
                handshake: &mut handshake,
                transport: &mut transport,
                user_agent: agent,
                trace_packetlines: false,
            },
            fetch::Options {
                shallow_file: self.destination.shallow_file(),
                shallow: &depth,
                tags: Tags::None,
                reject_shallow_remote: false,
            },
        )
        .map_err(broken)?;
        match fetched {
            Some(_) => Ok(Transferred { plan, hash, received }),
            None => Err(self.cause.protocol("it has refs and no pack for them")),
        }
    }

    /// Another format than sha1 is announced (gitprotocol-capabilities(5)).
    fn object_format(&self, handshake: &Handshake) -> Result<Kind, Error> {
        let announced = handshake.capabilities.capability("object-format");
        let Some(format) =
            announced.and_then(|capability| capability.value().map(ToString::to_string))
        else {
            return Ok(Kind::Sha1);
        };
        match (format.as_str(), handshake.server_protocol_version) {
            ("sha1", _) => Ok(Kind::Sha1),
            ("sha256", Protocol::V2) => Ok(Kind::Sha256),
            // gix does not send the format back in the older versions, without which a server ends the conversation.
            ("sha256", _) => {
                Err(self.cause.protocol("it serves sha256 without version 2 of the protocol"))
            }
            _ => Err(Error::ObjectFormat { format: printable(&format) }),
        }
    }

    fn broken(&self, error: &gix::Error) -> Error {
        if self.cause.has_ended() && pack::is_end(error) {
            return self.lost();
        }
        self.cause.protocol(&pack::reason(error))
    }

    fn lost(&self) -> Error {
        Error::ConnectionLost {
            host: self.cause.host().to_owned(),
            reason: "it ended in the middle of an answer".to_owned(),
        }
    }
}

fn can_shallow(handshake: &Handshake) -> bool {
    Command::Fetch
        .default_features(handshake.server_protocol_version, &handshake.capabilities)
        .iter()
        .any(|(name, _)| *name == "shallow")
}

/// In the old protocols gix asks for all that a server can, and `deepen-relative` changes what a depth means: relative to the nothing
/// that we have, it cuts off nothing.
fn without_relative_depth(capabilities: &Capabilities) -> gix::Result<Capabilities> {
    let mut kept = vec![0];
    for capability in capabilities.iter().filter(|c| c.name() != "deepen-relative") {
        kept.extend_from_slice(capability.name());
        if let Some(value) = capability.value() {
            kept.push(b'=');
            kept.extend_from_slice(value);
        }
        kept.push(b' ');
    }
    Capabilities::from_bytes(&kept).map(|(capabilities, _)| capabilities)
}

/// A negotiation in which we have nothing.
struct Everything<'a> {
    wants: &'a BTreeSet<ObjectId>,
    asked: bool,
}

impl Negotiate for Everything<'_> {
    fn mark_complete_and_common_ref(&mut self) -> gix::Result<negotiate::Action> {
        Ok(negotiate::Action::MustNegotiate { remote_ref_target_known: Vec::new() })
    }

    fn add_wants(&mut self, arguments: &mut Arguments, _: &[bool]) -> bool {
        for id in self.wants {
            arguments.want(id);
        }
        !self.wants.is_empty()
    }

    fn one_round(
        &mut self,
        _: &mut negotiate::one_round::State,
        _: &mut Arguments,
        _: Option<&Response>,
    ) -> gix::Result<(negotiate::Round, bool)> {
        // A server that answers without a pack would be asked forever.
        if std::mem::replace(&mut self.asked, true) {
            return Err(gix::Error::from_error(gix::error::message("it sends no pack")));
        }
        let round = negotiate::Round {
            haves_sent: 0,
            in_vain: 0,
            haves_to_send: 0,
            previous_response_had_at_least_one_in_common: false,
        };
        Ok((round, true))
    }
}
