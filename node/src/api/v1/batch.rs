//! Many members at once, for imports: one sync of the people's store and a few of the journal, instead of one each.

use super::{
    answer::outcome_of,
    members::{Admission, admission, admit},
};
use crate::{
    api::{
        ApiState, Failure,
        extract::MAX_LIMIT,
        idempotency::{Call, Write},
        types::{BatchMember, BatchResult, NewMember, Outcome},
    },
    runtime::{Handle, Refused},
};
use axum::{Json, extract::State};
use futures::future::join_all;
use kith_protocol::{
    id::MemberId,
    machine::{Reply, View as _},
    rejection::Rejection,
};
use std::collections::BTreeSet;

/// One member of the batch that passed the first checks, and its place.
struct Ready {
    at: usize,
    write: Write,
    admission: Admission,
}

/// Admits many members. Each succeeds or fails by itself; sending the batch again with the same key does what is missing.
#[utoipa::path(post, path = "/members/batch", tag = "members", request_body = Vec<BatchMember>,
    responses((status = 200, description = "What became of each, in order.", body = Vec<BatchResult>)))]
pub(in crate::api) async fn admit_members(
    State(ApiState { handle, .. }): State<ApiState>,
    Call { write, body }: Call<Vec<NewMember>>,
) -> Result<Json<Vec<BatchResult>>, Failure> {
    if body.len() > MAX_LIMIT {
        return Err(Failure::field("batch", format!("longer than {MAX_LIMIT} members; send it in parts")));
    }
    let coordinator = handle.coordinator().await?;
    let writes: Vec<Write> = (0..body.len()).map(|at| write.part("admit", at)).collect();
    let before = answered(&handle, &writes).await?;
    let mut results: Vec<Option<BatchResult>> = (0..body.len()).map(|_| None).collect();
    let (mut fresh, mut repeats) = (Vec::new(), Vec::new());
    for (at, (new, write)) in body.into_iter().zip(writes).enumerate() {
        let member = MemberId(write.new_id(&handle, "member"));
        match admission(new, member, coordinator) {
            Err(why) => results[at] = Some(BatchResult::Refused(why.into_problem())),
            Ok(admission) if before.contains(&at) => repeats.push(Ready { at, write, admission }),
            Ok(admission) => fresh.push(Ready { at, write, admission }),
        }
    }
    let (places, members): (Vec<_>, Vec<_>) =
        fresh.iter().chain(&repeats).map(|ready| (ready.at, ready.admission.member)).unzip();
    let records = fresh.iter_mut().map(|r| (r.admission.member.0, std::mem::take(&mut r.admission.person))).collect();
    let ask = {
        let handle = handle.clone();
        move || async move { admit_all(&handle, fresh).await }
    };
    // A repeat must not bring back a name that was erased meanwhile, so only those who are new are kept.
    let mut led = handle.keeping(records, ask).await?;
    led.extend(admit_all(&handle, repeats).await);
    for ((at, member), led) in places.into_iter().zip(members).zip(led) {
        results[at] = Some(match led {
            Ok(reply) => BatchResult::Done(Outcome { member: Some(member), ..outcome_of(reply) }),
            Err(why) => BatchResult::Refused(Failure::from(why).into_problem()),
        });
    }
    Ok(Json(results.into_iter().flatten().collect()))
}

/// The places of the batch that were carried out before. A batch that differs from the one before is refused as a whole.
async fn answered(handle: &Handle, writes: &[Write]) -> Result<BTreeSet<usize>, Refused> {
    let requests: Vec<_> = writes.iter().map(Write::request).collect();
    let look = handle.look(move |_, book| {
        let mut before = BTreeSet::new();
        for (at, request) in requests.into_iter().enumerate() {
            match request.and_then(|(id, digest)| Some((digest, book.answered(&id)?.0))) {
                Some((digest, asked)) if digest == asked => drop(before.insert(at)),
                Some(_) => return Err(Rejection::RequestReused),
                None => {}
            }
        }
        Ok(before)
    });
    Ok(look.await??)
}

async fn admit_all(handle: &Handle, all: Vec<Ready>) -> Vec<Result<Reply, Refused>> {
    let each = all.into_iter().map(|Ready { at, write, admission: Admission { command, opening, .. } }| async move {
        admit(handle, write, at, command, opening).await
    });
    join_all(each).await
}
