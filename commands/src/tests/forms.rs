//! What a form asks for, and how it comes back.

use super::context;
use crate::form::{Field, Form, Parameter, ParameterKind, form, form_for};
use crate::{Command, EnvRequest, Values, line, read_values};

fn memory() -> Parameter {
    Parameter {
        name: "memory".to_owned(),
        kind: ParameterKind::Bytes,
        default: Some("1Gi".to_owned()),
        choices: Vec::new(),
        min: Some("256Mi".to_owned()),
        max: Some("8Gi".to_owned()),
        rules: String::new(),
        help: "Working memory".to_owned(),
        required: false,
        leads: false,
    }
}

/// The form that a line with something missing opens.
fn opened(typed: &str) -> Form {
    let error = line::parse(typed, &context()).unwrap_err();
    assert!(error.missing, "{}", error.render(typed));
    form_for(&error, &[memory()]).unwrap()
}

fn show(form: &Form) -> String {
    let field = |field: &Field| {
        let mark = if field.required { "*" } else { "" };
        format!("{}{mark}: {} [{}] {}", field.label, field.value, field.placeholder, field.help)
    };
    let fields: Vec<String> = form.fields.iter().map(field).collect();
    format!("{}\n{}\n({}) {:?}", form.title, fields.join("\n"), form.submit, form.hidden)
}

#[test]
fn a_request_asks_for_everything_with_the_parameters_of_the_template() {
    let spec = &EnvRequest::SPEC;
    insta::assert_snapshot!(show(&form(spec, &[memory()]).with(&[("template".into(), "web".into())])), @r#"
    Request an environment
    Size:  [small] A preset of the template, such as small
    Memory:  [1Gi] Working memory; 256Mi to 8Gi
    For how long:  [3d] How long you need it, such as 8h, 3d or 2w
    Or until when:  [2026-12-01 18:00] When you will be done, in your time zone
    SSH key:  [laptop] Which of your SSH keys may log in
    Team:  [shop] Which of your teams it is for, if you are in several
    Reason:  […] What it is for; the approver reads it
    (Send request) [("template", "web")]
    "#);
}

#[test]
fn an_extension_keeps_what_was_said_and_asks_for_the_rest() {
    insta::assert_snapshot!(show(&opened("/env extend web-1 the demo was moved")), @r#"
    Ask for more time, once, with a reason
    How much longer*:  [3d] How much longer, such as 8h or 2d
    Reason*: the demo was moved […] Why; the approver reads it
    (Send request) [("name", "web-1")]
    "#);
}

#[test]
fn a_press_on_reject_asks_for_the_reason() {
    insta::assert_snapshot!(show(&opened("/env reject req_01 version=3")), @r#"
    Reject a request or an extension, with a reason
    Reason*:  […] Why; the requester reads it
    (Reject) [("subject", "req_01"), ("version", "3")]
    "#);
}

#[test]
fn a_form_comes_back_with_the_mistake_beside_its_field() {
    let pairs = [("name", "web-1"), ("for", "2x"), ("reason", "the demo was moved")];
    let values = Values::from_pairs(&["env", "extend"], pairs).unwrap();
    let error = read_values(values, &context()).unwrap_err();
    let form = form_for(&error, &[]).unwrap();
    assert_eq!(form.hidden, [("name".to_owned(), "web-1".to_owned())]);
    let faults: Vec<(&str, &str, bool)> = form
        .fields
        .iter()
        .map(|field| (field.name.as_str(), field.value.as_str(), field.error.is_some()))
        .collect();
    assert_eq!(faults, [("for", "2x", true), ("reason", "the demo was moved", false)]);
}

#[test]
fn a_hidden_value_that_is_wrong_comes_into_sight() {
    let values =
        Values::from_pairs(&["env", "extend"], [("name", "-"), ("for", "2d"), ("reason", "x")]).unwrap();
    let error = read_values(values, &context()).unwrap_err();
    let form = form_for(&error, &[]).unwrap();
    assert_eq!(form.fields[0].name, "name");
    assert!(form.fields[0].error.is_some() && form.hidden.is_empty());
}

#[test]
fn blank_fields_count_as_not_given() {
    let pairs = [("template", "web"), ("for", " "), ("reason", "")];
    let read = read_values(Values::from_pairs(&["env", "create"], pairs).unwrap(), &context());
    assert_eq!(read.map(|command| command.to_line()), Ok("/env request web".to_owned()));
}

#[test]
fn a_size_stands_before_the_parameters_and_goes_when_there_is_none() {
    let spec = &EnvRequest::SPEC;
    let mut asked = form(spec, &[memory()]);
    let names = |form: &Form| form.fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&asked)[..3], ["template", "size", "memory"]);
    let mut chosen = asked.clone();
    chosen.offer("size", vec!["small".to_owned()]);
    chosen.drop_empty("size");
    assert_eq!(names(&chosen)[1], "size");
    let mut refused = asked.clone().showing(&[("size".to_owned(), "huge".to_owned())]);
    refused.drop_empty("size");
    assert_eq!(names(&refused)[1], "size", "what is wrong stays to be put right");
    asked.drop_empty("size");
    assert_eq!(names(&asked)[..2], ["template", "memory"]);
}
