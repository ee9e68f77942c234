//! What websites say, in text.

pub mod html;
