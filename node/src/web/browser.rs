#![expect(clippy::unwrap_used, reason = "tests")]
//! A browser without scripts: it keeps cookies, reads forms off pages and sends them as people do.

use crate::{
    passkey::Site,
    runtime::{Handle, desk::PaperCode},
    trial::Served,
    web::router,
};
use kith_protocol::id::MemberId;
use std::{collections::BTreeMap, time::Duration};

/// The longest that any answer may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// A page as it came.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) status: u16,
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Shown {
    pub(crate) fn says(&self, words: &str) -> &Self {
        assert!(self.body.contains(words), "{words:?} is missing on {} ({}): {}", self.path, self.status, self.body);
        self
    }

    pub(crate) fn never(&self, words: &str) -> &Self {
        assert!(!self.body.contains(words), "{words:?} stands on {}: {}", self.path, self.body);
        self
    }

    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}: {}", self.path, self.body);
        self
    }

    pub(crate) fn title(&self) -> &str {
        self.body.split("<title>").nth(1).unwrap().split("</title>").next().unwrap()
    }

    /// Addresses of all links.
    pub(crate) fn links(&self) -> Vec<String> {
        self.body.split(" href=\"").skip(1).map(|rest| plain(rest.split('"').next().unwrap())).collect()
    }

    /// The form whose action begins so, filled in as it stands.
    pub(crate) fn form(&self, action: &str) -> Form {
        let start = format!("<form method=\"post\" action=\"{action}");
        let at = self.body.find(&start);
        let at = at.unwrap_or_else(|| panic!("no form for {action} on {} ({}): {}", self.path, self.status, self.body));
        let whole = &self.body[at..at + self.body[at..].find("</form>").unwrap()];
        let mut form = Form { action: plain(attribute(whole, "action").unwrap()), fields: Vec::new() };
        for tag in whole.split('<').skip(1) {
            let inside = tag.split('>').next().unwrap();
            let Some(name) = attribute(inside, "name") else { continue };
            let value = attribute(inside, "value").unwrap_or_default();
            let kind = attribute(inside, "type").unwrap_or_default();
            if tag.starts_with("textarea") {
                let text = tag.split_once('>').unwrap().1;
                form.fields.push((name.to_owned(), plain(text.strip_prefix('\n').unwrap_or(text))));
            } else if tag.starts_with("input")
                && (!["radio", "checkbox"].contains(&kind) || inside.contains(" checked"))
            {
                form.fields.push((name.to_owned(), plain(value)));
            }
        }
        form
    }
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

fn plain(text: &str) -> String {
    text.replace("&#60;", "<").replace("&#62;", ">").replace("&#34;", "\"").replace("&#39;", "'").replace("&#38;", "&")
}

/// A form, filled in.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    pub(crate) action: String,
    pub(crate) fields: Vec<(String, String)>,
}

impl Form {
    pub(crate) fn with(mut self, values: &[(&str, &str)]) -> Self {
        for (name, value) in values {
            self.fields.retain(|(known, _)| known != name);
            self.fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        self
    }

    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn encoded(fields: &[(String, String)]) -> String {
    let pair = |(name, value): &(String, String)| {
        format!("{}={}", crate::web::visit::escaped(name), crate::web::visit::escaped(value))
    };
    fields.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The node's pages, and somebody who looks at them.
pub(crate) struct Browser {
    base: String,
    cookies: BTreeMap<String, String>,
    pub(crate) language: &'static str,
}

/// Serves the pages of a node.
pub(crate) async fn serve(handle: &Handle) -> Served {
    Served::begin(router(handle.clone(), None)).await
}

/// The same for one whose pages have an address that stays.
pub(crate) async fn serve_site(handle: &Handle, site: Site) -> Served {
    Served::begin(router(handle.clone(), Some(site))).await
}

impl Browser {
    pub(crate) fn new(served: &Served) -> Self {
        Self::at(served.base())
    }

    /// At an address of this machine.
    pub(crate) fn at(base: &str) -> Self {
        Self { base: base.to_owned(), cookies: BTreeMap::new(), language: "en" }
    }

    /// Signed in as a member, by a code of its own.
    pub(crate) async fn signed_in(served: &Served, handle: &Handle, member: MemberId) -> Self {
        let mut browser = Self::new(served);
        let code = PaperCode::from_bytes(crate::runtime::home::random().unwrap());
        handle.issue_code(member, code.clone()).await.unwrap();
        let form = browser.get("/sign-in").await.form("/sign-in").with(&[("code", &code.shown())]);
        assert_eq!(browser.send(form, "check").await.is(200).path, "/home");
        browser
    }

    /// The same browser at another port of this machine, to which its cookies go as well.
    pub(crate) fn at_port_of(self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    /// What it would send as cookies.
    pub(crate) fn cookies(&self) -> String {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        cookies.join("; ")
    }

    /// One request, without following where it leads.
    pub(crate) async fn ask(&mut self, path: &str, body: Option<String>, extra: &[(&'static str, &str)]) -> Shown {
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let extra = if body.is_some() { [&form[..], extra].concat() } else { extra.to_vec() };
        self.ask_bytes(path, body.map(String::into_bytes), &extra).await
    }

    async fn ask_bytes(&mut self, path: &str, body: Option<Vec<u8>>, extra: &[(&'static str, &str)]) -> Shown {
        let builder = axum::http::Request::builder().uri(format!("{}{path}", self.base));
        let mut builder = builder.header("accept-language", self.language).header("cookie", self.cookies());
        for (name, value) in extra {
            builder = builder.header(*name, *value);
        }
        let builder = match &body {
            Some(_) => builder.method("POST"),
            None => builder.method("GET"),
        };
        let request = builder.body(body.unwrap_or_default()).unwrap();
        let asked = tokio::task::spawn_blocking(move || {
            let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
            let agent: ureq::Agent = config.timeout_global(Some(DEADLINE)).build().into();
            let mut response = agent.run(request).unwrap();
            let bytes = response.body_mut().read_to_vec().unwrap();
            (response.status().as_u16(), response.headers().clone(), bytes)
        });
        let (status, headers, bytes) = asked.await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        for line in headers.get_all("set-cookie") {
            let (name, rest) = line.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let headers =
            headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Shown { status, path: path.to_owned(), body, bytes, headers }
    }

    /// Sends a form with files, and looks at the page it leads to.
    pub(crate) async fn upload(&mut self, form: Form, files: &[(&str, &[u8])]) -> Shown {
        self.upload_before(form, files, &[]).await
    }

    /// The same with fields that stand below the files.
    pub(crate) async fn upload_before(&mut self, form: Form, files: &[(&str, &[u8])], after: &[(&str, &str)]) -> Shown {
        const BOUNDARY: &str = "kith-0123456789abcdef";
        let mut body = Vec::new();
        let part = |body: &mut Vec<u8>, name: &str, file: &str, bytes: &[u8]| {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in &form.fields {
            if !files.iter().any(|(file, _)| file == name) && !after.iter().any(|(later, _)| later == name) {
                part(&mut body, name, "", value.as_bytes());
            }
        }
        for (name, bytes) in files {
            part(&mut body, name, "; filename=\"file\"", bytes);
        }
        for (name, value) in after {
            part(&mut body, name, "", value.as_bytes());
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let extra = [("sec-fetch-site", "same-origin"), ("content-type", kind.as_str())];
        let shown = self.ask_bytes(&form.action, Some(body), &extra).await;
        self.follow(shown).await
    }

    async fn follow(&mut self, mut shown: Shown) -> Shown {
        for _ in 0..5 {
            if shown.status != 303 {
                return shown;
            }
            let to = shown.headers["location"].clone();
            shown = self.ask(&to, None, &[]).await;
        }
        panic!("{} leads round and round", shown.path)
    }

    pub(crate) async fn get(&mut self, path: &str) -> Shown {
        let shown = self.ask(path, None, &[]).await;
        self.follow(shown).await
    }

    /// Looks again and again until the page says something.
    pub(crate) async fn until(&mut self, path: &str, says: &str) -> Shown {
        let looked = async {
            loop {
                let shown = self.get(path).await;
                if shown.body.contains(says) {
                    return shown;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        match tokio::time::timeout(DEADLINE, looked).await {
            Ok(shown) => shown,
            Err(_) => panic!("{path} never said {says:?}: {}", self.get(path).await.body),
        }
    }

    /// Presses a button of a form, without following where it leads.
    pub(crate) async fn press(&mut self, form: &Form, step: &str) -> Shown {
        let form = form.clone().with(&[("step", step)]);
        self.ask(&form.action, Some(encoded(&form.fields)), &[("sec-fetch-site", "same-origin")]).await
    }

    /// Presses a button of a form, and looks at the page it leads to.
    pub(crate) async fn send(&mut self, form: Form, step: &str) -> Shown {
        let shown = self.press(&form, step).await;
        self.follow(shown).await
    }

    /// Fills in a form, checks it and sends it: what is shown after each.
    pub(crate) async fn whole(&mut self, form: Form) -> (Shown, Shown) {
        let action = form.action.clone();
        let check = self.send(form, "check").await;
        let sent = self.send(check.is(200).form(&action), "send").await;
        (check, sent)
    }
}
