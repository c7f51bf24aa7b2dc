use super::super::*;
use crate::{
    passkey::{Asked, Assertion, Challenges, NewPasskey, Purpose, Refusal, Site, asserted, created, soft::Soft},
    trial::Trial,
};
use kith_protocol::member::MemberKind;

const ORIGIN: &str = "https://time.example.org";

/// What stands between a browser and the desk.
struct Door {
    site: Site,
    challenges: Challenges,
}

impl Door {
    fn new() -> Self {
        Self { site: Site::parse(ORIGIN).unwrap(), challenges: Challenges::new(&[3; 32]) }
    }

    fn asked(&self) -> Asked<'_> {
        Asked { site: &self.site, challenges: &self.challenges, bound: "browser" }
    }

    fn challenge(&self, purpose: Purpose) -> Vec<u8> {
        self.challenges.make(purpose, "browser", crate::runtime::home::random().unwrap(), clock::now())
    }

    fn made(&self, device: &Soft) -> NewPasskey {
        created(self.asked(), &device.create(&self.challenge(Purpose::Add)), clock::now()).unwrap()
    }

    fn said(&self, device: &Soft) -> Assertion {
        asserted(self.asked(), device.get(&self.challenge(Purpose::SignIn)), clock::now()).unwrap()
    }

    /// A device of a member, with a passkey that is kept.
    async fn added(&self, handle: &Handle, member: MemberId) -> Soft {
        let user = handle.passkey_user(member).await.unwrap().to_vec();
        let device = Soft { user, ..Soft::es256(ORIGIN) };
        handle.add_passkey(member, self.made(&device), Device::Phone).await.unwrap().unwrap();
        device
    }

    async fn enters(&self, handle: &Handle, device: &Soft) -> Result<MemberId, Refusal> {
        let entered = handle.enter_by_passkey(self.said(device), Device::Phone).await.unwrap();
        let (token, member) = entered?;
        assert_eq!(handle.session(&token).await.unwrap().unwrap().member, member);
        Ok(member)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passkey_opens_sessions_like_any_other_and_is_counted() {
    let trial = Trial::begin("Elm", false).await;
    let (handle, door) = (trial.handle(), Door::new());
    let amina = trial.admit(1, MemberKind::Person).await;
    let mut device = door.added(handle, amina).await;
    assert_eq!(handle.passkeys_of(amina).await.unwrap()[0].1.used_at, None);
    assert_eq!(handle.add_passkey(amina, door.made(&device), Device::Phone).await.unwrap(), Err(Refusal::Twice));
    assert_eq!(door.enters(handle, &device).await, Ok(amina));
    device.counter = 7;
    assert_eq!(door.enters(handle, &device).await, Ok(amina));
    assert_eq!(handle.sessions_of(amina).await.unwrap().len(), 2);
    let kept = handle.passkeys_of(amina).await.unwrap();
    assert!(kept[0].1.used_at.is_some());
    // Whatever is refused opens nothing and changes nothing.
    assert_eq!(door.enters(handle, &device).await, Err(Refusal::CounterBack));
    device.counter = 6;
    assert_eq!(door.enters(handle, &device).await, Err(Refusal::CounterBack));
    device.counter = 8;
    device.user = handle.passkey_user(trial.coordinator).await.unwrap().to_vec();
    assert_eq!(door.enters(handle, &device).await, Err(Refusal::OtherMember));
    let stranger = Soft { user: handle.passkey_user(amina).await.unwrap().to_vec(), ..Soft::ed25519(ORIGIN) };
    assert_eq!(door.enters(handle, &stranger).await, Err(Refusal::Unknown));
    let stolen = Soft { credential: device.credential.clone(), counter: 9, ..stranger };
    assert_eq!(door.enters(handle, &stolen).await, Err(Refusal::BadSignature));
    assert_eq!(handle.passkeys_of(amina).await.unwrap(), kept);
    assert_eq!(handle.sessions_of(amina).await.unwrap().len(), 2);
    assert!(handle.sessions_of(trial.coordinator).await.unwrap().is_empty());
    trial.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn passkeys_are_bounded_and_go_with_everything_else_that_opens_the_door() {
    let trial = Trial::begin("Elm", false).await;
    let (handle, door) = (trial.handle(), Door::new());
    let amina = trial.admit(1, MemberKind::Person).await;
    let mut devices = Vec::new();
    for _ in 0..MAX_PASSKEYS {
        devices.push(door.added(handle, amina).await);
    }
    let users: Vec<&[u8]> = devices.iter().map(|device| &device.user[..]).collect();
    assert!(users.iter().all(|user| *user == users[0] && *user != amina.0));
    let one_more = Soft::es256(ORIGIN);
    assert_eq!(handle.add_passkey(amina, door.made(&one_more), Device::Phone).await.unwrap(), Err(Refusal::TooMany));

    // Nobody removes the passkey of another.
    let name = handle.passkeys_of(amina).await.unwrap()[0].0;
    handle.drop_passkey(trial.coordinator, name).await.unwrap();
    assert_eq!(handle.passkeys_of(amina).await.unwrap().len(), MAX_PASSKEYS);
    handle.drop_passkey(amina, name).await.unwrap();
    assert_eq!(handle.passkeys_of(amina).await.unwrap().len(), MAX_PASSKEYS - 1);
    assert_eq!(door.enters(handle, &devices[0]).await, Err(Refusal::Unknown));

    // One session less is no passkey less; all of them less, because a phone was lost, is all passkeys less.
    assert_eq!(door.enters(handle, &devices[1]).await, Ok(amina));
    let session = handle.sessions_of(amina).await.unwrap()[0].0;
    handle.end_sessions(amina, Some(session)).await.unwrap();
    assert_eq!(door.enters(handle, &devices[1]).await, Ok(amina));
    handle.end_sessions(amina, None).await.unwrap();
    assert_eq!(door.enters(handle, &devices[1]).await, Err(Refusal::Unknown));
    assert_ne!(handle.passkey_user(amina).await.unwrap()[..], *users[0]);

    // Who leaves takes them along, and nothing is left of them at the desk.
    let device = door.added(handle, amina).await;
    handle.leave(None, amina, trial.coordinator).await.unwrap();
    assert_eq!(door.enters(handle, &device).await, Err(Refusal::Unknown));
    assert!(handle.passkey_user(amina).await.is_err());
    assert!(matches!(handle.add_passkey(amina, door.made(&device), Device::Phone).await, Err(Refused::Rule(_))));
    let rows = handle.desk_work(|desk| desk.rows.scan(&[], None, 100)).await.unwrap();
    assert!(rows.iter().all(|(key, bytes)| !holds(key, &amina.0) && !holds(bytes, &amina.0)), "{rows:?}");
    trial.running.stop().await;
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
