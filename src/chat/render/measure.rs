//! How long a text is, so that every platform agrees, and how it is cut.

/// How long a platform may find a text: UTF-16 units, the longest of the ways in which characters are counted.
///
/// Slack does not say how it counts. Discord counts code points, which are never more (discord/discord-api-docs,
/// issue 1315).
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text, or as much of its beginning as fits with `…` behind it.
pub fn cut(text: &str, limit: usize) -> String {
    if length(text) <= limit {
        return text.to_owned();
    }
    let mut room = limit.saturating_sub(1);
    let kept = text.chars().take_while(|char| {
        let fits = char.len_utf16() <= room;
        room = room.saturating_sub(char.len_utf16());
        fits
    });
    let mut kept: String = kept.collect();
    kept.push('…');
    kept
}
