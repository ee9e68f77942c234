use app::{
    App, Credential, Ctx, Error, Origin, Quota, Standing, WebTokenDraft,
    stored::{Plan, Role, ScanStatus, TokenKind},
};
use store::Access;

use crate::support::{NOW, World, worlds, worlds_with};

const WEB: &[TokenKind] = &[TokenKind::WebActive, TokenKind::WebPassive];

/// The caller with a new web token of the administrator's.
async fn token(at: &World, admin: &Ctx) -> Result<Ctx, Error> {
    let kind = TokenKind::WebPassive;
    let draft = WebTokenDraft { name: "ci".to_owned(), kind, expires_at_ms: None };
    let issued = at.app.add_web_token(admin, draft).await?;
    at.app.authenticate_token(Origin::default(), &issued.secret, WEB).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_calls_ten_times_a_second_and_sixty_times_a_minute() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        let ci = token(&at, &acme).await.unwrap();
        let twin = at.twin();
        for second in 0..6 {
            let calls = (0..20).map(|n| {
                let (app, ci) =
                    (if n % 2 == 0 { at.app.clone() } else { twin.clone() }, ci.clone());
                tokio::spawn(async move { app.spend_request(&ci).await })
            });
            let mut left = Vec::new();
            for call in calls.collect::<Vec<_>>() {
                match call.await.unwrap() {
                    Ok(standing) => {
                        assert_eq!((standing.limit, standing.reset_at_ms), (60, NOW + 60_000));
                        left.push(standing.remaining);
                    }
                    // With the sixtieth, both windows are full, and the minute's lasts longer.
                    Err(Error::RateLimited { retry_after, standing }) if second == 5 => {
                        let Standing { limit, remaining, reset_at_ms } = standing;
                        assert_eq!((limit, remaining, reset_at_ms), (60, 0, NOW + 60_000));
                        assert_eq!(retry_after.as_secs(), 55);
                    }
                    Err(Error::RateLimited { retry_after, standing }) => {
                        assert_eq!((standing.limit, standing.remaining), (10, 0));
                        assert_eq!(retry_after.as_secs(), 1);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            left.sort_unstable();
            let first = 50 - second * 10;
            assert_eq!(left, (first..first + 10).collect::<Vec<_>>());
            at.advance_ms(1_000);
        }
        // Another token has windows of its own; so has a session.
        let other = token(&at, &acme).await.unwrap();
        assert_eq!(at.app.spend_request(&other).await.unwrap().remaining, 59);
        assert_eq!(at.app.spend_request(&acme).await.unwrap().remaining, 59);
        at.advance_ms(54_000);
        assert_eq!(at.app.spend_request(&ci).await.unwrap().remaining, 9);
        // What is old is forgotten, what is new is not.
        at.app.upkeep().await.unwrap();
        assert_eq!(at.app.spend_request(&ci).await.unwrap().remaining, 8);
        at.advance_ms(48 * 3_600_000);
        at.app.upkeep().await.unwrap();
        assert_eq!(at.app.spend_request(&ci).await.unwrap().remaining, 59);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_asks_for_thirty_scans_in_ten_minutes_whatever_the_token() {
    for at in worlds().await {
        let acme = at.register("acme").await;
        let [first, second] = [token(&at, &acme).await.unwrap(), token(&at, &acme).await.unwrap()];
        for n in 0..30 {
            let ctx = if n % 2 == 0 { &first } else { &second };
            assert_eq!(at.app.spend_submission(ctx).await.unwrap().remaining, 29 - n);
        }
        at.advance_ms(599_999);
        let Err(Error::RateLimited { retry_after, .. }) = at.app.spend_submission(&first).await
        else {
            panic!("the thirty-first is let through")
        };
        assert_eq!(retry_after.as_secs(), 1);
        let colleague = at.user(&acme, "colleague", Role::Member).await;
        assert!(at.app.spend_submission(&colleague).await.is_ok());
        at.advance_ms(1);
        assert!(at.app.spend_submission(&first).await.is_ok());
    }
}

/// Accepts a scan, as whoever accepts scans that count does.
async fn accept(app: &App, at: &World, ctx: &Ctx) -> Result<Quota, Error> {
    let tenant = at.store.tenant(ctx.organization.id, Access::Write).await.unwrap();
    let project = tenant.project_by_slug("web").await.unwrap().unwrap();
    let new = store::NewScan {
        project: project.id,
        trigger: store::ScanTrigger::Manual,
        kind: store::ScanKind::Full,
        clone_url: project.repo_url,
        target_ref: "main".to_owned(),
        pushed: None,
    };
    let scan = tenant.add_scan(new, at.now_ms()).await.unwrap();
    let quota = app.spend_scan(ctx, &tenant, scan.id).await?;
    tenant.commit().await.unwrap();
    Ok(quota)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scans_of_a_month_are_used_up_and_the_next_month_has_new_ones() {
    for at in worlds_with(|config| config.default_plan = Plan::Free).await {
        let acme = at.register("acme").await;
        // Nothing is there: the scan fails.
        at.project(&acme, "web", "http://127.0.0.1:1/team/web", None).await;
        for used in 1..=3 {
            let quota = accept(&at.app, &at, &acme).await.unwrap();
            assert_eq!((quota.used, quota.remaining()), (used, Some(3 - used)));
        }
        let Err(Error::QuotaExceeded(quota)) = accept(&at.app, &at, &acme).await else {
            panic!("a fourth scan is accepted")
        };
        assert_eq!((quota.plan, quota.limit, quota.used), (Plan::Free, Some(3), 3));
        assert_eq!(quota.remaining(), Some(0));
        assert!((quota.period.start_ms..quota.period.end_ms).contains(&NOW));
        // What was refused is not there either.
        let (_, total) = at
            .app
            .scans_page(&acme, app::ScanQuery::default(), store::Offset { skip: 0, limit: 1 })
            .await
            .unwrap();
        assert_eq!(total, 3);
        // One that fails makes room for another, in its own month.
        assert!(at.run().await);
        assert_eq!(at.app.quota(&acme).await.unwrap().used, 2);
        accept(&at.app, &at, &acme).await.unwrap();
        at.advance_ms(quota.period.end_ms - NOW);
        assert_eq!(at.app.quota(&acme).await.unwrap().used, 0);
        assert!(at.run().await);
        assert_eq!(at.app.quota(&acme).await.unwrap().used, 0);
        let failed = app::ScanQuery { status: Some(ScanStatus::Failed), ..Default::default() };
        let page = store::Offset { skip: 0, limit: 1 };
        assert_eq!(at.app.scans_page(&acme, failed, page).await.unwrap().1, 2);
        assert_eq!(accept(&at.app, &at, &acme).await.unwrap().used, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_says_what_plans_hold_and_sees_what_is_used() {
    for at in worlds_with(|config| config.plans.hobby.scans = Some(1)).await {
        let acme = at.register("acme").await;
        at.project(&acme, "web", "https://git.example/team/web", None).await;
        let quota = accept(&at.app, &at, &acme).await.unwrap();
        assert_eq!((quota.limit, quota.used, quota.remaining()), (None, 1, None));
        let operator = at.app.operator();
        operator.set_plan("acme", Plan::Hobby).await.unwrap();
        let (quota, allowance) = operator.quota("acme").await.unwrap();
        assert_eq!((quota.plan, quota.limit, quota.used), (Plan::Hobby, Some(1), 1));
        assert_eq!(allowance.domains, 1);
        let acme = Ctx { organization: operator.organizations().await.unwrap().remove(0), ..acme };
        let refused = accept(&at.app, &at, &acme).await;
        assert!(matches!(refused, Err(Error::QuotaExceeded(_))));
        assert!(matches!(operator.quota("nobody").await, Err(Error::NotFound(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_holds_so_many_web_tokens() {
    for at in worlds_with(|config| config.default_plan = Plan::Free).await {
        let acme = at.register("acme").await;
        assert!(matches!(acme.credential, Credential::Session(_)));
        assert!(matches!(token(&at, &acme).await, Err(Error::PlanRequired(_))));
        let operator = at.app.operator();
        operator.set_plan("acme", Plan::Hobby).await.unwrap();
        let acme = Ctx { organization: operator.organizations().await.unwrap().remove(0), ..acme };
        let both = tokio::join!(token(&at, &acme), token(&at, &acme));
        let made = [&both.0, &both.1].into_iter().filter(|made| made.is_ok()).count();
        assert_eq!(made, 1);
        let tokens = at.app.web_tokens(&acme, None, 10).await.unwrap().items;
        assert_eq!(tokens.len(), 1);
        at.app.remove_web_token(&acme, tokens[0].id).await.unwrap();
        token(&at, &acme).await.unwrap();
        // Keys of users are none of them.
        at.app.make_workspace_key(&acme).await.unwrap();
        at.app.make_workspace_key(&acme).await.unwrap();
    }
}
