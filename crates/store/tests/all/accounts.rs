use store::{Access, Error, Keyset, Plan, Role, Store, UserChanges, UserStatus};

use crate::support::{self, NOW, fresh, new_user, register};

#[tokio::test]
async fn a_slug_is_taken_once_however_many_want_it() {
    for at in fresh().await {
        let wanted = (0..4).map(|_| {
            let store = at.store.clone();
            tokio::spawn(async move {
                let system = store.system(Access::Write).await?;
                let organization = store::NewOrganization {
                    slug: "acme".to_owned(),
                    name: "Acme".to_owned(),
                    personal_email: None,
                    plan: Plan::Unlimited,
                };
                let user = new_user("a@acme.example", Role::Admin);
                let made = system.register(organization, user, NOW).await?;
                system.commit().await?;
                Ok::<_, Error>(made)
            })
        });
        let mut made = 0;
        for attempt in wanted.collect::<Vec<_>>() {
            match attempt.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert!(matches!(error, Error::Conflict), "{error:?}"),
            }
        }
        assert_eq!(made, 1);
        // The attempts that failed left nothing.
        let system = at.store.system(Access::Read).await.unwrap();
        assert_eq!(system.users_by_email("a@acme.example", 10).await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn what_is_not_committed_has_not_happened() {
    for at in fresh().await {
        let (acme, _) = register(&at.store, "acme").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        tenant.add_user(new_user("b@acme.example", Role::Viewer), NOW).await.unwrap();
        drop(tenant);
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        assert!(tenant.user_by_email("b@acme.example").await.unwrap().is_none());
    }
}

#[tokio::test]
async fn users_are_numbered_and_paged_from_the_newest() {
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        for number in 0..5 {
            // Two of each moment: their ids tell them apart.
            let user = new_user(&format!("u{number}@acme.example"), Role::Member);
            tenant.add_user(user, NOW + 1 + number / 2).await.unwrap();
        }
        tenant.commit().await.unwrap();
        let tenant = at.store.tenant(acme.id, Access::Read).await.unwrap();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = tenant.users(after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some(Keyset::of(last.created_at, last.id));
            seen.extend(page.iter().map(|user| user.number));
        }
        assert_eq!(seen.len(), 6);
        assert_eq!(seen.last(), Some(&admin.number));
        seen.sort_unstable();
        assert_eq!(seen, [1, 2, 3, 4, 5, 6]);
    }
}

#[tokio::test]
async fn an_address_is_one_users_in_an_organization_and_may_be_anothers_elsewhere() {
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let (globex, _) = register(&at.store, "globex").await;
        for (organization, is_free) in [(&acme, false), (&globex, true)] {
            let tenant = at.store.tenant(organization.id, Access::Write).await.unwrap();
            let added = tenant.add_user(new_user(&admin.email, Role::Viewer), NOW).await;
            assert_eq!(added.is_ok(), is_free, "{added:?}");
            if is_free {
                tenant.commit().await.unwrap();
            }
        }
        let system = at.store.system(Access::Read).await.unwrap();
        let mut slugs: Vec<String> = system
            .users_by_email(&admin.email, 10)
            .await
            .unwrap()
            .into_iter()
            .map(|(organization, _)| organization.slug)
            .collect();
        slugs.sort();
        assert_eq!(slugs, ["acme", "globex"]);
    }
}

async fn is_alive(store: &Store, session: store::SessionId, now_ms: i64) -> bool {
    store.session(session, now_ms).await.unwrap().is_some()
}

#[tokio::test]
async fn a_session_ends_at_its_time_and_with_its_user() {
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        let other = tenant.add_user(new_user("b@acme.example", Role::Viewer), NOW).await.unwrap();
        let first = tenant.begin_session(admin.id, NOW, NOW + 1000).await.unwrap();
        let second = tenant.begin_session(admin.id, NOW, NOW + 2000).await.unwrap();
        let others = tenant.begin_session(other.id, NOW, NOW + 1000).await.unwrap();
        tenant.commit().await.unwrap();
        assert!(is_alive(&at.store, first.id, NOW + 999).await);
        assert!(!is_alive(&at.store, first.id, NOW + 1000).await);

        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        tenant.end_sessions_of(admin.id, Some(second.id)).await.unwrap();
        assert!(tenant.remove_user(other.id).await.unwrap());
        assert!(!tenant.remove_user(other.id).await.unwrap());
        tenant.commit().await.unwrap();
        assert!(!is_alive(&at.store, first.id, NOW).await);
        assert!(is_alive(&at.store, second.id, NOW).await);
        assert!(!is_alive(&at.store, others.id, NOW).await);

        let system = at.store.system(Access::Write).await.unwrap();
        assert_eq!(system.forget_sessions(NOW + 2000).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn administrators_are_counted_while_they_may_log_in() {
    for at in fresh().await {
        let (acme, admin) = register(&at.store, "acme").await;
        let tenant = at.store.tenant(acme.id, Access::Write).await.unwrap();
        assert_eq!(tenant.count_active_admins().await.unwrap(), 1);
        let suspended =
            UserChanges { status: Some(UserStatus::Suspended), ..UserChanges::default() };
        tenant.change_user(admin.id, suspended, NOW + 1).await.unwrap();
        assert_eq!(tenant.count_active_admins().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn two_processes_that_start_at_once_find_the_same_tables() {
    for place in support::places().await {
        let (a, b) = tokio::join!(place.connect(), place.connect());
        register(&a, "acme").await;
        let system = b.system(Access::Read).await.unwrap();
        assert!(system.organization_by_slug("acme").await.unwrap().is_some());
    }
}
