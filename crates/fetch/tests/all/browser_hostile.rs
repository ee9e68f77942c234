//! What a page must not be able to do with a browser of ours.

use std::{
    net::{TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use fetch::browser::{Asked, Bounds, Frame, Reply};
use model::site::RequestKind;
use test_kit::TlsServer;

use crate::browser::{answer, render};

/// Everything that opens a connection, towards `TCP` and `UDP` on loopback.
const PAGE: &str = r#"<!doctype html>
<link rel=preconnect href=http://127.0.0.1:TCP><link rel=preconnect href=http://localhost:TCP crossorigin>
<link rel=dns-prefetch href=//localhost:TCP><link rel=prefetch href=http://127.0.0.1:TCP/prefetch>
<link rel=prerender href=http://127.0.0.1:TCP/prerender><link rel=modulepreload href=http://127.0.0.1:TCP/m.js>
<link rel=stylesheet href=http://127.0.0.1:TCP/c><link rel=manifest href=http://127.0.0.1:TCP/m><link rel=icon href=http://127.0.0.1:TCP/i>
<script type=speculationrules>{"prerender":[{"source":"list","urls":["/speculated"]}],
  "prefetch":[{"source":"list","urls":["http://127.0.0.1:TCP/speculated"],"eagerness":"immediate"}]}</script>
<img src=http://127.0.0.1:TCP/img><iframe src=http://127.0.0.1:TCP/frame></iframe><iframe src=http://[::ffff:127.0.0.1]:TCP/></iframe>
<iframe src=file:///etc/passwd></iframe><object data=http://127.0.0.1:TCP/object></object><embed src=http://127.0.0.1:TCP/embed>
<video src=http://127.0.0.1:TCP/video></video><iframe srcdoc="<script>fetch('http://127.0.0.1:TCP/srcdoc')</script>"></iframe>
<iframe sandbox=allow-scripts src="data:text/html,<script>new WebSocket('ws://127.0.0.1:TCP/')</script>"></iframe>
<iframe src=/redirect></iframe><img src=/redirect><a id=down download href=http://127.0.0.1:TCP/down></a>
<script>
const quietly = what => { try { Promise.resolve(what()).catch(() => {}); } catch {} };
for (const host of ['127.0.0.1', 'localhost', '[::1]', '0.0.0.0', 'site.test']) {
  quietly(() => fetch(`http://${host}:TCP/fetch`, { mode: 'no-cors', keepalive: true }));
  quietly(() => new WebSocket(`ws://${host}:TCP/`));
  quietly(() => new WebSocket(`wss://${host}:TCP/`));
  quietly(() => new EventSource(`http://${host}:TCP/events`));
  quietly(() => new WebTransport(`https://${host}:UDP/`).ready);
  quietly(() => navigator.sendBeacon(`http://${host}:TCP/beacon`, 'x'));
}
quietly(() => fetch('/redirect'));
quietly(() => fetchLater('http://127.0.0.1:TCP/later', { activateAfter: 0 }));
quietly(() => new Worker(URL.createObjectURL(new Blob([`fetch('http://127.0.0.1:TCP/worker').catch(() => {});
  new WebSocket('ws://127.0.0.1:TCP/'); importScripts('http://127.0.0.1:TCP/import')`]))));
quietly(() => new SharedWorker('/worker.js'));
quietly(() => navigator.serviceWorker.register('/worker.js'));
quietly(() => import('http://127.0.0.1:TCP/module.js'));
const servers = ['stun:127.0.0.1:UDP', 'turn:127.0.0.1:UDP?transport=udp', 'turn:127.0.0.1:TCP?transport=tcp',
  'turns:127.0.0.1:TCP?transport=tcp'].map(urls => ({ urls, username: 'a', credential: 'b' }));
quietly(async () => {
  const [here, there] = [new RTCPeerConnection({ iceServers: servers }), new RTCPeerConnection()];
  here.createDataChannel('');
  await here.setLocalDescription(await here.createOffer());
  await there.setRemoteDescription(here.localDescription);
  await there.setLocalDescription(await there.createAnswer());
  await here.setRemoteDescription(there.localDescription);
  for (const candidate of ['candidate:1 1 UDP 2122252543 127.0.0.1 UDP typ host',
    'candidate:2 1 TCP 2122252542 127.0.0.1 TCP typ host tcptype passive'])
    await here.addIceCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 });
});
quietly(() => open('http://127.0.0.1:TCP/popup'));
quietly(() => down.click());
quietly(() => alert(1));
setTimeout(() => { location = 'file:///etc/passwd'; }, 100);
setTimeout(() => { location = 'view-source:http://127.0.0.1:TCP/'; }, 300);
setTimeout(() => { location = 'http://127.0.0.1:TCP/elsewhere'; }, 600);
setTimeout(() => {
  const form = document.createElement('form');
  [form.method, form.action] = ['post', 'http://127.0.0.1:TCP/form'];
  document.body.append(form);
  form.submit();
}, 1500);
setTimeout(() => { document.title = 'still here'; }, 2200);
</script>"#;

#[test]
fn a_page_reaches_nothing_that_it_is_not_given() {
    let forbidden = TlsServer::serving(drop);
    let datagrams = UdpSocket::bind("127.0.0.1:0").unwrap();
    datagrams.set_nonblocking(true).unwrap();
    let port = forbidden.address().port().to_string();
    let udp = datagrams.local_addr().unwrap().port().to_string();
    let written = |text: &str| text.replace("TCP", &port).replace("UDP", &udp);
    let worker = written(
        "self.onconnect = () => {}; fetch('http://127.0.0.1:TCP/'); fetch('/from-worker'); new WebSocket('ws://127.0.0.1:TCP/');",
    );
    let page = written(PAGE);
    let site = |asked: &Asked| match (asked.url.host_str(), asked.url.path()) {
        (Some("site.test"), "/") => answer("text/html", &page),
        (Some("site.test"), "/worker.js") => answer("text/javascript", &worker),
        (Some("site.test"), "/redirect") => {
            let mut headers = model::site::Headers::default();
            headers.add("location", format!("http://127.0.0.1:{port}/redirected").as_bytes());
            Reply::Answer { status: 302, headers, body: [].into() }
        }
        _ => Reply::Declined,
    };
    let bounds = Bounds { quiet: Duration::from_secs(2), ..Bounds::default() };
    let Some((page, asked)) = render(&bounds, site) else { return };
    assert_eq!(forbidden.connections(), 0);
    let mut datagram = [0; 64];
    assert!(datagrams.recv(&mut datagram).is_err(), "{datagram:?}");
    // It ran to its end where it was, and what it wanted was asked of us.
    assert!(page.document.contains("still here"), "{}", page.address);
    assert!(page.is_of_its_page(), "{}", page.address);
    assert!(!page.document.contains("root:"));
    let wanted = |path: &str| asked.iter().any(|asked| asked.url.path() == path);
    for path in [
        "/img",
        "/frame",
        "/c",
        "/fetch",
        "/worker",
        "/import",
        "/worker.js",
        "/from-worker",
        "/srcdoc",
        "/redirected",
        "/elsewhere",
        "/form",
        "/object",
        "/down",
    ] {
        assert!(wanted(path), "{path} was not asked of us: {asked:#?}");
    }
    assert!(!wanted("/popup"));
    // The control: whoever has a network reaches both.
    TcpStream::connect(forbidden.address()).unwrap();
    UdpSocket::bind("127.0.0.1:0").unwrap().send_to(b"x", datagrams.local_addr().unwrap()).unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while forbidden.connections() == 0 || datagrams.recv(&mut datagram).is_err() {
        assert!(Instant::now() < until);
    }
}

#[test]
fn what_frames_and_workers_ask_for_is_not_the_pages() {
    let site = |asked: &Asked| match (asked.url.host_str(), asked.url.path()) {
        (Some("site.test"), "/") => answer(
            "text/html",
            "<iframe src=https://other.test/frame></iframe><script>navigator.serviceWorker.register('/sw.js'); fetch('/own')</script>",
        ),
        (Some("site.test"), "/sw.js") => answer("text/javascript", "fetch('/by-worker')"),
        (Some("other.test"), "/frame") => {
            answer("text/html", "<script>fetch('/inner'); console.error('theirs')</script>")
        }
        _ => answer("text/plain", ""),
    };
    let Some((page, asked)) = render(&Bounds::default(), site) else { return };
    let frame_of =
        |path: &str| asked.iter().find(|asked| asked.url.path() == path).map(|asked| asked.frame);
    assert_eq!(frame_of("/"), Some(Frame::Page));
    assert_eq!(frame_of("/own"), Some(Frame::Page));
    assert_eq!(frame_of("/frame"), Some(Frame::Other));
    assert_eq!(frame_of("/inner"), Some(Frame::Other));
    assert_eq!(frame_of("/by-worker"), Some(Frame::Other));
    assert_eq!(page.messages, []);
    assert!(page.requests.iter().all(|request| request.url.path() != "/inner"));
}

#[test]
fn a_page_that_never_ends_is_looked_at_in_time_and_in_bounds() {
    let page = "<script>
      const line = 'x'.repeat(100000);
      for (let n = 0; n < 2000; n++) console.error(n + line);
      console.error('\\ud800');
      for (let n = 0; n < 3000; n++) localStorage.setItem('k' + n, line.slice(0, 1000));
      for (let n = 0; n < 200; n++) document.cookie = 'c' + n + '=1';
      document.write('<p>' + line.repeat(100) + '</p>');
      setInterval(() => fetch('/again?' + Math.random()), 20);
    </script>";
    let site = |asked: &Asked| match asked.url.path() {
        "/" => answer("text/html", page),
        _ => answer("text/plain", ""),
    };
    let bounds =
        Bounds { total: Duration::from_secs(8), document_bytes: 50_000, ..Bounds::default() };
    let began = Instant::now();
    let Some((page, _)) = render(&bounds, site) else { return };
    assert!(began.elapsed() < Duration::from_secs(40));
    assert!(!page.is_settled && page.is_cut);
    assert_eq!(page.messages.len(), 100);
    assert!(page.messages.iter().all(|message| message.text.chars().count() <= 501));
    assert_eq!((page.stored.len(), page.cookies.len()), (100, 100));
    assert!(page.document.len() <= 50_000 && page.requests.len() <= 500);
    assert!(page.requests.iter().any(|request| request.kind == RequestKind::Data));
}
