//! Properties of any line and any command.

use chrono::{TimeDelta, TimeZone, Utc};
use proptest::prelude::*;

use super::context;
use crate::complete::{NoNames, complete};
use crate::values::{FromValue, is_parameter_name};
use crate::*;

/// Text that reads back as itself: trimmed, visible, not empty.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z ,.!]{1,30}",
        "\\PC{1,40}",
        "[ \"'`=:\\\\\u{201c}\u{201d}\u{2019}\u{a0}\u{200b}\na-c3d/-]{1,20}",
        "(for|until|key|cpu|help|reason|3d|4Gi|500m|2cpu|--help|\\?|=| ){1,4}",
    ]
    .prop_filter_map("not text", |text| String::from_value(Kind::Text, &text, &context()).ok())
    .prop_filter("empty", |text| !text.is_empty())
}

fn name() -> impl Strategy<Value = String> {
    "[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?|for|until|help|reason"
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![text(), "@[a-z]{1,8}|who|help|for|<@[0-9]{3}>".prop_map(String::from)]
        .prop_filter("long", |text| text.chars().count() <= 63 && !text.contains('\n'))
}

fn span() -> impl Strategy<Value = TimeDelta> {
    (1i64..300_000_000).prop_map(TimeDelta::seconds)
}

fn lasts() -> impl Strategy<Value = Lasts> {
    let moment = (1i64..300_000_000_000)
        .prop_map(|ms| Utc.timestamp_opt(1_795_248_000, 0).unwrap() + TimeDelta::milliseconds(ms));
    prop_oneof![span().prop_map(Lasts::For), moment.prop_map(Lasts::Until)]
}

fn parameters() -> impl Strategy<Value = Vec<(String, String)>> {
    let reserved = ["template", "for", "until", "key", "reason"];
    let parameter = ("[a-z][a-z0-9_-]{0,6}|cpu|memory|storage", text());
    proptest::collection::vec(parameter, 0..4).prop_map(move |mut all| {
        all.sort();
        all.dedup_by(|a, b| a.0 == b.0);
        all.retain(|(name, _)| is_parameter_name(name) && !reserved.contains(&name.as_str()));
        all
    })
}

fn version() -> impl Strategy<Value = Option<u64>> {
    proptest::option::of(0..=i64::MAX as u64)
}

fn key_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "ssh-ed25519 [A-Za-z0-9+/]{8}={0,2}( [a-z]{1,5}@[a-z]{1,5})?",
        "ssh-rsa [A-Za-z0-9+/=]{1,9} (name=x|public_key:y|= z|name|\"q|it's| ){1,3}",
    ]
    .prop_map(|key| key.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn environment_command() -> impl Strategy<Value = Invocation> {
    use proptest::option::of;
    prop_oneof![
        (name(), of("[a-z]{1,5}"), parameters(), of(lasts()), of("[A-Za-z0-9._-]{1,9}"), of(text()))
            .prop_map(|(template, size, parameters, lasts, key, reason)| {
                EnvRequest { template, size, parameters, lasts, key, team: None, reason }.into_invocation()
            }),
        of(word()).prop_map(|who| EnvList { who }.into_invocation()),
        name().prop_map(|name| EnvShow { name }.into_invocation()),
        name().prop_map(|name| EnvSsh { name }.into_invocation()),
        (name(), span(), text())
            .prop_map(|(name, by, reason)| EnvExtend { name, by, reason }.into_invocation()),
        name().prop_map(|name| EnvRelease { name }.into_invocation()),
        name().prop_map(|name| EnvWithdraw { name }.into_invocation()),
        proptest::option::of(name()).prop_map(|code| EnvLink { code }.into_invocation()),
        name().prop_map(|name| EnvWhy { name }.into_invocation()),
        (subject(), version())
            .prop_map(|(subject, version)| EnvApprove { subject, version }.into_invocation()),
        (subject(), version(), text()).prop_map(|(subject, version, reason)| EnvReject {
            subject,
            version,
            reason
        }
        .into_invocation()),
        (name(), version()).prop_map(|(name, version)| EnvRetry { name, version }.into_invocation()),
    ]
}

fn subject() -> impl Strategy<Value = String> {
    prop_oneof![name(), "(req|ext)_[0-9a-zA-Z]{1,26}".prop_map(String::from)]
}

fn command() -> impl Strategy<Value = Invocation> {
    let topics: Vec<String> = CATALOG.iter().map(|entry| entry.spec.path.join(" ")).collect();
    prop_oneof![
        5 => environment_command(),
        1 => (key_text(), proptest::option::of("[A-Za-z0-9._@-]{1,9}"))
            .prop_map(|(public_key, name)| KeyAdd { public_key, name }.into_invocation()),
        1 => Just(KeyList.into_invocation()),
        1 => "[A-Za-z0-9._@-]{1,9}".prop_map(|name| KeyRemove { name }.into_invocation()),
        1 => Just(TemplateList.into_invocation()),
        1 => (name(), proptest::option::of(0u64..9))
            .prop_map(|(name, version)| TemplateShow { name, version }.into_invocation()),
        1 => proptest::option::of(proptest::sample::select(topics)).prop_map(|topic| Help { topic }.into_invocation()),
    ]
}

/// Lines that look like commands more often than chance would have it.
fn line() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        proptest::sample::select(vec![
            "/env",
            "request",
            "extend",
            "reject",
            "web",
            "for",
            "for=",
            "=",
            "3d",
            "until",
            "18:00",
            "2cpu",
            "4Gi",
            "cpu=",
            "key=",
            "reason=",
            "/key add",
            "ssh-ed25519",
            "/help",
            "\"",
            "\u{201c}",
            "'",
            "?",
            "name=",
            "friday",
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
        any::<String>(),
    ];
    let pieces = proptest::collection::vec((piece, "[ \u{a0}]?"), 0..9);
    pieces.prop_map(|pieces| pieces.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

proptest! {
    #[test]
    fn any_line_is_understood_or_refused(line in line()) {
        match line::parse(&line, &context()) {
            Ok(command) => {
                prop_assert_eq!(line::parse(&command.to_line(), &context()), Ok(command));
            }
            Err(error) => {
                prop_assert!(!error.what.is_empty());
                prop_assert!(error.at.clone().is_none_or(|at| line.get(at).is_some()), "{:?}", error);
                prop_assert!(!error.render(&line).is_empty());
                let _ = crate::form::form_for(&error, &[]);
            }
        }
    }

    #[test]
    fn a_command_written_as_a_line_is_read_as_itself(command in command()) {
        let line = command.to_line();
        prop_assert_eq!(line::parse(&line, &context()), Ok(command), "{}", line);
    }

    #[test]
    fn a_command_filled_into_a_form_is_read_as_itself(command in command()) {
        let values = Values::from_pairs(command.spec().path, command.pairs()).unwrap();
        prop_assert_eq!(read_values(values, &context()), Ok(command));
    }

    #[test]
    fn options_written_as_a_line_mean_what_they_mean_as_a_form(command in command(), left_out in 0usize..9) {
        let mut pairs = command.pairs();
        if left_out < pairs.len() {
            pairs.remove(left_out);
        }
        let path = command.spec().path;
        let line = line::compose(path, &pairs, "").unwrap();
        let typed = line::parse(&line, &context());
        let filled = read_values(Values::from_pairs(path, pairs).unwrap(), &context());
        // Only the order in which values were given, and where they stand, may be another.
        let alike = |error: UsageError| {
            let mut given = error.given.clone();
            given.sort();
            (error.what, error.missing, given)
        };
        prop_assert_eq!(typed.map_err(alike), filled.map_err(alike), "{}", line);
    }

    #[test]
    fn completion_replaces_whole_characters(line in line(), cursor in 0usize..80) {
        for completion in complete(&line, cursor, &NoNames) {
            let mut whole = line.clone();
            whole.replace_range(completion.replace.clone(), &completion.insert);
            prop_assert!(!completion.insert.is_empty() && whole.contains(&completion.insert));
        }
    }
}
