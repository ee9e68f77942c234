//! What a page says about its encoding.

use encoding_rs::Encoding;
use formats::web::content_type::MediaType;

use crate::web::Page;

/// So many declarations of a page are looked at.
const MAX_METAS: usize = 10;

/// Labels as they stand, by where they stand; the first one that is there counts (HTML, 13.2.3.2).
#[derive(Debug)]
pub(super) struct Said {
    /// A byte order mark.
    pub(super) mark: Option<&'static str>,
    /// `Content-Type`
    pub(super) header: Option<String>,
    /// Elements, with their lines.
    pub(super) metas: Vec<(u64, String)>,
}

impl Said {
    pub(super) fn by(page: &Page<'_>) -> Self {
        let header = MediaType::extract(page.answer.headers.all("content-type"));
        let metas = page.document.by_name("meta");
        Self {
            mark: Encoding::for_bom(&page.answer.body).map(|(encoding, _)| encoding.name()),
            header: header.and_then(|header| header.charset().map(str::to_owned)),
            metas: metas
                .filter_map(|meta| Some((meta.line(), meta.charset()?)))
                .take(MAX_METAS)
                .collect(),
        }
    }

    /// What browsers go by, if they know it.
    pub(super) fn effective(&self) -> Option<&'static Encoding> {
        let outside = self.mark.into_iter().chain(self.header.as_deref()).filter_map(encoding);
        let metas = self.metas.iter().filter_map(|(_, label)| encoding(label));
        // A page in UTF-16 could not have been read up to its `<meta>`.
        let metas = metas.map(|known| match known.is_ascii_compatible() {
            true => known,
            false => encoding_rs::UTF_8,
        });
        outside.chain(metas).next()
    }
}

/// The encoding of that label (Encoding Standard, 4.2).
pub(super) fn encoding(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}
