//! Messages as nobody would write them: hostile words, far too long, far too many. Also for `tests/slack_bodies`
//! and `tests/discord_bodies`.

use chrono::DateTime;
use proptest::{collection::vec, prelude::*, sample::select};

use crate::{
    domain::{Instant, ids::PersonId},
    ports::chat::{Block, Button, Message, Piece, Style, Text, Tone},
};

/// Words that would be something else in Slack or Discord, if they were let.
const TRICKS: &[&str] = &[
    "<!channel>",
    "<@U0DANA>",
    "@here",
    "<https://evil.example|bank>",
    "https://evil.example",
    "&lt;!here&gt;",
    "@everyone",
    "<@80351110224678912>",
    "<@&80351110224678912>",
    "<#1>",
    "<t:0:R>",
    "</env:1>",
    "[bank](https://evil.example)",
    "discord.gg/evil",
    "||spoiler||",
    "# ",
    "\n- ",
    "\n1. ",
    "\n-# ",
    "\\",
    "**",
    "__",
    "~~",
    "*bold*",
    "_italic_",
    "~gone~",
    "`code`",
    "```",
    "*_~`",
    ":white_check_mark:",
    "> quote",
    "\n> quote",
    "\n\n",
    "&",
    "<",
    ">",
    "*",
    "_",
    "~",
    "`",
    ":",
    " ",
    "a",
    "snake_case_word",
    "2*3*4",
    "10:30:45",
    "|",
    "^",
    "{time}",
    "\u{202e}",
    "\u{200b}",
    "\u{0}",
    "\t",
    "日本*語*",
    "👩‍👩‍👧",
    "é",
    "—",
];

/// Somebody with, and somebody without an account in the workspace.
pub fn handles() -> [PersonId; 2] {
    ["per_dana", "per_omar"].map(|id| PersonId::parse(id).unwrap())
}

/// Words that try to be more than words.
pub fn words() -> impl Strategy<Value = String> {
    let tricks = |most| vec(select(TRICKS), 0..most).prop_map(|parts| parts.concat());
    prop_oneof![
        12 => tricks(8),
        2 => any::<String>(),
        1 => tricks(200),
        1 => (select(TRICKS), 1_000usize..4_000).prop_map(|(trick, times)| trick.repeat(times)),
    ]
}

fn moment() -> impl Strategy<Value = Instant> {
    prop_oneof![Just(0i64), 1_700_000_000i64..1_900_000_000, -9_000_000_000i64..9_000_000_000]
        .prop_map(|unix| DateTime::from_timestamp(unix, 0).unwrap())
}

fn piece() -> impl Strategy<Value = Piece> {
    prop_oneof![
        words().prop_map(Piece::Plain),
        words().prop_map(Piece::Strong),
        words().prop_map(Piece::Code),
        (select(handles().to_vec()), words()).prop_map(|(id, name)| Piece::Person { id, name }),
        moment().prop_map(Piece::Time),
    ]
}

/// A text of several pieces.
pub fn text() -> impl Strategy<Value = Text> {
    vec(piece(), 0..5).prop_map(Text)
}

fn button() -> impl Strategy<Value = Button> {
    let style = select(vec![Style::Plain, Style::Primary, Style::Danger, Style::Quiet]);
    let line = prop_oneof![
        3 => Just("/env show web-1".to_owned()),
        1 => Just("/env reject req_1 version=3".to_owned()),
        1 => words(),
    ];
    (words(), line, style).prop_map(|(label, line, style)| Button { label, line, style })
}

fn block() -> impl Strategy<Value = Block> {
    prop_oneof![
        text().prop_map(Block::Heading),
        text().prop_map(Block::Paragraph),
        vec((words(), text()), 0..13).prop_map(Block::Fields),
        (any::<u8>(), any::<u8>(), words()).prop_map(|(done, total, step)| Block::Progress {
            done,
            total,
            step
        }),
        (any::<u8>(), text()).prop_map(|(percent, words)| Block::Bar { percent, words }),
        words().prop_map(Block::Code),
        vec(text(), 0..20).prop_map(Block::List),
        vec(button(), 0..30).prop_map(Block::Actions),
        text().prop_map(Block::Note),
    ]
}

/// Any message at all.
pub fn message() -> impl Strategy<Value = Message> {
    let tone =
        select(&[Tone::Plain, Tone::Asking, Tone::Working, Tone::Good, Tone::Warning, Tone::Bad, Tone::Over]);
    let blocks = prop_oneof![5 => vec(block(), 0..8), 1 => vec(block(), 55..70)];
    (text(), tone, blocks).prop_map(|(summary, tone, blocks)| Message { summary, tone, blocks })
}
