//! Every metric by name, with what it says. `tests/metrics.rs` holds the code to this list.

use metrics::{describe_counter, describe_gauge, describe_histogram};

/// The bounds of histograms of seconds: what a person feels, and what is far too long.
pub const SECONDS: [f64; 10] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// What a metric is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Many values in buckets.
    Histogram,
}

/// Name, kind and meaning, with the labels that it carries.
pub const ALL: [(&str, Kind, &str); 29] = [
    ("sublet_commands_total", Kind::Counter, "Commands answered, by command and outcome"),
    ("sublet_command_seconds", Kind::Histogram, "Seconds from a command's text to its committed answer"),
    ("sublet_decisions_total", Kind::Counter, "Decisions on requests and extensions, by decision"),
    ("sublet_effects_total", Kind::Counter, "Effects acted on, by kind and outcome"),
    ("sublet_deliveries_total", Kind::Counter, "Notices that the other side accepted, by way"),
    ("sublet_api_refused_total", Kind::Counter, "Calls of the API with a token that is no good"),
    (
        "sublet_webhooks_given_up_total",
        Kind::Counter,
        "What an outgoing webhook did not take for three days, by webhook",
    ),
    ("sublet_outbox_waiting", Kind::Gauge, "Effects that wait to be done"),
    (
        "sublet_outbox_oldest_seconds",
        Kind::Gauge,
        "How long the oldest waiting effect has waited, in seconds",
    ),
    ("sublet_reaper_ticks_total", Kind::Counter, "Looks for what is due"),
    ("sublet_reaper_woken_total", Kind::Counter, "Requests, leases and extensions whose moment had come"),
    ("sublet_leases", Kind::Gauge, "Leases, by phase"),
    (
        "sublet_orphans",
        Kind::Gauge,
        "Namespaces made for environments that are not there any more; nothing removes them",
    ),
    (
        "sublet_controller_leads",
        Kind::Gauge,
        "Whether this process makes the environments on Kubernetes: of several controllers, one leads",
    ),
    ("sublet_controller_looks_total", Kind::Counter, "Looks at environments on Kubernetes, by outcome"),
    (
        "sublet_controller_faults_total",
        Kind::Counter,
        "What went wrong with the API server and is tried again, by the part that met it",
    ),
    (
        "sublet_slack_calls_total",
        Kind::Counter,
        "Calls of Slack's Web API, by method and outcome: ok, or the word for why not",
    ),
    (
        "sublet_slack_waits_total",
        Kind::Counter,
        "Calls of Slack's Web API that were not made yet, because it was not their turn, by method",
    ),
    (
        "sublet_slack_faults_total",
        Kind::Counter,
        "What Slack answered that an operator, or Sublet itself, must do something about, by its word",
    ),
    (
        "sublet_slack_closed",
        Kind::Gauge,
        "Whether Slack takes nothing from us, by workspace and by what it does not take: token or channel",
    ),
    (
        "sublet_slack_requests_total",
        Kind::Counter,
        "Requests that came to the addresses for Slack, by outcome: unsigned and replayed ones are not Slack's",
    ),
    ("sublet_slack_sockets", Kind::Gauge, "Connections of Slack's Socket Mode that are open"),
    (
        "sublet_discord_calls_total",
        Kind::Counter,
        "Calls of Discord's API, by method and outcome: ok, or Discord's number for why not",
    ),
    (
        "sublet_discord_waits_total",
        Kind::Counter,
        "Calls of Discord's API that were not made yet, because it was not their turn, by method",
    ),
    (
        "sublet_discord_faults_total",
        Kind::Counter,
        "What Discord answered that an operator, or Sublet itself, must do something about, by its number",
    ),
    (
        "sublet_discord_closed",
        Kind::Gauge,
        "Whether Discord takes nothing from us, by guild (or the bot) and by what it does not take: token or channel",
    ),
    (
        "sublet_discord_requests_total",
        Kind::Counter,
        "Interactions that came by HTTP, by what became of them: taken, unsigned, replayed or unread",
    ),
    ("sublet_discord_shards", Kind::Gauge, "Connections to Discord's gateway that are open"),
    ("sublet_faults_total", Kind::Counter, "Faults, each logged with a reference"),
];

/// Tells the recorder what every metric says.
pub fn describe() {
    for (name, kind, meaning) in ALL {
        match kind {
            Kind::Counter => describe_counter!(name, meaning),
            Kind::Gauge => describe_gauge!(name, meaning),
            Kind::Histogram => describe_histogram!(name, meaning),
        }
    }
}
