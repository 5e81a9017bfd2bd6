//! The templates that the demo begins with.

use std::{fs, io, path::Path};

/// File names and texts.
pub const FILES: [(&str, &str); 3] = [
    ("web.toml", include_str!("demo/web.toml")),
    ("box.toml", include_str!("demo/box.toml")),
    ("data.toml", include_str!("demo/data.toml")),
];

/// Those of the demo on Kubernetes. `IMAGE` stands for the image.
pub const KUBERNETES_FILES: [(&str, &str); 2] = [
    ("web.toml", include_str!("demo/kubernetes/web.toml")),
    ("box.toml", include_str!("demo/kubernetes/box.toml")),
];

/// Makes the folder with the demo's templates, unless it is there: what somebody changed stays changed.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn seed(folder: &Path) -> io::Result<()> {
    write(folder, FILES.into_iter().map(|(name, text)| (name, text.to_owned())))
}

/// The same, for the demo on Kubernetes with that image.
///
/// # Errors
/// The folder or a file cannot be written.
pub fn seed_kubernetes(folder: &Path, image: &str) -> io::Result<()> {
    write(folder, KUBERNETES_FILES.into_iter().map(|(name, text)| (name, text.replace("IMAGE", image))))
}

fn write<'a>(folder: &Path, mut files: impl Iterator<Item = (&'a str, String)>) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    fs::create_dir_all(folder)?;
    files.try_for_each(|(name, text)| fs::write(folder.join(name), text))
}
