//! A photo as a phone makes it, with the place where it was taken inside, and what the node makes of it.

use anyhow::{Context as _, Result, ensure};
use data_encoding::BASE64;
use kith_tests::browser::Browser;
use serde_json::json;

/// What stands in the photo beside its dots.
const TAKEN: &[u8] = b"Behind Joe's shed\0";
/// Where it was taken, in degrees, minutes and hundredths of seconds.
const NORTH: [u32; 3] = [51, 31, 4_872];
const WEST: [u32; 3] = [0, 7, 3_913];
/// The longest side of what is shown, in dots.
const MOST_DOTS: u64 = 640;
/// The largest file that is shown.
const MOST_BYTES: usize = 24 * 1024;

/// Three fractions, as EXIF writes an angle.
fn angle([degrees, minutes, hundredths]: [u32; 3]) -> Vec<u8> {
    [degrees, 1, minutes, 1, hundredths, 100].iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// One entry of a TIFF directory.
fn entry(tag: u16, kind: u16, count: u32, value: [u8; 4]) -> Vec<u8> {
    [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
}

/// The EXIF part: a directory with words about the photo, and behind it the one with the place (Exif 2.32, 4.6.6).
fn exif() -> Vec<u8> {
    let (letters, longs, fractions) = (2, 4, 5);
    let (place, north, west, taken) = (38_u32, 92_u32, 116_u32, 140_u32);
    let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
    tiff.extend(entry(0x010E, letters, u32::try_from(TAKEN.len()).unwrap_or(0), taken.to_le_bytes()));
    tiff.extend(entry(0x8825, longs, 1, place.to_le_bytes()));
    tiff.extend(b"\0\0\0\0\x04\0");
    tiff.extend(entry(1, letters, 2, *b"N\0\0\0"));
    tiff.extend(entry(2, fractions, 3, north.to_le_bytes()));
    tiff.extend(entry(3, letters, 2, *b"W\0\0\0"));
    tiff.extend(entry(4, fractions, 3, west.to_le_bytes()));
    tiff.extend(b"\0\0\0\0");
    [b"Exif\0\0".to_vec(), tiff, angle(NORTH), angle(WEST), TAKEN.to_vec()].concat()
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// A photo of what the browser shows, which knows where it was taken.
pub(crate) fn taken(browser: &Browser) -> Result<Vec<u8>> {
    let shot = browser.command("Page.captureScreenshot", &json!({ "format": "jpeg", "quality": 92 }))?;
    let jpeg = BASE64.decode(shot["data"].as_str().context("the browser made no photo")?.as_bytes())?;
    let exif = exif();
    let length = u16::try_from(exif.len() + 2)?.to_be_bytes();
    let photo = [&jpeg[..2], &[0xFF, 0xE1], &length, &exif, &jpeg[2..]].concat();
    ensure!(tells_of_a_place(&photo) && parts(&photo)?.contains(&0xE1), "the photo does not know its place");
    Ok(photo)
}

/// A photo of one thing on a page, as near as a phone is held to paper.
pub(crate) fn of(browser: &Browser, css: &str) -> Result<Vec<u8>> {
    let script = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return { x: box.x + scrollX, y: box.y + scrollY, width: box.width, height: box.height, scale: 2 };";
    let clip = browser.script(script, vec![json!(css)])?;
    let wanted = json!({ "format": "jpeg", "quality": 80, "captureBeyondViewport": true, "clip": clip });
    let shot = browser.command("Page.captureScreenshot", &wanted)?;
    Ok(BASE64.decode(shot["data"].as_str().context("the browser made no photo")?.as_bytes())?)
}

fn tells_of_a_place(photo: &[u8]) -> bool {
    [b"Exif".as_slice(), TAKEN, &angle(NORTH), &angle(WEST)].iter().any(|part| has(photo, part))
}

/// The parts of a JPEG before its dots, by their markers (ITU-T T.81, B.1.1.3).
fn parts(jpeg: &[u8]) -> Result<Vec<u8>> {
    let (begin, mut rest) = jpeg.split_at_checked(2).context("this is no JPEG")?;
    ensure!(begin == [0xFF, 0xD8], "this is no JPEG");
    let mut found = Vec::new();
    while !found.ends_with(&[0xDA]) {
        let ([0xFF, marker, high, low], _) = rest.split_first_chunk().context("the JPEG ends early")? else {
            anyhow::bail!("the JPEG has no marker where one should be");
        };
        found.push(*marker);
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(2 + length..).context("the JPEG ends early")?;
    }
    Ok(found)
}

/// A photo that a node keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    /// Where everybody gets it who sees the offer.
    address: String,
    jpeg: Vec<u8>,
}

/// That the page shows a photo: small, and nothing in it but what is seen.
pub(crate) fn shown(browser: &Browser, title: &str) -> Result<Kept> {
    let look = "const shown = document.querySelector('img.photo'); \
                return shown && [shown.naturalWidth, shown.naturalHeight, shown.alt, shown.src]";
    let seen = browser.script(look, Vec::new())?;
    let (width, height) = (seen[0].as_u64().unwrap_or(0), seen[1].as_u64().unwrap_or(0));
    ensure!(width.min(height) > 0 && width.max(height) <= MOST_DOTS, "the photo is not shown small: {seen}");
    ensure!(seen[2] == title, "whoever does not see the photo is told {}", seen[2]);
    let address = seen[3].as_str().context("the photo has an address")?.to_owned();
    let mut answer = ureq::get(&address).header("cookie", browser.cookies()?).call()?;
    let served = answer.body_mut().read_to_vec()?;
    ensure!(served.len() <= MOST_BYTES, "{} bytes are served", served.len());
    ensure!(!tells_of_a_place(&served), "what is served tells where the photo was taken");
    // Of what programs write beside the dots, only the mark of the format; and no comment.
    let told: Vec<u8> = parts(&served)?.into_iter().filter(|part| matches!(part, 0xE1..=0xEF | 0xFE)).collect();
    ensure!(told.is_empty(), "the photo has parts that nobody sees: {told:x?}");
    Ok(Kept { address, jpeg: served })
}

impl Kept {
    /// Some of its dots: bytes that no other photo has, and that lie in one piece wherever it is kept.
    pub(crate) fn dots(&self) -> &[u8] {
        let middle = self.jpeg.len() / 2;
        &self.jpeg[middle..middle + 24]
    }

    /// That nobody gets it any more.
    pub(crate) fn is_gone(&self, browser: &Browser) -> Result<()> {
        let config = ureq::Agent::config_builder().http_status_as_error(false).build();
        let answer = ureq::Agent::from(config).get(&self.address).header("cookie", browser.cookies()?).call()?;
        ensure!(answer.status() == 404, "the photo is still served: {}", answer.status());
        Ok(())
    }
}
