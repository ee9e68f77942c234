use std::time::Instant;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use model::site::{Headers, Question, Role, Site};
use proptest::prelude::*;
use url::Url;

use super::{AppwriteList, Named, Service, questions, recognise};
use crate::web::{
    Visit, catalogue,
    literal::{of, resource},
};

const PUBLISHABLE: &str = "sb_publishable_N7UND0UgjKTVK9aB2cD3eF_4gH5iJ6k";

fn token(claims: &str) -> String {
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    format!("{}.{}.{}", part(r#"{"alg":"HS256"}"#), part(claims), "Zx9".repeat(15))
}

fn anon(project: &str) -> String {
    token(&format!(r#"{{"iss":"supabase","ref":"{project}","role":"anon"}}"#))
}

fn site(script: &str) -> Site {
    let start = Url::parse("https://example.com/").unwrap();
    let mut html = Headers::default();
    html.add("content-type", b"text/html");
    let app = start.join("app.js").unwrap();
    let page = resource(Role::Page, &start, 200, html, b"<script src=/app.js></script>");
    let script = resource(Role::Script, &app, 200, Headers::default(), script.as_bytes());
    of(start, vec![page, script])
}

fn named(script: &str) -> Named {
    recognise(&site(script))
}

fn shown(named: &Named) -> Vec<String> {
    named.backends.iter().map(|backend| format!("{:?}", backend.service)).collect()
}

fn asked(script: &str) -> Vec<Question> {
    questions(&site(script))
}

fn urls(questions: &[Question]) -> Vec<&str> {
    questions.iter().map(|question| question.url.as_str()).collect()
}

#[test]
fn supabase_is_asked_for_its_settings_and_one_row_of_each_table_that_a_script_names() {
    let key = anon("abcdefghijklmnopqrst");
    let script = format!(
        r#"const e="https://abcdefghijklmnopqrst.supabase.co",t="{key}",c=n(e,t);
        c.from("profiles").select("*");c.from('orders')
          .insert(x);c.storage.from("avatars").upload(y);Array.from("abc").map(z);
        fetch(e+"/rest/v1/reviews?select=*");fetch(`${{e}}/rest/v1/rpc/pay`)"#
    );
    let questions = asked(&script);
    let host = "https://abcdefghijklmnopqrst.supabase.co";
    assert_eq!(
        urls(&questions),
        [
            format!("{host}/auth/v1/settings"),
            format!("{host}/storage/v1/bucket"),
            format!("{host}/rest/v1/profiles?select=*&limit=1"),
            format!("{host}/rest/v1/orders?select=*&limit=1"),
            format!("{host}/rest/v1/reviews?select=*&limit=1"),
        ]
    );
    for question in &questions {
        let [(first, value), (second, bearer)] = &question.headers[..] else { panic!("headers") };
        assert_eq!((*first, value.expose()), ("apikey", key.as_bytes()));
        assert_eq!(
            (*second, bearer.expose()),
            ("authorization", format!("Bearer {key}").as_bytes())
        );
    }
}

#[test]
fn a_token_names_its_project_whatever_host_stands_beside_it() {
    let script = format!("client('https://api.example.com','{}')", anon("abcdefghijklmnopqrst"));
    assert_eq!(shown(&named(&script)), ["Supabase abcdefghijklmnopqrst.supabase.co"]);
}

#[test]
fn a_publishable_key_belongs_to_the_url_before_it_or_to_the_only_project() {
    let own = format!(r#"createClient("https://api.example.com","{PUBLISHABLE}")"#);
    assert_eq!(shown(&named(&own)), ["Supabase api.example.com"]);
    let apart = format!(
        r#"{{u:"https://abcdefghijklmnopqrst.supabase.co"}} {} {{k:"{PUBLISHABLE}"}}"#,
        "x;".repeat(300)
    );
    let questions = asked(&apart);
    assert_eq!(questions.len(), 2);
    assert!(questions.iter().all(|question| question.headers.len() == 1), "it is no token");
}

#[test]
fn without_a_public_key_nothing_is_asked() {
    let master = token(r#"{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"service_role"}"#);
    let script = format!(
        r#"c("https://abcdefghijklmnopqrst.supabase.co","{master}").from("users").select("*")"#
    );
    assert_eq!(urls(&asked(&script)), [""; 0]);
    assert_eq!(shown(&named(&script)), ["Supabase abcdefghijklmnopqrst.supabase.co"]);
}

#[test]
fn firebase_is_asked_where_its_configuration_says() {
    let script = r#"const a={apiKey:"AIzaSyExampleExampleExampleExampleExample1",authDomain:"shop-1.firebaseapp.com",
        databaseURL:"https://shop-1-default-rtdb.europe-west1.firebasedatabase.app",projectId:"shop-1",storageBucket:"shop-1.appspot.com"};
        db.collection("users").get();getDocs(collection(db, "orders"));e.collection("a/b/c");html_collection(1)"#;
    let documents =
        "https://firestore.googleapis.com/v1/projects/shop-1/databases/(default)/documents";
    assert_eq!(
        urls(&asked(script)),
        [
            "https://shop-1-default-rtdb.europe-west1.firebasedatabase.app/.json?shallow=true",
            "https://firebasestorage.googleapis.com/v0/b/shop-1.appspot.com/o?maxResults=1",
            &format!("{documents}/users?pageSize=1"),
            &format!("{documents}/orders?pageSize=1"),
        ]
    );
    let variables = r#"{VITE_FIREBASE_API_KEY:"AIzaSyExampleExampleExampleExampleExample1",VITE_FIREBASE_AUTH_DOMAIN:"shop-1.firebaseapp.com",VITE_FIREBASE_PROJECT_ID:"shop-1"}"#;
    assert_eq!(shown(&named(variables)), ["Firebase shop-1"]);
}

#[test]
fn a_database_elsewhere_is_not_asked() {
    for url in [
        "http://shop-1.firebaseio.com",
        "https://10.0.0.1",
        "https://a@shop-1.firebaseio.com",
        "https://evil.example/x.firebaseio.com",
    ] {
        let script = format!(
            r#"{{apiKey:"AIzaSyExampleExampleExampleExampleExample1",authDomain:"x",projectId:"shop-1",databaseURL:"{url}"}}"#
        );
        assert_eq!(urls(&asked(&script)), [""; 0], "{url}");
    }
}

#[test]
fn appwrite_is_asked_for_the_lists_that_a_script_names() {
    let script = r#"(new C).setEndpoint("https://fra.cloud.appwrite.io/v1").setProject("shop");
        d.listDocuments("main","members");t.listRows({databaseId:"main",tableId:"orders",queries:[]});d.listDocuments(a,b)"#;
    let named = named(script);
    let [backend] = &named.backends[..] else { panic!("{named:?}") };
    let Service::Appwrite { lists, .. } = &backend.service else { panic!("{backend:?}") };
    let list = |collection: &str, is_table| AppwriteList {
        database: "main".to_owned(),
        collection: collection.to_owned(),
        is_table,
    };
    assert_eq!(lists, &[list("members", false), list("orders", true)]);
    let questions = asked(script);
    assert_eq!(questions[0].url.path(), "/v1/databases/main/collections/members/documents");
    assert_eq!(
        questions[0].url.query_pairs().next().unwrap().1,
        r#"{"method":"limit","values":[1]}"#
    );
    assert_eq!(questions[1].url.path(), "/v1/tablesdb/main/tables/orders/rows");
    assert_eq!(questions[0].headers[0].0, "x-appwrite-project");
}

#[test]
fn clerk_auth0_and_convex_are_recognised() {
    let script = r#"k="pk_live_Y2xlcmsuZXhhbXBsZS5jb20k";new A({domain:"shop.eu.auth0.com",clientId:"abcdefghijklmnopqrstuvwxyz012345"});
        new V("https://happy-animal-123.convex.cloud");s="pk_live_51NotClerk";cdn="https://cdn.auth0.com/x.js""#;
    assert_eq!(
        shown(&named(script)),
        [
            "Clerk clerk.example.com",
            "Auth0 shop.eu.auth0.com",
            "Convex happy-animal-123.convex.cloud"
        ]
    );
    assert_eq!(
        urls(&asked(script)),
        [
            "https://clerk.example.com/v1/environment",
            "https://shop.eu.auth0.com/client/abcdefghijklmnopqrstuvwxyz012345.js"
        ]
    );
}

#[test]
fn keys_are_nowhere_to_be_read() {
    let key = anon("abcdefghijklmnopqrst");
    let master = token(r#"{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"service_role"}"#);
    let site =
        site(&format!("c('https://abcdefghijklmnopqrst.supabase.co','{key}');d('{master}')"));
    let visit = Visit::of(&site);
    let found: Vec<_> = catalogue()
        .filter(|check| check.category() == "backends")
        .flat_map(|check| check.judge(&visit))
        .collect();
    assert_eq!(found.len(), 1, "{found:?}");
    let told = format!("{found:?} {:?} {:?}", recognise(&site), questions(&site));
    for key in [key, master] {
        let signature = key.rsplit('.').next().unwrap();
        assert!(!told.contains(&key) && !told.contains(signature));
    }
}

#[test]
fn there_is_a_limit_to_what_is_asked() {
    let tables: String = (0..500).map(|n| format!(".from('t{n}').select()")).collect();
    let projects: String =
        (b'a'..=b'z').map(|c| anon(&(c as char).to_string().repeat(20)) + "'").collect();
    assert_eq!(asked(&format!("{projects}{tables}")).len(), 4 * 22);
}

#[test]
fn texts_that_were_made_to_take_long_do_not() {
    for word in [
        "eyJ",
        "AIzaSy",
        ".from(",
        ".from('a')",
        "collection(",
        "collection(a,",
        ".supabase.co",
        "sb_secret_",
        "pk_test_",
        ".auth0.com",
        ".setEndpoint('https://a.b/v1')",
        "listRows({",
        "/rest/v1/a ",
        "'https://",
        "projectId:'abcd',AIzaSy",
    ] {
        let site = site(&word.repeat((4 << 20) / word.len()));
        let began = Instant::now();
        let count = recognise(&site).backends.len();
        assert!(count <= 24, "{word}");
        // Without optimization, on a busy machine; what is quadratic takes minutes.
        assert!(began.elapsed().as_secs() < 20, "{word}");
    }
}

proptest! {
    #[test]
    fn every_text_is_read(text in "(AIzaSy[a-z]{0,3}|projectId|PROJECT_ID|databaseURL|storageBucket|authDomain|https://[a-z]{0,3}|abcdefghijklmnopqrst|[.]supabase[.]co|eyJ[a-zA-Z0-9.]{0,6}|sb_(secret|publishable)_[A-Za-z0-9]{0,30}|[.]from[(]|[.]select[(]|collection[(]|pk_test_[A-Za-z0-9+/=]{0,9}|[.]auth0[.]com|clientId|[.]setEndpoint[(]|[.]setProject[(]|listRows[(]|[:='\"`\\\\{}(), ]|\\PC){0,60}") {
        let site = site(&text);
        for question in questions(&site) {
            prop_assert_eq!(question.url.scheme(), "https");
            prop_assert!(question.url.domain().is_some());
        }
    }

    #[test]
    fn every_answer_is_judged(body in "[\\[\\]{}\":,a-z0-9$ ]{0,60}|\\PC{0,20}") {
        let mut site = site("");
        for url in [
            "https://a.supabase.co/rest/v1/t", "https://a.supabase.co/auth/v1/settings", "https://a.supabase.co/storage/v1/bucket",
            "https://a.firebaseio.com/.json", "https://firestore.googleapis.com/v1/c", "https://firebasestorage.googleapis.com/v0/b/x/o",
            "https://clerk.example.com/v1/environment", "https://a.b/v1/databases/d/collections/c/documents",
        ] {
            let url = Url::parse(url).unwrap();
            site.resources.push(resource(Role::Backend, &url, 200, Headers::default(), body.as_bytes()));
        }
        let visit = Visit::of(&site);
        for check in catalogue().filter(|check| check.category() == "backends") {
            check.judge(&visit);
        }
    }
}
