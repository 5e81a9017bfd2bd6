//! The language people type to Sublet: one catalogue, from which parser, help, completion and forms come.
//!
//! A command is a `Spec` (constant data), a struct (what was meant) and a `read` (from named values to the
//! struct), in one file. `CATALOG` lists them all, and everything else here loops over it. This crate knows
//! syntax only: that `3d` is a well-formed span, not whether three days are allowed.

pub mod admin;
pub mod audit;
pub mod complete;
pub mod env;
pub mod form;
pub mod help;
pub mod key;
pub mod line;
pub mod quota;
pub mod render;
pub mod spec;
pub mod template;
pub mod token;
pub mod units;
pub mod usage;
pub mod values;

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use admin::{AdminErase, AdminLink, AdminPeople, AdminRemove, AdminRestore, AdminRole, AdminTeam};
pub use audit::Audit;
pub use env::{
    EnvAccept, EnvApprove, EnvBreakGlass, EnvDelegate, EnvExtend, EnvLink, EnvList, EnvOffer, EnvReject,
    EnvRelease, EnvRequest, EnvRetry, EnvShow, EnvSsh, EnvWhy, EnvWithdraw, Lasts,
};
pub use help::Help;
pub use key::{KeyAdd, KeyList, KeyRemove};
pub use quota::{QuotaGrant, QuotaRequest, QuotaRevoke, QuotaSet, QuotaShow};
pub use spec::{Access, Arg, Kind, Parameters, Spec};
pub use template::{TemplateList, TemplateShow};
pub use token::{TokenCreate, TokenList, TokenRevoke};
pub use usage::UsageError;
pub use values::{Reader, Values, read_values};

/// What a line cannot say itself: when it is read, and in whose zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The moment at which the command was given.
    pub now: DateTime<Utc>,
    /// The person's own time zone.
    pub zone: chrono_tz::Tz,
}

/// One command: its description, its reader, and the way back to a line.
pub trait Command: Sized {
    /// Everything that help, completion, forms and documents say about it.
    const SPEC: Spec;

    /// Makes the command from named values, which were already checked against `SPEC`.
    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError>;

    /// The values that `read` would make the same command from.
    fn pairs(&self) -> Pairs;

    /// The variant of [`Invocation`] that holds it.
    fn into_invocation(self) -> Invocation;

    /// A line that parses to the same command: what buttons and forms carry.
    fn to_line(&self) -> String {
        line::write(&Self::SPEC, self.pairs())
    }
}

/// Values by name, built up in the order in which a line shows them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// Adds a value.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push((name.to_owned(), value.to_string()));
        self
    }

    /// Adds a value if there is one.
    pub fn maybe(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }
}

/// A command that was understood, with everything that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invocation {
    /// Ask for a new environment.
    EnvRequest(EnvRequest),
    /// List environments.
    EnvList(EnvList),
    /// Show one environment.
    EnvShow(EnvShow),
    /// Tell how to log in.
    EnvSsh(EnvSsh),
    /// Ask for more time.
    EnvExtend(EnvExtend),
    /// Give an environment back.
    EnvRelease(EnvRelease),
    /// Take a request back before it is decided.
    EnvWithdraw(EnvWithdraw),
    /// Be the same person on another platform.
    EnvLink(EnvLink),
    /// Tell the story of an environment from the audit.
    EnvWhy(EnvWhy),
    /// Approve a request or an extension.
    EnvApprove(EnvApprove),
    /// Reject a request or an extension.
    EnvReject(EnvReject),
    /// Offer less than was asked for.
    EnvOffer(EnvOffer),
    /// Take what is offered.
    EnvAccept(EnvAccept),
    /// Approve alone, in an emergency.
    EnvBreakGlass(EnvBreakGlass),
    /// Let somebody review while one is away.
    EnvDelegate(EnvDelegate),
    /// Try a failed step again.
    EnvRetry(EnvRetry),
    /// Store an SSH public key.
    KeyAdd(KeyAdd),
    /// List stored keys.
    KeyList(KeyList),
    /// Remove a stored key.
    KeyRemove(KeyRemove),
    /// Show quotas.
    QuotaShow(QuotaShow),
    /// Set limits.
    QuotaSet(QuotaSet),
    /// Give more for a while.
    QuotaGrant(QuotaGrant),
    /// Take a temporary quota back.
    QuotaRevoke(QuotaRevoke),
    /// Ask for more for a while.
    QuotaRequest(QuotaRequest),
    /// List templates.
    TemplateList(TemplateList),
    /// Show one template.
    TemplateShow(TemplateShow),
    /// Make a token of the API.
    TokenCreate(TokenCreate),
    /// List tokens.
    TokenList(TokenList),
    /// Revoke a token.
    TokenRevoke(TokenRevoke),
    /// Give or take a role.
    AdminRole(AdminRole),
    /// Put somebody into a team, or take them out.
    AdminTeam(AdminTeam),
    /// Say whose an account is.
    AdminLink(AdminLink),
    /// Show who is known.
    AdminPeople(AdminPeople),
    /// Remove somebody.
    AdminRemove(AdminRemove),
    /// Let somebody come back.
    AdminRestore(AdminRestore),
    /// Forget what is known of somebody.
    AdminErase(AdminErase),
    /// Read the audit log.
    Audit(Audit),
    /// Explain commands.
    Help(Help),
}

impl Invocation {
    /// The description of this command.
    pub fn spec(&self) -> &'static Spec {
        self.described().0
    }

    /// A line that parses to the same command.
    pub fn to_line(&self) -> String {
        let (spec, pairs) = self.described();
        line::write(spec, pairs)
    }

    /// The values that make the same command, for a form's hidden fields.
    pub fn pairs(&self) -> Vec<(String, String)> {
        self.described().1.0
    }

    fn described(&self) -> (&'static Spec, Pairs) {
        fn of<C: Command>(command: &C) -> (&'static Spec, Pairs) {
            (&C::SPEC, command.pairs())
        }
        match self {
            Self::EnvRequest(c) => of(c),
            Self::EnvList(c) => of(c),
            Self::EnvShow(c) => of(c),
            Self::EnvSsh(c) => of(c),
            Self::EnvExtend(c) => of(c),
            Self::EnvRelease(c) => of(c),
            Self::EnvWithdraw(c) => of(c),
            Self::EnvLink(c) => of(c),
            Self::EnvWhy(c) => of(c),
            Self::EnvApprove(c) => of(c),
            Self::EnvReject(c) => of(c),
            Self::EnvOffer(c) => of(c),
            Self::EnvAccept(c) => of(c),
            Self::EnvBreakGlass(c) => of(c),
            Self::EnvDelegate(c) => of(c),
            Self::EnvRetry(c) => of(c),
            Self::KeyAdd(c) => of(c),
            Self::KeyList(c) => of(c),
            Self::KeyRemove(c) => of(c),
            Self::QuotaShow(c) => of(c),
            Self::QuotaSet(c) => of(c),
            Self::QuotaGrant(c) => of(c),
            Self::QuotaRevoke(c) => of(c),
            Self::QuotaRequest(c) => of(c),
            Self::TemplateList(c) => of(c),
            Self::TemplateShow(c) => of(c),
            Self::TokenCreate(c) => of(c),
            Self::TokenList(c) => of(c),
            Self::TokenRevoke(c) => of(c),
            Self::AdminRole(c) => of(c),
            Self::AdminTeam(c) => of(c),
            Self::AdminLink(c) => of(c),
            Self::AdminPeople(c) => of(c),
            Self::AdminRemove(c) => of(c),
            Self::AdminRestore(c) => of(c),
            Self::AdminErase(c) => of(c),
            Self::Audit(c) => of(c),
            Self::Help(c) => of(c),
        }
    }
}

/// A command in the catalogue, with its type left out.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its description.
    pub spec: &'static Spec,
    /// Its reader.
    pub read: fn(&mut Reader<'_>) -> Result<Invocation, UsageError>,
}

const fn entry<C: Command>() -> Entry {
    fn read<C: Command>(from: &mut Reader<'_>) -> Result<Invocation, UsageError> {
        C::read(from).map(C::into_invocation)
    }
    Entry { spec: &C::SPEC, read: read::<C> }
}

/// Every command. The order here is the order in every document.
pub const CATALOG: &[Entry] = &[
    entry::<EnvRequest>(),
    entry::<EnvList>(),
    entry::<EnvShow>(),
    entry::<EnvSsh>(),
    entry::<EnvExtend>(),
    entry::<EnvRelease>(),
    entry::<EnvWithdraw>(),
    entry::<EnvLink>(),
    entry::<EnvWhy>(),
    entry::<EnvApprove>(),
    entry::<EnvReject>(),
    entry::<EnvOffer>(),
    entry::<EnvAccept>(),
    entry::<EnvBreakGlass>(),
    entry::<EnvDelegate>(),
    entry::<EnvRetry>(),
    entry::<KeyAdd>(),
    entry::<KeyList>(),
    entry::<KeyRemove>(),
    entry::<QuotaShow>(),
    entry::<QuotaSet>(),
    entry::<QuotaGrant>(),
    entry::<QuotaRevoke>(),
    entry::<QuotaRequest>(),
    entry::<TemplateList>(),
    entry::<TemplateShow>(),
    entry::<TokenCreate>(),
    entry::<TokenList>(),
    entry::<TokenRevoke>(),
    entry::<AdminRole>(),
    entry::<AdminTeam>(),
    entry::<AdminLink>(),
    entry::<AdminPeople>(),
    entry::<AdminRemove>(),
    entry::<AdminRestore>(),
    entry::<AdminErase>(),
    entry::<Audit>(),
    entry::<Help>(),
];

/// The command with exactly this path or alias.
pub fn find(path: &[&str]) -> Option<&'static Entry> {
    CATALOG.iter().find(|entry| entry.spec.path == path || entry.spec.aliases.contains(&path))
}

/// The commands below this first word: all of `env`, for example.
pub fn group(first: &str) -> impl Iterator<Item = &'static Entry> {
    CATALOG.iter().filter(move |entry| entry.spec.path.first() == Some(&first))
}

/// The first words of all commands, each once, in the order of the catalogue.
pub fn groups() -> Vec<&'static str> {
    let mut firsts: Vec<&'static str> = Vec::new();
    for first in CATALOG.iter().filter_map(|entry| entry.spec.path.first()) {
        if !firsts.contains(first) {
            firsts.push(first);
        }
    }
    firsts
}

/// The canonical name of a group or command, as in `env` or `env request`, from how somebody wrote it.
pub(crate) fn find_topic(text: &str) -> Result<String, values::Wrong> {
    let words: Vec<String> =
        text.split_whitespace().map(|word| word.trim_start_matches('/').to_lowercase()).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
    if let Some(entry) = find(&words) {
        return Ok(entry.spec.path.join(" "));
    }
    if let [one] = words.as_slice() {
        if groups().contains(one) {
            return Ok((*one).to_owned());
        }
        // "/help extend" leaves out the group, which is clear when only one group knows the word.
        let paths = |spec: &'static Spec| std::iter::once(&spec.path).chain(spec.aliases);
        let knows = |entry: &&Entry| paths(entry.spec).any(|path| path.get(1) == Some(one));
        let mut known = CATALOG.iter().filter(knows);
        if let (Some(entry), None) = (known.next(), known.next()) {
            return Ok(entry.spec.path.join(" "));
        }
    }
    let all: Vec<String> = CATALOG
        .iter()
        .map(|entry| entry.spec.path.join(" "))
        .chain(groups().iter().map(ToString::to_string))
        .collect();
    let wrong = words.join(" ");
    let last = |name: &&String| name.split(' ').next_back() == words.last().copied();
    let near = usage::nearest(&wrong, all.iter().map(String::as_str))
        .or_else(|| all.iter().find(last).map(String::as_str))
        .map(str::to_owned);
    Err(values::Wrong::new(
        format!("There is no command `/{}`.", values::clip(&wrong)),
        "`/help` lists all commands.",
    )
    .suggest(near))
}
