//! What can be wrong with a line of a foreign file, and with which of the files.

use super::people::MAX_LISTINGS;
use std::fmt;

/// Which of the files of another system.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sheet {
    /// Members or users, or accounts where there is no more.
    People,
    /// Offers and needs.
    Posts,
    /// Needs alone.
    Wants,
    /// Exchanges.
    Transfers,
    /// How many hours everybody has.
    Totals,
}

impl Sheet {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::People, Self::Posts, Self::Wants, Self::Transfers, Self::Totals];

    /// What it is called in options and forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Posts => "posts",
            Self::Wants => "wants",
            Self::Transfers => "transfers",
            Self::Totals => "totals",
        }
    }
}

impl fmt::Display for Sheet {
    /// Before the line; nothing for the file that every import has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::People => Ok(()),
            other => write!(f, "{} file, ", other.name()),
        }
    }
}

/// Something wrong in one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sheet}line {line}{}: {wrong}", column.as_ref().map_or_else(String::new, |column| format!(", column '{column}'")))]
pub struct Problem {
    /// Which of the files.
    pub sheet: Sheet,
    /// The line of the file, counted from 1 with the header.
    pub line: u64,
    /// The column's name in the file; none when the whole line is wrong.
    pub column: Option<String>,
    /// What is wrong and what to do.
    pub wrong: Wrong,
}

/// What is wrong with a value. No message repeats the value, which may be somebody's address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The line has more or fewer values than the header has columns.
    #[error(
        "has {found} values where the first line names {expected} columns; put quotation marks around a value with the separator in it"
    )]
    Width {
        /// The values in the line.
        found: usize,
        /// The columns in the header.
        expected: usize,
    },
    /// The value is not UTF-8.
    #[error("is not UTF-8 text; save the file as 'CSV UTF-8'")]
    NotUtf8,
    /// The value is longer than the limit in bytes.
    #[error("is longer than {most} bytes; a closing quotation mark may be missing here")]
    TooManyBytes {
        /// The limit.
        most: usize,
    },
    /// The value is longer than its field allows.
    #[error("is longer than {most} characters; shorten it")]
    TooLong {
        /// The limit.
        most: usize,
    },
    /// A line break where one line is expected.
    #[error("has a line break in it; write it on one line, or close the quotation mark before it")]
    LineBreak,
    /// Control characters, or characters that turn the direction of the text around them.
    #[error("has characters that cannot be shown; type it again")]
    Strange,
    /// Nothing, where there has to be something.
    #[error("is empty; fill it in")]
    Empty,
    /// An id that an earlier line has.
    #[error("is the id that line {first} has already; keep one of the two lines, or give this person their own id")]
    Repeated {
        /// The earlier line.
        first: u64,
    },
    /// Not an e-mail address.
    #[error("is not an e-mail address; write it like sam@example.org, or leave it empty")]
    NotEmail,
    /// Not a phone number.
    #[error("is not a phone number; use digits, spaces and + ( ) - . / only, or leave it empty")]
    NotPhone,
    /// Not a day.
    #[error("is not a day; write it as year-month-day, like 2024-03-31")]
    NotDay,
    /// Not a number of hours or minutes.
    #[error("is not a length of time; write hours as 2:30 or minutes as 150, with - in front for below zero")]
    NotMinutes,
    /// More minutes than anybody can have.
    #[error("is more than {most} minutes; check the number")]
    TooManyMinutes {
        /// The limit.
        most: u32,
    },
    /// Neither kind.
    #[error("is neither person nor organisation; write one of the two, or leave it empty")]
    NotKind,
    /// Neither role.
    #[error("is neither member nor coordinator; write one of the two, or leave it empty")]
    NotRole,
    /// Too many offers or needs.
    #[error("lists more than {MAX_LISTINGS} things; keep the most important ones")]
    TooManyListings,
    /// A number of somebody who is not in the people's file.
    #[error("names somebody who is not in the people's file; the hours count for the community pot")]
    UnknownPerson,
    /// A name that several people have.
    #[error("names somebody whose name several people have; give each a name of their own in the people's file")]
    SharedName,
    /// Not an amount.
    #[error("is not a number; write it like 90 or 1.5")]
    NotAmount,
    /// An account that was closed or is nobody's.
    #[error(
        "is an account that was closed or is nobody's; it does not come in, and its hours count for the community pot"
    )]
    Closed,
    /// What the exchanges add up to is not what the file says.
    #[error("says {stated} minutes, and the exchanges add up to {found}; {stated} is brought along")]
    Differs {
        /// What the exchanges add up to, in minutes.
        found: i64,
        /// What the file says, in minutes.
        stated: i64,
    },
}
