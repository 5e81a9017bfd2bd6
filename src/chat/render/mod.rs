//! What the platforms' ways of showing things have in common: how long words are and how they are cut, signs, forms.

pub mod form;
#[cfg(test)]
pub mod hostile;
pub mod measure;
pub mod signs;
pub mod text;
pub mod words;
