//! HAL: links that say where something is and what its reader may do with it now.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// A link of `_links`, by its relation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// The method to follow it with; `GET` when it is left out. A link with another method is there only while its
    /// reader may do that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<&'static str>,
    /// What following it does, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'static str>,
    /// Whether `href` is a template (RFC 6570) to be filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub templated: Option<bool>,
}

impl Link {
    /// A link to look at something.
    pub fn to(href: impl Into<String>) -> Self {
        Self { href: href.into(), method: None, title: None, templated: None }
    }

    /// A link that does something.
    pub fn act(method: &'static str, href: impl Into<String>, title: &'static str) -> Self {
        Self { method: Some(method), title: Some(title), ..Self::to(href) }
    }
}

/// A name as it stands in an address, as one part of a path or as a value.
pub fn segment(name: &str) -> String {
    let written: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    // A colon may stand as it is, and ids that have one are read by people.
    written.replace('+', "%20").replace("%3A", ":")
}

/// The links of a resource.
#[derive(Debug, Clone, Default)]
pub struct Links(BTreeMap<String, Link>);

impl Links {
    /// A resource's own address.
    pub fn own(href: impl Into<String>) -> Self {
        Self::default().with("self", Link::to(href))
    }

    /// Adds a link.
    pub fn with(mut self, rel: &str, link: Link) -> Self {
        self.0.insert(rel.to_owned(), link);
        self
    }

    /// Adds a link if that holds.
    pub fn with_if(self, holds: bool, rel: &str, link: Link) -> Self {
        if holds { self.with(rel, link) } else { self }
    }

    /// As a resource has them.
    pub fn done(self) -> BTreeMap<String, Link> {
        self.0
    }
}
