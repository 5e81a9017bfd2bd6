//! Everything known about one request at one moment: what its cards are made from.

use super::People;
use crate::{
    domain::{extension::Extension, ids::PersonId, lease::Lease, request::Request},
    ports::chat::{Block, Text},
    values,
};

/// A request, the lease it became, the latest extension asked for it, and the people in it.
#[derive(Debug, Clone)]
pub struct Story {
    /// The request.
    pub request: Request,
    /// The lease, once approved.
    pub lease: Option<Lease>,
    /// The latest extension.
    pub extension: Option<Extension>,
    /// The people mentioned.
    pub people: People,
}

impl Story {
    /// Whose it is now: of whoever asked for it, unless it was handed over.
    pub fn owner(&self) -> &PersonId {
        self.lease.as_ref().map_or(&self.request.requester, |lease| &lease.owner)
    }

    /// Whether it went to somebody else, because whoever asked for it left.
    pub fn handed_over(&self) -> bool {
        *self.owner() != self.request.requester
    }

    /// What was asked for, as fields.
    pub fn asked(&self) -> Vec<(String, Text)> {
        let request = &self.request;
        let mut fields = vec![
            ("Template".to_owned(), Text::plain(request.template.clone())),
            ("Size".to_owned(), Text::plain(super::sizes(&request.parameters))),
        ];
        match request.until {
            Some(until) => fields.push(("Until".to_owned(), Text::default().time(until))),
            None => fields.push(("For".to_owned(), Text::plain(values::say_span(request.span)))),
        }
        if let Some(reason) = &request.reason {
            fields.push(("Reason".to_owned(), Text::plain(reason.clone())));
        }
        fields
    }

    /// The end and the way in, as fields, once there are any.
    pub fn held(&self) -> Vec<(String, Text)> {
        let Some(lease) = &self.lease else { return Vec::new() };
        lease.ends_at().map(|at| ("Ends".to_owned(), Text::default().time(at))).into_iter().collect()
    }

    /// How to log in, as blocks, once it was ready.
    pub fn access(&self) -> Vec<Block> {
        self.lease
            .as_ref()
            .and_then(|lease| lease.access.as_ref())
            .map_or_else(Vec::new, super::access::blocks)
    }
}
