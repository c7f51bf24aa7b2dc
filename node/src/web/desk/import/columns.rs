//! Which column of a table is what.

use super::{Table, address, refused};
use crate::{
    import::{Brought, ColumnMap, Field, Limits, Problem, read_people},
    web::{
        Answer, App, Oops,
        forms::{Asked, Choice, Post, Reader, Sent},
        pages::{FormPage, go},
        visit::{Frame, Visit},
        words::Words,
    },
};
use axum::extract::{Path, State};
use std::sync::Arc;

/// What columns are usually called, in the languages spoken here.
const USUAL: [(Field, &[&str]); 11] = [
    (Field::Name, &["name", "username", "full name", "nombre", "usuario", "enw"]),
    (Field::External, &["id", "n", "uid", "number", "member", "external", "número", "rhif"]),
    (Field::Email, &["email", "e-mail", "mail", "correo", "e-bost"]),
    (Field::Phone, &["phone", "mobile", "telephone", "teléfono", "ffôn"]),
    (Field::Area, &["area", "town", "place", "zona", "ardal"]),
    (Field::Joined, &["joined", "created", "created at", "since", "alta", "ymunodd"]),
    (Field::Offers, &["offers", "skills", "ofertas", "cynigion"]),
    (Field::Needs, &["needs", "wants", "requests", "demandas", "anghenion"]),
    (Field::Opening, &["opening", "hours", "balance", "saldo", "horas", "oriau"]),
    (Field::Kind, &["kind", "type", "tipo", "math"]),
    (Field::Role, &["role", "rol", "rôl"]),
];

fn field_key(field: Field) -> String {
    format!("import-field-{}", field.name())
}

fn columns(words: Words, header: &[String]) -> Vec<Choice> {
    let none = Choice::new("", words.t("import-no-column"));
    let each = header.iter().enumerate().map(|(at, name)| Choice::new(at.to_string(), name.clone()));
    std::iter::once(none).chain(each).collect()
}

/// The mapping as it was filled in, column by column.
fn fields(reader: &mut Reader<'_>, table: &Table) -> Vec<(Field, String)> {
    let words = reader.words();
    let mut map = Vec::new();
    for field in Field::ALL {
        let chosen = reader.select(field.name(), &field_key(field), columns(words, &table.header));
        let column = chosen.parse::<usize>().ok().and_then(|at| table.header.get(at));
        map.extend(column.map(|column| (field, column.clone())));
    }
    map
}

fn page<'a>(frame: &'a Frame, table: &Table, reader: Reader<'_>) -> FormPage<'a> {
    let action = format!("/import/columns/{}", table.id);
    FormPage::new(frame, frame.t("import-columns"), reader, &action, frame.t("import-look"))
        .lead(frame.t("import-columns-lead"))
        .lead(frame.t("import-dry"))
}

fn guess(table: &Table) -> Sent {
    let found = USUAL.iter().filter_map(|(field, usual)| {
        let at = table.header.iter().position(|name| usual.contains(&name.to_lowercase().as_str()))?;
        Some((field.name(), at.to_string()))
    });
    let found: Vec<(&str, String)> = found.collect();
    Sent::filled(found.iter().map(|(name, at)| (*name, at.as_str())))
}

pub(in crate::web::desk) async fn show(
    State(app): State<App>,
    visit: Visit,
    Path(id): Path<String>,
    Asked(_): Asked,
) -> Answer {
    let visit = visit.coordinator()?;
    let table = app.imports.find_table(&id).ok_or(Oops::Missing)?;
    let guessed = guess(&table);
    let mut reader = Reader::open(visit.frame.words, &guessed);
    fields(&mut reader, &table);
    Ok(page(&visit.frame, &table, reader).answer())
}

pub(in crate::web::desk) async fn send(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let (frame, words) = (&post.frame, post.frame.words);
    let table = app.imports.find_table(&id).ok_or(Oops::Missing)?;
    let mut reader = Reader::judge(words, &post.sent);
    let map = fields(&mut reader, &table);
    let reading = Arc::clone(&table);
    let read = tokio::task::spawn_blocking(move || {
        let map = ColumnMap::of(map)?;
        let people = read_people(reading.bytes.as_slice(), &map, Limits::default())?;
        Ok(Brought {
            people: people.people,
            problems: people.problems.into_iter().collect::<Vec<Problem>>(),
            lines_left_out: people.lines_left_out,
            sums: None,
        })
    });
    let brought = match read.await.map_err(|_| crate::runtime::Refused::Stopping)? {
        Ok(brought) => brought,
        Err(error) => {
            reader.fail(Field::Name.name(), refused(words, &error));
            return Ok(page(frame, &table, reader).answer());
        }
    };
    match app.imports.keep(brought)? {
        Some(id) => Ok(go(&address(&id))),
        None => Ok(page(frame, &table, reader).refused(Some(words.t("import-one-runs"))).answer()),
    }
}
