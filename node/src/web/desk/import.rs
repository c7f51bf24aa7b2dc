//! The import wizard: files of another system are read, looked at, and only then brought in. Nothing of a file is kept on
//! disk; what was read is forgotten after an hour, or when it came in.

mod columns;
mod files;
mod shown;

pub(super) use columns::{send as send_columns, show as columns};
pub(super) use files::{send, show as form, start};
pub(super) use shown::{begin, problems, show as run};

use crate::{
    import::{Brought, ImportError, bring::Came},
    runtime::{Refused, clock},
    web::Oops,
};
use data_encoding::HEXLOWER;
use kith_protocol::{
    id::MemberId,
    time::{Span, Timestamp},
};
use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

/// For how long what was read is kept for somebody to say yes.
const KEPT_FOR: Span = Span::seconds(3_600);

/// How far an import is.
#[derive(Debug, Clone)]
enum Stage {
    /// Read; nothing has happened.
    Looked,
    /// It comes in.
    Running,
    /// It is in.
    Came(Came),
    /// It ended before its end. What came in stays.
    Stopped,
}

/// An export that was read.
#[derive(Debug)]
struct Import {
    id: String,
    made_at: Timestamp,
    brought: Brought,
    people: usize,
    listings: usize,
    stage: Mutex<Stage>,
    done: AtomicUsize,
}

/// A table whose columns are still to be told apart.
#[derive(Debug)]
struct Table {
    id: String,
    made_at: Timestamp,
    bytes: Vec<u8>,
    header: Vec<String>,
}

/// The one import and the one table that are in work.
#[derive(Debug, Default)]
pub(in crate::web) struct Imports {
    import: Mutex<Option<Arc<Import>>>,
    table: Mutex<Option<Arc<Table>>>,
}

fn locked<T>(slot: &Mutex<T>) -> MutexGuard<'_, T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner)
}

fn fresh_id() -> Result<String, Oops> {
    let bytes = crate::runtime::home::random::<16>().map_err(|why| Refused::People(why.to_string()))?;
    Ok(HEXLOWER.encode(&bytes))
}

impl Import {
    fn stage(&self) -> Stage {
        locked(&self.stage).clone()
    }

    fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }
}

impl Imports {
    /// Takes in what was read, in place of what nobody said yes to; nothing while another import runs.
    fn keep(&self, brought: Brought) -> Result<Option<String>, Oops> {
        let mut slot = locked(&self.import);
        if slot.as_ref().is_some_and(|import| matches!(import.stage(), Stage::Running)) {
            return Ok(None);
        }
        let id = fresh_id()?;
        let listings = brought.people.iter().map(|p| p.offers.len() + p.needs.len() + p.posts.len()).sum();
        *slot = Some(Arc::new(Import {
            id: id.clone(),
            made_at: clock::now(),
            people: brought.people.len(),
            listings,
            brought,
            stage: Mutex::new(Stage::Looked),
            done: AtomicUsize::new(0),
        }));
        Ok(Some(id))
    }

    fn find(&self, id: &str) -> Option<Arc<Import>> {
        let mut slot = locked(&self.import);
        let over = |import: &Arc<Import>| {
            let old = clock::now().since(import.made_at) > KEPT_FOR;
            old && !matches!(import.stage(), Stage::Running)
        };
        if slot.as_ref().is_some_and(over) {
            *slot = None;
        }
        slot.as_ref().filter(|import| import.id == id).cloned()
    }

    /// The address of the import in work.
    fn current(&self) -> Option<String> {
        let id = locked(&self.import).as_ref().map(|import| import.id.clone())?;
        self.find(&id).map(|import| address(&import.id))
    }

    fn keep_table(&self, bytes: Vec<u8>, header: Vec<String>) -> Result<String, Oops> {
        let id = fresh_id()?;
        *locked(&self.table) = Some(Arc::new(Table { id: id.clone(), made_at: clock::now(), bytes, header }));
        Ok(id)
    }

    fn find_table(&self, id: &str) -> Option<Arc<Table>> {
        let mut slot = locked(&self.table);
        if slot.as_ref().is_some_and(|table| clock::now().since(table.made_at) > KEPT_FOR) {
            *slot = None;
        }
        slot.as_ref().filter(|table| table.id == id).cloned()
    }
}

fn address(id: &str) -> String {
    format!("/import/run/{id}")
}

/// Says yes: it runs by itself, whoever looks on.
fn set_going(app: &crate::web::App, import: &Arc<Import>, by: MemberId, language: &'static str) {
    {
        let mut stage = locked(&import.stage);
        if !matches!(*stage, Stage::Looked | Stage::Stopped) {
            return;
        }
        *stage = Stage::Running;
    }
    let (handle, import) = (app.handle.clone(), Arc::clone(import));
    tokio::spawn(async move {
        let progress = |done| import.done.store(done, Ordering::Relaxed);
        let came = crate::import::bring::bring_in(&handle, by, language, &import.brought.people, progress).await;
        *locked(&import.stage) = match came {
            Ok(came) => Stage::Came(came),
            Err(refused) => {
                tracing::warn!(%refused, "an import stopped");
                Stage::Stopped
            }
        };
    });
}

/// What is wrong with a whole file, in the visitor's words.
fn refused(words: crate::web::words::Words, error: &ImportError) -> String {
    match error {
        ImportError::TooLarge { .. } => words.t("import-too-large"),
        ImportError::NotUtf8 => words.t("import-not-utf8"),
        ImportError::NoHeader => words.t("import-empty"),
        ImportError::TooManyRows { most } => words.t1("import-too-many", "most", most),
        ImportError::SheetColumns { missing, .. } => words.t1("import-columns-missing", "columns", missing.join(", ")),
        ImportError::NoSheet(_) | ImportError::NobodyNamed => words.t("import-needs-people"),
        ImportError::ColumnTwice { column } | ImportError::MapItem { item: column } => {
            words.t1("import-column-twice", "column", column)
        }
        _ => words.t("import-unreadable"),
    }
}
