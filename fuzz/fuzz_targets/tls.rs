//! A server's answer to a TLS hello, and its certificate: whatever it is, it is read.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = fetch::tls::read_server_hello(bytes);
    if let Some(certificate) = fetch::tls::read_certificate(bytes) {
        for text in
            [&certificate.subject, &certificate.issuer].into_iter().chain(&certificate.names)
        {
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
    }
});
