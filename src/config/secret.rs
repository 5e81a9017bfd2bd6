//! Secrets: from a variable or a file, never from the configuration file itself, never shown.

use secrecy::SecretString;

use super::Sources;
use crate::document::{Section, Wrong};

/// The secret `value`: brought by its own `SUBLET__…` variable, or from wherever `env` or `file` say.
pub(super) fn read(
    section: &Section<'_>,
    [value, env, file]: [&'static str; 3],
    sources: &Sources,
) -> Option<SecretString> {
    let right = format!("Write {env} with the name of a variable, or {file} with a path.");
    let direct = section.secret(value, &right).map(SecretString::from);
    let named = named(section, env, file, sources).map(|(_, secret)| secret);
    direct.or(named)
}

/// A secret from the variable or the file that these keys name, with the key that named it.
pub(super) fn named(
    section: &Section<'_>,
    env: &'static str,
    file: &'static str,
    sources: &Sources,
) -> Option<(&'static str, SecretString)> {
    let variable = section.parse(env, |name| from_variable(name, sources));
    let text = section.parse(file, |path| from_file(path, sources));
    if section.has(env) && section.has(file) {
        section.fault(file, Wrong::new(format!("{env} and {file} are both given."), "Keep one of them."));
    }
    let variable = variable.map(|secret| (env, SecretString::from(secret)));
    variable.or_else(|| text.map(|secret| (file, SecretString::from(secret))))
}

fn from_variable(name: &str, sources: &Sources) -> Result<String, Wrong> {
    match sources.variables.get(name) {
        Some(value) if !value.trim().is_empty() => Ok(value.clone()),
        Some(_) => Err(Wrong::new(format!("The variable {name} is empty."), "Put the secret into it.")),
        None => Err(Wrong::new(
            format!("There is no variable {name}."),
            "Set it, or write the name of the variable that holds the secret (never the secret).",
        )),
    }
}

fn from_file(path: &str, sources: &Sources) -> Result<String, Wrong> {
    let path = sources.path(path);
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let wrong = format!("{} cannot be read: {error}.", path.display());
        Wrong::new(wrong, "Name a file that holds the secret and nothing else.")
    })?;
    // Editors and `echo` end a file with a line break that nobody means.
    let secret = text.trim_end_matches(['\r', '\n']);
    if secret.is_empty() {
        return Err(Wrong::new(format!("{} is empty.", path.display()), "Put the secret into it."));
    }
    Ok(secret.to_owned())
}
