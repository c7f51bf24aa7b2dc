#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const MAP: &str = "name=Username,external=Id,email=Email,phone=Phone,area=Area,joined=Joined,offers=Offers,\
                   needs=Needs,opening=Hours,kind=Kind,role=Role";
const HEADER: &str = "Id,Username,Email,Phone,Area,Joined,Offers,Needs,Hours,Kind,Role";

fn read(text: impl AsRef<[u8]>, map: &str) -> Result<People, ImportError> {
    read_people(text.as_ref(), &ColumnMap::parse(map).unwrap(), Limits::default())
}

/// What is said about one line under [`HEADER`], each value given by its column.
fn problems(line: &str) -> Vec<String> {
    let people = read(format!("{HEADER}\n{line}\n"), MAP).unwrap();
    assert_eq!(people.people.len() + people.lines_left_out, 1);
    assert_eq!(people.people.is_empty(), !people.problems.is_empty());
    people.problems.iter().map(Problem::to_string).collect()
}

#[test]
fn every_field_is_read() {
    let line = r#" 17 ,  Sam   Taylor ,sam@example.org,+44 (0)20 7946-0018,Hilltop,2024-03-31,"Lifts; Tutoring|Shopping","Form filling
Phone help",-2:30,Organization,COORDINATOR"#;
    let people = read(format!("{HEADER}\n{line}\n"), MAP).unwrap();
    assert_eq!(people.problems, []);
    let person = &people.people[0];
    assert!(
        *person
            == Person {
                line: 2,
                name: "Sam Taylor".to_owned(),
                external: Some("17".to_owned()),
                email: Some("sam@example.org".to_owned()),
                phone: Some("+44 (0)20 7946-0018".to_owned()),
                area: Some("Hilltop".to_owned()),
                joined: Some(date(2024, 3, 31)),
                offers: ["Lifts", "Tutoring", "Shopping"].map(str::to_owned).to_vec(),
                needs: ["Form filling", "Phone help"].map(str::to_owned).to_vec(),
                opening_minutes: Some(-150),
                posts: Vec::new(),
                kind: Kind::Organisation,
                role: Role::Coordinator,
            }
    );
    assert_eq!(format!("{person:?}"), "Person { line: 2, .. }");
}

#[test]
fn empty_values_and_fields_that_are_not_mapped_are_absent() {
    let people =
        read("Id,Username,Email,Hours,Kind\n1,Sam T,,,\n", "name=Username,email=Email,opening=Hours,kind=Kind")
            .unwrap();
    let person = &people.people[0];
    assert_eq!((person.external.as_deref(), person.email.as_deref(), person.opening_minutes), (None, None, None));
    assert_eq!((person.kind, person.role, person.joined), (Kind::Person, Role::Member, None));
}

#[test]
fn without_a_name_column_the_id_names_the_person() {
    let people = read("member;trade\n17;Shop\n", "external=member,offers=trade").unwrap();
    assert_eq!(people.people[0].name, "Member 17");
    assert_eq!(people.people[0].offers, ["Shop"]);
}

#[test]
fn all_separators_and_the_byte_order_mark_are_understood() {
    for separator in [',', ';', '\t'] {
        for mark in ["", "\u{feff}"] {
            for end in ["\n", "\r\n"] {
                let text = format!("{mark}Name|Mail|\"Odd,;,;\tname\"{end}Sam|s@example.org|x{end}Kim||y")
                    .replace('|', &separator.to_string());
                let people = read(&text, "name=Name,email=Mail").unwrap();
                let names: Vec<&str> = people.people.iter().map(|person| person.name.as_str()).collect();
                assert_eq!(names, ["Sam", "Kim"], "{text:?}");
                assert_eq!(people.people[0].email.as_deref(), Some("s@example.org"));
                assert_eq!(people.people[1].line, 3);
            }
        }
    }
}

#[test]
fn bad_lines_are_named_and_the_others_come_in() {
    let text = "Id,Name,Joined\n1,Sam,2024-01-02\n2,,31/12/2023\n,,\n\n3,Kim\n1,Lee,2024-01-02\n4,Ana,2024-01-05 10:11:12 UTC\n";
    let people = read(text, "external=Id,name=Name,joined=Joined").unwrap();
    let names: Vec<&str> = people.people.iter().map(|person| person.name.as_str()).collect();
    assert_eq!(names, ["Sam", "Ana"]);
    assert_eq!(people.people[1].joined, Some(date(2024, 1, 5)));
    assert_eq!(people.lines_left_out, 3);
    let said: Vec<String> = people.problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        said,
        [
            "line 3, column 'Name': is empty; fill it in",
            "line 3, column 'Joined': is not a day; write it as year-month-day, like 2024-03-31",
            "line 6: has 2 values where the first line names 3 columns; put quotation marks around a value with the separator in it",
            "line 7, column 'Id': is the id that line 2 has already; keep one of the two lines, or give this person their own id",
        ]
    );
}

#[test]
fn each_kind_of_wrong_value_is_said() {
    let good = [
        "1",
        "Sam",
        "s@example.org",
        "020 7946 0018",
        "Hill",
        "2024-01-02",
        "Lifts",
        "Shopping",
        "1:30",
        "person",
        "member",
    ];
    assert_eq!(problems(&good.join(",")), Vec::<String>::new());
    let long = "x".repeat(81);
    let many = "Lift;".repeat(21);
    let huge = "y".repeat(MAX_FIELD_BYTES + 1);
    let cases = [
        (0, "", "is empty"),
        (1, long.as_str(), "longer than 80 characters"),
        (1, "\"Sam\nTaylor\"", "line break"),
        (1, "S\u{7}am", "cannot be shown"),
        (1, "S\u{202e}am", "cannot be shown"),
        (1, huge.as_str(), "longer than 4096 bytes"),
        (2, "sam", "e-mail"),
        (2, "s@m@example.org", "e-mail"),
        (2, "@example.org", "e-mail"),
        (2, "sam @example.org", "e-mail"),
        (3, "4.47E+11", "phone"),
        (3, "12", "phone"),
        (5, "2024-02-30", "not a day"),
        (5, "02.01.2024", "not a day"),
        (5, "1900-01-01", "not a day"),
        (6, many.as_str(), "more than 20 things"),
        (7, long.as_str(), "longer than 80 characters"),
        (8, "1.5", "length of time"),
        (8, "1:5", "length of time"),
        (8, "1:60", "length of time"),
        (8, "--30", "length of time"),
        (8, "1:-5", "length of time"),
        (8, "16666:41", "more than 1000000 minutes"),
        (8, "9999999999", "length of time"),
        (9, "family", "neither person nor organisation"),
        (10, "boss", "neither member nor coordinator"),
    ];
    for (column, value, part) in cases {
        let mut line = good;
        line[column] = value;
        let said = problems(&line.join(","));
        assert_eq!(said.len(), 1, "{value:?} gave {said:?}");
        let name = HEADER.split(',').nth(column).unwrap();
        assert!(said[0].contains(part) && said[0].contains(&format!("column '{name}'")), "{value:?} gave {said:?}");
    }
}

#[test]
fn hours_and_minutes_are_read_with_their_sign() {
    for (text, minutes) in [
        ("0", 0),
        ("90", 90),
        ("-90", -90),
        ("+1:05", 65),
        ("\u{2212}0:30", -30),
        ("12:00", 720),
        ("16666:40", 1_000_000),
    ] {
        assert_eq!(values::minutes(text), Ok(minutes), "{text}");
    }
}

#[test]
fn text_that_is_not_utf8_is_a_problem_of_its_line() {
    let people = read(b"Name,Area\nZo\xEB,Hill\nKim,Hill\n", "name=Name,area=Area").unwrap();
    assert_eq!(people.people.len(), 1);
    assert_eq!(people.problems[0].wrong, Wrong::NotUtf8);
    assert!(matches!(read(b"N\xE4me\nKim\n", "name=Name"), Err(ImportError::NotUtf8)));
    assert!(matches!(read(b"\xFF\xFEN\0a\0", "name=Name"), Err(ImportError::NotUtf8)));
}

#[test]
fn files_that_cannot_be_read_at_all_are_refused_once() {
    let error = read("Username,Mail\n", "name=Usernam,email=Mail").unwrap_err().to_string();
    assert!(error.contains("no column 'Usernam' for name (did you mean 'Username'?)"), "{error}");
    for empty in ["", "\u{feff}", "\n\n", ",,\n1,2,3\n"] {
        assert!(matches!(read(empty, "name=Name"), Err(ImportError::NoHeader)), "{empty:?}");
    }
    let wide = "c,".repeat(MAX_COLUMNS);
    assert!(matches!(read(wide, "name=Name"), Err(ImportError::TooManyColumns)));
}

#[test]
fn limits_hold() {
    let map = ColumnMap::parse("name=N").unwrap();
    let limits = Limits { csv_bytes: 8, rows: 2, problems_shown: 1, ..Limits::default() };
    let with = |text: &str| read_people(text.as_bytes(), &map, limits);
    assert_eq!(with("N\nab\ncd\n").unwrap().people.len(), 2);
    assert!(matches!(with("N\nab\ncde\n"), Err(ImportError::TooLarge { most: 8 })));
    assert!(matches!(with("N\na\nb\nc\n"), Err(ImportError::TooManyRows { most: 2 })));
    let bad = with("N\na,\nb,").unwrap();
    let (shown, more) = bad.shown();
    assert_eq!((shown.len(), more), (1, 1));
}

#[test]
fn the_published_data_file_has_the_columns_its_mapping_names() {
    let text = "member,neighbourhood,role,trade,joined\n4,Elsewhere,beneficiary,Farming/Labour,2018-10-23\n";
    let people = read(text, "external=member,area=neighbourhood,offers=trade,joined=joined").unwrap();
    assert_eq!(people.problems, []);
    assert_eq!(people.people[0].name, "Member 4");
    assert_eq!(people.people[0].offers, ["Farming/Labour"]);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut text = b"Id;Username\n".to_vec();
        text.extend(bytes);
        let people = read(&text, "external=Id,name=Username").unwrap();
        for person in &people.people {
            prop_assert!(!person.name.is_empty() && person.external.is_some());
        }
        prop_assert!(people.lines_left_out <= people.problems.len());
    }

    #[test]
    fn what_is_written_is_read_back(names in prop::collection::vec("[A-Za-z,;\"éß]{1,20}", 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["Id", "Name"]).unwrap();
        for (number, name) in names.iter().enumerate() {
            writer.write_record([number.to_string().as_str(), name]).unwrap();
        }
        let people = read(writer.into_inner().unwrap(), "external=Id,name=Name").unwrap();
        prop_assert_eq!(&people.problems, &[]);
        let read: Vec<String> = people.people.into_iter().map(|person| person.name).collect();
        prop_assert_eq!(read, names);
    }
}
