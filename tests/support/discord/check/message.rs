//! What Discord refuses in a message: too long, too many, nothing at all, mentions that contradict each other.

use serde_json::Value;

use super::{Check, components};

/// Keys of a message in a channel.
const KEYS: [&str; 13] = [
    "content",
    "nonce",
    "tts",
    "embeds",
    "allowed_mentions",
    "message_reference",
    "components",
    "sticker_ids",
    "attachments",
    "flags",
    "enforce_nonce",
    "poll",
    "payload_json",
];
const EMBED: [&str; 13] = [
    "title",
    "type",
    "description",
    "url",
    "timestamp",
    "color",
    "footer",
    "image",
    "thumbnail",
    "video",
    "provider",
    "author",
    "fields",
];

/// Checks a message. `flags` are those that it may have.
pub(in super::super) fn check(body: &Value, flags: u64) -> Check {
    let mut check = Check::default();
    if !body.is_object() {
        check.say("", "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
        return check;
    }
    check.keys(body, &KEYS, "");
    check.length(&body["content"], 0, 2_000, "content");
    if let Some(nonce) = body["nonce"].as_str().filter(|nonce| nonce.chars().count() > 25) {
        check.say("nonce", "NONCE_TYPE_TOO_LONG", format!("A nonce has 25 characters at most: {nonce}"));
    }
    if body["flags"].as_u64().unwrap_or_default() & !flags != 0 {
        check.say("flags", "MESSAGE_FLAGS_INVALID", format!("No such flags here: {}", body["flags"]));
    }
    embeds(&mut check, &body["embeds"]);
    components::rows(&mut check, &body["components"], "components");
    mentions(&mut check, &body["allowed_mentions"]);
    check
}

fn embeds(check: &mut Check, value: &Value) {
    let all = check.count(value, 0, 10, "embeds");
    let mut total = 0;
    for (number, embed) in all.iter().enumerate() {
        let at = |part: &str| format!("embeds/{number}/{part}");
        check.keys(embed, &EMBED, &format!("embeds/{number}"));
        check.length(&embed["title"], 0, 256, &at("title"));
        check.length(&embed["description"], 0, 4_096, &at("description"));
        check.length(&embed["footer"]["text"], 0, 2_048, &at("footer/text"));
        check.length(&embed["author"]["name"], 0, 256, &at("author/name"));
        let fields = check.count(&embed["fields"], 0, 25, &at("fields"));
        for (index, field) in fields.iter().enumerate() {
            let at = at(&format!("fields/{index}"));
            check.keys(field, &["name", "value", "inline"], &at);
            check.needed(&field["name"], 256, &format!("{at}/name"));
            check.needed(&field["value"], 1_024, &format!("{at}/value"));
        }
        if embed["color"].as_u64().is_some_and(|color| color > 0xff_ffff) {
            check.say(&at("color"), "NUMBER_TYPE_MAX", "int value should be less than or equal to 16777215.");
        }
        total += weight(embed);
    }
    if total > 6_000 {
        check.say("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000");
    }
}

/// How many characters count towards the limit of all embeds together.
fn weight(embed: &Value) -> usize {
    let fields = embed["fields"].as_array().cloned().unwrap_or_default();
    let own = [&embed["title"], &embed["description"], &embed["footer"]["text"], &embed["author"]["name"]];
    let of = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let fields: usize = fields.iter().map(|field| of(&field["name"]) + of(&field["value"])).sum();
    own.into_iter().map(of).sum::<usize>() + fields
}

fn mentions(check: &mut Check, value: &Value) {
    check.keys(value, &["parse", "roles", "users", "replied_user"], "allowed_mentions");
    let parse = value["parse"].as_array().cloned().unwrap_or_default();
    for kind in &parse {
        if !["roles", "users", "everyone"].contains(&kind.as_str().unwrap_or_default()) {
            check.say("allowed_mentions/parse", "BASE_TYPE_CHOICES", format!("No such kind: {kind}"));
        }
    }
    for kind in ["roles", "users"] {
        let at = format!("allowed_mentions/{kind}");
        let own = check.count(&value[kind], 0, 100, &at);
        if !own.is_empty() && parse.iter().any(|known| known == kind) {
            let words = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            check.say("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words);
        }
    }
}
