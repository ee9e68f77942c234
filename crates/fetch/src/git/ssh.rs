//! The system's ssh, told exactly where to connect.
//!
//! Keys, agent and known hosts are the user's affair and configured where ssh looks for them. What would lead the connection elsewhere than
//! to the address that was checked (`HostName`, proxies, shared connections), do more than a clone needs (forwarding, local commands), or less
//! (no command, no input), is switched off on the command line, which ssh prefers to every file.

use std::{
    env,
    ffi::OsStr,
    io::{self, Read, Write},
    net::SocketAddr,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender},
    thread,
    time::{Duration, Instant},
};

use gix::protocol::transport::{
    Protocol,
    client::git::{ConnectMode, blocking_io::Connection},
};

use super::{CloneRequest, cause::Cause};
use crate::{
    Client, Error, SafeUrl,
    error::printable,
    watch::{TICK, Watch},
};

/// What ssh needs of the environment; everything else, a token above all, stays here.
const ENVIRONMENT: &[&str] = &[
    "HOME",
    "KRB5CCNAME",
    "LOGNAME",
    "PATH",
    "SSH_AUTH_SOCK",
    "TMPDIR",
    "USER",
    "XDG_RUNTIME_DIR",
    // Windows.
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERNAME",
    "USERPROFILE",
];

/// After ssh_config(5). Of each the first value that ssh meets holds, and these come before its files.
const OPTIONS: &[&str] = &[
    // Some of what follows is younger than a version of ssh that is still in use, where it means nothing.
    "IgnoreUnknown=*",
    // What is read here is what went wrong.
    "LogLevel=ERROR",
    // Nobody is asked anything.
    "BatchMode=yes",
    "NumberOfPasswordPrompts=0",
    // Not elsewhere.
    "CanonicalizeHostname=no",
    "ProxyCommand=none",
    "ProxyJump=none",
    "ControlMaster=no",
    "ControlPath=none",
    "ControlPersist=no",
    "ProxyUseFdpass=no",
    // This program's child, with its input and its command.
    "ForkAfterAuthentication=no",
    "SessionType=default",
    "StdinNull=no",
    "EscapeChar=none",
    // Not more than this.
    "ForwardAgent=no",
    "ForwardX11=no",
    "ClearAllForwardings=yes",
    "Tunnel=no",
    "PermitLocalCommand=no",
    "LocalCommand=none",
    "KnownHostsCommand=none",
    "RemoteCommand=none",
    "AddKeysToAgent=no",
    "GSSAPIDelegateCredentials=no",
    "UpdateHostKeys=no",
    "SendEnv=GIT_PROTOCOL",
    // What it does not name is not set; the protocol is what is asked for anyway.
    "SetEnv=GIT_PROTOCOL=version=2",
];

/// What is kept of what ssh prints.
const MAX_STDERR_BYTES: usize = 16 << 10;
/// For ssh to end after it has closed its output.
const GRACE: Duration = Duration::from_secs(5);

/// Starts ssh for each of the host's addresses, until one is reached.
pub(super) fn connect<T>(
    client: &Client,
    request: &CloneRequest<'_>,
    watch: &Watch,
    cause: &Cause,
    talk: impl Fn(Connection<Output, Input>) -> Result<T, Error>,
) -> Result<T, Error> {
    let checked = client.resolve(request.url, watch)?;
    let mut addresses = checked.addresses().iter().peekable();
    while let Some(address) = addresses.next() {
        let limits = &client.policy().limits;
        let (connection, mut process) =
            start(request.url, address, request.ssh_program, limits, watch, cause)?;
        let told = talk(connection).map_err(|error| process.explain(error, request.url, watch));
        match told {
            Err(Error::ConnectionRefused { .. } | Error::Unreachable { .. })
                if addresses.peek().is_some() => {}
            told => return told,
        }
    }
    let host = request.url.host().to_owned();
    Err(Error::NameNotResolved { host, reason: "it has no address".to_owned() })
}

fn start(
    url: &SafeUrl,
    address: &SocketAddr,
    program: Option<&Path>,
    limits: &crate::guard::Limits,
    watch: &Watch,
    cause: &Cause,
) -> Result<(Connection<Output, Input>, Process), Error> {
    let failed = |reason: String| Error::Ssh { host: url.host().to_owned(), reason };
    let program = program.map_or(OsStr::new("ssh"), Path::as_os_str);
    let mut command = Command::new(program);
    command
        .args(arguments(url, address, limits.connect))
        .env_clear()
        .envs(ENVIRONMENT.iter().filter_map(|name| Some((name, env::var_os(name)?))))
        // Its errors are read here.
        .env("LC_ALL", "C")
        .env("GIT_PROTOCOL", "version=2")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| {
        failed(format!("{} cannot be started: {error}", program.to_string_lossy()))
    })?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let mut process = Process { child, errors: None };
    let (Some(stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(failed("it has no pipes".to_owned()));
    };
    let thread = |error: io::Error| Error::Start { reason: error.to_string() };
    let (send, questions) = mpsc::channel();
    let (pieces, receive) = mpsc::sync_channel(4);
    let (printed, errors) = mpsc::sync_channel(1);
    let spawn = || thread::Builder::new().name("ssh".to_owned());
    spawn().spawn(move || forward(stdin, &questions)).map_err(thread)?;
    spawn().spawn(move || gather(stdout, &pieces)).map_err(thread)?;
    spawn().spawn(move || printed.send(tail(stderr))).map_err(thread)?;
    process.errors = Some(errors);
    let output = Output {
        pieces: receive,
        piece: io::Cursor::default(),
        watch: watch.clone(),
        idle: limits.idle,
        cause: cause.clone(),
    };
    let path = url.ssh_path();
    let connection = Connection::new(
        output,
        Input(send),
        Protocol::V2,
        path,
        None::<(String, Option<u16>)>,
        ConnectMode::Process,
        false,
    );
    Ok((connection, process))
}

/// Nothing of the URL stands before the `--` but what [`SafeUrl`] has checked: host, port, user.
fn arguments(url: &SafeUrl, address: &SocketAddr, connect: Duration) -> Vec<String> {
    let mut arguments = vec!["-T".to_owned(), "-x".to_owned(), "-a".to_owned()];
    let mut option = |option: String| arguments.extend(["-o".to_owned(), option]);
    option(format!("HostName={}", address.ip()));
    // As ssh itself spells a host in known_hosts.
    option(match url.explicit_port().filter(|port| *port != 22) {
        Some(port) => format!("HostKeyAlias=[{}]:{port}", url.host()),
        None => format!("HostKeyAlias={}", url.host()),
    });
    option(format!("ConnectTimeout={}", connect.as_secs().max(1)));
    for text in OPTIONS {
        option((*text).to_owned());
    }
    // Always: a port in ssh's configuration belongs to the host name there.
    arguments.extend(["-p".to_owned(), address.port().to_string()]);
    if let Some(user) = url.user() {
        arguments.extend(["-l".to_owned(), user.to_owned()]);
    }
    let command = format!("git-upload-pack {}", quoted(url.ssh_path()));
    arguments.extend(["--".to_owned(), url.host().to_owned(), command]);
    arguments
}

/// For the shell on the other side, as git quotes: `!` too, for the sake of csh.
fn quoted(path: &str) -> String {
    let escaped: String = path
        .chars()
        .map(|c| if matches!(c, '\'' | '!') { format!("'\\{c}'") } else { c.to_string() })
        .collect();
    format!("'{escaped}'")
}

/// ssh, killed when nobody needs it any more.
struct Process {
    child: Child,
    errors: Option<Receiver<String>>,
}

impl Process {
    /// Where the conversation just broke off, ssh or the server's git has said why.
    fn explain(&mut self, error: Error, url: &SafeUrl, watch: &Watch) -> Error {
        if !matches!(error, Error::Protocol { .. } | Error::ConnectionLost { .. }) {
            return error;
        }
        let since = Instant::now();
        let printed = loop {
            let Some(errors) = &self.errors else { return error };
            match errors.recv_timeout(TICK) {
                Ok(printed) => break printed,
                Err(RecvTimeoutError::Disconnected) => return error,
                Err(RecvTimeoutError::Timeout) => {
                    if since.elapsed() > GRACE || watch.check(url.host()).is_err() {
                        return error;
                    }
                }
            }
        };
        judged(&printed, url).unwrap_or(error)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already; there is nothing to be done about a process that cannot be killed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// OpenSSH's and git's words for what went wrong; `None` when they said nothing.
fn judged(printed: &str, url: &SafeUrl) -> Option<Error> {
    let host = url.host().to_owned();
    let port = url.port().unwrap_or_default();
    let reason = printable(printed.lines().rev().find(|line| !line.trim().is_empty())?);
    let line_with = |words: &[&str]| {
        printed.lines().find(|line| words.iter().any(|word| line.contains(word))).map(printable)
    };
    let has = |words: &[&str]| line_with(words).is_some();
    Some(if has(&["Host key verification failed", "REMOTE HOST IDENTIFICATION HAS CHANGED"]) {
        Error::SshHostKey { host }
    } else if let Some(reason) =
        line_with(&["Permission denied (", "Too many authentication failures"])
    {
        Error::SshAuthentication { host, reason }
    } else if has(&["port "]) && has(&["Connection refused"]) {
        Error::ConnectionRefused { host, port }
    } else if has(&["port "])
        && let Some(reason) = line_with(&[
            "Connection timed out",
            "Operation timed out",
            "No route to host",
            "Network is unreachable",
            "Cannot assign requested address",
        ])
    {
        Error::Unreachable { host, port, reason }
    } else if has(&[
        "does not appear to be a git repository",
        "Repository not found",
        "repository not found",
        "could not be found",
        "no such repository",
    ]) {
        Error::RepositoryNotFound { url: url.to_string() }
    } else {
        Error::Ssh { host, reason }
    })
}

/// ssh's standard output.
pub(super) struct Output {
    pieces: Receiver<io::Result<Vec<u8>>>,
    piece: io::Cursor<Vec<u8>>,
    watch: Watch,
    idle: Duration,
    cause: Cause,
}

impl Output {
    /// Empty at the end.
    fn next(&self) -> Result<Vec<u8>, Error> {
        let host = self.cause.host();
        let since = Instant::now();
        loop {
            self.watch.check(host)?;
            match self.pieces.recv_timeout(TICK.min(self.watch.remaining())) {
                Ok(Ok(piece)) => return Ok(piece),
                Ok(Err(error)) => {
                    let reason = printable(&error.to_string());
                    return Err(Error::ConnectionLost { host: host.to_owned(), reason });
                }
                Err(RecvTimeoutError::Timeout) if since.elapsed() > self.idle => {
                    return Err(Error::TimedOut { host: host.to_owned(), after: self.idle });
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(Vec::new()),
            }
        }
    }
}

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut read = self.piece.read(buffer)?;
        if read == 0 && !buffer.is_empty() {
            let piece = self.next().map_err(|error| self.cause.note(error))?;
            self.piece = io::Cursor::new(piece);
            read = self.piece.read(buffer)?;
        }
        self.cause.count(read)?;
        Ok(read)
    }
}

/// ssh's standard input. Nothing waits here for a peer that does not read.
pub(super) struct Input(Sender<Vec<u8>>);

impl Write for Input {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.send(bytes.to_vec()).map_err(|_| io::ErrorKind::BrokenPipe)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn forward(mut stdin: ChildStdin, questions: &Receiver<Vec<u8>>) {
    for question in questions {
        // Why it ended is told by what it printed.
        if stdin.write_all(&question).is_err() {
            break;
        }
    }
}

fn gather(mut stdout: impl Read, pieces: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut piece = vec![0; 64 << 10];
        let read = match stdout.read(&mut piece) {
            Ok(0) => return,
            Ok(read) => Ok(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        let sent = pieces.send(read.map(|read| {
            piece.truncate(read);
            piece
        }));
        if failed || sent.is_err() {
            return;
        }
    }
}

/// The last of what is printed; the rest is read too, so that nobody waits.
fn tail(mut stderr: impl Read) -> String {
    let mut kept = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stderr.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => {
                kept.extend_from_slice(piece.get(..read).unwrap_or_default());
                let surplus = kept.len().saturating_sub(MAX_STDERR_BYTES);
                kept.drain(..surplus);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => break,
        }
    }
    String::from_utf8_lossy(&kept).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Policy, Scheme};

    fn url(text: &str) -> SafeUrl {
        let allow_schemes = [Scheme::Ssh].into();
        SafeUrl::parse(text, &Policy { allow_schemes, ..Policy::default() }).unwrap()
    }

    #[test]
    fn a_path_stays_one_word() {
        for (path, word) in [
            ("/a/b.git", "'/a/b.git'"),
            ("/it's", r"'/it'\''s'"),
            ("/a!b", r"'/a'\!'b'"),
            ("/a; rm -rf $HOME `x`", "'/a; rm -rf $HOME `x`'"),
        ] {
            assert_eq!(quoted(path), word);
        }
    }

    #[test]
    fn an_address_of_either_kind_is_pinned() {
        for address in ["1.1.1.1:22", "[2606:4700::1111]:22"] {
            let address: SocketAddr = address.parse().unwrap();
            let arguments = arguments(&url("git@example.org:a/b"), &address, Duration::ZERO);
            assert!(arguments.contains(&format!("HostName={}", address.ip())));
            assert!(arguments.contains(&"HostKeyAlias=example.org".to_owned()));
            assert!(arguments.contains(&"ConnectTimeout=1".to_owned()));
            let last: Vec<&str> = arguments.iter().rev().take(5).map(String::as_str).collect();
            assert_eq!(last, ["git-upload-pack 'a/b'", "example.org", "--", "git", "-l"]);
            assert!(arguments.windows(2).any(|pair| pair == ["-p", "22"]), "{arguments:?}");
        }
    }

    /// As ssh itself understands its files and this command line together.
    #[test]
    fn no_file_of_ssh_leads_elsewhere_or_does_more() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        let config = "\
            Host alias\n IdentityFile /keys/mine\n User me\n\
            Host *\n IgnoreUnknown Ours\n Ours yes\n HostName elsewhere.test\n Port 1\n BatchMode no\n\
            ForkAfterAuthentication yes\n SessionType none\n StdinNull yes\n EscapeChar x\n RequestTTY force\n\
            KnownHostsCommand /bin/run\n PermitLocalCommand yes\n LocalCommand /bin/run\n ProxyCommand /bin/run\n\
            ProxyUseFdpass yes\n ControlMaster auto\n ControlPath /tmp/x\n ControlPersist yes\n RemoteCommand run\n\
            SetEnv A=B GIT_PROTOCOL=version=0\n GSSAPIDelegateCredentials yes\n UpdateHostKeys yes\n\
            ForwardAgent yes\n ForwardX11 yes\n Tunnel yes\n LocalForward 1 a:1\n AddKeysToAgent yes\n\
            CanonicalizeHostname always\n";
        std::fs::write(&file, config).unwrap();
        let address = "1.1.1.1:22".parse().unwrap();
        let arguments = arguments(&url("alias:a/b"), &address, Duration::from_secs(1));
        let output = Command::new("ssh").arg("-G").arg("-F").arg(&file).args(arguments).output();
        let output = output.unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let options: Vec<&str> = printed.lines().collect();
        for held in [
            "hostname 1.1.1.1",
            "hostkeyalias alias",
            "port 22",
            "batchmode yes",
            "forkafterauthentication no",
            "sessiontype default",
            "stdinnull no",
            "escapechar none",
            "requesttty false",
            "permitlocalcommand no",
            "proxyusefdpass no",
            "controlmaster false",
            "controlpersist no",
            "setenv GIT_PROTOCOL=version=2",
            "gssapidelegatecredentials no",
            "updatehostkeys false",
            "forwardagent no",
            "forwardx11 no",
            "tunnel false",
            "addkeystoagent false",
            "canonicalizehostname false",
            // The user's own affair.
            "identityfile /keys/mine",
            "user me",
        ] {
            assert!(options.contains(&held), "{held}: {printed}");
        }
        for foreign in ["/bin/run", "/tmp/x", "elsewhere", "A=B", "remotecommand", "localforward"] {
            assert!(!printed.contains(foreign), "{foreign}: {printed}");
        }
    }

    #[test]
    fn known_words_have_their_own_errors() {
        let of = |printed: &str| judged(printed, &url("ssh://git@example.org:2222/a/b"));
        type Expected = fn(&Error) -> bool;
        let table: &[(&str, Expected)] = &[
            ("git@example.org: Permission denied (publickey,password).\n", |e| {
                matches!(e, Error::SshAuthentication { .. })
            }),
            (
                "Received disconnect from 1.1.1.1 port 22:2: Too many authentication failures\n",
                |e| matches!(e, Error::SshAuthentication { .. }),
            ),
            ("Host key verification failed.\r\n", |e| matches!(e, Error::SshHostKey { .. })),
            ("ssh: connect to host 1.1.1.1 port 2222: Connection refused\r\n", |e| {
                matches!(e, Error::ConnectionRefused { port: 2222, .. })
            }),
            ("ssh: connect to host 1.1.1.1 port 2222: No route to host\r\n", |e| {
                matches!(e, Error::Unreachable { .. })
            }),
            ("ERROR: Repository not found.\nfatal: Could not read\n", |e| {
                matches!(e, Error::RepositoryNotFound { .. })
            }),
            ("fatal: '/a/b' does not appear to be a git repository\n", |e| {
                matches!(e, Error::RepositoryNotFound { .. })
            }),
            (
                "first\nsomething \u{1b}[31melse\n\n",
                |e| matches!(e, Error::Ssh { reason, .. } if reason == "something  [31melse"),
            ),
        ];
        for (printed, expected) in table {
            let error = of(printed).unwrap();
            assert!(expected(&error), "{printed:?}: {error:?}");
        }
        assert!(of("").is_none());
        assert!(of(" \n").is_none());
    }

    #[test]
    fn only_the_end_of_much_is_kept() {
        let much = [vec![b'x'; 3 * MAX_STDERR_BYTES], b"the end".to_vec()].concat();
        let kept = tail(&much[..]);
        assert_eq!(kept.len(), MAX_STDERR_BYTES);
        assert!(kept.ends_with("the end"));
    }
}
