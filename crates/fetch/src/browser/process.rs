//! The browser's process: how it is started, and that it ends.

use std::{
    ffi::OsStr,
    io::Read as _,
    os::unix::process::CommandExt as _,
    process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, geteuid, kill_process_group};
use tempfile::TempDir;

use super::{Options, Sandbox, trouble};
use crate::{Error, watch::TICK};

/// Gives the browser our pipes where it looks for them, which only a shell or unsafe code can, and waits to clear up behind it: we may
/// have been killed meanwhile.
const SCRIPT: &str =
    r#"profile=$1; shift; "$@" 3<&0 4>&1 </dev/null >/dev/null; rm -rf -- "$profile""#;
/// How much of what it complains about is kept.
const COMPLAINT_BYTES: u64 = 16 << 10;
/// How long it may take to be gone after it was killed, and to have told why it ended.
const GONE: Duration = Duration::from_secs(5);

/// What keeps it from the network. See the head of [`super`].
const SHUT: &[&str] = &[
    // A name that never resolves (RFC 6761, 6.4), for loopback as well; and no other name or address resolves either.
    "--proxy-server=http://proxy.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--no-pings",
    // The same under its names of today and before.
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-client-side-phishing-detection",
    "--disable-domain-reliability",
    "--disable-sync",
];
/// What it does without.
const PLAIN: &[&str] = &[
    "--headless",
    "--remote-debugging-pipe",
    "--no-startup-window",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-notifications",
    "--block-new-web-contents",
    "--deny-permission-prompts",
    "--disable-breakpad",
    "--disable-crash-reporter",
    "--disable-gpu",
    "--mute-audio",
    "--hide-scrollbars",
    "--password-store=basic",
    // Containers have little of it; the profile's folder is taken instead.
    "--disable-dev-shm-usage",
    "--js-flags=--max-old-space-size=512",
    "--disable-features=MediaRouter,DialMediaRouteProvider,OptimizationHints,Translate,Prerender2,\
     AutofillServerCommunication,CertificateTransparencyComponentUpdater,WebRtcHideLocalIpsWithMdns",
];

pub(super) struct Process {
    child: Child,
    group: Option<Pid>,
    complaint: Arc<Mutex<Vec<u8>>>,
    /// Reads what it complains about until nobody is left to.
    listener: Option<JoinHandle<()>>,
    /// Removed when the browser is gone.
    _profile: TempDir,
}

impl Process {
    pub(super) fn start(options: &Options) -> Result<(Self, ChildStdin, ChildStdout), Error> {
        if options.sandbox == Sandbox::On && geteuid().is_root() {
            return Err(trouble(
                "has no sandbox for root: scan as another user, or, where the machine is a \
                 sandbox itself, say --browser-no-sandbox",
            ));
        }
        let cannot = |error: std::io::Error| trouble(format!("could not be started: {error}"));
        let profile = tempfile::Builder::new().prefix("bartizan-").tempdir().map_err(cannot)?;
        let home = profile.path();
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(SCRIPT).arg("browser").arg(home).arg(&options.program);
        command.args(SHUT).args(PLAIN);
        command.arg(with("--user-data-dir=", home.as_os_str()));
        command.arg(format!("--user-agent={}", options.user_agent));
        if options.sandbox == Sandbox::Off {
            command.arg("--no-sandbox");
        }
        // Ours holds tokens.
        command.env_clear().env("LANG", "C.UTF-8").env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        for name in ["HOME", "TMPDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"] {
            command.env(name, home);
        }
        command.current_dir(home).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(cannot)?;
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let complaint = Arc::default();
        let mut process = Self { child, group, complaint, listener: None, _profile: profile };
        let (Some(commands), Some(messages), Some(complaints)) = pipes else {
            return Err(trouble("could not be started: it has no pipes"));
        };
        process.listen(complaints).map_err(cannot)?;
        Ok((process, commands, messages))
    }

    fn listen(&mut self, complaints: ChildStderr) -> std::io::Result<()> {
        let kept = Arc::clone(&self.complaint);
        let read = move || {
            let mut complaints = complaints;
            let mut piece = [0; 4096];
            while let Ok(read @ 1..) = complaints.read(&mut piece) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let piece = piece.get(..read).unwrap_or_default();
                if (kept.len() as u64) < COMPLAINT_BYTES {
                    kept.extend_from_slice(piece);
                }
            }
        };
        self.listener = Some(thread::Builder::new().name("browser errors".to_owned()).spawn(read)?);
        Ok(())
    }

    /// What a browser that ended said last, as words that follow "the browser".
    pub(super) fn why_it_ended(&mut self) -> Option<String> {
        let until = Instant::now() + GONE;
        while !matches!(self.child.try_wait(), Ok(Some(_))) {
            if Instant::now() > until {
                return None;
            }
            thread::sleep(TICK);
        }
        // Its last words may still be on their way. Children that live longer may hold the pipe open.
        while self.listener.as_ref().is_some_and(|listener| !listener.is_finished())
            && Instant::now() < until
        {
            thread::sleep(TICK);
        }
        let complaint = self.complaint.lock().unwrap_or_else(PoisonError::into_inner);
        let complaint = String::from_utf8_lossy(&complaint);
        if complaint.contains("No usable sandbox") || complaint.contains("without --no-sandbox") {
            return Some(
                "finds no sandbox on this machine: allow it user namespaces, or, where the \
                 machine is a sandbox itself, say --browser-no-sandbox"
                    .to_owned(),
            );
        }
        // Without a desktop it always misses its bus.
        let mut lines = complaint.lines().map(str::trim);
        let last = lines.rfind(|line| !line.is_empty() && !line.contains("dbus"));
        Some(match last {
            Some(line) => format!("ended as soon as it was started: {line}"),
            None => "ended as soon as it was started, and does not say why".to_owned(),
        })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // The group is ours as long as its first process was not waited for.
        if !matches!(self.child.try_wait(), Ok(Some(_)))
            && let Some(group) = self.group
        {
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
        if let Some(group) = self.group {
            // Where the first has ended by itself, others may be behind. A group lives as long as one of its processes.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

fn with(flag: &str, value: &OsStr) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(flag);
    text.push(value);
    text
}
