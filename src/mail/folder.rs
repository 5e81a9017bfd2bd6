//! Letters into a folder: for the demo, which shows them on its page, and for evaluation.

use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tokio::fs;

use super::compose::{Composer, atom};
use super::settings::Fault;
use crate::domain::Instant;
use crate::ports::Failure;
use crate::ports::mail::{Letter, Mail};

/// A letter that was kept, as it can be shown to a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// When it was handed over first.
    pub at: Instant,
    /// Address of the recipient.
    pub to: String,
    /// Name of the recipient.
    pub name: String,
    /// Its one line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// The same as HTML, if there is one.
    pub html: Option<String>,
    /// The letter's stable id.
    pub key: String,
}

/// Reads the letters that were kept in a folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// The folder at this path; it need not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// All letters, oldest first. A folder that is not there holds none.
    ///
    /// # Errors
    /// When the folder or a letter in it cannot be read.
    pub async fn letters(&self) -> io::Result<Vec<Kept>> {
        let mut entries = match fs::read_dir(&self.path).await {
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut letters: Vec<Kept> = Vec::new();
        while let Some(entry) = entries.next_entry().await? {
            if entry.path().extension().is_some_and(|extension| extension == "json") {
                letters.push(serde_json::from_slice(&fs::read(entry.path()).await?)?);
            }
        }
        letters.sort_by(|a, b| (a.at, &a.key).cmp(&(b.at, &b.key)));
        Ok(letters)
    }
}

/// The transport that keeps letters in a folder: `KEY.eml` as a mail program opens it, `KEY.json` for [`Folder`].
pub(super) struct FolderMail {
    path: PathBuf,
    composer: Composer,
}

impl FolderMail {
    pub(super) fn new(path: &Path, composer: Composer) -> Result<Self, Fault> {
        std::fs::create_dir_all(path)
            .map_err(|fault| Fault::new("folder", format!("{} cannot be made: {fault}", path.display())))?;
        Ok(Self { path: path.to_owned(), composer })
    }

    /// Writes a whole file or nothing.
    async fn write(&self, name: &str, content: &[u8]) -> io::Result<()> {
        let unfinished = self.path.join(format!("{name}.part"));
        fs::write(&unfinished, content).await?;
        fs::File::open(&unfinished).await?.sync_all().await?;
        fs::rename(&unfinished, self.path.join(name)).await
    }

    async fn keep(&self, letter: &Letter, message: &[u8]) -> io::Result<()> {
        let name = atom(&letter.key);
        if fs::try_exists(self.path.join(format!("{name}.json"))).await? {
            // The same letter again: it was handed over, only the news of it was lost.
            return Ok(());
        }
        let Letter { to, name: person, subject, text, html, key } = letter.clone();
        let kept = Kept { at: self.composer.now(), to, name: person, subject, text, html, key };
        self.write(&format!("{name}.eml"), message).await?;
        self.write(&format!("{name}.json"), &serde_json::to_vec_pretty(&kept)?).await
    }
}

#[async_trait]
impl Mail for FolderMail {
    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let message = self.composer.compose(letter)?.formatted();
        self.keep(letter, &message)
            .await
            .map_err(|fault| Failure::later(format!("the letter could not be kept in the folder: {fault}")))
    }
}
