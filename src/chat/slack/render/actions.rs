//! Buttons: each carries its command line; quiet ones stand in a menu, dangerous ones ask once more.

use slack_morphism::prelude::*;

use super::{blocks, limits, text};
use crate::{
    chat::render::signs::asks,
    ports::chat::{Button, Style, Text},
};

/// Counts buttons, so that the id of each is its own in the message.
#[derive(Debug, Default)]
pub struct Counter(usize);

impl Counter {
    fn next(&mut self) -> SlackActionId {
        self.0 += 1;
        SlackActionId(format!("press/{}", self.0))
    }
}

/// The buttons as blocks.
pub fn actions(buttons: &[Button], counter: &mut Counter) -> Vec<SlackBlock> {
    let fits = |button: &&Button| limits::length(&button.line) <= limits::BUTTON_VALUE;
    let (shown, too_long): (Vec<&Button>, Vec<&Button>) = buttons.iter().partition(fits);
    let mut quiet: Vec<&Button> = shown.iter().copied().filter(|button| is_quiet(button)).collect();
    quiet.truncate(limits::OVERFLOW);
    let in_menu = |button: &Button| quiet.iter().any(|other| std::ptr::eq(*other, button));
    let mut elements: Vec<SlackActionBlockElement> = shown
        .iter()
        .filter(|button| !in_menu(button))
        .map(|button| press(button, counter.next()).into())
        .collect();
    if !quiet.is_empty() {
        let options = quiet.iter().map(|button| {
            SlackBlockChoiceItem::new(text::label(&button.label, limits::LABEL).into(), button.line.clone())
        });
        let menu =
            SlackBlockOverflowElement::new(options.collect()).with_action_id(SlackActionId("more".into()));
        elements.push(menu.into());
    }
    let mut shown: Vec<SlackBlock> =
        elements.chunks(limits::ELEMENTS).map(|part| SlackActionsBlock::new(part.to_vec()).into()).collect();
    shown.extend(too_long.into_iter().map(cannot_carry));
    shown
}

fn is_quiet(button: &Button) -> bool {
    button.style == Style::Quiet
        && !button.line.is_empty()
        && limits::length(&button.line) <= limits::OPTION_VALUE
}

fn press(button: &Button, id: SlackActionId) -> SlackBlockButtonElement {
    let label = text::label(&button.label, limits::LABEL);
    // Slack takes no empty value.
    let line = Some(button.line.clone()).filter(|line| !line.is_empty());
    let element = SlackBlockButtonElement::new(label.into()).with_action_id(id).opt_value(line);
    match button.style {
        Style::Plain | Style::Quiet => element,
        Style::Primary => element.with_style(SlackBlockButtonStyle::Primary),
        Style::Danger => {
            let element = element.with_style(SlackBlockButtonStyle::Danger);
            if asks(&button.line) { element } else { element.with_confirm(sure(button)) }
        }
    }
}

fn sure(button: &Button) -> SlackBlockConfirmItem {
    let label = |limit| SlackBlockPlainTextOnly::from(text::label(&button.label, limit));
    let words = SlackBlockPlainText::new("This cannot be taken back.".to_owned());
    SlackBlockConfirmItem::new(
        label(limits::CONFIRM_TITLE),
        words.into(),
        label(limits::CONFIRM_BUTTON),
        "Cancel".into(),
    )
    .with_style("danger".to_owned())
}

/// A line is never cut, because it would mean something else.
fn cannot_carry(button: &Button) -> SlackBlock {
    let words = Text::default()
        .strong(text::label(&button.label, limits::LABEL))
        .and(" has more to say than a button of Slack can carry: please type it.");
    blocks::context(text::mrkdwn(&words, &super::Names::default(), limits::SECTION))
}
