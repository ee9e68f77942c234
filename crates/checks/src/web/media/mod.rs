//! Images and videos.

mod animated_gif;
mod autoplay_sound;
mod image_alt;
mod image_alt_words;
mod image_dimensions;
mod image_formats;
mod image_weight;
mod lazy_hero;
mod lazy_loading;
mod plugin_content;
mod responsive_images;
mod video_captions;
mod video_preload;

use super::Check;

pub(super) static CHECKS: &[&Check] = &[
    &animated_gif::CHECK,
    &autoplay_sound::CHECK,
    &image_alt::CHECK,
    &image_alt_words::CHECK,
    &image_dimensions::CHECK,
    &image_formats::CHECK,
    &image_weight::CHECK,
    &lazy_hero::CHECK,
    &lazy_loading::CHECK,
    &plugin_content::CHECK,
    &responsive_images::CHECK,
    &video_captions::CHECK,
    &video_preload::CHECK,
];
