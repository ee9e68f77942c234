//! x
mod regex;
