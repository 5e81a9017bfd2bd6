//! What can be requested now: the templates as last read without a fault.

use std::sync::Arc;

use crate::domain::template::Template;

/// The templates in force. A lease keeps the terms that it was granted, whatever happens here later.
pub trait Templates: Send + Sync {
    /// Every template, by name.
    fn all(&self) -> Vec<Arc<Template>>;

    /// The template of that name.
    fn named(&self, name: &str) -> Option<Arc<Template>> {
        self.all().into_iter().find(|template| template.name == name)
    }
}
