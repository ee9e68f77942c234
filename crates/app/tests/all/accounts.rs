use std::time::Duration;

use app::{
    Error, LoginTo, Origin, Password, PersonalRegistration, ProfileChanges, ProjectPatch,
    Registration, ScanRequest, UserPatch,
    stored::{FindingStatus, Role, UserStatus},
};
use test_kit::{GitServer, Repo};

use crate::support::{PASSWORD, World, worlds, worlds_with};

fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

fn is_forbidden<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Forbidden(_)))
}

async fn log_in(at: &World, origin: &Origin, email: &str, text: &str) -> Result<String, Error> {
    let login = at.app.log_in(origin, LoginTo::Only, email, password(text)).await?;
    Ok(login.token)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_what_it_may() {
    let repo = Repo::new();
    repo.write("a.env", format!("A={}\n", crate::support::credential(1))).commit("first");
    let server = GitServer::of(&repo);
    for at in worlds().await {
        let admin = at.register("acme").await;
        let member = at.user(&admin, "member", Role::Member).await;
        let viewer = at.user(&admin, "viewer", Role::Viewer).await;
        at.project(&member, "web", &server.url(), None).await;
        let scan = at.scanned(&member, "web").await;
        let finding = at.findings(&viewer, "web", scan.id).await.remove(0);
        let app = &at.app;

        let request = ScanRequest::default;
        assert!(is_forbidden(app.start_scan(&viewer, "web", request()).await));
        assert!(is_forbidden(app.cancel_scan(&viewer, "web", scan.id).await));
        assert!(is_forbidden(
            app.change_project(&viewer, "web", ProjectPatch::default()).await.map(|_| ())
        ));
        let ignored = FindingStatus::Ignored;
        assert!(is_forbidden(app.triage(&viewer, finding.id, ignored, None).await));
        assert!(app.triage(&member, finding.id, ignored, None).await.is_ok());
        for caller in [&viewer, &member] {
            assert!(is_forbidden(app.remove_project(caller, "web").await));
            assert!(is_forbidden(app.users(caller, None, 10).await.map(|_| ())));
            assert!(is_forbidden(app.web_tokens(caller, None, 10).await.map(|_| ())));
            let patch = UserPatch { role: Some(Role::Admin), ..UserPatch::default() };
            assert!(is_forbidden(app.change_user(caller, caller.user.id, patch).await));
        }
        assert!(app.remove_project(&admin, "web").await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays() {
    for at in worlds().await {
        let admin = at.register("acme").await;
        let demoted = || UserPatch { role: Some(Role::Member), ..UserPatch::default() };
        let suspended =
            || UserPatch { status: Some(UserStatus::Suspended), ..UserPatch::default() };
        let id = admin.user.id;
        let app = &at.app;
        for patch in [demoted(), suspended()] {
            let changed = app.change_user(&admin, id, patch).await;
            assert!(matches!(changed, Err(Error::Conflict(_))));
        }
        assert!(matches!(app.remove_user(&admin, id).await, Err(Error::Conflict(_))));
        let other = at.user(&admin, "other", Role::Admin).await;
        assert!(app.change_user(&admin, id, demoted()).await.is_ok());
        let changed = app.change_user(&other, other.user.id, demoted()).await;
        assert!(matches!(changed, Err(Error::Conflict(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_at_once() {
    for at in worlds().await {
        let admin = at.register("acme").await;
        at.user(&admin, "member", Role::Member).await;
        let email = "member@acme.example";
        let origin = Origin::default();
        let app = &at.app;
        let is_over = async |token: &str| {
            let caller = app.authenticate_session(Origin::default(), token).await;
            matches!(caller, Err(Error::Unauthenticated))
        };

        let token = log_in(&at, &origin, email, PASSWORD).await.unwrap();
        let member = at.caller(&token).await;
        app.log_out(&member).await.unwrap();
        assert!(is_over(&token).await);

        // A new password ends the sessions but the one that set it.
        let [one, other] = [
            log_in(&at, &origin, email, PASSWORD).await.unwrap(),
            log_in(&at, &origin, email, PASSWORD).await.unwrap(),
        ];
        let changes = ProfileChanges {
            current_password: Some(password(PASSWORD)),
            new_password: Some(password("another one, longer")),
            ..ProfileChanges::default()
        };
        app.change_profile(&at.caller(&one).await, changes).await.unwrap();
        assert!(!is_over(&one).await);
        assert!(is_over(&other).await);

        let patch = UserPatch { status: Some(UserStatus::Suspended), ..UserPatch::default() };
        app.change_user(&admin, member.user.id, patch).await.unwrap();
        assert!(is_over(&one).await);
        let refused = log_in(&at, &origin, email, "another one, longer").await;
        assert!(is_forbidden(refused));

        // And all by themselves.
        at.advance_ms(24 * 3_600_000);
        let token = log_in(&at, &origin, "admin@acme.example", PASSWORD).await.unwrap();
        assert!(!is_over(&token).await);
        at.advance_ms(24 * 3_600_000 - 1);
        assert!(!is_over(&token).await);
        at.advance_ms(1);
        assert!(is_over(&token).await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_cannot_be_tried_at_will() {
    for at in worlds_with(|config| config.login_limit = 3).await {
        at.register("acme").await;
        let from =
            |address: &str| Origin { address: Some(address.parse().unwrap()), ..Origin::default() };
        let email = "admin@acme.example";
        for wrong in 0..3 {
            let refused = log_in(&at, &from("192.0.2.1"), email, &format!("wrong {wrong}")).await;
            assert!(matches!(refused, Err(Error::Unauthenticated)));
            at.advance_ms(1_000);
        }
        // Now the right one does not help either.
        match log_in(&at, &from("192.0.2.1"), email, PASSWORD).await {
            Err(Error::LimitReached { retry_after }) => {
                assert_eq!(retry_after, Duration::from_secs(15 * 60 - 3));
            }
            other => panic!("{other:?}"),
        }
        assert!(log_in(&at, &from("192.0.2.2"), email, PASSWORD).await.is_ok());
        at.advance_ms(15 * 60_000 - 3_000);
        assert!(log_in(&at, &from("192.0.2.1"), email, PASSWORD).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_makes_accounts_without_end() {
    for at in worlds_with(|config| config.registration_limit = 2).await {
        let register = async |address: &str, slug: &str| {
            let registration = Registration {
                organization_name: "Many".to_owned(),
                organization_slug: slug.to_owned(),
                email: "admin@many.example".to_owned(),
                password: password(PASSWORD),
            };
            let origin = Origin { address: Some(address.parse().unwrap()), ..Origin::default() };
            at.app.register(&origin, registration).await.map(|_| ())
        };
        register("192.0.2.1", "one").await.unwrap();
        register("192.0.2.1", "two").await.unwrap();
        let third = register("192.0.2.1", "three").await;
        assert!(matches!(third, Err(Error::LimitReached { .. })), "{third:?}");
        register("192.0.2.2", "three").await.unwrap();
        // Logging in is counted apart.
        let from = Origin { address: Some("192.0.2.1".parse().unwrap()), ..Origin::default() };
        let to = LoginTo::Organization("one");
        let login = at.app.log_in(&from, to, "admin@many.example", password(PASSWORD)).await;
        login.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_registers_an_address_again_and_again_locks_nobody_out() {
    for at in worlds().await {
        let email = "admin@acme.example";
        for number in 0..17 {
            let registration = Registration {
                organization_name: "Squatter".to_owned(),
                organization_slug: format!("squatter-{number}"),
                email: email.to_owned(),
                password: password("not the right one"),
            };
            at.app.register(&Origin::default(), registration).await.unwrap();
        }
        at.register("acme").await;
        let origin = Origin::default();
        let to = LoginTo::Organization("acme");
        assert!(at.app.log_in(&origin, to, email, password(PASSWORD)).await.is_ok());
        let without_slug = log_in(&at, &origin, email, PASSWORD).await;
        assert!(matches!(without_slug, Err(Error::Invalid(_))), "{without_slug:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_personal_organization_stays_its_owners() {
    for at in worlds().await {
        let personal = |email: &str| PersonalRegistration {
            email: email.to_owned(),
            password: password(PASSWORD),
            name: None,
        };
        let origin = Origin::default();
        let owner = at.app.register_personal(&origin, personal("a@b.example")).await.unwrap();
        let owner = at.caller(&owner.token).await;
        let guest = at.user(&owner, "guest", Role::Member).await;
        let changes = ProfileChanges {
            email: Some("c@d.example".to_owned()),
            current_password: Some(password(PASSWORD)),
            ..ProfileChanges::default()
        };
        at.app.change_profile(&guest, changes).await.unwrap();
        assert!(at.app.register_personal(&origin, personal("c@d.example")).await.is_ok());
        let again = at.app.register_personal(&origin, personal("a@b.example")).await;
        assert!(matches!(again, Err(Error::Conflict(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_and_a_wrong_password_get_one_answer() {
    for at in worlds().await {
        at.register("acme").await;
        let origin = Origin::default();
        for (to, email) in [
            (LoginTo::Organization("acme"), "admin@acme.example"),
            (LoginTo::Organization("acme"), "nobody@acme.example"),
            (LoginTo::Organization("nowhere"), "admin@acme.example"),
            (LoginTo::Only, "nobody@acme.example\0"),
        ] {
            let refused = at.app.log_in(&origin, to, email, password("wrong password")).await;
            assert!(matches!(refused, Err(Error::Unauthenticated)));
        }
    }
}
