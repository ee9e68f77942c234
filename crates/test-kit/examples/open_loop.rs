//! Asks a server at a fixed rate, whether answers come or not, and prints how long they took in microseconds, one a line. A request that
//! is late counts from when it was due.
//!
//! `open_loop <host:port> <requests a second> <seconds> <path>...`, the session token in `TOKEN`. Each of a few threads has a connection
//! of its own, so that asking takes next to nothing of the machine that answers.

#![expect(clippy::unwrap_used, reason = "whoever measures wants to know at once")]

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

/// Connections, and requests that may be under way at a time.
const CONNECTIONS: u32 = 32;

fn main() {
    let mut arguments = env::args().skip(1);
    let address = arguments.next().unwrap();
    let rate: f64 = arguments.next().unwrap().parse().unwrap();
    let seconds: f64 = arguments.next().unwrap().parse().unwrap();
    let token = env::var("TOKEN").unwrap();
    let requests: Vec<String> = arguments
        .map(|path| {
            format!(
                "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
            )
        })
        .collect();
    let began = Instant::now() + Duration::from_millis(100);
    let asking: Vec<_> = (0..CONNECTIONS)
        .map(|first| {
            let (address, requests) = (address.clone(), requests.clone());
            thread::spawn(move || {
                let mut to = TcpStream::connect(address).unwrap();
                to.set_nodelay(true).unwrap();
                let mut from = BufReader::new(to.try_clone().unwrap());
                let mut took = Vec::new();
                for number in (first..).step_by(CONNECTIONS as usize) {
                    let at = f64::from(number) / rate;
                    if at >= seconds {
                        return took;
                    }
                    let due = began + Duration::from_secs_f64(at);
                    thread::sleep(due.saturating_duration_since(Instant::now()));
                    let request = requests.get(number as usize % requests.len()).unwrap();
                    to.write_all(request.as_bytes()).unwrap();
                    answer(&mut from);
                    took.push(due.elapsed().as_micros());
                }
                took
            })
        })
        .collect();
    let mut out = std::io::stdout().lock();
    for one in asking {
        for micros in one.join().unwrap() {
            writeln!(out, "{micros}").unwrap();
        }
    }
}

/// Reads one answer, which has to be 200.
fn answer(from: &mut BufReader<TcpStream>) {
    let mut line = String::new();
    from.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200"), "{line}");
    let mut length = 0;
    loop {
        line.clear();
        from.read_line(&mut line).unwrap();
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
}
