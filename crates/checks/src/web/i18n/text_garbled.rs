use formats::web::html::Element;
use model::{CheckId, Confidence, Severity};

use super::encodings::Said;
use crate::web::{Check, Found, Page, Report, Run, Visit, page, shown::address};

pub(super) static CHECK: Check = Check {
    id: CheckId::from_static("i18n.text-garbled"),
    severity: Severity::Low,
    confidence: Confidence::Medium,
    cwe: None,
    reference: "https://www.w3.org/International/questions/qa-what-is-encoding",
    page: page!("i18n/text-garbled"),
    run: Run::Rendered(run),
};

/// UTF-8 that was read as Windows-1252 and written as UTF-8 again: letters and marks that are frequent in text.
const GARBLED: [&str; 14] =
    ["Ã¤", "Ã¶", "Ã¼", "ÃŸ", "Ã©", "Ã¨", "Ã±", "Ã§", "Ã¡", "Ã³", "â€™", "â€œ", "â€“", "â€¦"];
/// What is not read as text.
const CODE: [&str; 6] = ["script", "style", "noscript", "code", "pre", "textarea"];
/// One may be a quotation.
const MIN_TIMES: usize = 3;

fn run(page: &Page<'_>, _: &Visit<'_>, report: &mut Report) {
    let is_utf_8 = Said::by(page).effective() == Some(encoding_rs::UTF_8);
    if is_utf_8 && !page.answer.is_cut && std::str::from_utf8(&page.answer.body).is_err() {
        report.add(
            Found::at(page.url())
                .key("invalid")
                .confidence(Confidence::High)
                .detail("The page says that it is UTF-8, and some of its bytes are not.")
                .evidence("url", address(page.url())),
        );
    }
    let Some(body) = page.document.first("body") else { return };
    // Code may hold anything.
    let code =
        body.descendants().filter(|element| is_code(*element) && !element.ancestors().any(is_code));
    let code: String = code.map(|element| element.text()).collect();
    let text = body.text();
    let counts = GARBLED.iter().map(|garbled| {
        (*garbled, text.matches(garbled).count().saturating_sub(code.matches(garbled).count()))
    });
    let times: usize = counts.clone().map(|(_, count)| count).sum();
    let found = counts.max_by_key(|(_, count)| *count).map(|(garbled, _)| garbled);
    if let Some(garbled) = found.filter(|_| times >= MIN_TIMES) {
        report.add(
            Found::at(page.url())
                .key("twice")
                .detail("Text was encoded twice.")
                .evidence("value", garbled)
                .evidence("count", times.to_string()),
        );
    }
}

fn is_code(element: Element<'_>) -> bool {
    CODE.iter().any(|name| element.is(name))
}

#[cfg(test)]
mod tests {
    use model::site::{Headers, Role};
    use url::Url;

    use super::*;
    use crate::web::literal::{of, resource};

    /// Keys of what is found on a page with these bytes; examples are texts, and cannot have all of them.
    fn keys(charset: &str, body: &[u8]) -> Vec<String> {
        let start = Url::parse("https://example.com/").unwrap();
        let mut headers = Headers::default();
        headers.add("content-type", format!("text/html; charset={charset}").as_bytes());
        let page = resource(Role::Page, &start, 200, headers, body);
        let site = of(start, vec![page]);
        CHECK.judge(&Visit::of(&site)).into_iter().map(|found| found.key).collect()
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_found_where_the_page_says_that_it_is() {
        assert_eq!(keys("utf-8", b"<p>M\xFCller"), ["invalid"]);
        assert!(keys("latin1", b"<p>M\xFCller").is_empty());
        assert!(keys("utf-8", "<p>Müller".as_bytes()).is_empty());
    }
}
