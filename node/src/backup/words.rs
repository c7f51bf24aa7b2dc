//! Asking for the recovery words: on the terminal, or from a file that nobody else can read. Never from the command line,
//! which other users of the machine see.

use super::error::BackupError;
use crate::{
    runtime::{Root, WordsError, root},
    store::secret::read_secret,
};
use std::{
    fs::{File, OpenOptions},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
};
use zeroize::Zeroizing;

/// The terminal of whoever typed the command, wherever input and output go.
const TERMINAL: &str = "/dev/tty";

/// The root key of the words in `file`, or of those typed on the terminal.
///
/// # Errors
/// [`BackupError::Words`], [`BackupError::NoTerminal`], [`BackupError::NoWordsFile`], or a file that others can read.
pub fn read_words(file: Option<&Path>) -> Result<Root, BackupError> {
    let text = match file {
        Some(path) => {
            let bytes = read_secret(path)?.ok_or_else(|| BackupError::NoWordsFile(path.to_path_buf()))?;
            let text = std::str::from_utf8(&bytes).map_err(|_| WordsError::Count(0))?;
            Zeroizing::new(text.to_owned())
        }
        None => asked().map_err(BackupError::NoTerminal)?,
    };
    Ok(Root::from_words(&text)?)
}

fn asked() -> io::Result<Zeroizing<String>> {
    let mut terminal = OpenOptions::new().read(true).write(true).open(TERMINAL)?;
    write!(
        terminal,
        "Type the 24 recovery words, in their order, with spaces between. Several lines are fine; look that nobody \
         reads along.\n> "
    )?;
    terminal.flush()?;
    typed(&terminal)
}

/// Reads lines until there are enough words, or an empty line.
fn typed(terminal: &File) -> io::Result<Zeroizing<String>> {
    let mut lines = BufReader::new(terminal.take(root::MAX_WORDS_BYTES));
    // Room for all of it at once, so that no copy of the words stays behind in memory that was given back.
    let mut text = Zeroizing::new(String::with_capacity(root::MAX_WORDS_BYTES as usize));
    loop {
        let before = text.len();
        lines.read_line(&mut text)?;
        let ended = text[before..].trim().is_empty();
        if ended || text.split_whitespace().filter(|word| word.contains(char::is_alphabetic)).count() >= root::WORDS {
            return Ok(text);
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::store::secret::write_secret;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_of_words_is_private() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("words");
        assert!(matches!(read_words(Some(&path)), Err(BackupError::NoWordsFile(_))));
        let root = Root::random().unwrap();
        write_secret(&path, root.words().as_bytes()).unwrap();
        assert_eq!(read_words(Some(&path)).unwrap().community(), root.community());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(read_words(Some(&path)), Err(BackupError::Store(_))));
    }

    #[test]
    fn lines_are_read_until_there_are_enough_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("typed");
        let words = Root::random().unwrap().words();
        let lines = words.replacen(' ', "\n", 5);
        std::fs::write(&path, format!("{lines}\nand what is typed later")).unwrap();
        let read = typed(&File::open(&path).unwrap()).unwrap();
        assert_eq!(read.split_whitespace().collect::<Vec<_>>().join(" "), *words);
        std::fs::write(&path, "one two\n\nthree").unwrap();
        assert_eq!(typed(&File::open(&path).unwrap()).unwrap().trim(), "one two");
    }
}
