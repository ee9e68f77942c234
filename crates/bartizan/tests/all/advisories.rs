//! `bartizan advisories`, and a server that keeps them up to date, against a mirror of the test's own.

use std::{
    collections::BTreeMap,
    fs,
    io::{Cursor, Write as _},
    path::{Path, PathBuf},
    process::{Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::{Ending, HttpServer, Reply, Request, noise};
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    instance::Place,
    support::{command, errors, json as parsed},
};

const KEV: &str = r#"{"title": "t", "catalogVersion": "1", "vulnerabilities": [{"cveID": "CVE-2024-1",
    "dateAdded": "2024-06-01", "knownRansomwareCampaignUse": "Known"}]}"#;
const EPSS: &str = "#model_version:v2025,score_date:2025-01-01T00:00:00Z\ncve,epss,percentile\nCVE-2024-1,0.5,0.9\n";

/// What a mirror has, and how it misbehaves.
#[derive(Default)]
struct Published {
    /// By path.
    files: BTreeMap<String, Vec<u8>>,
    /// Answered with another status.
    failing: BTreeMap<String, u16>,
    /// Break off after so many bytes, unless the rest is asked for.
    breaking: BTreeMap<String, usize>,
    /// Announce more than they send, and send nothing more.
    stalling: BTreeMap<String, usize>,
}

/// A mirror of OSV's export, of CISA's catalogue and of FIRST's scores.
struct Mirror {
    published: Arc<Mutex<Published>>,
    server: HttpServer,
}

impl Mirror {
    fn new() -> Self {
        let published = Arc::<Mutex<Published>>::default();
        let shared = Arc::clone(&published);
        let server = HttpServer::http(move |request| answer(&shared.lock().unwrap(), request));
        let mirror = Self { published, server };
        mirror.put("/kev.json", KEV.into());
        let mut epss = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        epss.write_all(EPSS.as_bytes()).unwrap();
        mirror.put("/epss.csv.gz", epss.finish().unwrap());
        mirror
    }

    fn change<T>(&self, change: impl FnOnce(&mut Published) -> T) -> T {
        change(&mut self.published.lock().unwrap())
    }

    fn put(&self, path: &str, content: Vec<u8>) {
        self.change(|published| published.files.insert(path.to_owned(), content));
    }

    /// Publishes the archive and the list of an ecosystem, and each record.
    fn publish(&self, ecosystem: &str, records: &[Value]) {
        self.put(&format!("/{ecosystem}/all.zip"), archive(records));
        self.list(ecosystem, records);
    }

    /// Without the archive, which is as it was.
    fn list(&self, ecosystem: &str, records: &[Value]) {
        let mut list = String::new();
        for record in records {
            let (id, modified) = (text(record, "id"), text(record, "modified"));
            list += &format!("{modified},{id}\n");
            self.put(&format!("/{ecosystem}/{id}.json"), record.to_string().into_bytes());
        }
        self.put(&format!("/{ecosystem}/modified_id.csv"), list.into_bytes());
    }

    /// What was asked for, and forgets it.
    fn asked(&self, since: usize) -> Vec<String> {
        let requests = self.server.requests();
        requests.iter().skip(since).map(|request| request.path.clone()).collect()
    }
}

fn answer(published: &Published, request: &Request) -> Reply {
    let path = request.path.as_str();
    if let Some(status) = published.failing.get(path) {
        return Reply::status(*status);
    }
    let Some(content) = published.files.get(path) else { return Reply::status(404) };
    let etag = format!("\"{:x}-{}\"", crc(content), content.len());
    if request.header("if-none-match") == Some(&etag) {
        return Reply::status(304);
    }
    let begin = request
        .header("range")
        .filter(|_| request.header("if-range") == Some(&etag))
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    if let Some(begin) = begin {
        let range = format!("bytes {begin}-{}/{}", content.len() - 1, content.len());
        return Reply { status: 206, ..Reply::ok(&content[begin..]) }
            .header("etag", &etag)
            .header("content-range", &range);
    }
    let (end, ending) = match (published.breaking.get(path), published.stalling.get(path)) {
        (Some(end), _) => (*end, Ending::BreakOff),
        (_, Some(end)) => (*end, Ending::Stall),
        _ => (content.len(), Ending::Complete),
    };
    Reply { ending, ..Reply::ok(&content[..end]) }.header("etag", &etag)
}

fn crc(content: &[u8]) -> u64 {
    content.iter().fold(0, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)))
}

fn text<'v>(record: &'v Value, name: &str) -> &'v str {
    record[name].as_str().unwrap()
}

fn record(id: &str, ecosystem: &str, package: &str, fixed: &str, day: u32) -> Value {
    json!({
        "id": id,
        "modified": format!("2024-05-{day:02}T12:00:00Z"),
        "summary": format!("{package} lets others in"),
        "affected": [{
            "package": {"ecosystem": ecosystem, "name": package},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
        }],
    })
}

fn archive(records: &[Value]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for record in records {
        let name = format!("{}.json", text(record, "id"));
        zip.start_file(name, SimpleFileOptions::default()).unwrap();
        zip.write_all(record.to_string().as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A machine of its own.
struct Machine(TempDir);

impl Machine {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn folder(&self) -> PathBuf {
        self.0.path().join(".key/bartizan/advisories")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = command(self.0.path(), &["advisories"]);
        command.args(arguments).stdin(Stdio::null()).output().unwrap()
    }

    fn sync(&self, mirror: &Mirror, more: &[&str]) -> Output {
        self.run(&[&sync_arguments(mirror)[..], more].concat())
    }

    fn status(&self) -> Value {
        let output = self.run(&["status", "--verify", "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        parsed(&output)
    }

    /// The version that repairs a vulnerability.
    fn fixed(&self, id: &str) -> Value {
        let output = self.run(&["show", id, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
        parsed(&output)["advisories"][0]["affected"][0]["ranges"][0][1]["fixed"].clone()
    }

    fn knows(&self, id: &str) -> bool {
        self.run(&["show", id]).status.success()
    }
}

fn sync_arguments(mirror: &Mirror) -> Vec<&'static str> {
    // A test has few mirrors, and ends.
    let url = |path: &str| -> &'static str { mirror.server.url(path).leak() };
    vec![
        "sync",
        "--base-url",
        url("/"),
        "--kev-url",
        url("/kev.json"),
        "--epss-url",
        url("/epss.csv.gz"),
        "--allow-clone-schemes",
        "http",
        "--allow-private-targets",
        "127.0.0.0/8",
    ]
}

fn told(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn a_first_sync_fetches_everything_and_a_second_one_nothing() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let mut first = record("GHSA-1", "npm", "left-pad", "1.2.0", 1);
    first["aliases"] = json!(["CVE-2024-1"]);
    mirror.publish("npm", &[first]);
    mirror.publish("GitHub%20Actions", &[record("GHSA-2", "GitHub Actions", "a/b", "2.0.0", 2)]);
    let chosen = ["--ecosystem", "npm,github actions"];
    let output = machine.sync(&mirror, &chosen);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(told(&output).contains("2 advisories about 2 packages"), "{}", told(&output));
    let status = machine.status();
    assert_eq!((&status["advisories"], &status["verified"]), (&json!(2), &json!(true)));
    let names: Vec<&str> =
        status["sources"].as_array().unwrap().iter().map(|one| text(one, "name")).collect();
    assert_eq!(names, ["epss", "kev", "osv-GitHub-Actions", "osv-npm"]);
    let shown = parsed(&machine.run(&["show", "cve-2024-1", "--format", "json"]));
    assert_eq!(shown["ids"], json!(["GHSA-1", "CVE-2024-1"]));
    assert_eq!(shown["exploited"], json!({"added": "2024-06-01", "ransomware": true}));
    assert_eq!(shown["epss"]["probability"], 0.5);
    let shown = told(&machine.run(&["show", "GHSA-1"]));
    for part in ["Attackers use it", "left-pad lets others in", "npm left-pad  < 1.2.0", "50.00 %"]
    {
        assert!(shown.contains(part), "{shown}");
    }

    let before = mirror.server.requests().len();
    let output = machine.sync(&mirror, &chosen);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(told(&output).contains("The index is up to date."), "{}", told(&output));
    // One conditional request for each source.
    let asked = mirror.asked(before);
    assert_eq!(asked.len(), 4, "{asked:?}");
    assert!(!asked.iter().any(|path| path.ends_with("all.zip")), "{asked:?}");
    assert_eq!(machine.status(), status);
}

#[test]
fn only_what_changed_is_fetched() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let mut records: Vec<Value> =
        (0..30).map(|n| record(&format!("MAL-{n}"), "npm", &format!("p{n}"), "1.0.0", 1)).collect();
    mirror.publish("npm", &records);
    let chosen = ["--ecosystem", "npm", "--no-kev", "--no-epss"];
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    records[3] = record("MAL-3", "npm", "p3", "2.0.0", 2);
    records.remove(7);
    records.push(record("MAL-30", "npm", "p30", "1.0.0", 3));
    mirror.list("npm", &records);
    let before = mirror.server.requests().len();
    let output = machine.sync(&mirror, &chosen);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(told(&output).contains("2 new or changed, 1 removed"), "{}", told(&output));
    let mut asked = mirror.asked(before);
    asked.sort();
    assert_eq!(asked, ["/npm/MAL-3.json", "/npm/MAL-30.json", "/npm/modified_id.csv"]);
    assert_eq!(machine.status()["advisories"], 30);
    assert_eq!(machine.fixed("MAL-3"), "2.0.0");
    assert!(machine.knows("MAL-30") && !machine.knows("MAL-7"));

    // Many changes come in one archive.
    for record in &mut records {
        record["modified"] = json!("2024-06-01T00:00:00Z");
    }
    mirror.publish("npm", &records);
    let before = mirror.server.requests().len();
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    assert_eq!(mirror.asked(before), ["/npm/modified_id.csv", "/npm/all.zip"]);
}

#[test]
fn an_archive_that_breaks_off_is_continued() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let mut large = record("MAL-1", "npm", "p", "1.0.0", 1);
    let details: String = noise(400_000).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    large["details"] = json!(details);
    mirror.publish("npm", &[large]);
    mirror.change(|published| published.breaking.insert("/npm/all.zip".to_owned(), 100_000));
    let output = machine.sync(&mirror, &["--ecosystem", "npm", "--no-kev", "--no-epss"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let ranges: Vec<Option<String>> = mirror
        .server
        .requests()
        .iter()
        .filter(|request| request.path.ends_with("all.zip"))
        .map(|request| request.header("range").map(str::to_owned))
        .collect();
    assert_eq!(ranges, [None, Some("bytes=100000-".to_owned())]);
    assert!(machine.knows("MAL-1"));
    assert_eq!(fs::read_dir(machine.folder().join("downloads")).unwrap().count(), 0);
}

#[test]
fn a_source_that_fails_keeps_what_it_had_and_the_others_go_on() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    mirror.publish("npm", &[record("MAL-1", "npm", "p", "1.0.0", 1)]);
    mirror.publish("PyPI", &[record("PYSEC-1", "PyPI", "p", "1.0.0", 1)]);
    let chosen = ["--ecosystem", "npm", "--ecosystem", "PyPI"];
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    mirror.publish("npm", &[record("MAL-1", "npm", "p", "2.0.0", 2)]);
    mirror.publish("PyPI", &[record("PYSEC-1", "PyPI", "p", "2.0.0", 2)]);
    mirror.change(|published| {
        published.failing.insert("/npm/modified_id.csv".to_owned(), 503);
        published.files.insert("/kev.json".to_owned(), b"<html>sorry</html>".to_vec());
    });
    let output = machine.sync(&mirror, &chosen);
    assert_eq!(output.status.code(), Some(4), "{}", errors(&output));
    assert!(errors(&output).contains("osv-npm: 127.0.0.1 answered with HTTP status 503"));
    assert!(errors(&output).contains("error: kev: "), "{}", errors(&output));
    assert_eq!(
        (machine.fixed("MAL-1"), machine.fixed("PYSEC-1")),
        (json!("1.0.0"), json!("2.0.0"))
    );
    assert_eq!(machine.status()["sources"][1]["exploited"], 1);
    // All of them.
    let nobody = Mirror::new();
    nobody.change(|published| published.files.clear());
    let output = machine.sync(&nobody, &chosen);
    assert_eq!(output.status.code(), Some(3), "{}", told(&output));
    assert_eq!(machine.fixed("PYSEC-1"), "2.0.0");
}

#[test]
fn much_less_than_is_stored_is_taken_only_if_somebody_says_so() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let records: Vec<Value> =
        (0..120).map(|n| record(&format!("MAL-{n}"), "npm", "p", "1.0.0", 1)).collect();
    mirror.put("/npm/all.zip", archive(&records));
    let chosen = ["--ecosystem", "npm", "--no-kev", "--no-epss"];
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    mirror.put("/npm/all.zip", archive(&records[..20]));
    fs::create_dir(machine.0.path().join("osv-npm")).unwrap();
    fs::write(machine.0.path().join("osv-npm/all.zip"), archive(&records[..10])).unwrap();
    let attempts = [machine.sync(&mirror, &chosen), machine.run(&["import", "osv-npm/all.zip"])];
    for (output, sent) in attempts.iter().zip(["20", "10"]) {
        assert_eq!(output.status.code(), Some(3), "{}", told(output));
        let error = errors(output);
        assert!(error.contains(&format!("it has {sent} records, and 120 are stored")), "{error}");
        assert!(error.contains("--accept-fewer"), "{error}");
    }
    assert!(machine.knows("MAL-119"));
    let output = machine.sync(&mirror, &[&chosen[..], &["--accept-fewer"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(machine.knows("MAL-19") && !machine.knows("MAL-119"));
}

#[test]
fn a_record_of_the_future_is_replaced_by_what_its_source_says_now() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let mut records: Vec<Value> =
        (0..30).map(|n| record(&format!("MAL-{n}"), "npm", "p", "1.0.0", 1)).collect();
    records[3]["modified"] = json!("2999-01-01T00:00:00Z");
    mirror.publish("npm", &records);
    let chosen = ["--ecosystem", "npm", "--no-kev", "--no-epss"];
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    records[3] = record("MAL-3", "npm", "p", "2.0.0", 2);
    mirror.list("npm", &records);
    let output = machine.sync(&mirror, &chosen);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert!(told(&output).contains("1 new or changed"), "{}", told(&output));
    assert_eq!(machine.fixed("MAL-3"), "2.0.0");
}

#[test]
fn what_is_no_archive_or_no_list_is_refused() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let chosen = ["--ecosystem", "npm", "--no-kev", "--no-epss"];
    mirror.publish("npm", &[record("MAL-1", "npm", "p", "1.0.0", 1)]);
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    let whole = archive(&[record("MAL-1", "npm", "p", "2.0.0", 2)]);
    let mut damaged = whole.clone();
    damaged[45..90].fill(0);
    for (file, content) in [
        ("/npm/all.zip", whole[..whole.len() - 40].to_vec()),
        ("/npm/all.zip", damaged),
        ("/npm/all.zip", b"<html>sorry</html>".to_vec()),
        ("/npm/all.zip", archive(&[])),
        ("/npm/modified_id.csv", b"<html>sorry</html>".to_vec()),
    ] {
        mirror.publish("npm", &[record("MAL-1", "npm", "p", "2.0.0", 2)]);
        // Without single records all of it is fetched.
        mirror.change(|published| published.files.remove("/npm/MAL-1.json"));
        mirror.put(file, content);
        let output = machine.sync(&mirror, &chosen);
        assert_eq!(output.status.code(), Some(3), "{file}: {}", told(&output));
        assert!(errors(&output).starts_with("error: osv-npm: "), "{}", errors(&output));
        assert_eq!(machine.fixed("MAL-1"), "1.0.0");
    }
    mirror.put("/npm/all.zip", whole);
    mirror.list("npm", &[record("MAL-1", "npm", "p", "2.0.0", 2)]);
    mirror.change(|published| published.files.remove("/npm/MAL-1.json"));
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    assert_eq!(machine.fixed("MAL-1"), "2.0.0");
}

#[test]
fn a_mirror_needs_no_lists() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let chosen = ["--ecosystem", "npm", "--no-kev", "--no-epss"];
    for version in ["1.0.0", "2.0.0"] {
        mirror.put("/npm/all.zip", archive(&[record("MAL-1", "npm", "p", version, 1)]));
        assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
        assert_eq!(machine.fixed("MAL-1"), version);
    }
    let output = machine.sync(&mirror, &chosen);
    assert!(told(&output).contains("nothing new"), "{}", told(&output));
}

#[test]
fn a_sync_that_is_killed_leaves_the_old_index_and_the_next_one_goes_on() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let chosen = ["--ecosystem", "npm", "--no-kev", "--no-epss"];
    let mut large = record("MAL-1", "npm", "p", "1.0.0", 1);
    mirror.publish("npm", &[large.clone()]);
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    let details: String = noise(400_000).iter().map(|byte| char::from(b'a' + byte % 26)).collect();
    large = record("MAL-1", "npm", "p", "2.0.0", 2);
    large["details"] = json!(details);
    mirror.publish("npm", &[large]);
    mirror.change(|published| {
        published.files.remove("/npm/MAL-1.json");
        published.stalling.insert("/npm/all.zip".to_owned(), 100_000);
    });
    let mut syncing = command(machine.0.path(), &["advisories"])
        .args(sync_arguments(&mirror))
        .args(chosen)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let download = machine.folder().join("downloads/osv-npm.zip");
    wait(|| fs::metadata(&download).is_ok_and(|metadata| metadata.len() == 100_000));
    // Nobody else updates meanwhile, and everybody reads.
    let output = machine.sync(&mirror, &chosen);
    assert_eq!(output.status.code(), Some(3));
    assert!(errors(&output).contains("another process is updating"), "{}", errors(&output));
    assert_eq!(machine.fixed("MAL-1"), "1.0.0");
    syncing.kill().unwrap();
    syncing.wait().unwrap();
    assert_eq!(machine.status()["advisories"], 1);
    assert_eq!(machine.fixed("MAL-1"), "1.0.0");
    assert_eq!(machine.sync(&mirror, &chosen).status.code(), Some(0));
    assert_eq!(machine.fixed("MAL-1"), "2.0.0");
    let rest = mirror.server.requests();
    let rest = rest.iter().rev().find(|request| request.path.ends_with("all.zip")).unwrap();
    assert_eq!(rest.header("range"), Some("bytes=100000-"));
}

#[test]
fn an_export_brings_everything_to_a_machine_that_reaches_nothing() {
    let (mirror, machine, other) = (Mirror::new(), Machine::new(), Machine::new());
    mirror.publish("npm", &[record("GHSA-1", "npm", "p", "1.0.0", 1)]);
    mirror.publish("Go", &[record("GO-1", "Go", "example.org/m", "1.0.0", 1)]);
    assert_eq!(machine.run(&["export", "x.zip"]).status.code(), Some(3));
    assert_eq!(machine.sync(&mirror, &["--ecosystem", "npm,Go"]).status.code(), Some(0));
    let output = machine.run(&["export", "advisories.zip"]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    assert_eq!(told(&output), "4 documents of 4 sources in advisories.zip\n");
    let file = machine.0.path().join("advisories.zip");
    let output = other.run(&["import", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let (ours, theirs) = (machine.status(), other.status());
    for name in ["advisories", "vulnerabilities", "packages", "sources", "advisories_at"] {
        assert_eq!(ours[name], theirs[name], "{name}");
    }
    // Others see an archive of OSV records.
    let mut zip = zip::ZipArchive::new(fs::File::open(file).unwrap()).unwrap();
    let member = zip.by_name("osv-Go/GO-1.json").unwrap();
    assert_eq!(serde_json::from_reader::<_, Value>(member).unwrap()["id"], "GO-1");
}

#[test]
fn files_are_imported_under_their_names() {
    let machine = Machine::new();
    let folder = machine.0.path();
    for (path, id) in [("npm/all.zip", "GHSA-1"), ("PyPI/all.zip", "PYSEC-1")] {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        let ecosystem = path.split('/').next().unwrap();
        fs::write(folder.join(path), archive(&[record(id, ecosystem, "p", "1.0.0", 1)])).unwrap();
    }
    fs::write(folder.join("kev.json"), KEV).unwrap();
    let output = machine.run(&["import", "npm/all.zip", "PyPI/all.zip", "kev.json", "absent.zip"]);
    assert_eq!(output.status.code(), Some(4), "{}", errors(&output));
    assert!(errors(&output).contains("absent.zip"), "{}", errors(&output));
    let status = machine.status();
    let names: Vec<&str> =
        status["sources"].as_array().unwrap().iter().map(|one| text(one, "name")).collect();
    assert_eq!(names, ["PyPI", "kev", "npm"]);
    assert_eq!(machine.run(&["import", "npm/all.zip", "npm/all.zip"]).status.code(), Some(2));
    assert_eq!(machine.run(&["import", "--source", "../x", "kev.json"]).status.code(), Some(3));
    assert_eq!(machine.run(&["import", "absent.zip"]).status.code(), Some(3));
}

#[test]
fn published_databases_are_imported() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/advisories");
    if !data.exists() {
        eprintln!("skipped: {} is absent", data.display());
        return;
    }
    let machine = Machine::new();
    let paths = ["go-osv.zip", "kev.json.gz", "pypa-osv-yaml.zip", "rustsec-osv.zip"];
    let paths: Vec<String> =
        paths.iter().map(|path| data.join(path).to_str().unwrap().to_owned()).collect();
    let arguments: Vec<&str> =
        ["import"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let output = machine.run(&arguments);
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    let status = machine.status();
    assert!(status["advisories"].as_u64().unwrap() > 5_000, "{status}");
    assert!(status["packages"].as_u64().unwrap() > 1_000, "{status}");
    let shown = told(&machine.run(&["show", "rustsec-2021-0093"]));
    assert!(shown.contains("crossbeam-deque"), "{shown}");
}

#[test]
fn without_an_index_every_command_says_how_to_get_one() {
    let machine = Machine::new();
    for arguments in [&["status"][..], &["show", "CVE-2024-1"]] {
        let output = machine.run(arguments);
        assert_eq!(output.status.code(), Some(3));
        assert!(errors(&output).contains("bartizan advisories sync"), "{}", errors(&output));
    }
    assert_eq!(machine.run(&["sync", "--ecosystem", "nmp"]).status.code(), Some(2));
}

#[test]
fn an_index_of_another_version_is_built_again_of_what_is_stored() {
    let machine = Machine::new();
    fs::write(machine.0.path().join("a.json"), record("A-1", "npm", "p", "1.0.0", 1).to_string())
        .unwrap();
    assert_eq!(machine.run(&["import", "a.json"]).status.code(), Some(0));
    let index = machine.folder().join("index");
    let mut bytes = fs::read(&index).unwrap();
    bytes[8] ^= 0xFF;
    fs::write(&index, bytes).unwrap();
    assert_eq!(machine.fixed("A-1"), "1.0.0");
    assert_eq!(machine.status()["advisories"], 1);
}

#[test]
fn a_mirror_without_tls_or_in_a_private_network_has_to_be_allowed() {
    let (mirror, machine) = (Mirror::new(), Machine::new());
    let url = mirror.server.url("/");
    for (more, expected) in [
        (&["--allow-private-targets", "127.0.0.0/8"][..], "--allow-clone-schemes http"),
        (&["--allow-clone-schemes", "http"], "--allow-private-targets 127.0.0.1"),
    ] {
        let arguments = ["sync", "--base-url", &url, "--no-kev", "--no-epss", "--ecosystem", "npm"];
        let output = machine.run(&[&arguments[..], more].concat());
        assert_eq!(output.status.code(), Some(3));
        assert!(errors(&output).contains(expected), "{}", errors(&output));
    }
    assert!(mirror.server.requests().is_empty());
}

#[test]
fn lines_are_compared_as_an_ecosystem_orders_versions() {
    let machine = Machine::new();
    let compare = |ecosystem: &str, lines: &str| {
        let mut command = command(machine.0.path(), &["advisories", "compare", ecosystem]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It may not read what it does not want.
        let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
        let output = child.wait_with_output().unwrap();
        (output.status.code(), told(&output))
    };
    assert_eq!(compare("debian", "1.0~rc1 < 1.0\n\n# no\n1.0 = 1.0\n"), (Some(0), String::new()));
    let wrong = "line 2: 1.0 < 1.0~rc1 (it is >)\n".to_owned();
    assert_eq!(compare("Debian:12", "1.0 = 1.0\n1.0 < 1.0~rc1\n"), (Some(1), wrong));
    assert_eq!(compare("rubygems", "1.0.a < 1.0\n").0, Some(0));
    assert_eq!(compare("Red Hat", "1.0^git1 > 1.0\n").0, Some(0));
    assert_eq!(compare("nonsense", "1 < 2\n").0, Some(2));
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/versions");
    if !data.exists() {
        eprintln!("skipped: {} is absent", data.display());
        return;
    }
    for entry in fs::read_dir(data).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let lines = fs::read_to_string(&path).unwrap();
        assert_eq!(compare(name, &lines), (Some(0), String::new()), "{name}");
    }
}

#[test]
fn a_server_fetches_at_its_start_and_an_offline_one_does_not() {
    let mirror = Mirror::new();
    mirror.publish("npm", &[record("MAL-1", "npm", "p", "1.0.0", 1)]);
    let place = Place::sqlite();
    let server = place.serve(&[]);
    drop(server);
    assert!(!place.data().join("advisories").exists());
    let mut arguments = sync_arguments(&mirror);
    arguments.remove(0);
    arguments[0] = "--advisories-url";
    let mut command = place.command(&["serve", "--listen", "127.0.0.1:0", "--offline", "false"]);
    command.args(arguments);
    let server = place.serve_by(command);
    let index = place.data().join("advisories/index");
    wait(|| index.exists());
    assert_eq!(server.call("GET", "/healthz", "", None).status, 200);
    let output = crate::support::bartizan(
        &place.data(),
        &["advisories", "show", "MAL-1", "--data-dir", place.data().to_str().unwrap()],
    );
    assert_eq!(output.status.code(), Some(0), "{}", errors(&output));
    // Nothing keeps it from ending while it waits for the next time.
    drop(server);
}

fn wait(mut until: impl FnMut() -> bool) {
    let began = Instant::now();
    while !until() {
        assert!(began.elapsed() < Duration::from_secs(120), "it never happened");
        std::thread::sleep(Duration::from_millis(10));
    }
}
