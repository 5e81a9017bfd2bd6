//! Commands about templates, one file each.

mod list;
mod show;

pub use list::TemplateList;
pub use show::TemplateShow;
