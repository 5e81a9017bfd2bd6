//! Letters by SMTP, or into a folder: the two adapters of the mail port.

mod compose;
mod folder;
mod reply;
mod settings;
mod smtp;

use std::sync::Arc;

pub use folder::{Folder, Kept};
pub use settings::{Fault, Security, Settings, Smtp, Transport};

use crate::ports::clock::Clock;
use crate::ports::mail::Mail;

/// Opens the transport that the settings name; inside a tokio runtime, which tends the kept connections.
/// Nothing is connected to before the first letter.
///
/// # Errors
/// A [`Fault`] names the setting that cannot work and says what would.
pub fn open(settings: &Settings, clock: Arc<dyn Clock>) -> Result<Arc<dyn Mail>, Fault> {
    let composer = compose::Composer::new(&settings.from, clock)?;
    Ok(match &settings.transport {
        Transport::Smtp(server) => Arc::new(smtp::Server::new(server, composer)?),
        Transport::Folder(path) => Arc::new(folder::FolderMail::new(path, composer)?),
    })
}
