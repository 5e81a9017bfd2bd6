//! The templates that the demo begins with.

use std::{fs, io, path::Path};

/// File names and texts.
pub const FILES: [(&str, &str); 3] = [
    ("web.toml", include_str!("demo/web.toml")),
    ("box.toml", include_str!("demo/box.toml")),
    ("data.toml", include_str!("demo/data.toml")),
];

/// Makes the folder with the demo's templates, unless it is there: what somebody changed stays changed.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn seed(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    FILES.iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))
}
