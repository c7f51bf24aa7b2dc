//! Which neighbourhoods become communities.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{DataMember, ELSEWHERE, PlanError, PlannedCommunity};

/// Divides members into `count` communities: the largest named neighbourhoods, by name among
/// equals, and one of everybody else.
pub(super) fn divide(members: &[DataMember], count: usize) -> Result<Vec<PlannedCommunity>, PlanError> {
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut rest = Vec::new();
    for (at, member) in members.iter().enumerate() {
        match member.neighbourhood.as_str() {
            "" | ELSEWHERE => rest.push(at),
            name => named.entry(name).or_default().push(at),
        }
    }
    let most = named.len() + usize::from(!rest.is_empty());
    if count == 0 || count > most {
        return Err(PlanError::Communities { asked: count, most });
    }
    let mut named: Vec<(&str, Vec<usize>)> = named.into_iter().collect();
    named.sort_by_key(|(name, members)| (Reverse(members.len()), *name));
    let mut communities = Vec::with_capacity(count);
    for (name, members) in named {
        if communities.len() + 1 < count {
            communities.push(PlannedCommunity { name: name.to_owned(), members });
        } else {
            rest.extend(members);
        }
    }
    rest.sort_unstable();
    communities.push(PlannedCommunity { name: ELSEWHERE.to_owned(), members: rest });
    Ok(communities)
}
