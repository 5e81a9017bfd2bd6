//! What kind of trouble a platform has with a call of ours: what helps.

/// What helps against a trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The platform is busy, slow, away, or asks us to wait: the same again, later.
    Passing,
    /// This person cannot be reached there: another way.
    Person,
    /// The channel does not take our messages: an operator has to let the app into it, or to name another one.
    Channel,
    /// The token is no good, or may not do this: an operator has to renew it, or to install the app again.
    Token,
    /// The message, the form or its moment is gone: a new one.
    Message,
    /// What we sent is wrong: a defect of Sublet.
    Ours,
    /// A word that is not in the table.
    Unknown,
}
