#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use std::fmt::Write as _;

fn read(system: System, files: &[(Sheet, &str)]) -> Brought {
    let files: Files<'_> = files.iter().map(|(sheet, text)| (*sheet, text.as_bytes())).collect();
    read_system(system, &files, system.hour(), Limits::default()).unwrap()
}

fn openings(brought: &Brought) -> BTreeMap<&str, i32> {
    brought.people.iter().map(|p| (p.external.as_deref().unwrap(), p.opening_minutes.unwrap_or_default())).collect()
}

fn said(brought: &Brought) -> Vec<String> {
    brought.problems.iter().map(Problem::to_string).collect()
}

#[test]
fn the_tables_of_timeoverflow_are_read() {
    let users = "1,2013-05-01,Ada,Park,,2,1950-01-01,020 7946 0001,,ada@example.org\n\
                 2,2014-05-01,Bo,Lee,Smith,1,,,020 7946 0002,\n3,2014-05-01,Cy,,,1,,,,not an address\n";
    let posts = "1,Offer,Garden work,Any day but Sunday,3,2013-06-01,,\n2,Inquiry,A lift,,3,2013-06-01,,\n\
                 9,Offer,Nobody's,,3,2013-06-01,,\n";
    let transfers = "1,User,2,User,5400,2013-07-01 10:00:00 UTC,Help,1\n2,User,7,Organization,1800,2013-07-02,,\n\
                     3,User,1,User,3600,2013-07-02,,\n8,User,1,User,60,2013-07-02,,\n1,User,2,User,much,2013-07-02,,\n";
    let files = [(Sheet::People, users), (Sheet::Posts, posts), (Sheet::Transfers, transfers)];
    let brought = read(System::TimeOverflow, &files);
    assert_eq!(openings(&brought), BTreeMap::from([("1", -29), ("2", 60)]));
    assert_eq!(brought.people[0].name, "Ada Park");
    assert_eq!(brought.people[1].phone.as_deref(), Some("020 7946 0002"));
    assert_eq!(brought.people[0].posts[0].text.as_deref(), Some("Any day but Sunday"));
    assert!(brought.people[1].posts[0].need);
    let sums = brought.sums.unwrap();
    assert_eq!((sums.transfers, sums.moved, sums.above, sums.below), (4, 181, 60, 29));
    // Cy stays out with an hour received, as does whoever number 8 was.
    assert_eq!((sums.left_out, sums.rounding, sums.in_files()), (-61, 0, -30));
    assert_eq!(
        said(&brought),
        [
            "line 3, column 'email': is not an e-mail address; write it like sam@example.org, or leave it empty",
            "posts file, line 3, column 'user_id': names somebody who is not in the people's file; the hours count for \
             the community pot",
            "transfers file, line 4, column 'from': names somebody who is not in the people's file; the hours count for \
             the community pot",
            "transfers file, line 5, column 'amount': is not a number; write it like 90 or 1.5",
        ]
    );
    assert_eq!(brought.lines_left_out, 3);
}

#[test]
fn the_lists_of_timeoverflow_are_compared() {
    let members = "N,Usuario,Correo,Tel,Otro,Alta,Visto,Idioma,Saldo\n\
                   1,Ada Park,,,,2013-05-01,,es,5400\n2,Bo Lee,,,,2013-05-01,,es,-3600\n";
    let transfers = "Fecha,De,A,Anuncio,Cantidad\n2014-01-01,Bo Lee,Ada Park,Ayuda,1:30\n";
    let brought = read(System::TimeOverflow, &[(Sheet::People, members), (Sheet::Transfers, transfers)]);
    assert_eq!(openings(&brought), BTreeMap::from([("1", 90), ("2", -60)]));
    let sums = brought.sums.unwrap();
    assert_eq!((sums.compared, sums.differing), (2, 1));
    assert_eq!(said(&brought), ["line 3: says -60 minutes, and the exchanges add up to -90; -60 is brought along"]);
}

#[test]
fn ces_and_its_own_totals() {
    let users = "UID,UserType,Firstname,Surname,OrgName,PhoneM,Email,SubArea,Created,Closed\n\
                 A1,ind,Ada,Park,,0820000001,ada@example.org,Hilltop,2010-01-01 00:00:00,0\n\
                 A2,org,,,Food Bank,,,,,0\nA3,vir,Levy,,,,,,,0\nA4,ind,Cy,Old,,,,,,1\n";
    let trades = "ID,Seller,Buyer,Amount,Levy,Description\n1,A1,A2,2.5,0.05,Help\n2,A2,A4,1.25,,Food\n";
    let balances =
        "UID,Sales,Income,Purchases,Expenditure,Levy,Balance\nA1,1,2.5,0,0,0.05,2.45\nA2,1,1.25,1,2.5,0,-1.25\n";
    let offers = "UID,Title,Description,Hidden\nA1,Bread,Sourdough,0\nA1,Secret,,1\n";
    let wants = "UID,Title,Description\nA2,Drivers,\n";
    let brought = read(
        System::Ces,
        &[
            (Sheet::People, users),
            (Sheet::Transfers, trades),
            (Sheet::Totals, balances),
            (Sheet::Posts, offers),
            (Sheet::Wants, wants),
        ],
    );
    assert_eq!(openings(&brought), BTreeMap::from([("A1", 147), ("A2", -75)]));
    assert_eq!(brought.people[1].name, "Food Bank");
    assert_eq!(brought.people[0].posts.len(), 1);
    assert!(brought.people[1].posts[0].need);
    let sums = brought.sums.unwrap();
    assert_eq!((sums.compared, sums.differing, sums.left_out), (2, 0, -75));
    assert_eq!(said(&brought).len(), 2);
}

#[test]
fn komunitin_states_what_accounts_have() {
    let accounts = "id,created,updated,code,status,balance\nx,2024-01-01T00:00:00Z,,TEST0001,active,150\n\
                    y,2024-01-01T00:00:00Z,,TEST0002,active,-150\nz,2024-01-01,,TEST0003,deleted,0\n";
    let transfers = "id,created,updated,state,amount,payer.code,payee.code\n\
                     1,,,committed,150,TEST0002,TEST0001\n2,,,rejected,900,TEST0002,TEST0001\n";
    let brought = read(System::Komunitin, &[(Sheet::People, accounts), (Sheet::Transfers, transfers)]);
    assert_eq!(openings(&brought), BTreeMap::from([("TEST0001", 90), ("TEST0002", -90)]));
    let sums = brought.sums.unwrap();
    assert_eq!((sums.transfers, sums.compared, sums.differing), (1, 3, 0));
    assert_eq!(said(&brought).len(), 1);
}

#[test]
fn a_file_of_another_kind_is_refused_as_a_whole() {
    let files: Files<'_> = [(Sheet::People, b"a,b\n1,2\n".as_slice())].into();
    let refused = read_system(System::Ces, &files, 1, Limits::default()).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the people file has no column 'UID', 'UserType', 'Firstname', 'Surname': is it the file as that system wrote it?"
    );
    let refused = read_system(System::Ces, &Files::new(), 1, Limits::default()).unwrap_err();
    assert!(matches!(refused, ImportError::NoSheet(Sheet::People)));
}

#[test]
fn ten_thousand_bad_lines_are_all_named() {
    let mut users = String::from("1,2013-05-01,Ada,Park,,2,,,,\n");
    for n in 2..10_002 {
        writeln!(users, "{n},2013-05-01,Cy,,,1,,,,no address").unwrap();
    }
    let brought = read(System::TimeOverflow, &[(Sheet::People, &users)]);
    assert_eq!((brought.people.len(), brought.lines_left_out, brought.problems.len()), (1, 10_000, 10_000));
}
