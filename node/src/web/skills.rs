//! Our own drawings of common skills, one stroke weight, 64 by 64.

use kith_protocol::shelf::Category;

/// The outline of a kind of help (SVG path data).
pub(super) const fn drawing(category: Category) -> &'static str {
    match category {
        // Two cups.
        Category::Befriending => {
            "M8 28h20v12a8 8 0 0 1-8 8h-4a8 8 0 0 1-8-8zM36 28h20v12a8 8 0 0 1-8 8h-4a8 8 0 0 1-8-8zM16 22c-3-4 3-6 0-10M44 22c-3-4 3-6 0-10M6 54h52"
        }
        // A plant in a pot.
        Category::Garden => {
            "M18 40h28l-4 16H22zM32 40V20M32 28c-10 0-14-6-14-14 10 0 14 6 14 14M32 22c0-8 4-14 14-14 0 8-4 14-14 14"
        }
        // A spanner.
        Category::Repairs => "M44 8a12 12 0 0 0-14 16L10 44a6 6 0 0 0 10 10l20-20A12 12 0 0 0 56 20l-8 8-8-4-4-8z",
        // A bag.
        Category::Shopping => "M12 22h40l-4 34H16zM22 28V18a10 10 0 0 1 20 0v10",
        // A car.
        Category::Transport => "M6 44V32l6-2 6-12h24l8 12 8 3v11zM18 30h30M20 44a5 5 0 1 0 .1 0M46 44a5 5 0 1 0 .1 0",
        // A bowl.
        Category::Food => "M8 32h48a24 24 0 0 1-48 0zM22 24c-4-5 4-7 0-12M34 24c-4-5 4-7 0-12M46 24c-4-5 4-7 0-12",
        // An open book.
        Category::Learning => "M32 18c-8-6-18-6-26-4v36c8-2 18-2 26 4 8-6 18-6 26-4V14c-8-2-18-2-26 4zM32 18v36",
        // A phone.
        Category::Technology => {
            "M20 6h24a4 4 0 0 1 4 4v44a4 4 0 0 1-4 4H20a4 4 0 0 1-4-4V10a4 4 0 0 1 4-4zM28 50h8M22 14h20v28H22z"
        }
        // A page with lines.
        Category::Advice => "M14 6h26l10 10v42H14zM40 6v10h10M22 28h20M22 38h20M22 48h12",
        // A heart.
        Category::Care => "M32 54C12 40 8 30 8 22a12 12 0 0 1 24-4 12 12 0 0 1 24 4c0 8-4 18-24 32z",
        // A needle and thread.
        Category::Making => "M52 10 20 42M52 10a4 4 0 0 1-4 8M20 42c-8 8-10 12-6 14s10-6 18-2 12 4 22-2",
        // A door.
        Category::Places => "M14 58V8h36v50M8 58h48M42 32v4M22 58V16h20v42",
        // Two hands' circle.
        Category::Other => "M32 10a22 22 0 1 0 .1 0M32 22v10l8 8",
    }
}
