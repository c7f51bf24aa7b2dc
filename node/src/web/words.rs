//! The words on the pages: from Fluent files, one for each language, with numbers and times as people say them.

use fluent_bundle::{FluentArgs, FluentResource, FluentValue, concurrent::FluentBundle};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};
use kith_protocol::{
    shelf::Category,
    time::{Span, Timestamp},
};
use std::sync::{LazyLock, PoisonError, RwLock};

#[cfg(test)]
mod tests;

/// A language the pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Language {
    English,
    /// English in easy read: the shorter sentence where there is one.
    Easy,
    Spanish,
    Welsh,
}

impl Language {
    pub(super) const ALL: [Self; 4] = [Self::English, Self::Easy, Self::Spanish, Self::Welsh];

    /// What it is called in cookies and forms.
    pub(super) const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Easy => "en-easy",
            Self::Spanish => "es",
            Self::Welsh => "cy",
        }
    }

    /// What it is called by those who speak it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Easy => "Easy English",
            Self::Spanish => "Español",
            Self::Welsh => "Cymraeg",
        }
    }

    /// For the `lang` of pages and listings (BCP 47).
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::English | Self::Easy => "en",
            Self::Spanish => "es",
            Self::Welsh => "cy",
        }
    }

    pub(super) fn of_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The first language of an `Accept-Language` header that is spoken here. Browsers send them in order of liking.
    pub(super) fn accepted(header: &str) -> Self {
        let tags = header.split(',').filter_map(|part| part.split([';', '-']).next());
        let known = tags.filter_map(|tag| Self::of_tag(&tag.trim().to_ascii_lowercase()));
        known.into_iter().next().unwrap_or(Self::English)
    }

    const fn source(self) -> &'static str {
        match self {
            Self::English => concat!(
                include_str!("../../locales/en.ftl"),
                "\n",
                include_str!("../../locales/office/en.ftl"),
                "\n",
                include_str!("../../locales/together/en.ftl")
            ),
            Self::Easy => concat!(
                include_str!("../../locales/en-easy.ftl"),
                "\n",
                include_str!("../../locales/office/en-easy.ftl"),
                "\n",
                include_str!("../../locales/together/en-easy.ftl")
            ),
            Self::Spanish => concat!(
                include_str!("../../locales/es.ftl"),
                "\n",
                include_str!("../../locales/office/es.ftl"),
                "\n",
                include_str!("../../locales/together/es.ftl")
            ),
            Self::Welsh => concat!(
                include_str!("../../locales/cy.ftl"),
                "\n",
                include_str!("../../locales/office/cy.ftl"),
                "\n",
                include_str!("../../locales/together/cy.ftl")
            ),
        }
    }

    fn bundle(self) -> Bundle {
        let locale = self.code().parse().expect("the codes above are language tags");
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The pages mark names with `bdi`, and no language here is written from right to left.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(self.source().to_owned());
        let resource = resource.expect("a test reads the files, which are part of the program");
        bundle.add_resource(resource).expect("a test sees that no message stands twice");
        bundle
    }
}

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<[Bundle; 4]> = LazyLock::new(|| Language::ALL.map(Language::bundle));

/// One for the whole process, which serves one place.
static ZONE: LazyLock<RwLock<TimeZone>> = LazyLock::new(|| RwLock::new(TimeZone::system()));

/// Tells the time in this zone from now on.
pub(crate) fn tell_time_in(zone: &TimeZone) {
    *ZONE.write().unwrap_or_else(PoisonError::into_inner) = zone.clone();
}

/// The zone of the community: the one that its settings name, else its machine's.
fn zone() -> TimeZone {
    ZONE.read().unwrap_or_else(PoisonError::into_inner).clone()
}

/// What the community's zone is called; nothing where the machine does not know it.
pub(crate) fn zone_name() -> Option<String> {
    let zone = zone();
    zone.iana_name().filter(|_| !zone.is_unknown()).map(str::to_owned)
}

/// The words of one language. Cheap to copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Words(pub(super) Language);

impl Words {
    /// Where to look for a message: easy read has only what it says more easily, and English always stands behind.
    fn chain(self) -> impl Iterator<Item = &'static Bundle> {
        let own = match self.0 {
            Language::English => 0,
            Language::Easy => 1,
            Language::Spanish => 2,
            Language::Welsh => 3,
        };
        [own, 0].into_iter().map(|at| &BUNDLES[at])
    }

    fn find(self, key: &str, args: Option<&FluentArgs<'_>>) -> Option<String> {
        self.chain().find_map(|bundle| {
            let pattern = bundle.get_message(key)?.value()?;
            Some(bundle.format_pattern(pattern, args, &mut Vec::new()).into_owned())
        })
    }

    /// A message. A test sees that all there are to ask for are there.
    pub(super) fn t(self, key: &str) -> String {
        self.find(key, None).unwrap_or_else(|| key.to_owned())
    }

    /// What stands beside a message, such as the hint of a field's label.
    pub(super) fn attribute(self, key: &str, attribute: &str) -> Option<String> {
        let found = self.chain().find_map(|bundle| Some((bundle, bundle.get_message(key)?)));
        let (bundle, message) = found?;
        let pattern = message.get_attribute(attribute)?.value();
        Some(bundle.format_pattern(pattern, None, &mut Vec::new()).into_owned())
    }

    /// A message with a value in it.
    pub(super) fn t1(self, key: &str, name: &str, value: impl ToString) -> String {
        self.filled(key, &[(name, value.to_string())])
    }

    /// A message with two values in it.
    pub(super) fn t2(self, key: &str, one: (&str, &str), two: (&str, &str)) -> String {
        self.filled(key, &[(one.0, one.1.to_owned()), (two.0, two.1.to_owned())])
    }

    /// A message with values in it.
    pub(super) fn filled(self, key: &str, values: &[(&str, String)]) -> String {
        let args: FluentArgs<'_> =
            values.iter().map(|(name, value)| (*name, FluentValue::from(value.as_str()))).collect();
        self.find(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// How many of something: the message chooses its form by `n` and shows `shown`.
    pub(super) fn n(self, key: &str, n: u64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(n));
        args.set("shown", self.grouped(n));
        self.find(key, Some(&args)).unwrap_or_else(|| key.to_owned())
    }

    /// A number with its thousands set apart.
    pub(super) fn grouped(self, n: u64) -> String {
        // RAE, "Ortografía": a thin space that does not break, and only from five digits on.
        let (mark, from) = match self.0 {
            Language::Spanish => ('\u{202f}', 5),
            _ => (',', 4),
        };
        let digits = n.to_string();
        if digits.len() < from {
            return digits;
        }
        let mut text = String::with_capacity(digits.len() * 2);
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(mark);
            }
            text.push(digit);
        }
        text
    }

    /// Minutes as hours and minutes.
    pub(super) fn hours(self, minutes: u64) -> String {
        let (hours, rest) = (minutes / 60, minutes % 60);
        match (hours, rest) {
            (_, 0) => self.n("hours", hours),
            (0, _) => self.n("minutes", rest),
            _ => {
                self.t2("hours-and-minutes", ("hours", &self.n("hours", hours)), ("minutes", &self.n("minutes", rest)))
            }
        }
    }

    /// A length of time in its largest unit, rounded down.
    pub(super) fn span(self, span: Span) -> String {
        let minutes = span.0 / 60_000;
        match minutes {
            0 => self.t("less-than-a-minute"),
            1..60 => self.n("minutes", minutes),
            60..1_440 => self.n("hours", minutes / 60),
            _ => self.n("days", minutes / 1_440),
        }
    }

    /// A day, as in 3 May 2026.
    pub(super) fn day(self, at: Timestamp) -> String {
        let date = date_of(at);
        let month = self.t(&format!("month-{}", date.month()));
        let values = [("day", date.day().to_string()), ("month", month), ("year", date.year().to_string())];
        self.filled("date", &values)
    }

    /// A time of day, as in 18:30.
    pub(super) fn time(self, at: Timestamp) -> String {
        jiff_of(at).to_zoned(zone()).strftime("%H:%M").to_string()
    }

    /// A day near now: today, yesterday, a day of this week, or the date.
    pub(super) fn near_day(self, at: Timestamp, now: Timestamp) -> String {
        let (date, today) = (date_of(at), date_of(now));
        let days = today.since(date).map_or(i32::MAX, |span| span.get_days());
        match days {
            0 => self.t("today"),
            1 => self.t("yesterday"),
            2..=6 => self.t(&format!("weekday-{}", date.weekday().to_monday_one_offset())),
            _ => self.day(at),
        }
    }

    /// A kind of skill.
    pub(super) fn category(self, category: Category) -> String {
        self.t(category_key(category))
    }

    /// The greeting for the time of day.
    pub(super) fn greeting(self, now: Timestamp, name: &str) -> String {
        let key = match jiff_of(now).to_zoned(zone()).hour() {
            0..12 => "hello-morning",
            12..18 => "hello-afternoon",
            _ => "hello-evening",
        };
        self.t1(key, "name", name)
    }
}

fn jiff_of(at: Timestamp) -> jiff::Timestamp {
    let seconds = i64::try_from(at.0 / 1_000).unwrap_or(i64::MAX);
    jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::MAX)
}

/// The day in the community's zone.
pub(super) fn date_of(at: Timestamp) -> Date {
    jiff_of(at).to_zoned(zone()).date()
}

/// When a day begins in the community's zone.
pub(super) fn beginning_of(date: Date) -> Option<Timestamp> {
    let begins = date.to_zoned(zone()).ok()?.timestamp().as_millisecond();
    u64::try_from(begins).ok().map(Timestamp)
}

/// A time of a day in the community's zone: on the days when clocks change, too, what a clock on the wall shows then.
pub(super) fn moment_of(date: Date, time: Time) -> Option<Timestamp> {
    moment_in(zone(), date, time)
}

fn moment_in(zone: TimeZone, date: Date, time: Time) -> Option<Timestamp> {
    let at = date.to_datetime(time).to_zoned(zone).ok()?.timestamp().as_millisecond();
    u64::try_from(at).ok().map(Timestamp)
}

/// Every category, in the order in which people choose.
pub(super) const CATEGORIES: [Category; 13] = [
    Category::Befriending,
    Category::Garden,
    Category::Repairs,
    Category::Shopping,
    Category::Transport,
    Category::Food,
    Category::Learning,
    Category::Technology,
    Category::Advice,
    Category::Care,
    Category::Making,
    Category::Places,
    Category::Other,
];

const fn category_key(category: Category) -> &'static str {
    match category {
        Category::Befriending => "category-befriending",
        Category::Garden => "category-garden",
        Category::Repairs => "category-repairs",
        Category::Shopping => "category-shopping",
        Category::Transport => "category-transport",
        Category::Food => "category-food",
        Category::Learning => "category-learning",
        Category::Technology => "category-technology",
        Category::Advice => "category-advice",
        Category::Care => "category-care",
        Category::Making => "category-making",
        Category::Places => "category-places",
        Category::Other => "category-other",
    }
}

/// What a category is called in forms.
pub(super) fn category_tag(category: Category) -> &'static str {
    category_key(category).strip_prefix("category-").unwrap_or_default()
}

/// The first `most` characters of a text, ended between two words.
pub(super) fn shortened(text: &str, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text.to_owned() };
    let cut = &text[..end];
    // A script without spaces, or one very long word, is cut where it is.
    let words = cut.rfind(char::is_whitespace).filter(|at| *at > end / 2).map_or(cut, |at| &cut[..at]);
    format!("{}…", words.trim_end())
}
