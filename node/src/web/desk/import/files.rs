//! Which system, and its files.

use super::{super::MAX_IMPORT_BYTES, address, refused};
use crate::{
    import::{Files, Limits, Sheet, System, people::table_header, read_system},
    web::{
        Answer, App, Oops,
        forms::{Asked, Reader, Upload, Whose},
        pages::{self, FormPage, go},
        visit::{Frame, Visit},
    },
};
use askama::Template;
use axum::extract::{Path, Request, State};

/// What the wizard calls a table with columns to be told apart.
const TABLE: &str = "table";
/// What browsers offer first when a file is chosen.
const ACCEPT: &str = ".csv,.txt,text/csv,text/plain";
/// Units of an hour that can be asked for: up to microseconds would be no use to anybody.
const HOURS: std::ops::RangeInclusive<u64> = 1..=3_600_000;

#[derive(Template)]
#[template(path = "import_start.html", whitespace = "minimize")]
struct StartPage<'a> {
    frame: &'a Frame,
    current: Option<String>,
    systems: Vec<(String, String)>,
}

pub(in crate::web::desk) async fn start(State(app): State<App>, visit: Visit) -> Answer {
    let visit = visit.coordinator()?;
    let words = visit.frame.words;
    let names = ["timeoverflow", "ces", "komunitin", TABLE];
    let systems = names.map(|name| (words.t(&format!("import-from-{name}")), format!("/import/{name}")));
    let page = StartPage { frame: &visit.frame, current: app.imports.current(), systems: systems.into() };
    Ok(pages::show(&visit.frame, &page))
}

fn system(name: &str) -> Result<Option<System>, Oops> {
    if name == TABLE {
        return Ok(None);
    }
    System::ALL.into_iter().find(|system| system.name() == name).map(Some).ok_or(Oops::Missing)
}

fn sheet_key(sheet: Sheet) -> String {
    format!("import-sheet-{}", sheet.name())
}

fn fields(reader: &mut Reader<'_>, system: Option<System>) -> u32 {
    let Some(system) = system else {
        reader.file(Sheet::People.name(), &sheet_key(Sheet::People), ACCEPT);
        return 60;
    };
    for sheet in system.sheets() {
        reader.file(sheet.name(), &sheet_key(*sheet), ACCEPT);
    }
    reader.filled_with("hour", &system.hour().to_string());
    u32::try_from(reader.number("hour", "import-hour", HOURS)).unwrap_or_else(|_| system.hour())
}

fn page<'a>(frame: &'a Frame, name: &str, reader: Reader<'_>) -> FormPage<'a> {
    let heading = frame.t(&format!("import-from-{name}"));
    FormPage::new(frame, heading, reader, &format!("/import/{name}"), frame.t("import-look"))
        .lead(frame.t("import-files-lead"))
        .lead(frame.t("import-dry"))
}

pub(in crate::web::desk) async fn show(visit: Visit, Path(name): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let system = system(&name)?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader, system);
    Ok(page(&visit.frame, &name, reader).answer())
}

pub(in crate::web::desk) async fn send(State(app): State<App>, Path(name): Path<String>, request: Request) -> Answer {
    let upload = Upload::read(request, &app, Whose::Coordinators, MAX_IMPORT_BYTES).await?;
    let (frame, words) = (&upload.frame, upload.frame.words);
    let system = system(&name)?;
    let mut reader = Reader::judge(words, &upload.sent);
    let hour = fields(&mut reader, system);
    for name in &upload.too_large {
        reader.fail(name, words.t("import-too-large"));
    }
    if !upload.files.contains_key(Sheet::People.name()) {
        reader.fail(Sheet::People.name(), words.t("import-no-file"));
    }
    if !reader.is_fine() {
        return Ok(upload.remind(page(frame, &name, reader)).answer());
    }
    let files = upload.files;
    let Some(system) = system else {
        let bytes = files.into_iter().find(|(name, _)| name == Sheet::People.name()).map(|(_, bytes)| bytes);
        let bytes = bytes.unwrap_or_default();
        return match table_header(&bytes) {
            Ok(header) => Ok(go(&format!("/import/columns/{}", app.imports.keep_table(bytes, header)?))),
            Err(error) => {
                reader.fail(Sheet::People.name(), refused(words, &error));
                Ok(page(frame, &name, reader).answer())
            }
        };
    };
    let read = tokio::task::spawn_blocking(move || {
        let known = |name: &str| Sheet::ALL.into_iter().find(|sheet| sheet.name() == name);
        let files: Files<'_> =
            files.iter().filter_map(|(name, bytes)| Some((known(name)?, bytes.as_slice()))).collect();
        read_system(system, &files, hour, Limits::default())
    });
    match read.await.map_err(|_| crate::runtime::Refused::Stopping)? {
        Ok(brought) => match app.imports.keep(brought)? {
            Some(id) => Ok(go(&address(&id))),
            None => Ok(page(frame, &name, reader).refused(Some(words.t("import-one-runs"))).answer()),
        },
        Err(error) => {
            let name_of = match &error {
                crate::import::ImportError::SheetColumns { sheet, .. } => sheet.name(),
                _ => Sheet::People.name(),
            };
            reader.fail(name_of, refused(words, &error));
            Ok(page(frame, &name, reader).answer())
        }
    }
}
