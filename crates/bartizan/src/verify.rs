//! `--verify-secrets`: asks each provider whether what was found still works.
//!
//! One request at a time goes to a host, and none any more once it failed or asked for patience. What could not be asked is
//! `unknown`, with a note that says why.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use checks::secrets::{Rule, Ruleset, VerifyRecipe};
use engine::{Askable, Cancel, Outcome};
use fetch::{
    Client,
    guard::Limits,
    http::{Redirects, Request},
};
use model::{Confidence, Note, NoteKind, Verification};

use crate::progress::Line;

/// Hosts that are asked at once.
const HOSTS_AT_ONCE: usize = 8;
/// Credentials of one scan that are asked about.
const MAX_ASKED: usize = 1_000;
/// "Too many requests" (RFC 6585, section 4).
const TOO_MANY_REQUESTS: u16 = 429;

/// How patient a question is.
pub(crate) const LIMITS: Limits = Limits {
    resolve: Duration::from_secs(5),
    connect: Duration::from_secs(5),
    idle: Duration::from_secs(10),
    total: Duration::from_secs(15),
    redirects: 0,
    body_bytes: 1 << 20,
};

/// What was learned about one finding.
struct Answer {
    finding: usize,
    verification: Verification,
}

/// What is asked of one host.
type Questions<'r> = Vec<(&'r VerifyRecipe, Askable)>;

/// Asks, and writes the answers into the outcome.
pub(crate) fn verify(outcome: &mut Outcome, ruleset: &Ruleset, client: &Client, cancel: &Cancel) {
    let rules: HashMap<&str, &Rule> =
        ruleset.rules().iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let mut by_host: BTreeMap<String, Questions<'_>> = BTreeMap::new();
    let mut asked = 0;
    let mut left_out = 0_u64;
    for askable in std::mem::take(&mut outcome.askable) {
        let Some(finding) = outcome.findings.get(askable.finding) else { continue };
        let recipe = rules.get(finding.check.as_str()).and_then(|rule| rule.verify.as_ref());
        let Some(recipe) = recipe else { continue };
        if asked == MAX_ASKED {
            left_out += 1;
            continue;
        }
        asked += 1;
        by_host.entry(host_of(recipe)).or_default().push((recipe, askable));
    }
    let done = Arc::new(AtomicUsize::new(0));
    let line = Line::show({
        let done = Arc::clone(&done);
        move || format!("asking providers, {} of {asked}", done.load(Ordering::Relaxed))
    });
    let (answers, mut notes) = ask_all(by_host, client, cancel, &done);
    drop(line);
    for answer in answers {
        if let Some(finding) = outcome.findings.get_mut(answer.finding) {
            finding.verification = Some(answer.verification);
            if answer.verification == Verification::Active {
                finding.confidence = Confidence::High;
            }
        }
    }
    if left_out > 0 {
        notes.push(Note::general(
            NoteKind::Verification,
            format!("{left_out} further credentials: only {MAX_ASKED} are asked about in one scan"),
        ));
    }
    notes.sort_by(|a, b| a.message.cmp(&b.message));
    outcome.notes.extend(notes);
}

/// The recipe's host and port, which no credential can change.
fn host_of(recipe: &VerifyRecipe) -> String {
    let rest = recipe.url.strip_prefix("https://").unwrap_or(&recipe.url);
    rest.split('/').next().unwrap_or_default().to_owned()
}

fn ask_all(
    by_host: BTreeMap<String, Questions<'_>>,
    client: &Client,
    cancel: &Cancel,
    done: &AtomicUsize,
) -> (Vec<Answer>, Vec<Note>) {
    let threads = by_host.len().min(HOSTS_AT_ONCE);
    let queue = Mutex::new(by_host.into_iter());
    let learned = Mutex::new((Vec::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((host, questions)) = next else { break };
                    let (answers, note) = ask_host(&host, questions, client, cancel, done);
                    let mut learned = learned.lock().unwrap_or_else(PoisonError::into_inner);
                    learned.0.extend(answers);
                    learned.1.extend(note);
                }
            });
        }
    });
    learned.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn ask_host(
    host: &str,
    questions: Questions<'_>,
    client: &Client,
    cancel: &Cancel,
    done: &AtomicUsize,
) -> (Vec<Answer>, Option<Note>) {
    let mut answers = Vec::with_capacity(questions.len());
    let mut reason: Option<String> = None;
    let mut unasked = 0_usize;
    for (recipe, askable) in questions {
        if cancel.is_cancelled() {
            reason.get_or_insert_with(|| "the scan was stopped".to_owned());
        }
        let verification = if reason.is_some() {
            None
        } else {
            match ask(recipe, &askable, client) {
                Ok(verification) => Some(verification),
                Err(why) => {
                    reason = Some(why);
                    None
                }
            }
        };
        unasked += usize::from(verification.is_none());
        answers.push(Answer {
            finding: askable.finding,
            verification: verification.unwrap_or(Verification::Unknown),
        });
        done.fetch_add(1, Ordering::Relaxed);
    }
    let note = reason.map(|reason| {
        let what = if unasked == 1 { "credential" } else { "credentials" };
        Note::general(NoteKind::Verification, format!("{unasked} {what} of {host}: {reason}"))
    });
    (answers, note)
}

/// One question. `Err` says why the host is not asked again.
fn ask(recipe: &VerifyRecipe, askable: &Askable, client: &Client) -> Result<Verification, String> {
    // A credential that does not fit into its request is not one of this provider's.
    let Some(filled) = recipe.request(&askable.secret) else { return Ok(Verification::Unknown) };
    let url = client.url(&filled.url).map_err(|error| error.to_string())?;
    let mut request = Request::get(url);
    request.method = filled.method.parse().map_err(|_| "the method is none of HTTP".to_owned())?;
    request.redirects = Redirects::Keep;
    request.body = filled.body.to_vec();
    for (name, value) in &filled.headers {
        request = request.secret(name, value).map_err(|error| error.to_string())?;
    }
    let response = client.send(request).map_err(|error| error.to_string())?;
    if response.status.as_u16() == TOO_MANY_REQUESTS {
        return Err("it asks for fewer requests".to_owned());
    }
    Ok(recipe.understand(response.status.as_u16(), &response.body))
}

#[cfg(test)]
mod tests {
    use engine::{HashKey, Progress, Scan, Suppressions};
    use fetch::{Policy, SystemResolver};
    use test_kit::{HttpServer, Reply};

    use super::*;

    /// Tokens of a provider that does not exist, whose API is `server`.
    fn ruleset(server: &HttpServer) -> Arc<Ruleset> {
        let rule = format!(
            r#"
            provider = "Initech"
            title = "Initech token"
            severity = "high"
            confidence = "medium"
            keywords = ["initech_"]
            pattern = 'initech_[a-z0-9]{{6}}'
            what = "Opens the door."
            revoke = "Change the lock."
            [verify]
            url = "{}"
            headers = {{ Authorization = "Bearer {{secret}}" }}
            active = [200]
            inactive = [401]
            [examples]
            positive = []
            negative = []
            "#,
            server.url("me")
        );
        let (rule, _) = Rule::parse("initech-token", &rule).unwrap();
        Arc::new(Ruleset::empty().with(rule).build())
    }

    /// Scans the tokens and asks about them.
    fn verified(server: &HttpServer, tokens: &[&str], policy: Policy, cancel: &Cancel) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        for token in tokens {
            std::fs::write(folder.path().join(token), format!("key: initech_{token}\n")).unwrap();
        }
        let ruleset = ruleset(server);
        let scan = Scan {
            ruleset: Arc::clone(&ruleset),
            dependencies: None,
            suppressions: Suppressions::default(),
            key: HashKey::new([7; 32]),
            threads: 1,
            limits: sources::Limits::default(),
            progress: Arc::new(Progress::default()),
            cancel: Cancel::default(),
        };
        let mut outcome = scan.directory(folder.path(), true).unwrap();
        assert_eq!(outcome.findings.len(), tokens.len());
        let client =
            Client::with_certificates(policy, SystemResolver, server.authority_pem().as_bytes())
                .unwrap();
        verify(&mut outcome, &ruleset, &client, cancel);
        outcome
    }

    fn open() -> Policy {
        Policy {
            allow_private: vec!["127.0.0.0/8".parse().unwrap()],
            limits: LIMITS,
            ..Policy::default()
        }
    }

    fn answers(outcome: &Outcome) -> Vec<(&str, &str, Confidence)> {
        let mut answers: Vec<_> = outcome
            .findings
            .iter()
            .map(|finding| {
                let answer = finding.verification.map_or("unasked", Verification::as_str);
                (finding.place.path.as_str(), answer, finding.confidence)
            })
            .collect();
        answers.sort_unstable();
        answers
    }

    #[test]
    fn each_credential_is_asked_about_once_and_judged_by_the_answer() {
        let server = HttpServer::https(|request| match request.header("authorization") {
            Some("Bearer initech_a4tive") => Reply::status(200),
            Some("Bearer initech_d3ad00") => Reply::status(401),
            Some("Bearer initech_m0ved0") => Reply::redirect(302, "https://elsewhere.example/"),
            _ => Reply::status(500),
        });
        let tokens = ["a4tive", "d3ad00", "m0ved0", "broken"];
        let outcome = verified(&server, &tokens, open(), &Cancel::default());
        assert_eq!(
            answers(&outcome),
            [
                ("a4tive", "active", Confidence::High),
                ("broken", "unknown", Confidence::Medium),
                ("d3ad00", "inactive", Confidence::Medium),
                ("m0ved0", "unknown", Confidence::Medium),
            ]
        );
        assert_eq!(server.requests().len(), tokens.len());
        assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    }

    #[test]
    fn a_host_that_asks_for_patience_is_left_alone() {
        let server = HttpServer::https(|_| Reply::status(429));
        let outcome =
            verified(&server, &["aaaa11", "bbbb22", "cccc33"], open(), &Cancel::default());
        assert_eq!(server.requests().len(), 1);
        assert!(answers(&outcome).iter().all(|(_, answer, _)| *answer == "unknown"));
        let [note] = outcome.notes.as_slice() else { panic!("{:?}", outcome.notes) };
        assert_eq!(note.kind, NoteKind::Verification);
        assert!(note.message.contains("3 credentials") && note.message.contains("fewer requests"));
    }

    #[test]
    fn nothing_is_asked_where_the_network_is_closed_or_the_scan_stopped() {
        let server = HttpServer::https(|_| Reply::status(200));
        let closed = Policy { limits: LIMITS, ..Policy::default() };
        let outcome = verified(&server, &["aaaa11"], closed, &Cancel::default());
        assert_eq!(answers(&outcome), [("aaaa11", "unknown", Confidence::Medium)]);
        assert!(outcome.notes[0].message.contains("127.0.0.1"), "{:?}", outcome.notes);
        assert!(!format!("{:?}", outcome.notes).contains("initech_"), "{:?}", outcome.notes);

        let stopped = Cancel::default();
        stopped.cancel();
        let outcome = verified(&server, &["aaaa11"], open(), &stopped);
        assert_eq!(answers(&outcome), [("aaaa11", "unknown", Confidence::Medium)]);
        assert!(server.requests().is_empty());
    }
}
