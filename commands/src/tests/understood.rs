//! Lines that mean the same as a plainer one.

use super::context;
use crate::line::parse;

/// Each line, and the line that the command itself would write.
const LINES: &[(&str, &str)] = &[
    // Names, in any order and spelling.
    ("/env request web cpu=2 for=3d to test", "/env request web cpu=2 for=3d to test"),
    ("env request web", "/env request web"),
    ("  /ENV  Request\u{a0}Web ", "/env request web"),
    ("/env request for=3d cpu=2 web", "/env request web cpu=2 for=3d"),
    ("/env request template=web", "/env request web"),
    ("/env create web Cpu=2 KEY=laptop", "/env request web cpu=2 key=laptop"),
    // Spans and moments.
    ("/env request web for 3d", "/env request web for=3d"),
    ("/env request web for = 3d", "/env request web for=3d"),
    ("/env request web for= 3d", "/env request web for=3d"),
    ("/env request web for 3 days because", "/env request web for=3d because"),
    ("/env request web for=1 day 12 hours", "/env request web for=36h"),
    ("/env request web until 18:00 demo", "/env request web until=2026-11-21T17:00Z demo"),
    ("/env request web until=2026-12-01 18:00 demo", "/env request web until=2026-12-01T17:00Z demo"),
    ("/env request web until=\"2026-12-01 18:00\"", "/env request web until=2026-12-01T17:00Z"),
    ("/env request web until tomorrow at 6pm", "/env request web until=2026-11-22T17:00Z"),
    ("/env request web until friday", "/env request web until=2026-11-27T23:00Z"),
    ("/env request web for 3 students", "/env request web reason=\"for 3 students\""),
    ("/env request web until the demo", "/env request web reason=\"until the demo\""),
    // Bare sizes.
    ("/env create web 2cpu 4Gi 20Gi 3d", "/env request web cpu=2 memory=4Gi storage=20Gi for=3d"),
    ("/env create web 3d 500m 4Gi", "/env request web cpu=500m memory=4Gi for=3d"),
    ("/env create web memory=1Gi 10Gi", "/env request web memory=1Gi storage=10Gi"),
    ("/env create web 2 students need it", "/env request web reason=\"2 students need it\""),
    ("/env extend web-1 90m it runs late", "/env extend web-1 for=90m it runs late"),
    // Quotes of every kind, and apostrophes.
    (
        "/env request web for=\u{201c}3d\u{201d} it\u{2019}s late",
        "/env request web for=3d reason=\"it\u{2019}s late\"",
    ),
    ("/env request `web` don't ask", "/env request web don't ask"),
    ("/env reject web-1 \"too large\"", "/env reject web-1 too large"),
    ("/env reject web-1 reason='too large' version=3", "/env reject web-1 version=3 too large"),
    ("/env reject web-1 \"too\" large", "/env reject web-1 reason=\"\\\"too\\\" large\""),
    // The text at the end takes everything.
    (
        "/env reject web-1 see https://a.b/?c=d for=more",
        "/env reject web-1 reason=\"see https://a.b/?c=d for=more\"",
    ),
    ("/env request web reason: because", "/env request web because"),
    ("/env request web for:3d key:laptop", "/env request web for=3d key=laptop"),
    // Keys.
    ("/key add ssh-ed25519  AAAA== kim@pc name=desk", "/key add name=desk ssh-ed25519 AAAA== kim@pc"),
    ("/key add name=desk ssh-ed25519 AAAA==", "/key add name=desk ssh-ed25519 AAAA=="),
    // Help.
    ("", "/help"),
    ("/", "/help"),
    ("/env", "/help env"),
    ("/env help", "/help env"),
    ("/env help create", "/help env request"),
    ("/env request --help", "/help env request"),
    ("/help /env request", "/help env request"),
    ("/help extend", "/help env extend"),
    // What buttons carry.
    ("/env approve req_01HQ3Z version=3", "/env approve req_01HQ3Z version=3"),
    ("/env list @kim", "/env list @kim"),
];

#[test]
fn many_ways_mean_the_same() {
    for (typed, plain) in LINES {
        let command = parse(typed, &context()).unwrap_or_else(|error| panic!("{}", error.render(typed)));
        assert_eq!(command.to_line(), *plain, "{typed}");
        assert_eq!(parse(plain, &context()).as_ref(), Ok(&command), "{plain}");
    }
}

#[test]
fn a_value_can_be_found_in_its_line() {
    let line = "/env request web cpu=2 4Gi for 3d memory of my aunt";
    let found = |name| crate::line::locate(line, name).map(|at| &line[at]);
    assert_eq!(
        ["template", "cpu", "memory", "for"].map(found),
        [Some("web"), Some("2"), Some("4Gi"), Some("3d")]
    );
    assert_eq!(found("storage"), None);
    let name = |name| crate::line::locate_name(line, name).map(|at| &line[at]);
    assert_eq!(["cpu", "memory"].map(name), [Some("cpu"), Some("4Gi")]);
}
