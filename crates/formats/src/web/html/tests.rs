use std::time::Instant;

use proptest::prelude::*;

use super::*;

#[test]
fn a_page_is_what_a_browser_makes_of_it() {
    let document = Document::parse(
        "<!doctype html>\n<html lang=de>\n<title> A\n title </title>\n<p class='x  Y'>one<p>two<table>three<tr><td>four</table>\n<!-- five -->",
    );
    assert_eq!(document.doctype().map(|doctype| doctype.name.as_str()), Some("html"));
    assert!(!document.is_quirky() && !document.is_cut());
    assert_eq!(document.root().and_then(|root| root.attribute("lang")), Some("de"));
    let title = document.first("title").unwrap();
    assert_eq!((title.words().as_str(), title.is_in("head")), ("A title", true));
    let paragraphs: Vec<_> = document.by_name("p").map(|p| (p.words(), p.line())).collect();
    assert_eq!(paragraphs, [("one".to_owned(), 5), ("two".to_owned(), 5)]);
    assert!(document.first("p").unwrap().has_word("class", "y"));
    assert_eq!(document.comments().collect::<Vec<_>>(), [Comment { text: " five ", line: 6 }]);
}

#[test]
fn scripts_are_text_and_templates_are_apart() {
    let document = Document::parse(
        "<script>if (a<b) '<p>'</script><template><img src=x></template><svg><title>t</title></svg>",
    );
    assert_eq!(document.first("script").unwrap().text(), "if (a<b) '<p>'");
    assert!(document.first("img").is_none() && document.first("title").is_none());
    assert!(document.elements().any(|element| element.name() == "title" && !element.is_html()));
    assert!(document.is_quirky());
}

#[test]
fn the_first_base_counts_even_if_it_is_of_no_use() {
    let own = Url::parse("https://example.com/a/b").unwrap();
    for (head, base) in [
        ("<base target=_top><base href=/c/>", "https://example.com/c/"),
        ("<base href=https://cdn.example.org/x><base href=/c/>", "https://cdn.example.org/x"),
        ("<base href='javascript:x'><base href=/c/>", "https://example.com/a/b"),
        ("<base href=https://u:p@example.com/>", "https://example.com/a/b"),
        ("", "https://example.com/a/b"),
    ] {
        assert_eq!(Document::parse(head).base(&own).as_str(), base, "{head}");
    }
}

#[test]
fn an_excerpt_is_a_line() {
    let document = Document::parse("<a href='/x'\n  title='say \"hi\"' hidden>x</a>");
    let link = document.first("a").unwrap();
    assert_eq!(link.excerpt(), "<a href=\"/x\" title=\"say &quot;hi&quot;\" hidden=\"\">");
    let long = Document::parse(&format!("<a title='{}'>", "ä".repeat(5_000)));
    assert_eq!(long.first("a").unwrap().excerpt().chars().count(), MAX_EXCERPT + 1);
}

#[test]
fn hostile_documents_are_cut_in_time() {
    let many = |text: &str, times: usize| text.repeat(times);
    let numbered =
        |text: &str| (0..200_000).map(|n| text.replace('#', &n.to_string())).collect::<String>();
    let hostile = [
        many("<div>", 800_000),
        many("<p><b><i>", 400_000),
        numbered("<p><b id=#></p>"),
        numbered("<a#><p>"),
        many("<table>", 500_000),
        many("<table><tr><td>x<p>", 200_000),
        many("<select><option>", 200_000),
        many("<svg><math>", 300_000),
        many("<template>", 300_000),
        format!("<p {}", numbered("a# ")),
        format!("<p {}>", numbered("a#=1 ")),
        many("<!--", 1_000_000),
        many("&amp", 1_000_000),
        many("</p>", 1_000_000),
        many("<form><button>", 200_000),
        numbered("<font a=#><div>"),
    ];
    for text in hostile {
        let began = Instant::now();
        let document = Document::parse(&text);
        assert!(document.nodes.len() < 2 * MAX_NODES);
        assert!(
            document.elements().all(|element| element.ancestors().count() < 4 * MAX_DEPTH),
            "{}",
            text.get(..20).unwrap()
        );
        eprintln!("{:>6} ms  {}", began.elapsed().as_millis(), text.get(..20).unwrap());
    }
}

proptest! {
    #[test]
    fn every_text_is_a_document(text in "(<[/!]?(p|b|a|div|table|tr|td|svg|template|select|option|script|style|form|x)( [a-c]=['\"]?[a-z]*['\"]?)?/?>?|[a-z &;]|-->|\\PC){0,60}") {
        let document = Document::parse(&text);
        for element in document.elements() {
            prop_assert!(element.excerpt().len() > 2);
            prop_assert!(element.descendants().all(|below| below.ancestors().any(|above| above == element)));
        }
    }
}
