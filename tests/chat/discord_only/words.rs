//! Words: what somebody wrote cannot become a link, a mention, a call for everybody or formatting.

use insta::assert_snapshot;

use crate::world::{
    World,
    discord::{APPROVERS, ROLE_DEVELOPER},
};

pub async fn hostile_words_stay_words(world: &mut World) {
    let reason = format!(
        "**bold** @everyone <@&{ROLE_DEVELOPER}> :tada: `x` [click](https://example.org) _it_ ||no||"
    );
    world.says("dana", &format!("/env request web for=2d {reason}")).await;
    world.settles().await;
    let discord = world.discord().discord.clone();
    let written = discord.with(|state| {
        let card = state.messages.iter().find(|message| message.channel == APPROVERS).expect("a card");
        let fields = card.now().embeds.iter().filter_map(|embed| embed["fields"].as_array()).flatten();
        let mut texts = fields.map(|field| field["value"].as_str().unwrap_or_default());
        texts.find(|text| text.contains("bold")).expect("the reason").to_owned()
    });
    assert_snapshot!(written, @r"\*\*bold\*\* \@everyone \<@&1500000000000000002> \:tada: `x` \[click](https\://example.org) \_it\_ \|\|no\|\|");
    for live in ["**bold", "[click]", "<@&"] {
        assert!(!written.replace(&format!("\\{live}"), "").contains(live), "{live} is alive in {written}");
    }
    world.says("dana", "/env withdraw web-1").await;
}
