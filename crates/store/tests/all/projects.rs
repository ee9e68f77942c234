use store::{
    Access, Error, Keyset, NewEvent, NewScan, Offset, ProjectChanges, ScanFilter, ScanStatus,
    ScanTrigger,
};

use crate::support::{NOW, fresh, new_project, new_scan, project, register, scan};

#[tokio::test]
async fn a_slug_is_one_projects_in_an_organization() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        project(&at.store, &acme, "web").await;
        project(&at.store, &globex, "web").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let again = tenant.add_project(new_project("web"), NOW).await;
        assert!(matches!(again, Err(Error::Conflict)), "{again:?}");
    }
}

#[tokio::test]
async fn a_search_takes_what_is_written_as_it_is_written() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        for slug in ["web", "web-api", "100-percent"] {
            project(&at.store, &acme, slug).await;
        }
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let percent = tenant.project_by_slug("100-percent").await.unwrap().unwrap();
        let named =
            ProjectChanges { name: Some("GRÜßE".to_owned()), ..ProjectChanges::default() };
        tenant.change_project(percent.id, named, NOW).await.unwrap();
        tenant.commit().await.unwrap();
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        for (search, found) in [
            (None, 3),
            (Some("WEB"), 2),
            (Some("git.example/web-api"), 1),
            (Some("100"), 1),
            (Some("w_b"), 0),
            (Some("%"), 0),
            (Some("\\"), 0),
            (Some("'"), 0),
            (Some("grüße"), 1),
            (Some("GRÜSSE"), 0),
            (Some("ÜSSE"), 0),
            (Some("Ü"), 1),
        ] {
            let page = Offset { skip: 0, limit: 1 };
            let (rows, total) = tenant.projects_page(search, page).await.unwrap();
            assert_eq!((total, rows.len() as u64), (found, found.min(1)), "{search:?}");
        }
        let (rows, _) = tenant.projects_page(None, Offset { skip: 2, limit: 5 }).await.unwrap();
        let slugs: Vec<&str> = rows.iter().map(|project| project.slug.as_str()).collect();
        assert_eq!(slugs, ["web"]);
    }
}

#[tokio::test]
async fn a_new_webhook_secret_leaves_the_old_one_for_a_while() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let rotated = ProjectChanges {
            sealed_webhook_secret: Some((vec![7], NOW + 1000)),
            description: Some(Some("The web".to_owned())),
            ..ProjectChanges::default()
        };
        let after = tenant.change_project(web.id, rotated, NOW + 1).await.unwrap();
        assert_eq!(after.sealed_webhook_secret, [7]);
        assert_eq!(after.sealed_previous_webhook_secret, Some(web.sealed_webhook_secret));
        assert_eq!(after.previous_webhook_secret_until, Some(NOW + 1000));
        assert_eq!((after.name, after.updated_at), (web.name, NOW + 1));
        let cleared = ProjectChanges { description: Some(None), ..ProjectChanges::default() };
        let after = tenant.change_project(web.id, cleared, NOW + 2).await.unwrap();
        assert_eq!(after.description, None);
    }
}

#[tokio::test]
async fn a_push_finds_every_project_of_its_repository_and_counts_once() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        let ours = project(&at.store, &acme, "web").await;
        let theirs = project(&at.store, &globex, "web").await;
        project(&at.store, &acme, "api").await;
        let system = at.store.system(Access::Read).await.unwrap();
        let found = system.projects_of_repository("git.example/web", 10).await.unwrap();
        let mut ids: Vec<_> = found.iter().map(|project| project.id).collect();
        ids.sort_unstable();
        let mut expected = [ours.id, theirs.id];
        expected.sort_unstable();
        assert_eq!(ids, expected);
        drop(system);

        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert!(tenant.take_delivery(ours.id, "d-1", NOW).await.unwrap());
        assert!(!tenant.take_delivery(ours.id, "d-1", NOW + 1).await.unwrap());
        assert!(tenant.take_delivery(ours.id, "d-2", NOW).await.unwrap());
    }
}

#[tokio::test]
async fn a_newer_push_replaces_a_scan_that_waits_and_no_other() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let web = project(&at.store, &acme, "web").await;
        let pushed = |branch: &str| NewScan {
            trigger: ScanTrigger::Webhook,
            target_ref: branch.to_owned(),
            ..new_scan(&web)
        };
        let replaced = scan(&at.store, &acme, pushed("main"), NOW).await;
        scan(&at.store, &acme, pushed("next"), NOW + 1).await;
        scan(&at.store, &acme, new_scan(&web), NOW + 2).await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert_eq!(tenant.cancel_replaced(web.id, "main", NOW + 3).await.unwrap(), 1);
        let of = ScanFilter { status: Some(ScanStatus::Cancelled), ..ScanFilter::default() };
        let cancelled = tenant.scans(of, None, 10).await.unwrap();
        assert_eq!(cancelled.iter().map(|scan| scan.id).collect::<Vec<_>>(), [replaced.id]);
        let (rows, total) =
            tenant.scans_page(ScanFilter::default(), Offset { skip: 1, limit: 1 }).await.unwrap();
        assert_eq!((rows[0].number, total), (2, 3));
    }
}

#[tokio::test]
async fn what_has_happened_is_told_from_the_latest() {
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        for number in 0..3 {
            let subject = number.to_string();
            let event = NewEvent {
                user: Some(admin.id),
                actor: &admin.email,
                action: "project.created",
                subject: &subject,
                address: Some("192.0.2.1"),
                user_agent: None,
            };
            tenant.log(event, NOW + number).await.unwrap();
        }
        // The log outlives who is in it.
        assert!(tenant.remove_user(admin.id).await.unwrap());
        tenant.commit().await.unwrap();
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let first = tenant.events(None, 2).await.unwrap();
        let last = first.last().unwrap();
        let rest = tenant.events(Some(Keyset::of(last.created_at, last.id)), 2).await.unwrap();
        let subjects: Vec<&str> =
            first.iter().chain(&rest).map(|event| event.subject.as_str()).collect();
        assert_eq!(subjects, ["2", "1", "0"]);
        drop(tenant);
        let other = at.store.tenant(globex.id, Access::Read).await.unwrap();
        assert!(other.events(None, 10).await.unwrap().is_empty());
    }
}
