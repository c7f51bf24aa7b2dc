//! Paper slips that come back: as a photo, and as a typed code.

use crate::{
    trial::Trial,
    web::browser::{Browser, serve},
};
use image::{GrayImage, ImageFormat, Luma};
use qrcode::{Color, QrCode};
use std::io::Cursor;

/// Dots of a module of a square on the photo.
const DOTS: u32 = 4;
/// From the corner of one slip to that of the next.
const SLIP: u32 = 300;

/// A photo of slips in a row, with these texts in their squares.
fn photo(texts: &[&str]) -> Vec<u8> {
    let width = SLIP * u32::try_from(texts.len()).unwrap() + 50;
    let mut photo = GrayImage::from_pixel(width, SLIP, Luma([230]));
    for (text, left) in texts.iter().zip((50..).step_by(SLIP as usize)) {
        let code = QrCode::new(text).unwrap();
        let side = u32::try_from(code.width()).unwrap();
        for (at, _) in (0_u32..).zip(code.to_colors()).filter(|(_, color)| *color == Color::Dark) {
            for dot in 0..DOTS * DOTS {
                photo.put_pixel(left + at % side * DOTS + dot % DOTS, 50 + at / side * DOTS + dot / DOTS, Luma([30]));
            }
        }
    }
    let mut bytes = Cursor::new(Vec::new());
    photo.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_of_slips_fills_in_who_helped() {
    let trial = Trial::begin("Elm", false).await;
    let (ada, bo) = (trial.admit_named(1, "Ada Park").await, trial.admit_named(2, "Bo Lee").await);
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    rosa.get("/slips").await.says("href=\"/slips/scan\"");
    let form = rosa.get("/slips/scan").await.form("/slips/scan");
    let of = |id| format!("http://10.0.0.7:8380/slips?giver={id}");
    let (of_ada, of_bo) = (of(ada), of(bo));

    // Twice Ada, who helped twice, and a slip without a name.
    let slips = photo(&[&of_ada, &of_bo, "http://10.0.0.7:8380/slips", &of_ada]);
    let grid = rosa.upload(form.clone(), &[("photo", slips.as_slice())]).await;
    let filled = grid.is(200).form("/slips");
    let mut givers: Vec<&str> = ["giver-1", "giver-2", "giver-3"].map(|name| filled.get(name)).into();
    givers.sort_unstable();
    assert_eq!((givers, filled.get("giver-4")), (vec!["Ada Park", "Ada Park", "Bo Lee"], ""));

    let stranger = photo(&[&of_ada, &of(kith_protocol::id::MemberId([99; 16]))]);
    let wifi = photo(&["WIFI:T:WPA;S:Hall;P:secret;;"]);
    for (bad, says) in [
        (stranger.as_slice(), "A slip in this photo is of nobody here."),
        (wifi.as_slice(), "No slip was found in this photo."),
        (b"<svg/>".as_slice(), "Choose a photo in JPEG, PNG or WebP."),
    ] {
        rosa.upload(form.clone(), &[("photo", bad)]).await.is(422).says(says);
    }
    rosa.upload(form.clone(), &[]).await.is(422).says("Choose a photo, or type a code.");
    rosa.upload(form, &[("photo", photo(&["http://10.0.0.7:8380/slips"]).as_slice())]).await.is(200).says("Slips");
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_code_below_a_square_does_the_same() {
    let trial = Trial::begin("Elm", false).await;
    let ada = trial.admit_named(1, "Ada Park").await;
    let served = serve(trial.handle()).await;
    let mut rosa = Browser::signed_in(&served, trial.handle(), trial.coordinator).await;
    let paper = rosa.get(&format!("/paper/slips?giver={ada}")).await;
    let code = ada.to_string()[..8].to_owned();
    paper.says(&format!("<b>{} {}</b>", &code[..4], &code[4..]));
    rosa.get("/paper/slips").await.never("<b>0");
    let form = rosa.get("/slips/scan").await.form("/slips/scan");
    let grid = rosa.upload(form.clone().with(&[("code", &code.to_lowercase())]), &[]).await;
    assert_eq!(grid.is(200).form("/slips").get("giver-1"), "Ada Park");
    let wrong = rosa.upload(form.clone().with(&[("code", "9999 9999")]), &[]).await;
    wrong.is(422).says("No slip here has the code “9999 9999”.");
    assert_eq!(wrong.form("/slips/scan").get("code"), "9999 9999");

    let mut ada_sees = Browser::signed_in(&served, trial.handle(), ada).await;
    ada_sees.get("/slips/scan").await.is(403);
    let other = ada_sees.get("/record").await.form("/record");
    let stolen = crate::web::browser::Form { action: "/slips/scan".into(), ..other };
    ada_sees.upload(stolen, &[]).await.is(403);
    trial.running.stop().await;
}
