//! What is offered while somebody types an option.

use serde_json::{Value, json};

use super::world::{ADA, DANA, HOME, NEW, Place, did, directly};

fn typing(user: &str, path: [&str; 2], options: &[(&str, &str, bool)], more: Value) -> Value {
    let options: Vec<Value> = options
        .iter()
        .map(|(name, value, focused)| {
            let mut option = json!({"name": name, "type": 3, "value": value});
            if *focused {
                option["focused"] = json!(true);
            }
            option
        })
        .collect();
    let data = json!({"name": path[0], "options": [{"name": path[1], "type": 1, "options": options}]});
    did(4, user, &format!("{:?}", (user, options)), data, more)
}

/// What is offered: values with what is shown for them.
async fn offered(place: &Place, came: Value) -> Vec<(String, String)> {
    let told = place.receive(came).await;
    assert_eq!(told["type"], 8, "{told}");
    let choices = told["data"]["choices"].as_array().expect("choices");
    let text = |choice: &Value, name: &str| choice[name].as_str().expect("text").to_owned();
    choices.iter().map(|choice| (text(choice, "value"), text(choice, "name"))).collect()
}

fn values(offered: &[(String, String)]) -> Vec<&str> {
    offered.iter().map(|(value, _)| value.as_str()).collect()
}

#[tokio::test]
async fn what_there_is_to_choose_from_is_offered() {
    let place = Place::open().await;
    let request = ["env", "request"];
    let all = offered(&place, typing(DANA, request, &[("template", "", true)], json!({}))).await;
    assert_eq!(values(&all), ["web", "work"]);
    assert_eq!(all[0].1, "web — Web server");
    let some = offered(&place, typing(DANA, request, &[("template", "wo", true)], json!({}))).await;
    assert_eq!(values(&some), ["work"]);
    let spans =
        offered(&place, typing(DANA, request, &[("template", "web", false), ("for", "3", true)], json!({})))
            .await;
    assert_eq!(values(&spans), ["3d"]);
    let none = offered(&place, typing(DANA, request, &[("reason", "to", true)], json!({}))).await;
    assert!(none.is_empty(), "{none:?}");
}

#[tokio::test]
async fn parameters_are_completed_word_by_word() {
    let place = Place::open().await;
    let parameters = async |typed: &str| {
        let options = [("template", "web", false), ("parameters", typed, true), ("for", "3d", false)];
        offered(&place, typing(DANA, ["env", "request"], &options, json!({}))).await
    };
    assert_eq!(values(&parameters("").await), ["cpu=", "memory=", "storage="]);
    let more = parameters("cpu=2 mem").await;
    assert_eq!(
        more,
        [("cpu=2 memory=".to_owned(), "cpu=2 memory=".to_owned())],
        "what is shown can be typed on"
    );
    assert_eq!(values(&parameters("cpu=2 memory=8").await), ["cpu=2 memory=8Gi"]);
    assert_eq!(values(&parameters("cpu=2 ").await), ["cpu=2 memory=", "cpu=2 storage="]);
    let typed = "x".repeat(120);
    assert!(parameters(&format!("cpu={typed} ")).await.is_empty(), "longer than Discord carries");
}

#[tokio::test]
async fn nobody_else_is_offered_anything_and_nobody_is_asked() {
    let place = Place::open().await;
    let typed = [("template", "", true)];
    let request = ["env", "request"];
    assert!(offered(&place, typing(NEW, request, &typed, json!({}))).await.is_empty());
    assert!(offered(&place, typing(DANA, request, &typed, json!({"guild_id": "999"}))).await.is_empty());
    assert!(!offered(&place, typing(ADA, request, &typed, json!({}))).await.is_empty(), "she is listed");
    let direct = typing(DANA, request, &[("template", "w", true)], directly(DANA));
    assert!(!offered(&place, direct).await.is_empty());
    assert_eq!(place.api.count(), 0);
    assert!(place.account(HOME, ADA).await.is_none(), "to type is not to come");
}
