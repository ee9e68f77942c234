//! Git's smart HTTP over the guarded client: gix says what to ask for, everything about the connection is decided here.
//!
//! After gitprotocol-http(5): one GET for the advertisement, which may be redirected and thereby moves the repository's address
//! (`http.followRedirects=initial`), then POSTs, which may not.

use std::{
    any::Any,
    cell::RefCell,
    io::{self, BufRead, BufReader, Cursor, Read, Write},
    rc::Rc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use gix::protocol::transport::client::blocking_io::http::{
    GetResponse, Http, PostBodyDataKind, PostResponse,
};
use reqwest::header::{CONTENT_TYPE, LOCATION};
use zeroize::Zeroizing;

use super::{Credentials, cause::Cause};
use crate::{
    Client, Error, SafeUrl,
    guard::Origin,
    http::{self, Body, Method, Opened, Redirects, Request, StatusCode},
    watch::Watch,
};

const SERVICE: &str = "git-upload-pack";
const ADVERTISEMENT: &str = "application/x-git-upload-pack-advertisement";
const RESULT: &str = "application/x-git-upload-pack-result";

/// The repository on its server.
struct Remote<'a> {
    client: &'a Client,
    watch: &'a Watch,
    credentials: Option<&'a Credentials>,
    /// Whom the credentials are for.
    origin: Origin,
    /// The repository's address, after redirects.
    base: SafeUrl,
    /// The server has asked for credentials, and may have them.
    asked: bool,
}

impl Remote<'_> {
    fn advertisement(&mut self, headers: &[(String, String)]) -> Result<Opened, Error> {
        let opened = self.exchange(
            |base| {
                let path = format!("{}/info/refs", base.path().trim_end_matches('/'));
                Ok(Request::get(base.with(&path, Some("service=git-upload-pack"))))
            },
            headers,
        )?;
        let url = &opened.url;
        let Some(base) = url.path().strip_suffix("/info/refs") else {
            return Err(Error::NotARepository {
                url: self.base.to_string(),
                reason: format!("it redirects to a page of {}", url.host()),
            });
        };
        self.base = url.with(base, None);
        self.require_type(&opened, ADVERTISEMENT)?;
        Ok(opened)
    }

    fn answer(&mut self, headers: &[(String, String)], body: &[u8]) -> Result<Opened, Error> {
        let opened = self.exchange(
            |base| {
                let path = format!("{}/{SERVICE}", base.path().trim_end_matches('/'));
                Ok(Request {
                    redirects: Redirects::Keep,
                    ..Request::post(base.with(&path, None), body.to_vec())
                })
            },
            headers,
        )?;
        self.require_type(&opened, RESULT)?;
        Ok(opened)
    }

    fn exchange(
        &mut self,
        make: impl Fn(&SafeUrl) -> Result<Request, Error>,
        headers: &[(String, String)],
    ) -> Result<Opened, Error> {
        loop {
            let mut request = make(&self.base)?;
            for (name, value) in headers {
                request = request.header(name, value)?;
            }
            let credentials =
                self.credentials.filter(|_| self.asked && self.base.origin() == self.origin);
            if let Some(credentials) = credentials {
                request = request.secret("authorization", &basic(credentials)?)?;
            }
            let method = request.method.clone();
            let opened = self.client.open(request, self.watch)?;
            if opened.status != StatusCode::UNAUTHORIZED {
                return self.require_success(opened, &method);
            }
            self.permit(&opened.url)?;
        }
    }

    /// Whether to ask again with credentials, after a 401.
    fn permit(&mut self, asking: &SafeUrl) -> Result<(), Error> {
        let host = asking.host().to_owned();
        if self.credentials.is_none() {
            return Err(Error::AuthenticationRequired { host });
        }
        if asking.origin() != self.origin {
            let reason = "it is not the scheme, host and port of the URL that was given";
            return Err(Error::TokenWithheld { host, reason });
        }
        if self.asked {
            return Err(Error::AuthenticationRefused { host });
        }
        self.asked = true;
        Ok(())
    }

    fn require_success(&self, opened: Opened, method: &Method) -> Result<Opened, Error> {
        let host = opened.url.host().to_owned();
        match opened.status {
            StatusCode::OK => Ok(opened),
            StatusCode::FORBIDDEN => Err(Error::Forbidden { host }),
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                Err(Error::RepositoryNotFound { url: self.base.to_string() })
            }
            status
                if *method == Method::POST
                    && status.is_redirection()
                    && opened.headers.contains_key(LOCATION) =>
            {
                Err(Error::RedirectRefused {
                    host,
                    target: "somewhere else".to_owned(),
                    reason: "only the first request of a clone may be redirected",
                })
            }
            status => Err(Error::Status { host, status: status.as_u16() }),
        }
    }

    fn require_type(&self, opened: &Opened, wanted: &str) -> Result<(), Error> {
        let found = opened.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let found = found.and_then(|found| found.split(';').next()).map(str::trim);
        if found.is_some_and(|found| found.eq_ignore_ascii_case(wanted)) {
            return Ok(());
        }
        let reason = match found {
            Some("text/plain") => "it is served without git's smart protocol".to_owned(),
            Some("text/html") => "a web page is there".to_owned(),
            Some(other) => format!("the answer is {}", crate::error::printable(other)),
            None => "the answer has no type".to_owned(),
        };
        Err(Error::NotARepository { url: self.base.to_string(), reason })
    }
}

/// RFC 7617.
fn basic(credentials: &Credentials) -> Result<Zeroizing<Vec<u8>>, Error> {
    if credentials.user.contains(':') {
        return Err(Error::InvalidHeader { name: "authorization".to_owned() });
    }
    let mut pair = Zeroizing::new(credentials.user.clone().into_bytes());
    pair.push(b':');
    pair.extend_from_slice(credentials.token.expose());
    let encoded = Zeroizing::new(STANDARD.encode(&*pair));
    Ok(Zeroizing::new(format!("Basic {}", &*encoded).into_bytes()))
}

/// What gix calls. Its URLs are ignored: they are made from a placeholder.
pub(super) struct Wire<'a> {
    remote: Rc<RefCell<Remote<'a>>>,
    cause: Cause,
}

impl<'a> Wire<'a> {
    pub(super) fn new(
        client: &'a Client,
        url: &SafeUrl,
        credentials: Option<&'a Credentials>,
        watch: &'a Watch,
        cause: &Cause,
    ) -> Self {
        let remote = Remote {
            client,
            watch,
            credentials,
            origin: url.origin(),
            base: url.with(url.path(), None),
            asked: false,
        };
        Self { remote: Rc::new(RefCell::new(remote)), cause: cause.clone() }
    }
}

impl<'a> Http for Wire<'a> {
    type Headers = Headers<'a>;
    type ResponseBody = Answer<'a>;
    type PostBody = Question<'a>;

    fn get(
        &mut self,
        _: &str,
        _: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> gix::Result<GetResponse<Self::Headers, Self::ResponseBody>> {
        let opened = self
            .remote
            .borrow_mut()
            .advertisement(&pairs(headers))
            .map_err(|error| gix::Error::from_error(self.cause.note(error)))?;
        Ok(GetResponse {
            headers: Headers { exchange: None, text: content_type(ADVERTISEMENT) },
            body: Answer { exchange: None, body: Some(Received::new(opened, &self.cause)) },
        })
    }

    fn post(
        &mut self,
        _: &str,
        _: &str,
        headers: impl IntoIterator<Item = impl AsRef<str>>,
        _: PostBodyDataKind,
    ) -> gix::Result<PostResponse<Self::Headers, Self::ResponseBody, Self::PostBody>> {
        let exchange = Rc::new(RefCell::new(Exchange {
            remote: Rc::clone(&self.remote),
            cause: self.cause.clone(),
            headers: pairs(headers),
            question: Vec::new(),
            received: None,
            sent: false,
        }));
        Ok(PostResponse {
            post_body: Question(Rc::clone(&exchange)),
            headers: Headers { exchange: Some(Rc::clone(&exchange)), text: Cursor::default() },
            body: Answer { exchange: Some(exchange), body: None },
        })
    }

    fn configure(&mut self, _: &dyn Any) -> gix::Result {
        Ok(())
    }
}

fn pairs(lines: impl IntoIterator<Item = impl AsRef<str>>) -> Vec<(String, String)> {
    lines
        .into_iter()
        .filter_map(|line| {
            let (name, value) = line.as_ref().split_once(':')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

fn content_type(value: &str) -> Cursor<Vec<u8>> {
    Cursor::new(format!("content-type: {value}\n").into_bytes())
}

/// A POST that is sent when gix begins to read: by then it has written all of it.
struct Exchange<'a> {
    remote: Rc<RefCell<Remote<'a>>>,
    cause: Cause,
    headers: Vec<(String, String)>,
    question: Vec<u8>,
    received: Option<Received>,
    sent: bool,
}

impl Exchange<'_> {
    fn send(&mut self) -> io::Result<()> {
        if !self.sent {
            self.sent = true;
            let opened = self
                .remote
                .borrow_mut()
                .answer(&self.headers, &self.question)
                .map_err(|error| self.cause.note(error))?;
            self.received = Some(Received::new(opened, &self.cause));
        }
        Ok(())
    }
}

/// The body of a POST.
pub(super) struct Question<'a>(Rc<RefCell<Exchange<'a>>>);

impl Write for Question<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().question.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The headers of an answer, as far as gix looks at them: the type, which has been checked.
pub(super) struct Headers<'a> {
    exchange: Option<Rc<RefCell<Exchange<'a>>>>,
    text: Cursor<Vec<u8>>,
}

impl BufRead for Headers<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(exchange) = self.exchange.take() {
            exchange.borrow_mut().send()?;
            self.text = content_type(RESULT);
        }
        self.text.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.text.consume(amount);
    }
}

impl Read for Headers<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

/// The body of an answer.
pub(super) struct Answer<'a> {
    exchange: Option<Rc<RefCell<Exchange<'a>>>>,
    body: Option<Received>,
}

impl BufRead for Answer<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if let Some(exchange) = self.exchange.take() {
            let mut exchange = exchange.borrow_mut();
            exchange.send()?;
            self.body = exchange.received.take();
        }
        match &mut self.body {
            Some(body) => body.fill_buf(),
            None => Ok(&[]),
        }
    }

    fn consume(&mut self, amount: usize) {
        if let Some(body) = &mut self.body {
            body.0.consume(amount);
        }
    }
}

impl Read for Answer<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

struct Received(BufReader<Noting>);

/// Keeps what went wrong where gix cannot wrap it.
struct Noting {
    body: Body,
    host: String,
    cause: Cause,
}

impl Received {
    fn new(opened: Opened, cause: &Cause) -> Self {
        let host = opened.url.host().to_owned();
        Self(BufReader::with_capacity(
            64 << 10,
            Noting { body: opened.body, host, cause: cause.clone() },
        ))
    }

    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.fill_buf()
    }
}

impl Read for Noting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self
            .body
            .read(buffer)
            .map_err(|error| self.cause.note(http::unwrap(error, &self.host)))?;
        self.cause.count(read)?;
        Ok(read)
    }
}
