//! Typical mistakes and what is answered: the part of the language that people learn from.

use super::context;
use crate::line::parse;

/// What somebody sees who typed this.
fn answer(line: &str) -> String {
    match parse(line, &context()) {
        Ok(command) => panic!("understood as {}", command.to_line()),
        Err(error) => error.render(line),
    }
}

#[test]
fn unknown_commands() {
    insta::assert_snapshot!(answer("/env requst web"), @"
    /env requst web
         ^^^^^^
    There is no command `/env requst`.
    `/env` knows: request, create, list, show, ssh, extend, release, withdraw, link, why, approve, reject, offer, accept, break-glass, delegate, retry.
    Did you mean  /env request web
    ");
    insta::assert_snapshot!(answer("/evn request web"), @"
    /evn request web
    ^^^^
    There is no command `/evn`.
    The commands begin with `/env`, `/key`, `/quota`, `/template`, `/token`, `/admin`, `/audit`, `/help`.
    Did you mean  /env request web
    ");
    insta::assert_snapshot!(answer("/extend web-1 for=2d the demo was moved"), @"
    /extend web-1 for=2d the demo was moved
    ^^^^^^^
    There is no command `/extend`.
    The commands begin with `/env`, `/key`, `/quota`, `/template`, `/token`, `/admin`, `/audit`, `/help`.
    Did you mean  /env extend web-1 for=2d the demo was moved
    ");
    insta::assert_snapshot!(answer("hello there"), @"
    hello there
    ^^^^^
    There is no command `/hello`.
    The commands begin with `/env`, `/key`, `/quota`, `/template`, `/token`, `/admin`, `/audit`, `/help`.
    ");
    insta::assert_snapshot!(answer("/help env exted"), @"
    /help env exted
          ^^^^^^^^^
    There is no command `/env exted`.
    `/help` lists all commands.
    Did you mean  /help env extend
    ");
}

#[test]
fn missing_arguments() {
    insta::assert_snapshot!(answer("/env request"), @r#"
    `template` is missing.
    The form is: /env request <template> [name=value …] [size=small] [for=3d | until="2026-12-01 18:00"] [key=laptop] [team=shop] [reason …]
    For example:  /env request web
    "#);
    insta::assert_snapshot!(answer("/env extend web-1"), @"
    `for` and `reason` are missing.
    The form is: /env extend <name> for=3d <reason …>
    For example:  /env extend web-1 for=2d the demo was moved to Friday
    ");
    insta::assert_snapshot!(answer("/env reject req_01hq3z version=3"), @"
    `reason` is missing.
    The form is: /env reject <subject> <reason …>
    For example:  /env reject web-1 please try the small template first
    ");
}

#[test]
fn words_that_fit_nowhere() {
    insta::assert_snapshot!(answer("/env approve req_01hq3z verson=3"), @"
    /env approve req_01hq3z verson=3
                            ^^^^^^
    `/env approve` has no `verson`.
    The form is: /env approve <subject>
    Did you mean  /env approve req_01hq3z version=3
    ");
    insta::assert_snapshot!(answer("/env show web 1"), @"
    /env show web 1
                  ^
    `1` is one word too many.
    The form is: /env show <name>
    ");
    insta::assert_snapshot!(answer("/env extend web-1 need more time for=2d please"), @"
    /env extend web-1 need more time for=2d please
                                     ^^^^^^
    `for=2d` stands inside the reason.
    Write it before the reason.
    Did you mean  /env extend web-1 for=2d need more time please
    ");
}

#[test]
fn spans() {
    insta::assert_snapshot!(answer("/env request web for=3"), @"
    /env request web for=3
                         ^
    `3` has no unit.
    Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.
    Did you mean  /env request web for=3d
    ");
    insta::assert_snapshot!(answer("/env request web for 3x"), @"
    /env request web for 3x
                         ^^
    `3x` is not a length of time. There is no unit `x`.
    Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.
    ");
    insta::assert_snapshot!(answer("/env request web for=2months"), @"
    /env request web for=2months
                         ^^^^^^^
    `2months` is not a length of time.
    Months and years differ in length: count weeks or days, such as `4w` or `30d`.
    ");
    insta::assert_snapshot!(answer("/env request web for=0d"), @"
    /env request web for=0d
                         ^^
    `0d` is no time at all.
    Write a number and `m`, `h`, `d` or `w`, such as `90m`, `8h`, `3d` or `2w`.
    ");
    insta::assert_snapshot!(answer("/env request web for=3d until=18:00"), @r#"
    /env request web for=3d until=18:00
                                  ^^^^^
    `for` and `until` exclude each other.
    Give `for=3d` or `until="2026-12-01 18:00"`.
    "#);
}

#[test]
fn moments() {
    insta::assert_snapshot!(answer("/env request web until=soon"), @r#"
    /env request web until=soon
                           ^^^^
    `soon` is not a date or time.
    Write a date and a time, such as `"2026-12-01 18:00"`, `"tomorrow 18:00"` or `18:00` alone.
    "#);
    insta::assert_snapshot!(answer("/env request web until=2026-11-20"), @"
    /env request web until=2026-11-20
                           ^^^^^^^^^^
    `2026-11-20` is already past.
    It is now 2026-11-21 09:00 (Europe/Berlin).
    ");
    insta::assert_snapshot!(answer("/env request web until=\"2027-03-28 02:30\" for the release"), @r#"
    /env request web until="2027-03-28 02:30" for the release
                           ^^^^^^^^^^^^^^^^^^
    `2027-03-28 02:30` does not exist: on 2027-03-28 the clocks in Europe/Berlin skip that time.
    Choose a time before or after.
    Did you mean  /env request web until="2027-03-28 03:00" for the release
    "#);
}

#[test]
fn sizes() {
    insta::assert_snapshot!(answer("/env create web 500m 4Gi 3d"), @"
    /env create web 500m 4Gi 3d
                    ^^^^
    `500m` could be minutes or thousandths of a processor.
    Write `for=500m` or `cpu=500m`.
    ");
    insta::assert_snapshot!(answer("/env create web 2 4Gi 3d"), @"
    /env create web 2 4Gi 3d
                    ^
    `2` has no unit.
    Write `2cpu`, `4Gi` or `3d`, or give the name, as in `cpu=2`.
    Did you mean  /env create web 2cpu 4Gi 3d
    ");
    insta::assert_snapshot!(answer("/env request web cpu=2 cpu=4"), @"
    /env request web cpu=2 cpu=4
                               ^
    `cpu` is given twice.
    Keep one `cpu=`.
    ");
    insta::assert_snapshot!(answer("/env request web cpu="), @"
    /env request web cpu=
                     ^^^^
    `cpu=` has no value.
    Write the value directly behind the sign, such as `cpu=2`.
    ");
}

#[test]
fn names_numbers_and_keys() {
    insta::assert_snapshot!(answer("/env show -x"), @"
    /env show -x
              ^^
    `-x` cannot be the name of an environment.
    Names are letters, digits and hyphens, such as `web-1`. `/env list` shows what there is.
    ");
    insta::assert_snapshot!(answer("/env approve req_01hq3z version=three"), @"
    /env approve req_01hq3z version=three
                                    ^^^^^
    `three` is not a whole number.
    Write digits only, such as `3`.
    ");
    insta::assert_snapshot!(answer("/key remove my/laptop"), @"
    /key remove my/laptop
                ^^^^^^^^^
    `my/laptop` cannot be the name of a key.
    Use letters, digits and `.` `_` `-` `@`, such as `laptop`.
    ");
    insta::assert_snapshot!(answer("/key add -----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNzaC1rZXktdjEA"), @"
    This is a private key. Keep it secret, and make a new one if others could see this.
    Paste one line of your .pub file, such as `ssh-ed25519 AAAA… you@laptop`.
    ");
}

#[test]
fn a_key_of_quotes_alone_is_no_key() {
    insta::assert_snapshot!(answer("/key add \""), @r#"
    /key add "
             ^
    This quote is never closed.
    Add the other quote where the text ends.
    "#);
    insta::assert_snapshot!(answer("/key add \"\""), @"
    `public key` is missing.
    The form is: /key add [name=laptop] <public key …>
    For example:  /key add ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1n0VPr7XqZ2cVnLr0eWm3xkWj0g2wSpb4Yd6dG3hZk kim@laptop
    ");
}

#[test]
fn a_private_key_is_not_repeated() {
    let error = parse("/key add -----BEGIN OPENSSH PRIVATE KEY----- b3BlbnNz", &context()).unwrap_err();
    assert!(!format!("{error:?}").contains("b3BlbnNz"));
}

#[test]
fn quotes_and_length() {
    insta::assert_snapshot!(answer("/env request web key=\"my laptop"), @r#"
    /env request web key="my laptop
                         ^^^^^^^^^^
    This quote is never closed.
    Add the other quote where the text ends.
    "#);
    insta::assert_snapshot!(answer(&format!("/env reject web-1 {}", "x".repeat(4000))), @"
    The line has 4018 characters.
    At most 4000 fit. Shorten the text at the end.
    ");
    insta::assert_snapshot!(answer("/env reject web-1 all \u{202e}good"), @"
    /env reject web-1 all �good
                      ^^^^^^^^^
    The text holds a character that cannot be seen (U+202E).
    Remove it, or type the text again.
    ");
    let long = format!("/env request web {} for=3y key=laptop {}", "a=b".repeat(40), "x".repeat(200));
    insta::assert_snapshot!(answer(&long), @"
    …ba=ba=ba=ba=ba=ba=ba=ba=ba=ba=b for=3y key=laptop xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
                                         ^^
    `3y` is not a length of time.
    Months and years differ in length: count weeks or days, such as `4w` or `30d`.
    ");
    insta::assert_snapshot!(answer("/env list \u{65e5}\u{672c}\u{8a9e} extra"), @"
    /env list 日本語 extra
                     ^^^^^
    `extra` is one word too many.
    The form is: /env list [who]
    ");
}
