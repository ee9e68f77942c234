//! Colours (CSS Color 4, as far as style sheets mostly write them) and their contrast (WCAG 2.2, "relative luminance" and "contrast ratio").

/// Names that style sheets use. A name that is not here is not understood, which is not the same as wrong.
const NAMES: &[(&str, u32)] = &[
    ("aqua", 0x0000_ffff),
    ("black", 0x0000_0000),
    ("blue", 0x0000_00ff),
    ("brown", 0x00a5_2a2a),
    ("coral", 0x00ff_7f50),
    ("crimson", 0x00dc_143c),
    ("cyan", 0x0000_ffff),
    ("darkblue", 0x0000_008b),
    ("darkgray", 0x00a9_a9a9),
    ("darkgreen", 0x0000_6400),
    ("darkgrey", 0x00a9_a9a9),
    ("darkred", 0x008b_0000),
    ("dimgray", 0x0069_6969),
    ("dimgrey", 0x0069_6969),
    ("fuchsia", 0x00ff_00ff),
    ("gold", 0x00ff_d700),
    ("gray", 0x0080_8080),
    ("green", 0x0000_8000),
    ("grey", 0x0080_8080),
    ("indigo", 0x004b_0082),
    ("ivory", 0x00ff_fff0),
    ("lightblue", 0x00ad_d8e6),
    ("lightgray", 0x00d3_d3d3),
    ("lightgreen", 0x0090_ee90),
    ("lightgrey", 0x00d3_d3d3),
    ("lime", 0x0000_ff00),
    ("magenta", 0x00ff_00ff),
    ("maroon", 0x0080_0000),
    ("navy", 0x0000_0080),
    ("olive", 0x0080_8000),
    ("orange", 0x00ff_a500),
    ("pink", 0x00ff_c0cb),
    ("purple", 0x0080_0080),
    ("red", 0x00ff_0000),
    ("royalblue", 0x0041_69e1),
    ("salmon", 0x00fa_8072),
    ("silver", 0x00c0_c0c0),
    ("teal", 0x0000_8080),
    ("tomato", 0x00ff_6347),
    ("white", 0x00ff_ffff),
    ("whitesmoke", 0x00f5_f5f5),
    ("yellow", 0x00ff_ff00),
];

/// An opaque colour: red, green and blue of 0 to 255.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

impl Color {
    /// Reads a colour; `None` for one that lets something through, and for what is not understood.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_ascii_lowercase();
        if let Some(digits) = text.strip_prefix('#') {
            return Self::hexadecimal(digits);
        }
        if let Some((function, rest)) = text.split_once('(') {
            let numbers: Vec<&str> = rest
                .strip_suffix(')')?
                .split([',', '/', ' '])
                .filter(|number| !number.is_empty())
                .collect();
            return Self::function(function, &numbers);
        }
        let (_, color) = NAMES.iter().find(|(name, _)| *name == text)?;
        let [_, red, green, blue] = color.to_be_bytes();
        Some(Self(red, green, blue))
    }

    fn hexadecimal(digits: &str) -> Option<Self> {
        let digits: Vec<u8> =
            digits.chars().map(|c| c.to_digit(16)?.try_into().ok()).collect::<Option<_>>()?;
        match *digits.as_slice() {
            [r, g, b] | [r, g, b, 15] => Some(Self(r * 17, g * 17, b * 17)),
            [r, r2, g, g2, b, b2] | [r, r2, g, g2, b, b2, 15, 15] => {
                Some(Self(r * 16 + r2, g * 16 + g2, b * 16 + b2))
            }
            _ => None,
        }
    }

    fn function(name: &str, numbers: &[&str]) -> Option<Self> {
        let (channels, alpha) = match numbers {
            [a, b, c] => ([*a, *b, *c], "1"),
            [a, b, c, alpha] => ([*a, *b, *c], *alpha),
            _ => return None,
        };
        if fraction(alpha, 1.0)? < 1.0 {
            return None;
        }
        let [first, second, third] = channels;
        match name {
            "rgb" | "rgba" => Some(Self(
                byte(fraction(first, 255.0)?),
                byte(fraction(second, 255.0)?),
                byte(fraction(third, 255.0)?),
            )),
            "hsl" | "hsla" => {
                let hue: f64 = first.strip_suffix("deg").unwrap_or(first).parse().ok()?;
                Some(Self::hsl(hue, fraction(second, 100.0)?, fraction(third, 100.0)?))
            }
            _ => None,
        }
    }

    /// CSS Color 4, section 7.1.
    fn hsl(hue: f64, saturation: f64, lightness: f64) -> Self {
        let channel = |n: f64| {
            let k = (n + hue / 30.0).rem_euclid(12.0);
            let a = saturation * lightness.min(1.0 - lightness);
            byte(lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0))
        };
        Self(channel(0.0), channel(8.0), channel(4.0))
    }

    /// WCAG 2.2, "relative luminance": 0 for black, 1 for white.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.0722f64
            .mul_add(linear(self.2), 0.2126f64.mul_add(linear(self.0), 0.7152 * linear(self.1)))
    }

    /// WCAG 2.2, "contrast ratio": 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }
}

impl std::fmt::Display for Color {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// A number of `whole`, or a percentage, as 0 to 1.
fn fraction(text: &str, whole: f64) -> Option<f64> {
    let value = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().ok()? / 100.0,
        None => text.parse::<f64>().ok()? / whole,
    };
    value.is_finite().then(|| value.clamp(0.0, 1.0))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 255")]
fn byte(fraction: f64) -> u8 {
    (fraction.clamp(0.0, 1.0) * 255.0).round() as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn colours_are_read_as_they_are_written() {
        let cases = [
            ("#0af", Some(Color(0, 170, 255))),
            ("#00AAFFff", Some(Color(0, 170, 255))),
            ("#00aaff80", None),
            ("rgb(0, 50%, 255)", Some(Color(0, 128, 255))),
            ("rgb(1 2 3 / 1)", Some(Color(1, 2, 3))),
            ("rgba(1,2,3,.5)", None),
            ("hsl(120, 100%, 25%)", Some(Color(0, 128, 0))),
            ("hsl(210deg 50% 50%)", Some(Color(64, 128, 191))),
            ("White", Some(Color(255, 255, 255))),
            ("transparent", None),
            ("var(--x)", None),
        ];
        for (text, expected) in cases {
            assert_eq!(Color::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_specification() {
        let ratio = |one, two| Color::parse(one).unwrap().contrast(Color::parse(two).unwrap());
        assert!((ratio("#000", "#fff") - 21.0).abs() < 0.001);
        assert!((ratio("#767676", "#fff") - 4.54).abs() < 0.01);
        assert!((ratio("#777", "#fff") - 4.48).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in "(#|rgb\\(|hsl\\(|[0-9a-f%., /)]|\\PC){0,20}") {
            if let Some(color) = Color::parse(&text) {
                prop_assert!((1.0..=21.01).contains(&color.contrast(Color(255, 255, 255))));
            }
        }
    }
}
