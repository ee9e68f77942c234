//! Measures the index; `benches/advisories.py` runs it. Each step is a process of its own, so that its memory is its own.
//!
//! ```text
//! measure generate <folder> <count> <archive or folder of advisories>...   stores them, and variations until there are enough
//! measure build <folder> <threads>                                         builds the index
//! measure ask <folder>                                                     opens it and judges packages
//! ```

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a measurement that fails has failed"
)]

use std::{
    collections::HashMap,
    env, fs, hint,
    path::Path,
    time::{Duration, Instant},
};

use advisories::{
    Document, DocumentKind, Index, Library,
    import::{self, Limits},
};
use formats::advisories::osv;
use model::{Advisory, Affected, Package, RangeEvent};
use serde_json::{Value, json};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["generate", folder, count, sources @ ..] => {
            generate(Path::new(folder), count.parse().unwrap(), sources);
        }
        ["build", folder, threads] => build(Path::new(folder), threads.parse().unwrap()),
        ["ask", folder] => ask(Path::new(folder)),
        _ => panic!("see the head of this file"),
    }
}

/// The real ones as they are, then each again with other ids and names: as many advisories for each package, as many ranges, as many
/// words as in reality.
fn generate(folder: &Path, count: usize, sources: &[&str]) {
    let mut advisories: Vec<Advisory> = Vec::new();
    for source in sources {
        let mut read = |document: Document| {
            let record = match document.kind {
                DocumentKind::OsvJson => osv::read_json(&document.bytes),
                DocumentKind::OsvYaml => osv::read_yaml(&document.bytes),
                _ => return Ok(()),
            };
            advisories.extend(record.map(|record| record.advisory));
            Ok(())
        };
        import::from_path(Path::new(source), &Limits::default(), &mut read).unwrap();
    }
    advisories.retain(|advisory| advisory.withdrawn_ms.is_none());
    let mut update = Library::at(folder).update().unwrap();
    let stored = update
        .replace("generated", Some(0), |sink| {
            for number in 0..count {
                let json =
                    to_json(&advisories[number % advisories.len()], number / advisories.len());
                sink(Document::new(DocumentKind::OsvJson, json.to_string().into_bytes()).unwrap())?;
            }
            Ok(())
        })
        .unwrap();
    println!("{}", json!({"real": advisories.len(), "stored": stored}));
}

fn build(folder: &Path, threads: usize) {
    let library = Library::at(folder);
    let begin = Instant::now();
    let status = library.update().unwrap().build(0, threads).unwrap();
    let out = json!({
        "seconds": begin.elapsed().as_secs_f64(),
        "peak_mb": peak_bytes() >> 20,
        "advisories": status.advisories,
        "groups": status.groups,
        "packages": status.packages,
        "index_mb": status.file_bytes as f64 / 1e6,
        "sources_mb": fs::metadata(folder.join("sources/generated")).unwrap().len() as f64 / 1e6,
    });
    println!("{out}");
}

fn ask(folder: &Path) {
    let path = Library::at(folder).index_path();
    let opened = median((0..20).map(|_| time(|| Index::open(&path).unwrap())));
    let index = Index::open(&path).unwrap();
    let verified = time(|| index.verify().unwrap());

    // One version of each package, an affected one where a range tells.
    let mut hits = HashMap::new();
    for group in index.groups().step_by(7) {
        for advisory in group.advisories().unwrap() {
            let packages = advisory.affected.iter().map(package);
            hits.extend(
                packages.map(|package| ((package.ecosystem, package.name.clone()), package)),
            );
        }
    }
    let mut hits: Vec<Package> = hits.into_values().collect();
    hits.sort();
    shuffle(&mut hits);
    hits.retain(|package| !index.judge(package).unwrap().is_empty());
    let misses: Vec<Package> = hits
        .iter()
        .map(|package| Package {
            name: format!("{}-absent", package.name).into(),
            ..package.clone()
        })
        .collect();
    let judge = |packages: &[Package]| {
        let mut found = 0;
        let taken = time(|| {
            for package in packages {
                found += index.judge(hint::black_box(package)).unwrap().iter().count();
            }
        });
        (taken.as_secs_f64() * 1e9 / packages.len() as f64, found as f64 / packages.len() as f64)
    };
    judge(&hits);
    let (hit_ns, matches) = judge(&hits);
    let (miss_ns, _) = judge(&misses);

    // As a store would have them: one in ten has something.
    let million: Vec<Package> = (0..1_000_000)
        .map(|n| {
            let from = if n % 10 == 0 { &hits } else { &misses };
            from[n % from.len()].clone()
        })
        .collect();
    let all = time(|| judge(&million));
    let words = median(hits.iter().take(200).map(|package| {
        time(|| {
            let matches = index.judge(package).unwrap();
            let found = matches.iter().next().unwrap();
            (found.advisories().unwrap(), found.fixed_versions().unwrap())
        })
    }));
    let out = json!({
        "open_ms": opened.as_secs_f64() * 1e3,
        "verify_ms": verified.as_secs_f64() * 1e3,
        "packages": hits.len(),
        "matches_per_hit": matches,
        "hit_ns": hit_ns,
        "miss_ns": miss_ns,
        "million_s": all.as_secs_f64(),
        "words_us": words.as_secs_f64() * 1e6,
    });
    println!("{out}");
}

fn package(affected: &Affected) -> Package {
    let end =
        affected.ranges.iter().flat_map(|range| &range.events).find_map(|event| match event {
            RangeEvent::Introduced(version) if version != "0" => Some(version.clone()),
            RangeEvent::LastAffected(version) => Some(version.clone()),
            RangeEvent::Fixed(version) => Some(format!("{version}-0")),
            _ => None,
        });
    let version = end.or_else(|| affected.versions.first().cloned()).unwrap_or("1.0.0".to_owned());
    Package {
        release: affected.release.clone(),
        ..Package::new(affected.ecosystem, affected.name.as_str(), version)
    }
}

fn to_json(advisory: &Advisory, variation: usize) -> Value {
    let vary =
        |text: &str| if variation == 0 { text.to_owned() } else { format!("{text}-v{variation}") };
    let affected = |affected: &Affected| {
        let events = |events: &[RangeEvent]| -> Vec<Value> {
            let event = |event: &RangeEvent| match event {
                RangeEvent::Introduced(version) => json!({"introduced": version}),
                RangeEvent::Fixed(version) => json!({"fixed": version}),
                RangeEvent::LastAffected(version) => json!({"last_affected": version}),
                RangeEvent::Limit(version) => json!({"limit": version}),
            };
            events.iter().map(event).collect()
        };
        let ranges: Vec<Value> = affected
            .ranges
            .iter()
            .map(|range| json!({"type": "ECOSYSTEM", "events": events(&range.events)}))
            .collect();
        json!({
            "package": {"ecosystem": affected.ecosystem.as_str(), "name": vary(&affected.name)},
            "ranges": ranges,
            "versions": affected.versions,
        })
    };
    let references: Vec<Value> = advisory
        .references
        .iter()
        .map(|reference| json!({"type": reference.kind.as_str(), "url": reference.url}))
        .collect();
    let severity: Vec<Value> =
        advisory.rating.vectors.iter().map(|v| json!({"type": "CVSS_V3", "score": v})).collect();
    json!({
        "id": vary(&advisory.id),
        "modified": "2024-01-01T00:00:00Z",
        "aliases": advisory.aliases.iter().map(|id| vary(id)).collect::<Vec<_>>(),
        "summary": advisory.summary,
        "details": vary(&advisory.details),
        "severity": severity,
        "references": references,
        "affected": advisory.affected.iter().map(affected).collect::<Vec<_>>(),
    })
}

fn time<T>(run: impl FnOnce() -> T) -> Duration {
    let begin = Instant::now();
    hint::black_box(run());
    begin.elapsed()
}

fn median(times: impl Iterator<Item = Duration>) -> Duration {
    let mut times: Vec<Duration> = times.collect();
    times.sort();
    times[times.len() / 2]
}

/// The same order every time.
fn shuffle<T>(list: &mut [T]) {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for end in (1..list.len()).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        list.swap(end, (state % (end as u64 + 1)) as usize);
    }
}

/// What this process held at most; zero where `/proc` does not tell.
fn peak_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    kb.unwrap_or(0) << 10
}
