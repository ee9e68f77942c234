//! Packages of scans that are stored, judged again, and told as bills of materials.

use std::sync::Arc;

use advisories::{Document, DocumentKind, Index, Library};
use app::{
    BillFormat, Error, FindingQuery, Judged, ScanRequest,
    stored::{Finding, FindingStatus, Scan, ScanKind, ScanTrigger},
};
use futures::TryStreamExt as _;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{World, worlds_with};
use test_kit::{GitServer, Repo};

const LOCK: &str = r#"{"lockfileVersion": 3, "packages": {
    "": {"dependencies": {"a": "1"}},
    "node_modules/a": {"version": "1.0.0"}}}"#;

/// An advisory about every version of a package before this one.
fn advisory(id: &str, package: &str, fixed: &str) -> Value {
    json!({ "id": id, "modified": "2024-01-01T00:00:00Z", "summary": "Bad",
        "affected": [{"package": {"ecosystem": "npm", "name": package},
            "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": fixed}]}]}] })
}

/// The worlds' own advisories are in the folder beside their clones.
async fn worlds() -> Vec<World> {
    worlds_with(|config| {
        config.advisories_folder = config.clone_folder.parent().map(std::path::Path::to_owned);
    })
    .await
}

/// Lets these be all that is known.
fn know(at: &World, now_ms: i64, records: &[Value]) -> Arc<Index> {
    let mut update = Library::at(at.folder.path()).update().unwrap();
    // A source without a record is one all the same.
    let other = advisory("OTHER-1", "other", "1.0.0");
    let document = |record: &Value| {
        Document::new(DocumentKind::OsvJson, record.to_string().into_bytes()).unwrap()
    };
    update
        .replace("osv", None, |sink| {
            records.iter().chain([&other]).try_for_each(|record| sink(document(record)))
        })
        .unwrap();
    update.build(now_ms, 1).unwrap();
    at.app.advisories().unwrap()
}

async fn judge(at: &World, index: &Arc<Index>) -> Judged {
    at.app.judge_packages(index, &watch::Sender::new(false).subscribe()).await.unwrap()
}

async fn latest(at: &World, ctx: &app::Ctx) -> Scan {
    let tenant = at.store.tenant(ctx.organization.id, store::Access::Read).await.unwrap();
    tenant.scans(store::ScanFilter::default(), None, 1).await.unwrap().remove(0)
}

async fn current(at: &World, ctx: &app::Ctx) -> Vec<Finding> {
    at.app.findings(ctx, FindingQuery::default(), None, 10).await.unwrap().items
}

fn judged(inventories: u64, changed: u64) -> Judged {
    Judged { inventories, packages: inventories, changed }
}

#[tokio::test(flavor = "multi_thread")]
async fn new_advisories_are_applied_to_what_was_scanned_before() {
    let repo = Repo::new();
    let commit = repo.write("package-lock.json", LOCK).commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let (acme, globex) = (at.register("acme").await, at.register("globex").await);
        for ctx in [&acme, &globex] {
            at.project(ctx, "web", &server.url(), None).await;
        }
        // Before there are advisories, and with them.
        let scan = at.scanned(&acme, "web").await;
        assert!(scan.error.unwrap().contains("not judged"));
        let nothing = know(&at, 1_000, &[]);
        at.scanned(&globex, "web").await;
        assert_eq!(judge(&at, &nothing).await, judged(1, 0));
        assert_eq!(judge(&at, &nothing).await, Judged::default());

        at.advance_ms(10);
        let known = know(&at, 2_000, &[advisory("GHSA-1", "a", "1.0.1")]);
        assert_eq!(judge(&at, &known).await, judged(2, 2));
        assert_eq!(judge(&at, &known).await, Judged::default());
        for ctx in [&acme, &globex] {
            let scan = latest(&at, ctx).await;
            assert_eq!((scan.trigger, scan.kind), (ScanTrigger::Schedule, ScanKind::Dependencies));
            assert_eq!((scan.new_findings, scan.fixed_findings, scan.error), (1, 0, None));
            assert_eq!(scan.commit_sha.as_deref(), Some(commit.as_str()));
            let findings = at.findings(ctx, "web", scan.id).await;
            assert_eq!(findings[0].aliases, json!(["GHSA-1"]));
            assert_eq!(findings[0].organization_id, ctx.organization.id);
        }

        // The same in a newer index is nothing new; another repair is.
        at.advance_ms(10);
        let known = know(&at, 3_000, &[advisory("GHSA-1", "a", "1.0.1")]);
        assert_eq!(judge(&at, &known).await, judged(2, 0));
        let known = know(&at, 4_000, &[advisory("GHSA-1", "a", "1.0.2")]);
        assert_eq!(judge(&at, &known).await, judged(2, 2));
        let scan = latest(&at, &acme).await;
        assert_eq!((scan.new_findings, scan.fixed_findings), (0, 0));
        let open = current(&at, &acme).await;
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!(open[0].package.as_ref().unwrap()["fixed_version"], "1.0.2");

        // A scan that runs by what is known already has nothing new to tell, and what is withdrawn is fixed.
        at.advance_ms(10);
        let scan = at.scanned(&acme, "web").await;
        assert_eq!((scan.new_findings, scan.fixed_findings), (0, 0));
        at.advance_ms(10);
        assert_eq!(judge(&at, &know(&at, 5_000, &[])).await, judged(2, 2));
        assert_eq!(latest(&at, &acme).await.fixed_findings, 1);
        let open = current(&at, &acme).await;
        assert_eq!(open[0].status, FindingStatus::Fixed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bill_of_materials_tells_what_a_scan_listed() {
    let repo = Repo::new();
    repo.write("package-lock.json", LOCK).commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        know(&at, 1_000, &[advisory("GHSA-1", "a", "1.0.1")]);
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let scan = at.scanned(&acme, "web").await;
        let export = at.app.export(&acme, "web", scan.id).await.unwrap();
        let read = async |form| {
            let pieces: Vec<Vec<u8>> =
                export.bill(form).await.unwrap().try_collect().await.unwrap();
            serde_json::from_slice::<Value>(&pieces.concat()).unwrap()
        };
        let bill = read(BillFormat::CycloneDx15).await;
        assert_eq!(bill["components"][0]["purl"], "pkg:npm/a@1.0.0");
        assert_eq!(bill["vulnerabilities"][0]["id"], "GHSA-1");
        assert_eq!(read(BillFormat::CycloneDx15).await, bill);
        let spdx = read(BillFormat::Spdx23).await;
        assert!(spdx["packages"].to_string().contains("pkg:npm/a@1.0.0"), "{spdx}");

        // Another organization has no way to it.
        let globex = at.register("globex").await;
        let list = scan.package_list_id.unwrap();
        for (ctx, is_there) in [(&acme, true), (&globex, false)] {
            let tenant = at.store.tenant(ctx.organization.id, store::Access::Read).await.unwrap();
            assert_eq!(tenant.package_list(list).await.unwrap().is_some(), is_there);
        }

        let unknown = ScanRequest { branch: Some("unknown".to_owned()), clone_url: None };
        let failed = at.app.start_scan(&acme, "web", unknown).await.unwrap();
        assert!(at.run().await);
        let export = at.app.export(&acme, "web", failed.id).await.unwrap();
        let error = export.bill(BillFormat::Spdx23).await.map(|_| ());
        assert!(matches!(error, Err(Error::Conflict(_))), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_images_packages_are_built_of_is_kept_and_judged_again() {
    let repo = Repo::new();
    let purl = "pkg:deb/debian/libssl3@3.0.11-1?distro=debian-12&upstream=openssl";
    let component =
        json!({"type": "library", "name": "libssl3", "version": "3.0.11-1", "purl": purl});
    let bill = json!({"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [component]});
    repo.write("bom.json", bill.to_string()).commit("first");
    let server = GitServer::of(&repo);
    let mut openssl = advisory("DSA-1", "openssl", "3.0.11-2");
    openssl["affected"][0]["package"]["ecosystem"] = json!("Debian:12");
    openssl["affected"][0]["ranges"][0]["type"] = json!("ECOSYSTEM");
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        know(&at, 1_000, &[]);
        at.scanned(&acme, "web").await;
        at.advance_ms(10);
        assert_eq!(judge(&at, &know(&at, 2_000, &[openssl.clone()])).await, judged(1, 1));
        let open = current(&at, &acme).await;
        assert_eq!(open.len(), 1, "{open:?}");
        let package = open[0].package.as_ref().unwrap();
        assert_eq!((&package["name"], &package["purl"]), (&json!("libssl3"), &json!(purl)));
        assert_eq!(package["source"], json!({"name": "openssl", "version": null}));

        let scan = latest(&at, &acme).await;
        let export = at.app.export(&acme, "web", scan.id).await.unwrap();
        let pieces = export.bill(BillFormat::CycloneDx16).await.unwrap();
        let pieces: Vec<Vec<u8>> = pieces.try_collect().await.unwrap();
        let bill: Value = serde_json::from_slice(&pieces.concat()).unwrap();
        assert_eq!(bill["components"][0]["purl"], purl);
        assert_eq!(bill["vulnerabilities"][0]["affects"][0]["ref"], purl);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_that_nothing_leads_to_are_forgotten() {
    let repo = Repo::new();
    repo.write("package-lock.json", LOCK).commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let first = at.scanned(&acme, "web").await.package_list_id.unwrap();
        assert_eq!(at.scanned(&acme, "web").await.package_list_id, Some(first));
        repo.write("package-lock.json", LOCK.replace("1.0.0", "2.0.0")).commit("second");
        let second = at.scanned(&acme, "web").await.package_list_id.unwrap();
        let kept = async || {
            at.app.upkeep().await.unwrap();
            let tenant = at.store.tenant(acme.organization.id, store::Access::Read).await.unwrap();
            let mut kept = [false; 2];
            for (id, kept) in [first, second].into_iter().zip(&mut kept) {
                *kept = tenant.package_list(id).await.unwrap().is_some();
            }
            kept
        };
        assert_eq!(kept().await, [true, true]);
        // With the scans that listed it.
        at.advance_ms(366 * 24 * 3_600_000);
        assert_eq!(kept().await, [false, true]);
        repo.write("package-lock.json", LOCK).commit("back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_database_has_a_place_for_keeps_no_scan_from_ending() {
    let lock = r#"{"lockfileVersion": 3, "packages": {
        "node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "1.0.0\u0000"}}}"#;
    let repo = Repo::new();
    repo.write("package-lock.json", lock).commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", &server.url(), None).await;
        let mut hostile = advisory("GHSA-1", "a", "1.0.1\0");
        hostile["aliases"] = json!(["CVE-1\0"]);
        hostile["details"] = json!("Long enough to be told as what it is about.\0");
        hostile["references"] = json!([{"type": "WEB", "url": "https://example.com/\0"}]);
        let known = know(&at, 1_000, &[hostile.clone()]);
        let scan = at.scanned(&acme, "web").await;
        assert_eq!(at.findings(&acme, "web", scan.id).await.len(), 1);

        at.advance_ms(10);
        assert_eq!(judge(&at, &known).await, Judged::default());
        hostile["affected"][0]["package"]["name"] = json!("b");
        hostile["affected"][0].as_object_mut().unwrap().remove("ranges");
        let known = know(&at, 2_000, &[hostile]);
        let changed = Judged { inventories: 1, packages: 2, changed: 1 };
        assert_eq!(judge(&at, &known).await, changed);
        let open = current(&at, &acme).await;
        let names: Vec<_> = open
            .iter()
            .filter(|finding| finding.status == FindingStatus::Open)
            .map(|finding| finding.package.clone().unwrap()["version"].clone())
            .collect();
        assert_eq!(names, [json!("1.0.0\\x00")]);
    }
}
