//! The command line of `sublet`.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use chrono::TimeDelta;
use clap::{CommandFactory, Parser, Subcommand};
use sublet::{
    api,
    clock::SystemClock,
    cluster::kubernetes,
    config::{Config, Controller, Sources, sources::variables},
    demo,
    document::{Fault, Faults, Place},
    domain::{
        Instant,
        audit::{Entry, Filter},
        chain::Head,
        workload::KUBERNETES,
    },
    mail,
    ports::templates::Templates,
    telemetry,
    templates::Folder,
    wiring::{self, check},
};

const EXIT_CODES: &str = "Exit codes:
  0  all went well
  1  something failed; the last line says what
  2  the command line, the configuration or a template is wrong; every fault was told";

/// The exit code for what an operator wrote and can mend.
const WRONG_INPUT: u8 = 2;

/// Borrow environments from chat: request, approve, use, extend, return.
#[derive(Debug, Parser)]
#[command(name = "sublet", version, after_help = EXIT_CODES)]
pub struct Cli {
    /// The configuration file [default: SUBLET_CONFIG, else ./sublet.toml if it is there]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Try everything on this machine: one process, SQLite, the chat console, local environments
    Demo {
        /// Where the demo keeps its data; the same folder shows the same messages again [default: sublet-demo;
        /// with --kube: sublet-demo-kube; the tour: a new folder that vanishes]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// The port of the page; 0 takes a free one
        #[arg(long, value_name = "PORT")]
        port: Option<u16>,
        /// Play the whole story in the terminal, with a real login, and end
        #[arg(long)]
        tour: bool,
        /// Make the environments on the cluster of the current kubeconfig, with your own rights there
        #[arg(long)]
        kube: bool,
        /// The image of the environments [default: sublet-ssh:1, as charts/images/ssh makes it]
        #[arg(long, value_name = "IMAGE", requires = "kube")]
        image: Option<String>,
    },
    /// Run what the configuration names
    Serve,
    /// Make environments on Kubernetes; reads only [kubernetes] and [telemetry]
    Controller,
    /// Bring the database's tables up to date, and end
    Migrate,
    /// Look into the audit log
    #[command(subcommand)]
    Audit(Audit),
    /// Tell everything that is wrong with the configuration and the templates
    CheckConfig,
    /// Look into one template
    #[command(subcommand)]
    Template(Template),
    /// Write a document that is made from the program itself
    #[command(subcommand)]
    Generate(Generate),
}

#[derive(Debug, Subcommand)]
enum Audit {
    /// See that no entry was changed, removed or moved; the first bad one is named
    Verify {
        /// The hash of an entry, as an earlier run told it and you kept it elsewhere
        #[arg(long, value_name = "HASH", requires = "seq")]
        head: Option<String>,
        /// The number of that entry
        #[arg(long, value_name = "N", requires = "head", value_parser = clap::value_parser!(i64).range(1..))]
        seq: Option<i64>,
    },
    /// Write the entries to the standard output, as JSON, one on a line
    Export(Wanted),
    /// Remove entries whose time is over; the chain goes on from the last of them
    Prune {
        /// How long entries are kept, such as 400d [default: audit.keep of the configuration]
        #[arg(long, value_name = "SPAN", value_parser = kept)]
        keep: Option<TimeDelta>,
    },
}

fn kept(text: &str) -> Result<TimeDelta, String> {
    commands::units::span(text).map_err(|wrong| wrong.to_string())
}

/// Which entries are wanted.
#[derive(Debug, clap::Args)]
struct Wanted {
    /// Only about this: an environment's name, or a handle with @
    #[arg(long, value_name = "NAME")]
    about: Option<String>,
    /// Only what this person did, by handle
    #[arg(long, value_name = "HANDLE")]
    who: Option<String>,
    /// Only this kind of entry, such as approved
    #[arg(long, value_name = "WORD")]
    what: Option<String>,
    /// Only from then on, such as 2026-12-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Instant>,
    /// Only before then
    #[arg(long, value_name = "TIME")]
    until: Option<Instant>,
}

#[derive(Debug, Subcommand)]
enum Template {
    /// Tell everything that is wrong with a template's file, and show what would be made of it, at each of its sizes
    Check {
        /// The file, such as templates/web.toml
        file: PathBuf,
        /// A value for a parameter, such as --with engine=mysql; may be repeated
        #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
        with: Vec<(String, String)>,
        /// Ask the configured API server whether it would take everything; nothing is changed there
        #[arg(long)]
        server: bool,
        /// The same, with this kubeconfig instead of the configured one
        #[arg(long, value_name = "PATH")]
        kubeconfig: Option<PathBuf>,
        /// The namespace in which everything is tried [default: the configured one]
        #[arg(long, value_name = "NAME")]
        namespace: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum Generate {
    /// COMMANDS.md: every command, with arguments and examples
    Commands,
    /// docs/access.md: who may do what
    Access,
    /// The definition of the `Environment` custom resource, for `kubectl apply`
    Crd,
    /// The manifest of the Slack app: for Socket Mode, or for Slack to call the bot
    SlackManifest {
        /// The address below which Slack reaches the bot, such as https://sublet.example.org
        #[arg(long, value_parser = reachable)]
        url: Option<String>,
    },
    /// The commands as Discord registers them, for whoever does that by hand
    DiscordCommands,
    /// The description of the REST API (OpenAPI 3.1), as the server tells it at /api-docs
    Openapi,
    /// Completion of this command line for a shell
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> ExitCode {
        let done = match &self.task {
            Task::Demo { data, port, tour, kube, image } => {
                let on =
                    kube.then_some(if *tour { demo::kube::TOUR_NAMESPACE } else { demo::kube::NAMESPACE });
                let play = if *tour { show_tour } else { demonstrate };
                play(data.as_deref(), *port, on, image.as_deref())
            }
            Task::Serve => self.serve(),
            Task::Controller => self.control(),
            Task::Migrate => self.migrate(),
            Task::Audit(Audit::Verify { head, seq }) => self.verify_audit(head.as_deref().zip(*seq)),
            Task::Audit(Audit::Export(wanted)) => self.export_audit(wanted),
            Task::Audit(Audit::Prune { keep }) => self.prune_audit(*keep),
            Task::CheckConfig => self.check_config(),
            Task::Template(Template::Check { file, with, server, kubeconfig, namespace }) => {
                let asked =
                    Asked { server: *server, kubeconfig: kubeconfig.clone(), namespace: namespace.clone() };
                self.check_template(file, with, asked)
            }
            Task::Generate(what) => generate(what).map_err(Trouble::from),
        };
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(Trouble::Wrong(faults)) => {
                eprintln!("{faults}");
                ExitCode::from(WRONG_INPUT)
            }
            Err(Trouble::Failed(error)) => {
                eprintln!("sublet: {error:#}");
                ExitCode::FAILURE
            }
        }
    }

    fn load(&self) -> Result<Config, Trouble> {
        let sources = Sources::gather(self.config.as_deref())?;
        Ok(Config::load(&sources)?)
    }

    fn serve(&self) -> Result<(), Trouble> {
        let config = self.load()?;
        telemetry::log(&config.telemetry)?;
        let metrics = telemetry::count()?;
        Ok(runtime()?.block_on(wiring::serve(&config, Some(metrics)))?)
    }

    fn control(&self) -> Result<(), Trouble> {
        let sources = Sources::gather(self.config.as_deref())?;
        let config = Controller::load(&sources)?;
        telemetry::log(&config.telemetry)?;
        let metrics = telemetry::count()?;
        Ok(runtime()?.block_on(wiring::controller(&config, Some(metrics)))?)
    }

    fn migrate(&self) -> Result<(), Trouble> {
        let config = self.load()?;
        runtime()?.block_on(wiring::migrate(&config))?;
        println!("The tables are up to date.");
        Ok(())
    }

    fn verify_audit(&self, checkpoint: Option<(&str, i64)>) -> Result<(), Trouble> {
        let config = self.load()?;
        let checkpoint = checkpoint.map(|(hash, seq)| Head { seq, hash: hash.to_ascii_lowercase() });
        let found = runtime()?.block_on(wiring::verify_audit(&config, checkpoint))?;
        let Head { seq, hash } = found.head;
        let entries = if seq == 1 { "entry" } else { "entries" };
        let removed =
            if found.floor > 0 { format!(", the first {} removed", found.floor) } else { String::new() };
        let erased = match found.sealed {
            0 => String::new(),
            count => format!(", the words of {count} erased"),
        };
        println!("{seq} {entries}{removed}{erased}, the chain is whole, head {hash}");
        Ok(())
    }

    fn export_audit(&self, wanted: &Wanted) -> Result<(), Trouble> {
        let config = self.load()?;
        let filter = Filter {
            about: wanted.about.clone(),
            what: wanted.what.as_deref().map(sublet::actions::audit::word),
            since: wanted.since,
            until: wanted.until,
            ..Filter::default()
        };
        let mut out = std::io::BufWriter::new(std::io::stdout());
        let mut take = |entry: &Entry| -> anyhow::Result<()> {
            serde_json::to_writer(&mut out, entry)?;
            Ok(out.write_all(b"\n")?)
        };
        runtime()?.block_on(wiring::export_audit(&config, filter, wanted.who.as_deref(), &mut take))?;
        Ok(out.flush().map_err(anyhow::Error::from)?)
    }

    fn prune_audit(&self, keep: Option<TimeDelta>) -> Result<(), Trouble> {
        let config = self.load()?;
        let gone = runtime()?.block_on(wiring::prune_audit(&config, keep))?;
        println!("{gone} entries were removed.");
        Ok(())
    }

    fn check_template(&self, file: &Path, with: &[(String, String)], asked: Asked) -> Result<(), Trouble> {
        let sources = Sources::gather(self.config.as_deref())?;
        let mut config = Controller::load(&sources)?;
        let server = asked.server || asked.kubeconfig.is_some();
        let access = &mut config.kubernetes.access;
        access.kubeconfig = asked.kubeconfig.or_else(|| access.kubeconfig.take());
        access.namespace = asked.namespace.unwrap_or_else(|| std::mem::take(&mut access.namespace));
        let seen = check::template(file, with, &config)?;
        print!("{}", seen.text);
        if server {
            let words = runtime()?.block_on(seen.ask(&config))??;
            eprintln!("{words}");
        }
        Ok(())
    }

    fn check_config(&self) -> Result<(), Trouble> {
        let config = self.load()?;
        let (folder, faults) = Folder::open(&config.templates.folder);
        let mut faults: Faults = faults.into_iter().collect();
        for template in folder.all() {
            faults.and(unusable(&config, &template.name, &template.provisioner));
        }
        faults.and(storage_classes(&config, &folder));
        faults.and(letters(&config)?);
        faults.or(())?;
        let names: Vec<String> = folder.all().iter().map(|template| template.name.clone()).collect();
        println!("The configuration is good.\n\n{}", config.summary());
        println!("{} templates: {}", names.len(), names.join(", "));
        Ok(())
    }
}

/// Which API server is asked about a template, and where.
struct Asked {
    server: bool,
    kubeconfig: Option<PathBuf>,
    namespace: Option<String>,
}

/// `name=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write NAME=VALUE, such as engine=mysql")?;
    Ok((name.to_owned(), value.to_owned()))
}

/// What only the mail adapter can judge: authorities, names that TLS takes.
fn letters(config: &Config) -> anyhow::Result<Faults> {
    let Some(settings) = &config.mail else { return Ok(Faults::none()) };
    // Its pool of connections lives and dies inside a runtime, even when nothing is ever connected to.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let opened = runtime.block_on(async { mail::open(settings, Arc::new(SystemClock)).map(drop) });
    let Err(fault) = opened else { return Ok(Faults::none()) };
    let (place, path) = (Place::Whole("configuration".to_owned()), format!("mail.{}", fault.setting));
    Ok(Faults::one(Fault { place, path, wrong: fault.why, right: String::new() }))
}

/// The demo; `on` is the namespace in the cluster, if it is to be on one.
fn demonstrate(
    data: Option<&Path>,
    port: Option<u16>,
    on: Option<&str>,
    image: Option<&str>,
) -> Result<(), Trouble> {
    let usual = if on.is_some() { "sublet-demo-kube" } else { "sublet-demo" };
    let config = demo_config(data.unwrap_or(Path::new(usual)), port, on)?;
    telemetry::log(&config.telemetry)?;
    let metrics = telemetry::count()?;
    Ok(runtime()?.block_on(demo::demo(&config, image, Some(metrics)))?)
}

/// The demo's tour. Its clock runs ahead, so it plays in a new folder unless one is named.
fn show_tour(
    data: Option<&Path>,
    port: Option<u16>,
    on: Option<&str>,
    image: Option<&str>,
) -> Result<(), Trouble> {
    let fresh = tempfile::tempdir().map_err(anyhow::Error::from)?;
    let config = demo_config(data.unwrap_or(fresh.path()), port.or(Some(0)), on)?;
    telemetry::log(&telemetry::Settings { filter: "error".to_owned(), ..config.telemetry.clone() })?;
    Ok(runtime()?.block_on(demo::tour(&config, image))?)
}

fn demo_config(data: &Path, port: Option<u16>, on: Option<&str>) -> Result<Config, Faults> {
    let mut settings = variables();
    if let Some(port) = port {
        settings.insert("SUBLET__SERVER__LISTEN".to_owned(), format!("127.0.0.1:{port}"));
    }
    if let Some(namespace) = on {
        demo::kube::settings(&mut settings, namespace);
    }
    Config::demo(data, settings)
}

fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Runtime::new()?)
}

/// A template whose provisioner is not there could be requested, but never made.
fn unusable(config: &Config, name: &str, provisioner: &str) -> Faults {
    let right = match provisioner {
        "local" if config.local.enabled => return Faults::none(),
        "local" => "Write enabled = true in the section [local] of the configuration.",
        KUBERNETES if config.kubernetes.enabled => return Faults::none(),
        KUBERNETES => "Write enabled = true in the section [kubernetes] of the configuration.",
        _ => "Write “local” or “kubernetes”.",
    };
    let path = config.templates.folder.join(format!("{name}.toml"));
    Faults::one(Fault {
        place: Place::Whole(path.display().to_string()),
        path: "provisioner".to_owned(),
        wrong: format!("There is no provisioner “{provisioner}” here, so nothing could be made."),
        right: right.to_owned(),
    })
}

/// A storage class for a template that is not there would never be taken.
fn storage_classes(config: &Config, folder: &Folder) -> Faults {
    let names = config.kubernetes.making.storage_classes.keys();
    let strange = names.filter(|name| folder.named(name).is_none());
    strange
        .map(|name| Fault {
            place: Place::Whole("configuration".to_owned()),
            path: format!("kubernetes.storage_classes.{name}"),
            wrong: format!("There is no template “{name}”."),
            right: "Write the name of a template, or leave this out.".to_owned(),
        })
        .collect()
}

/// Who may do what, with the calls of the API.
fn access_document() -> String {
    sublet::actions::matrix::document(&|command| api::verbs::calls_of(command))
}

fn generate(what: &Generate) -> anyhow::Result<()> {
    let mut out = std::io::stdout();
    match what {
        Generate::Commands => out.write_all(commands::render::markdown::document().as_bytes())?,
        Generate::Access => out.write_all(access_document().as_bytes())?,
        Generate::Crd => out.write_all(kubernetes::definition::yaml()?.as_bytes())?,
        Generate::SlackManifest { url } => {
            out.write_all(commands::render::slack::manifest(url.as_deref()).as_bytes())?;
        }
        Generate::DiscordCommands => out.write_all(commands::render::discord::document().as_bytes())?,
        Generate::Openapi => out.write_all(api::description().as_bytes())?,
        Generate::Completions { shell } => {
            // It panics when a pipe is closed early, so it writes to memory first.
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "sublet", &mut text);
            out.write_all(&text)?;
        }
    }
    Ok(())
}

/// An address that Slack calls: TLS, and nothing behind the path.
fn reachable(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|why| why.to_string())?;
    if url.scheme() != "https" {
        return Err("Slack calls only https://".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err("only scheme, host, port and path, such as https://sublet.example.org".to_owned());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

/// Why a task did not end well.
enum Trouble {
    /// What the operator wrote; all of it was told.
    Wrong(Faults),
    /// Anything else.
    Failed(anyhow::Error),
}

impl From<Faults> for Trouble {
    fn from(faults: Faults) -> Self {
        Self::Wrong(faults)
    }
}

impl From<anyhow::Error> for Trouble {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}
