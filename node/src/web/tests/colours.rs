//! Colours that people can tell apart, in light and dark.

use super::STYLE;

/// The relative luminance of WCAG 2.2.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn colours_can_be_told_apart() {
    let (light, rest) = STYLE.text.split_once("prefers-color-scheme: dark").unwrap();
    let dark = rest.split_once("html {").unwrap().0;
    let find = |css: &str, name: &str| {
        let rest = css.split_once(&format!("--{name}: "))?.1;
        Some(rest.split(';').next().unwrap().to_owned())
    };
    let texts = [
        ("ink", "paper"),
        ("ink", "card"),
        ("muted", "paper"),
        ("muted", "card"),
        ("teal", "card"),
        ("teal", "paper"),
        ("on-teal", "teal"),
        ("on-teal", "teal-hover"),
        ("on-soft", "soft"),
        ("ink", "hello"),
        ("leaf", "card"),
        ("plum", "card"),
    ];
    for scheme in [light, dark] {
        for (front, back) in texts {
            let [a, b] =
                [front, back].map(|name| luminance(&find(scheme, name).or_else(|| find(light, name)).unwrap()));
            let contrast = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(contrast >= 4.5, "{front} on {back}: {contrast:.2}");
        }
    }
}
