//! What a command is, as constant data: its path, its arguments, and the words that explain it.

/// One command of the catalogue. Parser, help, completion, forms and documents all read this and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// The words that call it, without the slash: `["env", "request"]`.
    pub path: &'static [&'static str],
    /// Other paths that mean the same command.
    pub aliases: &'static [&'static [&'static str]],
    /// One line, 1 to 100 characters, for lists.
    pub summary: &'static str,
    /// Longer help in plain sentences; may be empty.
    pub about: &'static str,
    /// Whole lines that parse, the most usual first.
    pub examples: &'static [&'static str],
    /// Who it is for. This guides help and documents; rights are checked where the command is performed.
    pub access: Access,
    /// The arguments, positional ones first, in the order in which they are written.
    pub args: &'static [Arg],
    /// Whether further `name=value` words are allowed.
    pub parameters: Parameters,
    /// False for commands that help and documents leave out.
    pub listed: bool,
}

/// Who a command is meant for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Everybody who may use the bot.
    Member,
    /// People who decide on requests.
    Approver,
    /// People who run the platform.
    Admin,
}

/// Whether a command takes `name=value` words beyond its own arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameters {
    /// It does not.
    None,
    /// They are the parameters of the template that the named argument holds.
    OfTemplate(&'static str),
    /// They are parameters of what was asked for by the request that the named argument holds.
    OfSubject(&'static str),
}

/// What kind of value an argument holds, and so how it is checked, completed and asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A template's name.
    Template,
    /// An environment's name.
    Name,
    /// An environment's name, or an id such as `req_…` or `ext_…`.
    Subject,
    /// The name of a stored SSH key.
    KeyName,
    /// The name of a token of the API.
    Token,
    /// An SSH public key, as in an `authorized_keys` file.
    Key,
    /// Free text, at most [`crate::values::TEXT_MAX`] characters.
    Text,
    /// A person as the chat platform writes them, `me`, or `all`.
    Person,
    /// The name of a team.
    Team,
    /// The name of one of the template's sizes.
    Size,
    /// Processor time: `500m` or `2`.
    Cpu,
    /// Memory or storage: `4Gi`.
    Bytes,
    /// A length of time: `90m`, `8h`, `3d`, `2w`.
    Span,
    /// A moment in the person's own zone: `2026-12-01 18:00`.
    When,
    /// A whole number, zero or more.
    Number,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// The name of a command or of a group of commands.
    Command,
}

impl Kind {
    /// A value of this kind as people would write it, for usage lines and placeholders.
    pub fn example(self) -> &'static str {
        match self {
            Kind::Template => "web",
            Kind::Name | Kind::Subject => "web-1",
            Kind::KeyName | Kind::Token => "laptop",
            Kind::Key => "ssh-ed25519 AAAA… you@laptop",
            Kind::Text => "…",
            Kind::Person => "@kim",
            Kind::Team => "shop",
            Kind::Size => "small",
            Kind::Cpu => "2",
            Kind::Bytes => "4Gi",
            Kind::Span => "3d",
            Kind::When => "\"2026-12-01 18:00\"",
            Kind::Number => "3",
            Kind::Choice(choices) => choices.first().copied().unwrap_or(""),
            Kind::Command => "env request",
        }
    }
}

/// One argument of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arg {
    /// The name, as in `name=value`.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether the command can be performed without it.
    pub required: bool,
    /// Whether it may be written without its name, in its place.
    pub positional: bool,
    /// Whether it takes the rest of the line as text.
    pub rest: bool,
    /// Whether a bare word that reads as its kind is taken for it: `3d` for `for=3d`.
    pub bare: bool,
    /// Whether only buttons give it, so that people are not offered it.
    pub by_button: bool,
    /// Another argument that may not be given at the same time.
    pub excludes: Option<&'static str>,
    /// What a form writes above the field; empty means the name itself.
    pub label: &'static str,
    /// One line of help, 1 to 100 characters.
    pub help: &'static str,
}

impl Arg {
    /// An argument that must be given.
    pub const fn required(name: &'static str, kind: Kind, help: &'static str) -> Self {
        let (positional, rest, bare, by_button) = (false, false, false, false);
        Self {
            name,
            kind,
            required: true,
            positional,
            rest,
            bare,
            by_button,
            excludes: None,
            label: "",
            help,
        }
    }

    /// An argument that may be left out.
    pub const fn optional(name: &'static str, kind: Kind, help: &'static str) -> Self {
        let arg = Self::required(name, kind, help);
        Self { required: false, ..arg }
    }

    /// May be written without its name, in its place.
    pub const fn positional(self) -> Self {
        Self { positional: true, ..self }
    }

    /// Takes the rest of the line as text; it is then also positional, and the last.
    pub const fn rest(self) -> Self {
        Self { positional: true, rest: true, ..self }
    }

    /// A bare word that reads as its kind is taken for it.
    pub const fn bare(self) -> Self {
        Self { bare: true, ..self }
    }

    /// Only buttons give it.
    pub const fn by_button(self) -> Self {
        Self { by_button: true, ..self }
    }

    /// May not be given together with the other argument.
    pub const fn excludes(self, other: &'static str) -> Self {
        Self { excludes: Some(other), ..self }
    }

    /// What a form writes above the field.
    pub const fn label(self, label: &'static str) -> Self {
        Self { label, ..self }
    }
}

impl Spec {
    /// What most commands share; the others are written over it with `..Spec::BASE`.
    pub const BASE: Spec = Spec {
        path: &[],
        aliases: &[],
        summary: "",
        about: "",
        examples: &[],
        access: Access::Member,
        args: &[],
        parameters: Parameters::None,
        listed: true,
    };

    /// The path with its slash: `/env request`.
    pub fn name(&self) -> String {
        format!("/{}", self.path.join(" "))
    }

    /// The declared argument of this name.
    pub fn arg(&self, name: &str) -> Option<&'static Arg> {
        self.args.iter().find(|arg| arg.name == name)
    }

    /// The arguments that people give: all but those of buttons.
    pub fn given(&self) -> impl Iterator<Item = &'static Arg> + use<> {
        self.args.iter().filter(|arg| !arg.by_button)
    }

    /// Whether further `name=value` words are allowed.
    pub fn takes_parameters(&self) -> bool {
        self.parameters != Parameters::None
    }

    /// The whole form of the line: `/env extend <name> for=3d <reason …>`.
    pub fn usage(&self) -> String {
        let mut parts = vec![self.name()];
        let excluded = |arg: &Arg| self.args.iter().any(|other| other.excludes == Some(arg.name));
        for arg in self.args.iter().filter(|arg| arg.positional && !arg.rest) {
            parts.push(if arg.required { format!("<{}>", arg.name) } else { format!("[{}]", arg.name) });
        }
        if self.takes_parameters() {
            parts.push("[name=value …]".to_owned());
        }
        for arg in self.given().filter(|arg| !arg.positional && !excluded(arg)) {
            let mut text = format!("{}={}", arg.name, arg.kind.example());
            if let Some(other) = arg.excludes.and_then(|name| self.arg(name)) {
                text = format!("{text} | {}={}", other.name, other.kind.example());
            }
            parts.push(if arg.required { text } else { format!("[{text}]") });
        }
        for arg in self.args.iter().filter(|arg| arg.rest) {
            let name = arg.name.replace('_', " ");
            parts.push(if arg.required { format!("<{name} …>") } else { format!("[{name} …]") });
        }
        parts.join(" ")
    }
}
