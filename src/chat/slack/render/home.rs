//! The App Home.

use slack_morphism::prelude::SlackHomeView;

use super::{
    Names,
    blocks::{self, Room},
    limits,
};
use crate::ports::chat::Message;

/// The message as a home.
pub fn home(message: &Message, names: &Names) -> SlackHomeView {
    SlackHomeView::new(blocks::all(
        message,
        names,
        Room { blocks: limits::VIEW_BLOCKS, weight: limits::VIEW_WEIGHT },
    ))
}
