//! Addresses and queries, with refusals as problems.

use super::Failure;
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

/// Items of a page when nobody says how many.
const DEFAULT_LIMIT: usize = 100;
/// The most items of a page.
pub(super) const MAX_LIMIT: usize = 500;

/// The variable parts of an address.
pub(super) struct At<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for At<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Path(found) = Path::from_request_parts(parts, state).await?;
        Ok(Self(found))
    }
}

/// What follows the question mark.
pub(super) struct Params<T>(pub(super) T);

impl<T, S> FromRequestParts<S> for Params<T>
where
    T: DeserializeOwned + Send,
    S: Send + Sync,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Query(found) = Query::from_request_parts(parts, state).await?;
        Ok(Self(found))
    }
}

/// How many items a page has, of 1 to [`MAX_LIMIT`].
pub(super) fn limit(asked: Option<usize>) -> Result<usize, Failure> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        limit @ 1..=MAX_LIMIT => Ok(limit),
        _ => Err(Failure::field("limit", format!("not a number from 1 to {MAX_LIMIT}"))),
    }
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// How many items: 1 to 500, 100 when absent.
    #[param(minimum = 1, maximum = 500)]
    pub(super) limit: Option<usize>,
    /// Where the page before ended: its `next`.
    #[param(value_type = Option<super::types::schema::Id>)]
    pub(super) after: Option<String>,
}

impl Paging {
    pub(super) fn limit(&self) -> Result<usize, Failure> {
        limit(self.limit)
    }

    /// The id after which the page begins.
    pub(super) fn after<T>(&self) -> Result<Option<T>, Failure>
    where
        T: std::str::FromStr<Err = kith_protocol::id::BadId>,
    {
        let parsed = self.after.as_deref().map(str::parse).transpose();
        parsed.map_err(|why| kith_protocol::rejection::Rejection::from(why).into())
    }
}
