//! Reading paper slips back: from a photo of one or of several, or by the code that stands below the square.

use super::members::everybody_here;
use crate::{
    picture::{BadPicture, MAX_SENT_BYTES, squares},
    runtime::Refused,
    web::{
        Answer, App, Oops,
        forms::{Asked, Need, Reader, Upload, Whose},
        pages::{FormPage, go},
        visit::{Frame, Visit},
    },
};
use axum::extract::{Request, State};
use kith_protocol::id::MemberId;
use std::fmt::Write as _;

const ACTION: &str = "/slips/scan";
const ACCEPT: &str = "image/jpeg,image/png,image/webp";
/// Letters of a member's id that stand on a slip: 40 bits, so that two of 20,000 members share them once in 5,000
/// communities, and then the code is refused.
const CODE_LETTERS: usize = 8;
/// The longest that is typed for one: with a blank after every letter.
const MAX_CODE: usize = 2 * CODE_LETTERS;

/// The code that stands on a member's slips, in two groups.
pub(super) fn slip_code(member: &MemberId) -> String {
    let id = member.to_string();
    format!("{} {}", &id[..CODE_LETTERS / 2], &id[CODE_LETTERS / 2..CODE_LETTERS])
}

/// The one member on whose slips this code stands.
fn by_code(typed: &str, people: &[MemberId]) -> Option<MemberId> {
    // Letters that look like digits are those digits, as Crockford's base 32 has it.
    let letter = |c: char| match c.to_ascii_uppercase() {
        'I' | 'L' => '1',
        'O' => '0',
        other => other,
    };
    let code: String = typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(letter).collect();
    let mut found = people.iter().filter(|id| code.len() == CODE_LETTERS && id.to_string().starts_with(&code));
    found.next().filter(|_| found.next().is_none()).copied()
}

/// What stands in the square of one slip.
#[derive(Debug, PartialEq, Eq)]
enum Slip {
    Blank,
    Of(MemberId),
    /// Of somebody who is no member here.
    Stranger,
}

/// Reads a square. The address before the page is that of the day on which the slip was printed, and says nothing.
fn slip(text: &str, people: &[MemberId]) -> Option<Slip> {
    let (_, rest) = text.rsplit_once("/slips")?;
    if rest.is_empty() {
        return Some(Slip::Blank);
    }
    let giver = rest.strip_prefix("?giver=")?.parse().ok().filter(|id| people.contains(id));
    Some(giver.map_or(Slip::Stranger, Slip::Of))
}

fn fields(reader: &mut Reader<'_>) -> String {
    reader.file("photo", "scan-photo", ACCEPT);
    reader.line("code", "scan-code", MAX_CODE, Need::May)
}

fn form<'a>(frame: &'a Frame, reader: Reader<'_>) -> FormPage<'a> {
    FormPage::new(frame, frame.t("scan"), reader, ACTION, frame.t("scan-button"))
        .lead(frame.t("scan-lead"))
        .lead(frame.t("scan-camera"))
        .other(frame.t("scan-back"), "/slips".into())
}

pub(super) async fn show(visit: Visit, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let mut reader = Reader::open(visit.frame.words, &asked);
    fields(&mut reader);
    Ok(form(&visit.frame, reader).answer())
}

/// Leads to the grid, with the givers of the slips in it.
pub(super) async fn send(State(app): State<App>, request: Request) -> Answer {
    let mut upload = Upload::read(request, &app, Whose::Coordinators, MAX_SENT_BYTES).await?;
    let words = upload.frame.words;
    let mut reader = Reader::judge(words, &upload.sent);
    let code = fields(&mut reader);
    let people = everybody_here(&app.handle).await?;
    let photo = upload.files.remove("photo");
    let mut givers = Vec::new();
    if upload.too_large.contains("photo") {
        reader.fail("photo", words.t("picture-large"));
    } else if code.is_empty() && photo.is_none() {
        reader.fail("photo", words.t("scan-none"));
    }
    if !code.is_empty() && reader.is_fine() {
        match by_code(&code, &people) {
            Some(giver) => givers.push(giver),
            None => reader.fail("code", words.t1("scan-unknown", "code", &code)),
        }
    }
    if let Some(bytes) = photo {
        match read(&app, bytes, &people).await? {
            Ok(found) => givers.extend(found),
            Err(key) => reader.fail("photo", words.t(key)),
        }
    }
    if !reader.is_fine() {
        return Ok(upload.remind(form(&upload.frame, reader)).answer());
    }
    let address = givers.iter().fold("/slips?".to_owned(), |mut address, giver| {
        // Writing to a string cannot fail.
        let _ = write!(address, "giver={giver}&");
        address
    });
    Ok(go(address.trim_end_matches(['&', '?'])))
}

/// The givers on the slips of a photo; otherwise the message that says how to mend it.
async fn read(app: &App, bytes: Vec<u8>, people: &[MemberId]) -> Result<Result<Vec<MemberId>, &'static str>, Oops> {
    // One at a time: each takes its dots in memory.
    let _turn = app.pictures.acquire().await.map_err(|_| Refused::Stopping)?;
    // A photo on which the reader stumbles is a photo that cannot be read.
    let texts = tokio::task::spawn_blocking(move || squares(&bytes)).await.unwrap_or(Err(BadPicture::Broken));
    let slips: Vec<Slip> = match texts {
        Ok(texts) => texts.iter().filter_map(|text| slip(text, people)).collect(),
        Err(BadPicture::Kind) => return Ok(Err("picture-kind")),
        Err(BadPicture::TooLarge) => return Ok(Err("picture-large")),
        Err(BadPicture::Broken) => return Ok(Err("picture-broken")),
    };
    if slips.is_empty() {
        return Ok(Err("scan-nothing"));
    }
    if slips.contains(&Slip::Stranger) {
        return Ok(Err("scan-stranger"));
    }
    let giver = |slip| if let Slip::Of(giver) = slip { Some(giver) } else { None };
    Ok(Ok(slips.into_iter().filter_map(giver).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_as_people_write_them() {
        let people = [MemberId([1; 16]), MemberId([2; 16])];
        let code = slip_code(&people[0]);
        assert_eq!(code, "0104 0G20");
        for typed in ["0104 0G20", "01040g20", " o1o4-oG2o ", "0L04 0G20"] {
            assert_eq!(by_code(typed, &people), Some(people[0]), "{typed}");
        }
        for bad in ["", "0104", "0104 0G21", "01040G2081", "01040G2é"] {
            assert_eq!(by_code(bad, &people), None, "{bad}");
        }
        assert_eq!(by_code(&code, &[people[0], people[0]]), None);
    }

    #[test]
    fn squares_of_slips_are_known_wherever_they_were_printed() {
        let people = [MemberId([1; 16])];
        let of = |id: MemberId| format!("http://192.168.1.20:8380/slips?giver={id}");
        assert_eq!(slip(&of(people[0]), &people), Some(Slip::Of(people[0])));
        assert_eq!(slip(&of(MemberId([9; 16])), &people), Some(Slip::Stranger));
        assert_eq!(slip("https://elm.example/slips", &people), Some(Slip::Blank));
        for other in ["", "https://elm.example/", "https://elm.example/slips/undo", "WIFI:T:WPA;S:x;;"] {
            assert_eq!(slip(other, &people), None, "{other}");
        }
    }
}
