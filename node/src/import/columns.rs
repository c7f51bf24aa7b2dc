//! Which column of a foreign file means what.

use std::collections::BTreeMap;
use std::fmt;

use super::ImportError;
use crate::spelling::closest;

/// The longest mapping, in bytes: every field with a long column name several times over.
pub const MAX_MAP_BYTES: usize = 4 * 1024;

/// The most columns of a file: ten times those of the widest export known (CES users, some 35),
/// rounded down to a power of two.
pub const MAX_COLUMNS: usize = 256;

/// What a column can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The name shown to others.
    Name,
    /// The id the foreign system gives the person, kept to import twice without doubling.
    External,
    /// An e-mail address.
    Email,
    /// A phone number.
    Phone,
    /// A coarse place, never an address.
    Area,
    /// The day the person joined.
    Joined,
    /// What the person offers.
    Offers,
    /// What the person would like help with.
    Needs,
    /// The balance to begin with, hours given less hours received.
    Opening,
    /// Person or organisation.
    Kind,
    /// Member or coordinator.
    Role,
}

impl Field {
    /// All fields, in the order messages list them.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::External,
        Self::Email,
        Self::Phone,
        Self::Area,
        Self::Joined,
        Self::Offers,
        Self::Needs,
        Self::Opening,
        Self::Kind,
        Self::Role,
    ];

    /// The field's name in a mapping.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::External => "external",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Area => "area",
            Self::Joined => "joined",
            Self::Offers => "offers",
            Self::Needs => "needs",
            Self::Opening => "opening",
            Self::Kind => "kind",
            Self::Role => "role",
        }
    }

    pub(super) fn list() -> String {
        Self::ALL.map(Self::name).join(", ")
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which column each field is read from.
///
/// Written as `name=Username,email=Email`; a part with a comma in it goes into quotation marks,
/// as in a csv file: `"name=Last, first",email=Email`. Column names are taken exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnMap(BTreeMap<Field, String>);

/// A column of the mapping that the file does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingColumn {
    /// What it was to be read for.
    pub field: Field,
    /// The column's name in the mapping.
    pub column: String,
    /// A column of the file with a name like it.
    pub suggestion: Option<String>,
}

impl ColumnMap {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`ImportError`] for a part that is not `field=Column`, an unknown or repeated field, or
    /// a mapping with neither name nor external id.
    pub fn parse(text: &str) -> Result<Self, ImportError> {
        if text.len() > MAX_MAP_BYTES {
            return Err(ImportError::MapTooLong);
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let parts = reader.records().filter_map(Result::ok).flat_map(|record| parts(&record));
        let columns: Result<Vec<_>, _> = parts.map(|part| field_and_column(&part)).collect();
        Self::of(columns?)
    }

    /// A mapping of these fields to these columns.
    ///
    /// # Errors
    /// [`ImportError`] for a repeated field, or a mapping with neither name nor external id.
    pub fn of(columns: impl IntoIterator<Item = (Field, String)>) -> Result<Self, ImportError> {
        let mut map = BTreeMap::new();
        for (field, column) in columns {
            if map.insert(field, column).is_some() {
                return Err(ImportError::FieldTwice(field));
            }
        }
        if !map.contains_key(&Field::Name) && !map.contains_key(&Field::External) {
            return Err(ImportError::NobodyNamed);
        }
        Ok(Self(map))
    }

    /// The column a field is read from, if it is mapped.
    #[must_use]
    pub fn column(&self, field: Field) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// Finds the mapped columns in a file's header.
    ///
    /// # Errors
    /// [`ImportError`] naming all the columns that are missing, or one that is there twice.
    pub(super) fn locate(&self, header: &[String]) -> Result<BTreeMap<Field, usize>, ImportError> {
        let mut places = BTreeMap::new();
        let mut missing = Vec::new();
        for (&field, column) in &self.0 {
            let mut found = (0..header.len()).filter(|&at| header[at] == *column);
            match (found.next(), found.next()) {
                (Some(at), None) => _ = places.insert(field, at),
                (Some(_), Some(_)) => return Err(ImportError::ColumnTwice { column: column.clone() }),
                (None, _) => missing.push(MissingColumn {
                    field,
                    column: column.clone(),
                    suggestion: closest(column, header.iter().map(String::as_str)),
                }),
            }
        }
        if missing.is_empty() {
            return Ok(places);
        }
        Err(ImportError::MissingColumns { missing, present: header.to_vec() })
    }
}

fn parts(record: &csv::StringRecord) -> Vec<String> {
    record.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn field_and_column(part: &str) -> Result<(Field, String), ImportError> {
    let bad = || ImportError::MapItem { item: part.to_owned() };
    let (field, column) = part.split_once('=').ok_or_else(bad)?;
    let (field, column) = (field.trim(), column.trim());
    if field.is_empty() || column.is_empty() {
        return Err(bad());
    }
    match Field::ALL.into_iter().find(|known| known.name() == field) {
        Some(known) => Ok((known, column.to_owned())),
        None => Err(ImportError::UnknownField {
            field: field.to_owned(),
            suggestion: closest(field, Field::ALL.into_iter().map(Field::name)),
        }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_mapping_is_read_with_spaces_and_quotes() {
        let map = ColumnMap::parse(r#" name = Full name , external=member,"area=Town, county", "#).unwrap();
        assert_eq!(map.column(Field::Name), Some("Full name"));
        assert_eq!(map.column(Field::External), Some("member"));
        assert_eq!(map.column(Field::Area), Some("Town, county"));
        assert_eq!(map.column(Field::Email), None);
    }

    #[test]
    fn every_field_can_be_mapped_under_its_own_name() {
        let text = Field::ALL.map(|field| format!("{field}=Column of {field}")).join(",");
        let map = ColumnMap::parse(&text).unwrap();
        for field in Field::ALL {
            assert_eq!(map.column(field), Some(format!("Column of {field}").as_str()));
        }
    }

    #[test]
    fn a_wrong_mapping_says_what_to_write() {
        let cases = [
            ("name", "'name' in the mapping is not field=Column"),
            ("name=", "'name=' in the mapping"),
            ("=Username", "'=Username' in the mapping"),
            ("nmae=Username", "no field 'nmae' to map to; did you mean 'name'?"),
            ("E-Mail=Mail,name=N", "did you mean 'email'?"),
            ("shoesize=Size,name=N", "The fields are name, external, email"),
            ("name=A,name=B", "'name' is mapped twice"),
            ("email=Email", "add name=COLUMN or external=COLUMN"),
            ("", "add name=COLUMN or external=COLUMN"),
        ];
        for (text, part) in cases {
            let error = ColumnMap::parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text:?} gave {error}");
        }
        let long = format!("name={}", "x".repeat(MAX_MAP_BYTES));
        assert!(matches!(ColumnMap::parse(&long), Err(ImportError::MapTooLong)));
        let far = ColumnMap::parse("shoesize=Size,name=N").unwrap_err().to_string();
        assert!(!far.contains("did you mean"), "{far}");
    }

    #[test]
    fn missing_columns_are_all_named_with_a_guess_each() {
        let header: Vec<String> = ["Username", "E-mail", "Phone"].map(str::to_owned).to_vec();
        let map = ColumnMap::parse("name=Usrname,email=email,area=Neighbourhood").unwrap();
        let error = map.locate(&header).unwrap_err().to_string();
        assert_eq!(
            error,
            "the file has no column 'Usrname' for name (did you mean 'Username'?), 'email' for email (did you mean \
             'E-mail'?), 'Neighbourhood' for area. It has 'Username', 'E-mail', 'Phone'. Change the mapping or the \
             file's first line"
        );
        let twice = ["A", "A"].map(str::to_owned);
        let map = ColumnMap::parse("name=A").unwrap();
        assert!(matches!(map.locate(&twice), Err(ImportError::ColumnTwice { .. })));
    }

    #[test]
    fn a_wide_header_is_listed_in_part() {
        let header: Vec<String> = (0..100).map(|number| format!("c{number}")).collect();
        let error = ColumnMap::parse("name=Nowhere").unwrap().locate(&header).unwrap_err().to_string();
        assert!(error.contains("'c39' and 60 more."), "{error}");
    }
}
