//! Words: `/sublet`, and what somebody wrote cannot become a link, a mention, a call for everybody or formatting.

use insta::assert_snapshot;

use crate::world::{World, slack::APPROVERS};

pub async fn everything_by_one_command(world: &mut World) {
    assert_snapshot!(world.says("dana", "/sublet env request web for=2d").await, @"Asked for web-1. Its card is in your direct messages and moves with it.");
    world.settles().await;
    assert_snapshot!(world.says("dana", "/sublet env withdraw web-1").await, @"You withdrew web-1.");
    assert_eq!(world.says("dana", "/sublet").await, world.says("dana", "/sublet help").await);
}

pub async fn hostile_words_stay_words(world: &mut World) {
    let reason = "*bold* <!channel> <@UADA> :tada: `x` & <https://example.org|click> _it_ ~no~";
    world.says("dana", &format!("/env request web for=2d {reason}")).await;
    world.settles().await;
    let slack = world.slack().slack.clone();
    let written = slack.with(|state| {
        let card = state.messages.iter().find(|message| message.channel == APPROVERS).expect("a card");
        let mut texts = vec![card.now().text.clone()];
        for block in &card.now().blocks {
            texts.push(block["text"]["text"].as_str().unwrap_or_default().to_owned());
            let fields = block["fields"].as_array().cloned().unwrap_or_default();
            texts.extend(fields.iter().map(|field| field["text"].as_str().unwrap_or_default().to_owned()));
        }
        texts.into_iter().filter(|text| text.contains("bold")).collect::<Vec<_>>().join("\n")
    });
    assert_snapshot!(written, @"
    *Reason*
    ∗bold∗ &lt;!channel&gt; &lt;@UADA&gt; ∶tada: `x` &amp; &lt;https://example.org|click&gt; ˍitˍ ∼no∼
    ");
    for live in ["<!channel>", "<@UADA>", "<https://", ":tada:"] {
        assert!(!written.contains(live), "{live} is alive in {written}");
    }
    world.says("dana", "/env withdraw web-1").await;
}
