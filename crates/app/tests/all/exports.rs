use app::{
    Error, Export,
    csv::{Breaks, write_row},
    stored::{FindingStatus, Scan},
};
use futures::TryStreamExt as _;
use store::{Access, Completion, NewFinding};

use crate::support::{World, worlds};

const URL: &str = "https://git.example/team/web";

fn found(number: usize, severity: i16) -> NewFinding {
    NewFinding {
        scanner: "secrets",
        check_id: "stripe-live-secret-key".to_owned(),
        severity,
        confidence: 2,
        title: "Stripe live secret key".to_owned(),
        description: "Moves money.".to_owned(),
        remediation: "Roll it.".to_owned(),
        file_path: Some(format!("config/\\xff {number}.env")),
        lines: Some([3, 3, 8, 40]),
        snippet: Some("KEY=sk_l********".to_owned()),
        commit_sha: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        cwe_id: Some("CWE-798".to_owned()),
        package: None,
        aliases: Vec::new(),
        references: vec!["https://docs.stripe.com/keys".to_owned()],
        fingerprint: format!("{number:032x}"),
        status: if number == 0 { FindingStatus::Ignored } else { FindingStatus::Open },
    }
}

/// A scan that found so much.
async fn scanned(at: &World, ctx: &app::Ctx, findings: Vec<NewFinding>) -> Scan {
    let scan = at.start(ctx, "web").await;
    let leased = at.lease_and_die().await.unwrap();
    let tenant = at.store.tenant(ctx.organization.id, Access::Write).await.unwrap();
    let numbers = tenant.take_finding_numbers(findings.len()).await.unwrap();
    let completed = Completion {
        commit_sha: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        error: None,
        coverage: store::Coverage::Of(vec!["secrets"]),
        packages: None,
    };
    assert!(
        tenant
            .complete_scan(leased.lease, completed, (numbers, findings), at.now_ms())
            .await
            .unwrap()
    );
    tenant.commit().await.unwrap();
    at.scan(ctx, "web", scan.id).await
}

async fn sarif(export: &Export) -> serde_json::Value {
    let pieces: Vec<Vec<u8>> = export.sarif().await.unwrap().try_collect().await.unwrap();
    serde_json::from_slice(&pieces.concat()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_hands_out_all_findings_in_parts() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", URL, None).await;
        // Those of another scan are not among them.
        scanned(&at, &acme, vec![found(0, 4)]).await;
        let scan = scanned(&at, &acme, (0..1_234).map(|number| found(number, 4)).collect()).await;
        let export = at.app.export(&acme, "web", scan.id).await.unwrap();
        assert_eq!(export.project.slug, "web");
        let parts: Vec<_> = export.findings().try_collect().await.unwrap();
        assert!(parts.iter().all(|part| (1..=500).contains(&part.len())));
        let paths: Vec<_> = parts.concat().into_iter().filter_map(|one| one.file_path).collect();
        let expected: Vec<_> =
            (0..1_234).map(|number| format!("config/\\xff {number}.env")).collect();
        assert_eq!(paths, expected);
        let by_number = at.app.export_by_number(&acme, scan.number).await.unwrap();
        assert_eq!(by_number.scan.id, scan.id);

        let waiting = at.start(&acme, "web").await;
        let export = at.app.export(&acme, "web", waiting.id).await;
        assert!(matches!(export.map(|_| ()), Err(Error::Conflict(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sarif_log_tells_what_is_known() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", URL, None).await;
        let scan = scanned(&at, &acme, vec![found(0, 4), found(1, 3)]).await;
        let log = sarif(&at.app.export(&acme, "web", scan.id).await.unwrap()).await;
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        assert_eq!(run["invocations"][0]["executionSuccessful"], true);
        assert_eq!(run["versionControlProvenance"][0]["repositoryUri"], URL);
        let results = run["results"].as_array().unwrap();
        // What was set aside is not among them.
        assert_eq!(results.len(), 1);
        let result = &results[0];
        assert_eq!(result["ruleId"], "stripe-live-secret-key");
        assert_eq!(result["level"], "error");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "config/%FF%201.env");
        assert_eq!(
            (&place["region"]["startLine"], &place["region"]["endColumn"]),
            (&3.into(), &40.into())
        );
        assert_eq!(place["contextRegion"]["snippet"]["text"], "KEY=sk_l********");
        assert_eq!(result["partialFingerprints"]["bartizanFingerprint/v1"], format!("{:032x}", 1));
        let commit = &result["properties"]["commit"];
        assert_eq!(commit.as_object().unwrap().len(), 1);
        assert_eq!(run["tool"]["driver"]["rules"][0]["id"], "stripe-live-secret-key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sarif_log_holds_the_worst_25000() {
    // One database is enough: it is the same query.
    let at = worlds().await.remove(0);
    let acme = at.register("acme").await;
    at.project(&acme, "web", URL, None).await;
    let findings: Vec<_> =
        (1..=25_002).map(|number| found(number, if number <= 3 { 1 } else { 3 })).collect();
    let scan = scanned(&at, &acme, findings).await;
    let log = sarif(&at.app.export(&acme, "web", scan.id).await.unwrap()).await;
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 25_000);
    assert_eq!(results.iter().filter(|result| result["level"] == "note").count(), 1);
    let told = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    assert!(told.unwrap().starts_with("2 further findings"), "{told:?}");
}

#[test]
fn rows_of_csv_are_safe_in_a_spreadsheet() {
    let mut out = Vec::new();
    write_row(&["=1+1", "a,\"b\"", "two\nlines", "", "\tx"], Breaks::Kept, &mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap(), "'=1+1,\"a,\"\"b\"\"\",\"two\nlines\",,'\tx\r\n");
}
