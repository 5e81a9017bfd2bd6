//! What a test does on a page: type, press, wait for words, take a picture, ask the accessibility checker.

use std::{fs, path::PathBuf, time::Duration};

use fantoccini::{Client, Locator, elements::Element, key::Key, wd::WebDriverCompatibleCommand};
use serde_json::{Value, json};

use crate::support::required;

/// How long something may take to appear. Long, because it only matters when it does not.
const PATIENCE: Duration = Duration::from_secs(30);

/// The sizes at which the console must look good.
pub const PHONE: (u32, u32) = (390, 844);
pub const DESKTOP: (u32, u32) = (1280, 800);

/// A window on one console.
pub struct Page {
    pub client: Client,
    pub base: String,
}

impl Page {
    pub async fn open(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
        self.wait_for("#live[data-open]").await;
    }

    /// Shows the page at a size, in light or dark.
    pub async fn size(&self, (width, height): (u32, u32), dark: bool) {
        let metrics =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.tell_chromium("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.tell_chromium("Emulation.setEmulatedMedia", features).await;
    }

    /// Waits for an element.
    pub async fn wait_for(&self, css: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await;
        self.expect(found, css).await
    }

    /// Waits until a message contains all these words.
    pub async fn wait_for_words(&self, words: &[&str]) -> Element {
        let tests: Vec<String> =
            words.iter().map(|word| format!("[contains(., {})]", quoted(word))).collect();
        self.wait_for_path(&format!("//li[contains(@class,'msg')]{}", tests.concat())).await
    }

    /// Waits for an element by XPath.
    pub async fn wait_for_path(&self, path: &str) -> Element {
        let found = self.client.wait().at_most(PATIENCE).for_element(Locator::XPath(path)).await;
        self.expect(found, path).await
    }

    async fn expect<T, E: std::fmt::Display>(&self, found: Result<T, E>, what: &str) -> T {
        match found {
            Ok(found) => found,
            Err(error) => {
                self.shot("failed").await;
                let text = self.script("return document.body.innerText").await;
                panic!("{what} did not appear: {error}\n{}", text.as_str().unwrap_or_default());
            }
        }
    }

    /// Types into whatever has the focus.
    pub async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Presses one key.
    pub async fn key(&self, key: Key) {
        self.keys(&String::from(char::from(key))).await;
    }

    /// Presses Tab until the element with this text has the focus, as somebody without a mouse does.
    pub async fn tab_to(&self, text: &str) {
        let mut passed = Vec::new();
        for _ in 0..80 {
            let now =
                self.script("return document.activeElement.innerText || document.activeElement.id").await;
            if now.as_str().is_some_and(|now| now.trim() == text) {
                return;
            }
            passed.push(now.to_string());
            self.key(Key::Tab).await;
        }
        panic!("Tab never came to {text:?}, but to {passed:?}");
    }

    /// Says something in the room, as people do.
    pub async fn say(&self, line: &str) {
        let field = self.wait_for("#line").await;
        field.send_keys(line).await.unwrap();
        field.send_keys(&String::from(char::from(Key::Escape))).await.unwrap();
        field.send_keys(&String::from(char::from(Key::Enter))).await.unwrap();
    }

    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Keeps a picture.
    pub async fn shot(&self, name: &str) {
        let folder = artefacts();
        fs::create_dir_all(&folder).unwrap();
        let png = self.client.screenshot().await.unwrap();
        fs::write(folder.join(format!("console-{name}.png")), png).unwrap();
    }

    /// What the accessibility checker finds, one line each.
    pub async fn faults_of_access(&self) -> Vec<String> {
        let axe = fs::read_to_string(required("SUBLET_TEST_AXE").unwrap()).unwrap();
        let ask = "const done = arguments[arguments.length - 1];
            axe.run(document, {resultTypes: ['violations']}).then(
                (found) => done(found.violations.flatMap((one) => one.nodes.map(
                    (node) => one.id + ': ' + node.target.join(' ') + ' ' + node.failureSummary))),
                (error) => done(['axe failed: ' + error]));";
        let found = self.client.execute_async(&format!("{axe}\n{ask}"), Vec::new()).await.unwrap();
        found.as_array().unwrap().iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect()
    }

    /// By how many pixels the page is wider than the window.
    pub async fn overhang(&self) -> i64 {
        let wide = "return document.documentElement.scrollWidth - window.innerWidth";
        self.script(wide).await.as_i64().unwrap()
    }

    async fn tell_chromium(&self, command: &str, parameters: Value) {
        let command = ToChromium(json!({"cmd": command, "params": parameters}));
        self.client.issue_cmd(command).await.unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "tests have no configuration; whoever runs them says where to")]
fn artefacts() -> PathBuf {
    std::env::var_os("SUBLET_ARTEFACTS").map_or_else(|| PathBuf::from("artefacts"), PathBuf::from)
}

/// A text as XPath writes it; no text of ours has both kinds of quotes.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

/// A command of Chromium's own, for what WebDriver cannot say.
#[derive(Debug)]
struct ToChromium(Value);

impl WebDriverCompatibleCommand for ToChromium {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (axum::http::Method, Option<String>) {
        (axum::http::Method::POST, Some(self.0.to_string()))
    }
}
