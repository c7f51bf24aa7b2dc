//! Whether sealed mail may rest with a partner for others who are away, and here for the partner.

use crate::{
    runtime::{Refused, shelves::name_of},
    web::{
        Answer, App, Oops,
        forms::{Asked, Choice, Need, Post, Reader},
        news::{News, go_telling},
        pages::{FormPage, refusal},
        stale::{self, Stood},
        visit::{Frame, Visit},
    },
};
use axum::extract::{Path, State};
use kith_protocol::{
    id::{AccountId, CommunityId},
    machine::Command,
};

/// A partner with its switch.
struct Known {
    community: CommunityId,
    account: AccountId,
    name: Option<String>,
    on: bool,
}

async fn one(app: &App, id: &str) -> Result<Known, Oops> {
    let community: CommunityId = id.parse().map_err(|_| Oops::Missing)?;
    let look = app.handle.look(move |machine, _| {
        let account = *machine.state().ledger().partner_of(&community)?.0;
        let on = machine.state().mail().get(&account).is_some_and(|mailing| mailing.ours);
        Some(Known { community, account, name: name_of(machine, &community), on })
    });
    look.await?.ok_or(Oops::Missing)
}

fn field(reader: &mut Reader<'_>) -> bool {
    let words = reader.words();
    let choices = [("on", "mail-on"), ("off", "mail-off")].map(|(value, key)| Choice::new(value, words.t(key)));
    reader.choice("mail", "mail-choice", choices.into(), Need::Must) == "on"
}

impl Known {
    fn address(&self) -> String {
        format!("/partners/{}/mail", self.community)
    }

    /// The switch, as the form shows it.
    fn stood(&self) -> Stood {
        Stood::new([("mail", if self.on { "on" } else { "off" }.to_owned())])
    }
}

fn page<'a>(frame: &'a Frame, reader: Reader<'_>, known: &Known) -> FormPage<'a> {
    let name = known.name.clone().unwrap_or_else(|| frame.t("partner-nameless"));
    FormPage::new(frame, frame.t1("mail-with", "name", name), reader, &known.address(), frame.t("save"))
        .lead(frame.t("mail-lead"))
        .lead(frame.t("mail-seen"))
}

pub(super) async fn show(State(app): State<App>, visit: Visit, Path(id): Path<String>, Asked(asked): Asked) -> Answer {
    let visit = visit.coordinator()?;
    let known = one(&app, &id).await?;
    let stood = known.stood();
    let filled = stood.filled();
    let mut reader = Reader::open(visit.frame.words, &filled);
    stood.remember(&mut reader, &asked);
    field(&mut reader);
    Ok(page(&visit.frame, reader, &known).answer())
}

pub(super) async fn send(State(app): State<App>, Path(id): Path<String>, post: Post) -> Answer {
    let post = post.coordinator()?;
    let known = one(&app, &id).await?;
    let (stands, action) = (known.stood(), known.address());
    let mut reader = Reader::judge(post.frame.words, &post.sent);
    stands.remember(&mut reader, &post.sent);
    let on = field(&mut reader);
    if !reader.is_fine() {
        return Ok(page(&post.frame, reader, &known).answer());
    }
    if stands.changed_since(&post.sent) {
        let both = stale::over(&post.frame, reader, &stands, |theirs| _ = field(theirs), &action, &action);
        return Ok(both.unwrap_or_else(|| go_telling("/partners", News::Mail)));
    }
    let command = Command::Mail { account: known.account, on, by: post.member.id };
    match app.handle.command(post.deed().request(), command).await {
        Ok(_) => Ok(go_telling("/partners", News::Mail)),
        Err(Refused::Rule(why)) => {
            Ok(page(&post.frame, reader, &known).refused(Some(refusal(post.frame.words, &why))).answer())
        }
        Err(refused) => Err(Oops::Refused(refused)),
    }
}
