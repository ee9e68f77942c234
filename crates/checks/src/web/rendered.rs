//! Which document is judged where a browser rendered the page.

use super::{Found, Visit, catalogue, literal};

/// What a check finds on a site.
fn found(id: &str, site: &str) -> Vec<Found> {
    let site = literal::visit(site);
    let check = catalogue().find(|check| check.id.as_str() == id).unwrap();
    check.judge(&Visit::of(&site))
}

fn count(id: &str, site: &str) -> usize {
    found(id, site).len()
}

#[test]
fn what_people_meet_is_judged_by_what_scripts_made() {
    let sent = "HTTP/1.1 200 OK\ncontent-type: text/html\n\n<!doctype html><img src=a.png><script src=/app.js></script>";
    let mended = format!("BROWSER saw <!doctype html><img src=a.png alt=A>\n{sent}");
    let broken = format!("BROWSER saw <!doctype html>\u{20}<img src=a.png><img src=b.png>\n{sent}");
    assert_eq!(found("media.image-alt", sent).first().map(|found| found.line), Some(Some(1)));
    assert_eq!(count("media.image-alt", &mended), 0);
    // The lines of a document that scripts made are nowhere to be read.
    let lines: Vec<_> = found("media.image-alt", &broken).iter().map(|found| found.line).collect();
    assert!(!lines.is_empty() && lines.iter().all(Option::is_none), "{lines:?}");
}

#[test]
fn what_a_server_sends_is_judged_as_it_is_sent() {
    let sent = "HTTP/1.1 200 OK\ncontent-type: text/html\n\n<p>no doctype";
    let rendered = format!("BROWSER saw <!doctype html><p>one\n{sent}");
    assert_eq!((count("schema.doctype", sent), count("schema.doctype", &rendered)), (1, 1));
}

#[test]
fn what_is_dangerous_anywhere_is_told_once_wherever_it_stands() {
    let sent = "HTTP/1.1 200 OK\ncontent-type: text/html\n\n<p>text";
    let form = "<form action='http://example.com/login' method=post><input type=password></form>";
    let by_script = format!("BROWSER saw {form}\n{sent}");
    let by_server = format!("{sent}{form}");
    let by_both = format!("BROWSER saw {form}\n{by_server}");
    let by_server_alone = format!("BROWSER saw <p>text\n{by_server}");
    let id = "content.form-over-http";
    assert_eq!(count(id, sent), 0);
    for site in [by_script, by_server, by_both, by_server_alone] {
        assert_eq!(count(id, &site), 1, "{site}");
    }
}
