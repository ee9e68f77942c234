//! Who may have a domain scanned actively, and how many domains there may be.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn an_active_scan_takes_a_plan_a_proof_and_a_signature_for_exactly_this_host() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        let operator = at.app.operator();
        let refusal =
            async |ctx: &Ctx, host: &str| is_authorized(&at, ctx, host).await.unwrap_err();
        operator.set_plan("acme", Plan::Free).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::PlanRequired(_)));
        operator.set_plan("acme", Plan::Hobby).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::VerifyRequired));
        let view = added(&at, &acme, "shop.git.test").await;
        // Nothing can be signed before it is shown.
        assert!(matches!(sign(&at, &acme, &view).await, Err(Error::Conflict(_))));
        net.record(&view.record_name, &[&view.domain.token]);
        let view = looked(&at, &acme, view.domain.id).await;
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::AuthorizationRequired));
        sign(&at, &acme, &view).await.unwrap();
        for host in ["shop.git.test", "SHOP.git.test."] {
            let authorized = is_authorized(&at, &acme, host).await.unwrap();
            assert_eq!(authorized.hostname(), "shop.git.test");
            assert_eq!(authorized.organization(), acme.organization.id);
        }
        for host in ["git.test", "www.shop.git.test", "shop.git.test..", "127.0.0.1", ""] {
            assert!(matches!(refusal(&acme, host).await, Error::VerifyRequired), "{host}");
        }
        // Another organization's word is another organization's.
        assert!(matches!(refusal(&globex, "shop.git.test").await, Error::VerifyRequired));
        // What was signed does not outlive the plan, the proof, the domain or its withdrawal.
        operator.set_plan("acme", Plan::Free).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::PlanRequired(_)));
        operator.set_plan("acme", Plan::Hobby).await.unwrap();
        let id = view.domain.id;
        at.app.withdraw_authorization(&acme, id).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::AuthorizationRequired));
        let again = at.app.withdraw_authorization(&acme, id).await;
        assert!(matches!(again, Err(Error::NotFound(_))));
        sign(&at, &acme, &view).await.unwrap();
        at.app.remove_domain(&acme, id).await.unwrap();
        assert!(matches!(refusal(&acme, "shop.git.test").await, Error::VerifyRequired));
        let view = at.app.add_domain(&acme, "shop.git.test").await.unwrap();
        assert_eq!(view.status, DomainStatus::Pending);
        assert_eq!(view.domain.authorized_at, None);
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signs_is_written_down() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let origin = Origin {
            address: Some("192.0.2.7".parse().unwrap()),
            user_agent: Some("curl/8".to_owned()),
        };
        let signer = Ctx { origin, ..acme.clone() };
        let view = verified(&net, &at, &acme, "shop.git.test").await;
        let signed = |statement: &str, name: &str| {
            let signature = Signature { statement: statement.to_owned(), name: name.to_owned() };
            at.app.authorize_domain(&signer, view.domain.id, signature)
        };
        let statement = view.statement.clone();
        assert!(statement.contains("shop.git.test"));
        for (statement, name) in [
            ("I do", "Ada Admin"),
            (statement.replace("shop.", "").as_str(), "Ada Admin"),
            (statement.as_str(), " "),
            (statement.as_str(), "Ada\nAdmin"),
            ("x".repeat(2_000).as_str(), "Ada Admin"),
        ] {
            assert!(matches!(signed(statement, name).await, Err(Error::Invalid(_))), "{name}");
        }
        let domain = signed(&statement, "Ada Admin").await.unwrap().domain;
        assert_eq!(domain.authorized_at, Some(at.now_ms()));
        assert_eq!(domain.authorized_by, Some(acme.user.id));
        assert_eq!(domain.statement, Some(statement));
        assert_eq!(domain.signer_name.as_deref(), Some("Ada Admin"));
        assert_eq!(domain.signer_email.as_deref(), Some("admin@acme.example"));
        assert_eq!(domain.signer_address.as_deref(), Some("192.0.2.7"));
        assert_eq!(domain.signer_user_agent.as_deref(), Some("curl/8"));
        let event = at.app.audit_log(&acme, None, 1).await.unwrap().items.remove(0);
        assert_eq!(event.action, "domain.authorized");
        assert_eq!((event.user_id, event.subject.as_str()), (Some(acme.user.id), "shop.git.test"));
        assert_eq!(event.address.as_deref(), Some("192.0.2.7"));
        assert_eq!(event.user_agent.as_deref(), Some("curl/8"));
        assert_eq!(event.created_at, at.now_ms());
        net.clear();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_are_as_many_as_the_plan_holds_and_each_is_there_once() {
    let net = Internet::new();
    for at in net.worlds().await {
        let acme = at.register("acme").await;
        let globex = at.register("globex").await;
        let viewer = at.user(&acme, "viewer", Role::Viewer).await;
        let member = at.user(&acme, "member", Role::Member).await;
        let first = at.app.add_domain(&member, "Shop.Git.Test.").await.unwrap();
        assert_eq!(first.domain.hostname, "shop.git.test");
        let twice = at.app.add_domain(&acme, "shop.git.test").await;
        assert!(matches!(twice, Err(Error::Conflict(_))));
        let theirs = at.app.add_domain(&globex, "shop.git.test").await.unwrap();
        assert_ne!(theirs.domain.token, first.domain.token);
        let refused = at.app.add_domain(&acme, "git.test:443").await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
        // Who may what.
        let id = first.domain.id;
        assert_eq!(at.app.domains(&viewer, None, 10).await.unwrap().items.len(), 1);
        let forbidden = |result: Result<(), Error>| matches!(result, Err(Error::Forbidden(_)));
        assert!(forbidden(at.app.add_domain(&viewer, "a.test").await.map(drop)));
        assert!(forbidden(at.app.verify_domain(&viewer, id).await.map(drop)));
        at.app.verify_domain(&member, id).await.unwrap();
        assert!(forbidden(sign(&at, &member, &first).await.map(drop)));
        assert!(forbidden(at.app.withdraw_authorization(&member, id).await));
        assert!(forbidden(at.app.remove_domain(&member, id).await));
        // Nothing of it is another organization's to see.
        let missing = |result: Result<(), Error>| matches!(result, Err(Error::NotFound(_)));
        assert!(missing(at.app.domain(&globex, id).await.map(drop)));
        assert!(missing(at.app.verify_domain(&globex, id).await.map(drop)));
        assert!(missing(sign(&at, &globex, &first).await.map(drop)));
        assert!(missing(at.app.withdraw_authorization(&globex, id).await));
        assert!(missing(at.app.remove_domain(&globex, id).await));
        // Two that want the last place.
        for n in 1..19 {
            at.app.add_domain(&acme, &format!("host-{n}.git.test")).await.unwrap();
        }
        let (one, other) = tokio::join!(
            at.app.add_domain(&acme, "a.git.test"),
            at.app.add_domain(&acme, "b.git.test"),
        );
        let refused: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
        assert!(matches!(refused.as_slice(), [Error::PlanRequired(_)]), "{refused:?}");
        let page = at.app.domains(&acme, None, 15).await.unwrap();
        let rest = at.app.domains(&acme, page.next, 15).await.unwrap();
        assert_eq!((page.items.len(), rest.items.len(), rest.next), (15, 5, None));
    }
}
