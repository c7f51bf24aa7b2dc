//! What ids and words look like in the OpenAPI document: as the node reads them, no more and no less.

use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{
            AdditionalProperties, Array, ArrayBuilder, Object, ObjectBuilder, OneOfBuilder, Schema, SchemaType, Type,
        },
    },
};

/// Characters that are no control characters and change no direction: what `kith_protocol::text` lets stand.
macro_rules! plain {
    () => {
        "\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\\u202a-\\u202e\\u2066-\\u2069"
    };
}
/// Text with at least one character that is not white space.
const WORDS: &str = concat!(
    "^[^",
    plain!(),
    "]*[^",
    plain!(),
    "\\x0a\\x20\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000][^",
    plain!(),
    "]*$"
);
/// An area: a geohash of at most six characters.
const AREA: &str = "^[0-9bcdefghjkmnpqrstuvwxyz]{1,6}$";
/// The same, or no text at all.
const AREA_OR_EMPTY: &str = "^[0-9bcdefghjkmnpqrstuvwxyz]{0,6}$";

/// A community as `did:key`, without the ends of the pattern.
macro_rules! did_key {
    () => {
        concat!(
            "did:key:z6Mk(",
            "[f-km-v][1-9A-HJ-NP-Za-km-z]{43}",
            "|e[U-Za-km-z][1-9A-HJ-NP-Za-km-z]{42}",
            "|w[1-9A-HJ-NP-Za-f][1-9A-HJ-NP-Za-km-z]{42}",
            "|eT[HJ-NP-Za-km-z][1-9A-HJ-NP-Za-km-z]{41}",
            "|wg[1-9A-HJ-NP-Z][1-9A-HJ-NP-Za-km-z]{41}",
            "|eTG[4-9A-HJ-NP-Za-km-z][1-9A-HJ-NP-Za-km-z]{40}",
            "|wga[1-9A-HJ-NPQ][1-9A-HJ-NP-Za-km-z]{40}",
            "|eTG3[c-km-z][1-9A-HJ-NP-Za-km-z]{39}",
            "|wgaR[1-5][1-9A-HJ-NP-Za-km-z]{39}",
            "|eTG3b[GHJ-NP-Za-km-z][1-9A-HJ-NP-Za-km-z]{38}",
            "|wgaR6[12][1-9A-HJ-NP-Za-km-z]{38}",
            ")"
        )
    };
}

fn one_line(pattern: &str) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern)).build().into()
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $pattern:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                one_line($pattern)
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )* };
}

texts! {
    /// An id of 16 bytes: the 26 letters and digits of a ULID.
    Id = "^[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}$";
    /// A community: its root key as `did:key` (W3C). The bytes that say Ed25519 bound the letters
    /// after `z6Mk`: an id of one in a thousand million would not fit.
    DidKey = concat!("^", did_key!(), "$");
    /// Where a page of listings ended.
    PlaceWord = concat!("^(0|[1-9][0-9]{0,18})@", did_key!(), "$");
    /// 32 bytes in hexadecimal: a hash, an account or a public key.
    Hex32 = "^[0-9A-Fa-f]{64}$";
    /// 64 bytes in hexadecimal: an Ed25519 signature.
    Hex64 = "^[0-9A-Fa-f]{128}$";
    /// A paper of the office: 16 bytes in small hexadecimal.
    PaperName = "^[0-9a-f]{32}$";
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $($word:literal)|+;)*) => { $(
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new().schema_type(Type::String).enum_values(Some([$($word),+])).build().into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed(stringify!($name))
            }
        }
    )* };
}

words! {
    /// How a coordinator was told.
    ChannelWord = "paper" | "phone" | "in_person";
    /// Person or organisation.
    KindWord = "person" | "organisation";
    /// A member's role.
    RoleWord = "member" | "coordinator";
    /// Who must agree.
    ConfirmationWord = "both" | "receiver" | "either";
    /// What leaders of groups earn.
    GroupWord = "leader_earns_all" | "leader_earns_once";
    /// Whether anybody keeps score.
    BalancesWord = "shown" | "hidden" | "gifts";
    /// What is wrong with an exchange.
    ComplaintWord = "hours" | "person" | "never" | "other";
    /// How a dispute ends.
    OutcomeWord = "stands" | "given_back" | "set_aside";
    /// A kind of skill.
    CategoryWord = "befriending" | "garden" | "repairs" | "shopping" | "transport" | "food" | "learning" | "technology"
        | "advice" | "care" | "making" | "places" | "other";
    /// A part of a day of the week.
    TimeWord = "monday_morning" | "monday_afternoon" | "monday_evening" | "tuesday_morning" | "tuesday_afternoon" | "tuesday_evening" | "wednesday_morning" | "wednesday_afternoon" | "wednesday_evening" | "thursday_morning" | "thursday_afternoon" | "thursday_evening" | "friday_morning" | "friday_afternoon" | "friday_evening" | "saturday_morning" | "saturday_afternoon" | "saturday_evening" | "sunday_morning" | "sunday_afternoon" | "sunday_evening";
    /// A day of the week.
    DayWord = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";
    /// A part of a day: until noon, until six, and after.
    PartWord = "morning" | "afternoon" | "evening";
    /// Who spoke to a coordinator.
    TellerWord = "giver" | "receiver" | "both";
    /// Exchanges that wait.
    WaitingWord = "waiting";
    /// A language of letters and pages.
    LanguageWord = "en" | "en-easy" | "es" | "cy";
    /// What is wrong, in a report.
    TroubleWord = "unsafe" | "unkind" | "money" | "other";
}

fn worded(kind: SchemaType, most: usize) -> Object {
    ObjectBuilder::new().schema_type(kind).min_length(Some(1)).max_length(Some(most)).pattern(Some(WORDS)).build()
}

fn or_null() -> SchemaType {
    SchemaType::from_iter([Type::String, Type::Null])
}

/// Words, at most so many characters.
#[must_use]
pub fn text<const MOST: usize>() -> Object {
    worded(Type::String.into(), MOST)
}

/// Words or nothing.
#[must_use]
pub fn maybe_text<const MOST: usize>() -> Object {
    worded(or_null(), MOST)
}

/// An area or nothing.
#[must_use]
pub fn maybe_area() -> Object {
    ObjectBuilder::new().schema_type(or_null()).pattern(Some(AREA)).build()
}

/// An area, no text, or nothing.
#[must_use]
pub fn maybe_area_or_empty() -> Object {
    ObjectBuilder::new().schema_type(or_null()).pattern(Some(AREA_OR_EMPTY)).build()
}

fn whole(kind: SchemaType) -> Object {
    let most = kith_protocol::minutes::MAX_MINUTES;
    ObjectBuilder::new().schema_type(kind).minimum(Some(1)).maximum(Some(most)).build()
}

/// The length of an exchange in minutes.
#[must_use]
pub fn minutes() -> Object {
    whole(Type::Integer.into())
}

/// The length of an exchange in minutes, or nothing.
#[must_use]
pub fn maybe_minutes() -> Object {
    whole(SchemaType::from_iter([Type::Integer, Type::Null]))
}

/// Free words of a listing.
#[must_use]
pub fn tags() -> Array {
    // The protocol's own bounds: `shelf::MAX_TAGS` of thirty characters.
    ArrayBuilder::new().items(text::<30>()).max_items(Some(kith_protocol::shelf::MAX_TAGS)).build()
}

/// Parts of days of the week, each once.
#[must_use]
pub fn times() -> Array {
    let most = kith_protocol::shelf::DAYS.len() * kith_protocol::shelf::PARTS.len();
    ArrayBuilder::new().items(TimeWord::schema()).max_items(Some(most)).unique_items(true).build()
}

/// A last day in days since 1970-01-01, or nothing.
#[must_use]
pub fn maybe_last_day() -> Object {
    let kind = SchemaType::from_iter([Type::Integer, Type::Null]);
    let most = kith_protocol::shelf::LAST_DAY;
    ObjectBuilder::new().schema_type(kind).minimum(Some(0)).maximum(Some(most)).build()
}

/// An object with these fields, all of them and no others.
fn closed<const N: usize>(fields: [(&str, RefOr<Schema>); N]) -> Object {
    let mut object = ObjectBuilder::new().schema_type(Type::Object);
    for (name, schema) in fields {
        object = object.property(name, schema).required(name);
    }
    object.additional_properties(Some(AdditionalProperties::FreeForm(false))).build()
}

/// A member's agreement: a signature of their own key, or a coordinator's word.
#[derive(Debug)]
pub struct ConsentWord;

impl PartialSchema for ConsentWord {
    fn schema() -> RefOr<Schema> {
        let key = closed([("key", Hex32::schema()), ("signature", Hex64::schema())]);
        let word = closed([("coordinator", Id::schema()), ("channel", ChannelWord::schema())]);
        let either = OneOfBuilder::new()
            .item(closed([("key", key.into())]))
            .item(closed([("on_behalf", word.into())]))
            .description(Some("A signature over the terms, or a coordinator's word."))
            .build();
        Schema::OneOf(either).into()
    }
}

impl ToSchema for ConsentWord {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("ConsentWord")
    }
}

/// Who gave the help: a partner's member by their code, or by an offer of theirs.
#[derive(Debug)]
pub struct PayeeWord;

impl PartialSchema for PayeeWord {
    fn schema() -> RefOr<Schema> {
        let either = OneOfBuilder::new()
            .item(closed([("alias", Id::schema())]))
            .item(closed([("record", Id::schema())]))
            .description(Some("The partner's code for its member, or an offer on the partner's shelf."))
            .build();
        Schema::OneOf(either).into()
    }
}

impl ToSchema for PayeeWord {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("PayeeWord")
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_word_of_the_document_is_a_word_of_the_protocol() {
        use kith_protocol::{community, ledger, member, partnership, shelf};
        fn known<T: serde::de::DeserializeOwned>(schema: RefOr<Schema>) {
            let schema = serde_json::to_value(schema).unwrap();
            for word in schema["enum"].as_array().unwrap() {
                assert!(serde_json::from_value::<T>(word.clone()).is_ok(), "{word}");
            }
        }
        known::<ledger::Channel>(ChannelWord::schema());
        known::<member::MemberKind>(KindWord::schema());
        known::<member::Role>(RoleWord::schema());
        let times = serde_json::to_value(TimeWord::schema()).unwrap();
        let times: Vec<&str> = times["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
        assert_eq!(times.iter().filter_map(|word| shelf::Times::place(word)).count(), times.len());
        assert_eq!(times.len(), shelf::DAYS.len() * shelf::PARTS.len());
        let all = |schema: RefOr<Schema>| serde_json::to_value(schema).unwrap()["enum"].clone();
        assert_eq!(all(DayWord::schema()), serde_json::json!(shelf::DAYS));
        assert_eq!(all(PartWord::schema()), serde_json::json!(shelf::PARTS));
        known::<community::Confirmation>(ConfirmationWord::schema());
        known::<community::GroupPolicy>(GroupWord::schema());
        known::<community::Balances>(BalancesWord::schema());
        known::<partnership::Complaint>(ComplaintWord::schema());
        known::<partnership::Outcome>(OutcomeWord::schema());
        known::<shelf::Category>(CategoryWord::schema());
        known::<crate::runtime::office::Trouble>(TroubleWord::schema());
        known::<crate::api::types::LetterLanguage>(LanguageWord::schema());
    }
}
