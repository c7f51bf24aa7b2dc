//! Pages that read from right to left: the style sheet names no left and no right.

use crate::web::assets::STYLE;

/// Properties that take up to four sides, the right one second and the left one fourth.
const FOUR_SIDED: [&str; 7] =
    ["margin", "padding", "inset", "border-width", "border-style", "border-color", "scroll-margin"];

/// The style sheet without what is said about it.
fn bare(css: &str) -> String {
    let said = css.split("/*").map(|part| part.split_once("*/").map_or(part, |(_, rest)| rest));
    said.collect()
}

/// Declarations that mean a side of the screen, and not the beginning or the end of a line.
fn sided(css: &str) -> Vec<String> {
    let bare = bare(css);
    let declarations = bare.split(['{', '}', ';']).filter_map(|part| part.split_once(':'));
    let one_side = |(property, value): &(&str, &str)| {
        let (property, values) = (property.trim(), value.split_whitespace().collect::<Vec<_>>());
        let words =
            |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(|word| ["left", "right"].contains(&word));
        let uneven = FOUR_SIDED.contains(&property) && values.len() == 4 && values[1] != values[3];
        let corners = property == "border-radius" && values.windows(2).any(|two| two[0] != two[1]);
        words(property) || words(value) || uneven || corners
    };
    declarations.filter(one_side).map(|(property, value)| format!("{}:{value}", property.trim())).collect()
}

#[test]
fn the_style_sheet_fits_both_directions_of_writing() {
    for bad in [
        "margin-left: 8px",
        "padding-right: 8px",
        "border-left: 1px solid",
        "left: 0",
        "text-align: right",
        "float: left",
        "padding: 0 8px 0 4px",
        "border-radius: 8px 0 0 8px",
        "border-top-left-radius: 8px",
        "transform-origin: top right",
    ] {
        let css = format!("/* left */ @media print {{ a:hover {{ color: red; {bad}; }} }}");
        assert_eq!(sided(&css).len(), 1, "{bad}");
    }
    let good = "a { padding: 24px 16px 16px; margin-inline-start: 4px; text-align: end; float: inline-start; }";
    assert_eq!(sided(good), [""; 0]);
    assert_eq!(sided(STYLE.text), [""; 0]);
}
