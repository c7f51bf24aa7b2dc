//! The address that people have for a community's pages: passkeys are bound to it.

/// The longest name of a host (RFC 1035, 2.3.4).
const MAX_HOST: usize = 253;
/// The longest part of one between two dots (same place).
const MAX_LABEL: usize = 63;
/// What an operator is to write.
const WANTED: &str = "must be the address in the browser, such as \"https://time.example.org\"";

/// Where a community's pages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    origin: String,
    host: String,
}

impl Site {
    /// Reads an address as an operator writes it: `https` and a domain name, or `http` on `localhost` for trying out.
    ///
    /// # Errors
    /// What to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim().to_ascii_lowercase();
        let (scheme, rest) = text.split_once("://").ok_or(WANTED)?;
        let usual: u16 = match scheme {
            "https" => 443,
            "http" => 80,
            _ => return Err(WANTED.into()),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.split_once(':') {
            None => (rest, None),
            Some((host, port)) => {
                let plain = port.bytes().all(|byte| byte.is_ascii_digit());
                let port = port.parse::<u16>().ok().filter(|port| plain && *port > 0);
                (host, Some(port.ok_or_else(|| format!("{WANTED}; its port is none"))?))
            }
        };
        if host != "localhost" {
            check_domain(host)?;
            if scheme == "http" {
                return Err(
                    "must begin with https://, because browsers keep passkeys for protected pages only; http:// \
                            is for localhost"
                        .into(),
                );
            }
        }
        // As a browser writes it: without the port that goes without saying (RFC 6454, 6.2).
        let port = port.filter(|port| *port != usual).map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self { origin: format!("{scheme}://{host}{port}"), host: host.to_owned() })
    }

    /// Scheme, host and port, as browsers say where a page is from (RFC 6454).
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The name alone: the id of the relying party (§5.1.2), and what `Host` says.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }
}

fn check_domain(host: &str) -> Result<(), String> {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let fits = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len())
            && label.bytes().all(letter)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    if host.len() > MAX_HOST || !host.split('.').all(fits) {
        return Err(format!("{WANTED}: only the domain name, without a path; letters outside a-z as xn--"));
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if !host.contains('.') || last.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(
            "must have a domain name, such as time.example.org: browsers keep no passkeys for numbers and names \
                    of one word"
                .into(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_address_is_written_as_browsers_write_it() {
        for (text, origin, host) in [
            ("https://time.example.org", "https://time.example.org", "time.example.org"),
            (" HTTPS://Time.Example.org/ ", "https://time.example.org", "time.example.org"),
            ("https://time.example.org:443", "https://time.example.org", "time.example.org"),
            ("https://time.example.org:8443", "https://time.example.org:8443", "time.example.org"),
            ("http://localhost:8380", "http://localhost:8380", "localhost"),
            ("http://localhost:80/", "http://localhost", "localhost"),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            let site = Site::parse(text).unwrap();
            assert_eq!((site.origin(), site.host()), (origin, host), "{text}");
        }
    }

    #[test]
    fn what_no_browser_keeps_passkeys_for_is_refused_with_what_to_write() {
        for (text, part) in [
            ("", "such as \"https://time.example.org\""),
            ("time.example.org", "such as"),
            ("ftp://time.example.org", "such as"),
            ("http://time.example.org", "must begin with https://"),
            ("https://192.168.1.20", "domain name"),
            ("https://[::1]", "its port is none"),
            ("https://kith", "names of one word"),
            ("https://time.example.org/kith", "without a path"),
            ("https://time.example.org?x", "without a path"),
            ("https://user@time.example.org", "without a path"),
            ("https://time..example.org", "without a path"),
            ("https://-time.example.org", "without a path"),
            ("https://bücher.example", "xn--"),
            ("https://time.example.org:0", "its port is none"),
            ("https://time.example.org:+443", "its port is none"),
            ("https://time.example.org:99999", "its port is none"),
        ] {
            let why = Site::parse(text).unwrap_err();
            assert!(why.contains(part), "{text:?} gave {why}");
        }
    }
}
