//! One browser, and what a person does with it.

use super::driver::{SCREENSHOTS, target_folder};
use crate::cluster::wait_within;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use std::{
    fs,
    future::Future,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use thirtyfour::{
    By, ChromiumLikeCapabilities as _, DesiredCapabilities, WebDriver, WebElement,
    error::{WebDriverError, WebDriverErrorInner, WebDriverResult},
};
use tokio::runtime::Runtime;

/// How long a page may take to come, with everything else that uses the machine.
const PAGE_PATIENCE: Duration = Duration::from_secs(60);
/// How often something is tried with an element that a page which shows what changes puts anew.
const ATTEMPTS: usize = 5;
/// What Chromium needs on a machine without a screen, without a way out, and for whoever runs tests as root.
const FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--accept-lang=en-GB,en",
];
/// A phone of the smallest size in common use.
const PHONE_AGENT: &str =
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Mobile Safari/537.36";

/// How somebody looks at pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Width of the window in CSS pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
    /// A touch screen, with two dots to a pixel.
    pub phone: bool,
    /// Whether scripts of pages run.
    pub scripts: bool,
    /// Whether everything is done with the keyboard, and nothing with a pointer.
    pub keyboard: bool,
}

impl Look {
    /// An ordinary computer.
    pub const DESKTOP: Self = Self { width: 1280, height: 1000, phone: false, scripts: true, keyboard: false };
    /// A small phone.
    pub const PHONE: Self = Self { width: 360, height: 780, phone: true, scripts: true, keyboard: false };

    /// The same with scripts off.
    #[must_use]
    pub const fn without_scripts(self) -> Self {
        Self { scripts: false, ..self }
    }

    /// The same in the hands of somebody who has a keyboard and nothing to point with.
    #[must_use]
    pub const fn by_keyboard(self) -> Self {
        Self { keyboard: true, ..self }
    }

    fn capabilities(self) -> WebDriverResult<thirtyfour::ChromeCapabilities> {
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag)?;
        }
        wanted.add_arg(&format!("--window-size={},{}", self.width, self.height))?;
        if !self.scripts {
            // As in the browser's own settings: pages run none, while whoever looks after the browser still can.
            let off = json!({ "profile.managed_default_content_settings.javascript": 2 });
            wanted.add_experimental_option("prefs", off)?;
        }
        Ok(wanted)
    }
}

/// Somebody's browser.
pub struct Browser {
    runtime: Arc<Runtime>,
    pub(super) driver: Option<WebDriver>,
    base: Mutex<String>,
    look: Look,
}

impl Browser {
    pub(super) fn open(runtime: Arc<Runtime>, driver: &str, base: &str, look: Look) -> Result<Self> {
        let driver = runtime.block_on(WebDriver::new(driver, look.capabilities()?)).context("no browser starts")?;
        let browser = Self { runtime, driver: Some(driver), base: Mutex::new(base.to_owned()), look };
        if look.phone {
            browser.become_phone()?;
        }
        browser.check_scripts()?;
        Ok(browser)
    }

    /// The driver's own way to be a phone never shows a page while scripts are off; the browser's tools do.
    fn become_phone(&self) -> Result<()> {
        let (width, height) = (self.look.width, self.look.height);
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.command("Emulation.setDeviceMetricsOverride", &size)?;
        self.command("Emulation.setTouchEmulationEnabled", &json!({ "enabled": true }))?;
        let agent = json!({ "userAgent": PHONE_AGENT, "acceptLanguage": "en-GB,en" });
        self.command("Emulation.setUserAgentOverride", &agent)?;
        Ok(())
    }

    /// That scripts of pages run just when they are meant to.
    fn check_scripts(&self) -> Result<()> {
        self.run(self.driver().goto("data:text/html,<title>off</title><script>document.title='on'</script>"))?;
        let ran = self.run(self.driver().title())? == "on";
        ensure!(ran == self.look.scripts, "scripts run: {ran}, wanted: {}", self.look.scripts);
        Ok(())
    }

    pub(super) fn driver(&self) -> &WebDriver {
        self.driver.as_ref().expect("it is taken only when dropped")
    }

    pub(super) fn run<T>(&self, asked: impl Future<Output = WebDriverResult<T>>) -> Result<T> {
        Ok(self.runtime.block_on(asked)?)
    }

    /// How this browser looks at pages.
    #[must_use]
    pub fn look(&self) -> Look {
        self.look
    }

    /// From now on, the node is reached there.
    pub fn moved(&self, base: &str) {
        base.clone_into(&mut self.base.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Runs a script as whoever looks after the browser, not as the page.
    ///
    /// # Errors
    /// When it fails.
    pub fn script(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        Ok(self.run(self.driver().execute(script, args))?.json().clone())
    }

    /// The same for one that ends by calling the last of its arguments.
    ///
    /// # Errors
    /// When it fails or never calls.
    pub fn script_that_calls(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        Ok(self.run(self.driver().execute_async(script, args))?.json().clone())
    }

    /// A command of the browser's own tools.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub fn command(&self, name: &str, parameters: &Value) -> Result<Value> {
        self.run(self.driver().cdp().send_raw(name, parameters))
    }

    /// Goes to a path of the node, or to a whole address.
    ///
    /// # Errors
    /// When the page does not come, or is not as every page must be.
    pub fn go(&self, path: &str) -> Result<()> {
        let base = self.base.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let address = if path.starts_with("http") { path.to_owned() } else { format!("{base}{path}") };
        self.run(self.driver().goto(&address))?;
        self.arrived()
    }

    /// The path of the page.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn path(&self) -> Result<String> {
        Ok(self.run(self.driver().current_url())?.path().to_owned())
    }

    /// The cookies of this browser, as it sends them.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn cookies(&self) -> Result<String> {
        let all = self.run(self.driver().get_all_cookies())?;
        Ok(all.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect::<Vec<_>>().join("; "))
    }

    /// What stands on the page, with single blanks.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn text(&self) -> Result<String> {
        let text = self.script("return document.body.innerText", Vec::new())?;
        Ok(text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// What stands in the first element that fits.
    ///
    /// # Errors
    /// When there is none.
    pub fn text_of(&self, css: &str) -> Result<String> {
        self.run(self.run(self.driver().find(By::Css(css)))?.text())
    }

    /// What stands in each element that fits.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn texts_of(&self, css: &str) -> Result<Vec<String>> {
        let script = "return [...document.querySelectorAll(arguments[0])].map(one => one.innerText)";
        Ok(serde_json::from_value(self.script(script, vec![json!(css)])?)?)
    }

    /// That the page says this.
    ///
    /// # Errors
    /// When it does not, with all it says.
    pub fn says(&self, words: &str) -> Result<&Self> {
        let text = self.text()?;
        ensure!(text.contains(words), "{words:?} is missing on {}: {text}{}", self.path()?, self.picture_of_failure());
        Ok(self)
    }

    /// That the page does not say this.
    ///
    /// # Errors
    /// When it does.
    pub fn never(&self, words: &str) -> Result<&Self> {
        let text = self.text()?;
        ensure!(!text.contains(words), "{words:?} stands on {}: {text}", self.path()?);
        Ok(self)
    }

    /// Looks at a page again and again until it says this.
    ///
    /// # Errors
    /// When it never does.
    pub fn until(&self, path: &str, words: &str) -> Result<()> {
        crate::cluster::wait_for(&format!("{words:?} on {path}"), || {
            self.go(path)?;
            Ok(self.text()?.contains(words).then_some(()))
        })
    }

    /// Waits until the page that is open says this.
    ///
    /// # Errors
    /// When it never does.
    pub fn until_says(&self, words: &str) -> Result<&Self> {
        crate::cluster::wait_for(&format!("{words:?} on {}", self.path()?), || {
            Ok(self.text()?.contains(words).then_some(()))
        })?;
        Ok(self)
    }

    fn element(&self, what: &str, path: &str) -> Result<WebElement> {
        let found = self.run(self.driver().find_all(By::XPath(path)))?;
        for one in found {
            if self.run(one.is_displayed())? {
                return Ok(one);
            }
        }
        bail!("no {what} on {}: {}{}", self.path()?, self.text()?, self.picture_of_failure())
    }

    /// Writes into the field with this label, in place of what stands there.
    ///
    /// # Errors
    /// When there is none.
    pub fn fill(&self, label: &str, value: &str) -> Result<&Self> {
        let path =
            format!("//*[self::input or self::textarea][@id=//label[normalize-space(.)={}]/@for]", quoted(label));
        self.with_element(|| self.put(&self.element(&format!("field {label:?}"), &path)?, value))?;
        Ok(self)
    }

    /// The same for a field that is known by its name.
    ///
    /// # Errors
    /// When there is none.
    pub fn fill_named(&self, name: &str, value: &str) -> Result<&Self> {
        let path = format!("//input[@name={}]", quoted(name));
        self.with_element(|| self.put(&self.element(&format!("field {name:?}"), &path)?, value))?;
        Ok(self)
    }

    fn put(&self, field: &WebElement, value: &str) -> Result<()> {
        if self.look.keyboard {
            self.type_into(field, value)?;
        } else {
            self.run(field.clear())?;
            self.run(field.send_keys(value))?;
        }
        Ok(())
    }

    /// Gives a file to the field with this label. The window of the system in which people choose one is not the page's.
    ///
    /// # Errors
    /// When there is none.
    pub fn attach(&self, label: &str, file: &Path) -> Result<&Self> {
        let path = format!("//input[@type='file'][@id=//label[normalize-space(.)={}]/@for]", quoted(label));
        self.with_element(|| {
            let field = self.element(&format!("field {label:?}"), &path)?;
            if self.look.keyboard {
                self.tab_to(&field)?;
            }
            self.run(field.send_keys(file.display().to_string()))
        })?;
        Ok(self)
    }

    /// What stands in the field with this label.
    ///
    /// # Errors
    /// When there is none.
    pub fn filled(&self, label: &str) -> Result<String> {
        let path =
            format!("//*[self::input or self::textarea][@id=//label[normalize-space(.)={}]/@for]", quoted(label));
        self.with_element(|| {
            let field = self.element(&format!("field {label:?}"), &path)?;
            Ok(self.run(field.prop("value"))?.unwrap_or_default())
        })
    }

    /// What stands in the field with this name, if there is one.
    ///
    /// # Errors
    /// When the browser does not answer.
    pub fn value_named(&self, name: &str) -> Result<Option<String>> {
        let script = "return document.getElementsByName(arguments[0])[0]?.value ?? null";
        Ok(self.script(script, vec![json!(name)])?.as_str().map(str::to_owned))
    }

    /// Chooses or ticks what has this label.
    ///
    /// # Errors
    /// When there is none.
    pub fn choose(&self, label: &str) -> Result<&Self> {
        let path = format!("//label[normalize-space(.)={}][.//input]", quoted(label));
        self.with_element(|| {
            let shown = self.element(&format!("choice {label:?}"), &path)?;
            let input = self.run(self.driver().find(By::XPath(format!("{path}//input"))))?;
            if self.look.keyboard {
                self.choose_by_key(&input)?
            } else {
                self.run(shown.click())?
            }
            ensure!(self.run(input.is_selected())?, "{label:?} was pressed and is not chosen");
            Ok(())
        })?;
        Ok(self)
    }

    /// Presses the button or link with these words, and waits for the page it leads to.
    ///
    /// # Errors
    /// When there is none, or the page does not come or is not as every page must be.
    pub fn press(&self, words: &str) -> Result<&Self> {
        let words = quoted(words);
        self.leave(&words, &format!("//button[normalize-space(.)={words}] | //a[normalize-space(.)={words}]"))
    }

    /// The same for a button only, where a link has the same words.
    ///
    /// # Errors
    /// Those of [`Self::press`].
    pub fn press_button(&self, words: &str) -> Result<&Self> {
        let words = quoted(words);
        self.leave(&words, &format!("//button[normalize-space(.)={words}]"))
    }

    /// Presses a button that leads nowhere by itself, or not at once.
    ///
    /// # Errors
    /// When there is none.
    pub fn push(&self, words: &str) -> Result<&Self> {
        let words = quoted(words);
        let path = format!("//button[normalize-space(.)={words}]");
        self.with_element(|| self.run(self.element(&format!("button {words}"), &path)?.click()))?;
        Ok(self)
    }

    /// Does something with an element of the page. A page that shows by itself what changes may put another one in its
    /// place meanwhile: then with that.
    fn with_element<T>(&self, act: impl Fn() -> Result<T>) -> Result<T> {
        for _ in 1..ATTEMPTS {
            match act() {
                Err(error) if was_replaced(&error) => {}
                done => return done,
            }
        }
        act()
    }

    fn press_what_fits(&self, words: &str, path: &str) -> Result<()> {
        self.with_element(|| {
            let found = self.element(&format!("button or link {words}"), path)?;
            if self.look.keyboard { self.press_by_key(&found) } else { self.run(found.click()) }
        })
    }

    fn leave(&self, words: &str, path: &str) -> Result<&Self> {
        // A mark that goes away with the page.
        self.script("window.kithIsLeaving = true", Vec::new())?;
        self.press_what_fits(words, path)?;
        wait_within(PAGE_PATIENCE, &format!("the page behind {words}"), || {
            let there = "return !window.kithIsLeaving && document.readyState === 'complete'";
            // Between two pages there is nothing to run a script on.
            let ready = self.script(there, Vec::new()).ok().and_then(|ready| ready.as_bool());
            Ok(ready.unwrap_or(false).then_some(()))
        })?;
        self.arrived()?;
        Ok(self)
    }

    /// What must be so on every page.
    fn arrived(&self) -> Result<()> {
        let script = "const root = document.documentElement; \
                      return [document.querySelectorAll('h1').length, root.scrollWidth - root.clientWidth, document.title]";
        let seen = self.script(script, Vec::new())?;
        let path = self.path()?;
        ensure!(seen[0] == 1, "{path} has {} headings of the first rank: {}", seen[0], self.text()?);
        ensure!(
            seen[1].as_i64() <= Some(0),
            "{path} is {} pixels too wide for {}{}",
            seen[1],
            self.look.width,
            self.picture_of_failure()
        );
        ensure!(seen[2].as_str().is_some_and(|title| !title.is_empty()), "{path} has no title");
        Ok(())
    }

    /// A picture of the whole page as a PNG file among the screenshots. Gives its place.
    ///
    /// # Errors
    /// When it cannot be made or written.
    pub fn picture(&self, name: &str) -> Result<PathBuf> {
        let place = target_folder(SCREENSHOTS)?.join(format!("{name}.png"));
        // A picture of the whole page has no scrollbar, and is cut off by its width unless it says how wide it is.
        let size = "return [innerWidth, Math.max(innerHeight, document.documentElement.scrollHeight)]";
        let size = self.script(size, Vec::new())?;
        let clip = json!({ "x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1 });
        let parameters = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let shot = self.command("Page.captureScreenshot", &parameters)?;
        let text = shot["data"].as_str().context("the browser made no picture")?;
        fs::write(&place, data_encoding::BASE64.decode(text.as_bytes())?)?;
        Ok(place)
    }

    /// Keeps a picture and the source of what went wrong, and says where, for the end of a sentence.
    fn picture_of_failure(&self) -> String {
        let name = format!("failed-{}", std::process::id());
        let Ok(place) = self.picture(&name) else { return String::new() };
        let kept = self.run(self.driver().source()).map(|source| fs::write(place.with_extension("html"), source));
        let beside = if matches!(kept, Ok(Ok(()))) { ", its source beside it" } else { "" };
        format!(" (picture: {}{beside})", place.display())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            // The driver closes what is left when it ends itself.
            let _ = self.runtime.block_on(driver.quit());
        }
    }
}

/// Whether the page put another element in the place of one it had shown. The driver says so by either error: the
/// second one when that happens while it acts.
fn was_replaced(error: &anyhow::Error) -> bool {
    use WebDriverErrorInner::{ElementNotInteractable, StaleElementReference};
    let of_driver = error.downcast_ref::<WebDriverError>();
    of_driver.is_some_and(|error| matches!(error.as_inner(), StaleElementReference(_) | ElementNotInteractable(_)))
}

/// A text for an XPath expression, which knows no escapes.
fn quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}
