//! Questions to the system's name servers, or to those that the operator names.

use std::{net::SocketAddr, time::Duration};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts},
    lookup::Lookup,
    net::{DnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{
        op::ResponseCode,
        rr::{Name, RData, RecordType},
    },
};
use model::site::dns::{Caa, Dnskey, Ds, Failure, Mx};
use tokio::runtime::Runtime;

use super::{Kind, NoRecords, Record, Records};
use crate::{Error, error::printable};

/// A resolver over the network, by UDP, and by TCP where an answer is long. One thread of its own.
#[derive(Debug)]
pub struct DnsClient {
    resolver: TokioResolver,
    /// Only taken when it is dropped.
    runtime: Option<Runtime>,
}

impl DnsClient {
    /// Asks the system's name servers.
    ///
    /// # Errors
    /// [`Error::Start`] if the system names none.
    pub fn system() -> Result<Self, Error> {
        let (config, mut options) =
            hickory_resolver::system_conf::read_system_conf().map_err(|error| failed(&error))?;
        options.use_hosts_file = ResolveHosts::Never;
        Self::with(config, options)
    }

    /// Asks these name servers.
    ///
    /// # Errors
    /// [`Error::Start`].
    pub fn at(servers: &[SocketAddr]) -> Result<Self, Error> {
        let servers = servers.iter().map(|server| {
            let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
            for connection in &mut connections {
                connection.port = server.port();
            }
            NameServerConfig::new(server.ip(), true, connections)
        });
        let mut options = ResolverOpts::default();
        options.use_hosts_file = ResolveHosts::Never;
        Self::with(ResolverConfig::from_parts(None, Vec::new(), servers.collect()), options)
    }

    fn with(config: ResolverConfig, mut options: ResolverOpts) -> Result<Self, Error> {
        // Whoever asks again wants to know what is there by now, not what was said before.
        options.positive_max_ttl = Some(Duration::ZERO);
        options.negative_max_ttl = Some(Duration::ZERO);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("dns")
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let _inside = runtime.enter();
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(|error| failed(&error))?;
        Ok(Self { resolver, runtime: Some(runtime) })
    }
}

impl Drop for DnsClient {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // Dropping it would wait for questions under way.
            runtime.shutdown_background();
        }
    }
}

impl Records for DnsClient {
    fn records(&self, name: &str, kind: Kind, within: Duration) -> Result<Vec<Record>, NoRecords> {
        let other = |reason: &str| NoRecords::Unknown(Failure::Other(printable(reason)));
        let runtime = self.runtime.as_ref().ok_or_else(|| other("the resolver has ended"))?;
        // A dot at its end, or the system's search domains would be tried.
        let name =
            Name::from_ascii(format!("{name}.")).map_err(|error| other(&error.to_string()))?;
        let asked = async {
            tokio::time::timeout(within, self.resolver.lookup(name, record_type(kind))).await
        };
        match runtime.block_on(asked) {
            Ok(Ok(lookup)) => read(&lookup, kind),
            Ok(Err(error)) => Err(why(&error)),
            Err(_) => Err(NoRecords::Unknown(Failure::TimedOut)),
        }
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Start { reason: printable(&error.to_string()) }
}

fn record_type(kind: Kind) -> RecordType {
    match kind {
        Kind::A => RecordType::A,
        Kind::Aaaa => RecordType::AAAA,
        Kind::Cname => RecordType::CNAME,
        Kind::Mx => RecordType::MX,
        Kind::Ns => RecordType::NS,
        Kind::Txt => RecordType::TXT,
        Kind::Caa => RecordType::CAA,
        Kind::Ds => RecordType::DS,
        Kind::Dnskey => RecordType::DNSKEY,
    }
}

fn why(error: &NetError) -> NoRecords {
    let failure = match error {
        NetError::Dns(DnsError::NoRecordsFound(none)) => match none.response_code {
            ResponseCode::NXDomain => return NoRecords::NoSuchName,
            ResponseCode::NoError => return NoRecords::OfThisKind,
            code => of_code(code),
        },
        NetError::Dns(DnsError::ResponseCode(ResponseCode::NXDomain)) => {
            return NoRecords::NoSuchName;
        }
        NetError::Dns(DnsError::ResponseCode(code)) => of_code(*code),
        NetError::Timeout => Failure::TimedOut,
        other => Failure::Other(printable(&other.to_string())),
    };
    NoRecords::Unknown(failure)
}

fn of_code(code: ResponseCode) -> Failure {
    match code {
        ResponseCode::ServFail => Failure::ServerFailure,
        ResponseCode::Refused => Failure::Refused,
        other => Failure::Other(printable(&other.to_string())),
    }
}

fn read(lookup: &Lookup, kind: Kind) -> Result<Vec<Record>, NoRecords> {
    let wanted = record_type(kind);
    let records: Vec<Record> = lookup
        .answers()
        .iter()
        .filter(|record| record.record_type() == wanted)
        .filter_map(|record| plain(&record.data, kind))
        .collect();
    if records.is_empty() { Err(NoRecords::OfThisKind) } else { Ok(records) }
}

fn plain(data: &RData, kind: Kind) -> Option<Record> {
    Some(match data {
        RData::A(address) => Record::A(address.0),
        RData::AAAA(address) => Record::Aaaa(address.0),
        RData::CNAME(name) => Record::Cname(name.0.to_ascii()),
        RData::NS(name) => Record::Ns(name.0.to_ascii()),
        RData::MX(mx) => {
            Record::Mx(Mx { preference: mx.preference, exchange: mx.exchange.to_ascii() })
        }
        RData::TXT(text) => Record::Txt(text.txt_data.concat()),
        RData::CAA(caa) => Record::Caa(Caa {
            critical: caa.issuer_critical,
            tag: printable(&caa.tag.to_ascii_lowercase()),
            value: printable(&String::from_utf8_lossy(&caa.value)),
        }),
        RData::Unknown { rdata, .. } => return signed(&rdata.anything, kind),
        _ => return None,
    })
}

/// RFC 4034, sections 2.1 and 5.1.
fn signed(bytes: &[u8], kind: Kind) -> Option<Record> {
    match (kind, bytes) {
        (Kind::Ds, [high, low, algorithm, digest_type, ..]) => Some(Record::Ds(Ds {
            key_tag: u16::from_be_bytes([*high, *low]),
            algorithm: *algorithm,
            digest_type: *digest_type,
        })),
        (Kind::Dnskey, [high, low, _protocol, algorithm, ..]) => Some(Record::Dnskey(Dnskey {
            flags: u16::from_be_bytes([*high, *low]),
            algorithm: *algorithm,
        })),
        _ => None,
    }
}
