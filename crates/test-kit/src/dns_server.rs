//! A name server of a few lines, over UDP (RFC 1035).

use std::{
    net::{Ipv4Addr, SocketAddr, UdpSocket},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread::{self, JoinHandle},
};

/// A name server on 127.0.0.1 that answers with a function of yours. It ends when it is dropped.
pub struct DnsServer {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<(String, u16)>>>,
    ending: Arc<AtomicBool>,
    serving: Option<JoinHandle<()>>,
}

/// An answer.
#[derive(Clone, Debug)]
pub enum DnsReply {
    /// Records of the name that was asked for, of the type that was asked for, as they stand in messages.
    Records(Vec<Vec<u8>>),
    /// A response code: 0 is "no such records", 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED.
    Code(u8),
    /// Nothing at all.
    Silence,
    /// These bytes behind the question's number.
    Garbage(Vec<u8>),
}

impl DnsReply {
    /// Texts, each one string.
    #[must_use]
    pub fn texts(texts: &[&str]) -> Self {
        Self::Records(texts.iter().map(|text| Self::text(text)).collect())
    }

    /// A text as it stands in messages.
    #[must_use]
    pub fn text(text: &str) -> Vec<u8> {
        text.as_bytes()
            .chunks(255)
            .flat_map(|part| [&[u8::try_from(part.len()).unwrap()], part].concat())
            .collect()
    }

    /// Names, as in CNAME and NS.
    #[must_use]
    pub fn names(names: &[&str]) -> Self {
        Self::Records(names.iter().map(|name| Self::name(name)).collect())
    }

    /// A name as it stands in messages.
    #[must_use]
    pub fn name(name: &str) -> Vec<u8> {
        let labels = name.split('.').filter(|label| !label.is_empty());
        let mut bytes: Vec<u8> = labels
            .flat_map(|label| [&[u8::try_from(label.len()).unwrap()], label.as_bytes()].concat())
            .collect();
        bytes.push(0);
        bytes
    }
}

impl DnsServer {
    /// Answers a name, in lower case and without a dot at its end, and a type.
    #[must_use]
    pub fn start(answer: impl Fn(&str, u16) -> DnsReply + Send + 'static) -> Self {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = socket.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let ending = Arc::new(AtomicBool::new(false));
        let (log, end) = (Arc::clone(&seen), Arc::clone(&ending));
        let serving = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((read, client)) = socket.recv_from(&mut buffer) {
                if end.load(SeqCst) {
                    break;
                }
                let Some(question) = Question::read(buffer.get(..read).unwrap_or_default()) else {
                    continue;
                };
                let asked = (question.name.clone(), question.kind);
                log.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
                if let Some(reply) = question.reply(&answer(&question.name, question.kind)) {
                    // A client may have gone.
                    let _ = socket.send_to(&reply, client);
                }
            }
        });
        Self { address, seen, ending, serving: Some(serving) }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// All questions so far.
    #[must_use]
    pub fn questions(&self) -> Vec<(String, u16)> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for DnsServer {
    fn drop(&mut self) {
        self.ending.store(true, SeqCst);
        // Wakes the thread that listens.
        let _ = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
            .and_then(|socket| socket.send_to(&[0], self.address));
        if let Some(serving) = self.serving.take() {
            let _ = serving.join();
        }
    }
}

struct Question {
    id: [u8; 2],
    name: String,
    kind: u16,
    /// The question as it came.
    bytes: Vec<u8>,
}

impl Question {
    fn read(message: &[u8]) -> Option<Self> {
        let id = [*message.first()?, *message.get(1)?];
        let section = message.get(12..)?;
        let mut labels = Vec::new();
        let mut at = 0;
        loop {
            let length = usize::from(*section.get(at)?);
            at += 1;
            if length == 0 {
                break;
            }
            labels.push(String::from_utf8_lossy(section.get(at..at + length)?).to_lowercase());
            at += length;
        }
        let kind = u16::from_be_bytes([*section.get(at)?, *section.get(at + 1)?]);
        Some(Self { id, name: labels.join("."), kind, bytes: section.get(..at + 4)?.to_vec() })
    }

    fn reply(&self, reply: &DnsReply) -> Option<Vec<u8>> {
        let (code, records) = match reply {
            DnsReply::Records(records) => (0, records.as_slice()),
            DnsReply::Code(code) => (*code, &[][..]),
            DnsReply::Silence => return None,
            DnsReply::Garbage(bytes) => return Some([&self.id, bytes.as_slice()].concat()),
        };
        let count = u16::try_from(records.len()).unwrap().to_be_bytes();
        // A response with recursion; one question, answers, nothing else.
        let mut message = [self.id, [0x81, 0x80 | code], [0, 1], count, [0, 0], [0, 0]].concat();
        message.extend(&self.bytes);
        for record in records {
            // The question's name, class IN, a minute.
            message.extend([0xc0, 12]);
            message.extend(self.kind.to_be_bytes());
            message.extend([0, 1, 0, 0, 0, 60]);
            message.extend(u16::try_from(record.len()).unwrap().to_be_bytes());
            message.extend(record);
        }
        Some(message)
    }
}
