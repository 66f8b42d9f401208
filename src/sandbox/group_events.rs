//! What happens to a group without the business asking: people join and leave, Meta suspends.
//!
//! Each act changes the world and returns the webhook that Meta would send.

use chrono::{DateTime, Utc};

use super::envelope::Change;
use super::groups::{JoinApproval, JoinRequest, MAX_MEMBERS};
use super::inbound::ControlError;
use super::json::put;
use super::world::World;

impl World {
    /// A person uses the invite link: joins, or asks to, as the group's approval mode says.
    pub fn join(&mut self, group: &str, who: &str, now: DateTime<Utc>) -> Result<Option<Change>, ControlError> {
        let phone = self.people.find(who).ok_or(ControlError::UnknownPerson)?.phone.clone();
        let id = self.groups.find(group).ok_or(ControlError::UnknownGroup)?.id.clone();
        let request_id = self.chance.request_id();
        let group = self.groups.get_mut(&id).ok_or(ControlError::UnknownGroup)?;
        if group.removed.contains(&phone) {
            return Err(ControlError::Removed);
        }
        if group.members.contains(&phone) {
            return Ok(None);
        }
        if group.members.len() >= MAX_MEMBERS {
            return Err(ControlError::GroupFull);
        }
        if group.join_approval_mode == JoinApproval::AutoApprove {
            group.members.push(phone.clone());
            return Ok(participants_change(self, &id, &phone, "group_participants_add", now));
        }
        group.join_requests.push(JoinRequest { id: request_id.clone(), phone: phone.clone(), created_at: now });
        let mut event = self.group_event("group_join_request_created", &id, now);
        put(&mut event, "join_request_id", &request_id);
        if let (Some(event), Some(shown)) = (event.as_object_mut(), self.people.by_phone(&phone)) {
            event.extend(shown.lean_contact().as_object().cloned().unwrap_or_default());
        }
        Ok(Some(self.group_change("group_participants_update", event)))
    }

    /// A person leaves a group.
    pub fn leave(&mut self, group: &str, who: &str, now: DateTime<Utc>) -> Result<Option<Change>, ControlError> {
        let phone = self.people.find(who).ok_or(ControlError::UnknownPerson)?.phone.clone();
        let id = self.groups.find(group).ok_or(ControlError::UnknownGroup)?.id.clone();
        let group = self.groups.get_mut(&id).ok_or(ControlError::UnknownGroup)?;
        if !group.members.contains(&phone) {
            return Err(ControlError::NotAMember);
        }
        group.members.retain(|member| *member != phone);
        Ok(participants_change(self, &id, &phone, "group_participants_remove", now))
    }

    /// Meta suspends a group, or lifts the suspension.
    pub fn suspend(
        &mut self,
        group: &str,
        suspended: bool,
        now: DateTime<Utc>,
    ) -> Result<Option<Change>, ControlError> {
        let id = self.groups.find(group).ok_or(ControlError::UnknownGroup)?.id.clone();
        let group = self.groups.get_mut(&id).ok_or(ControlError::UnknownGroup)?;
        if group.suspended == suspended {
            return Ok(None);
        }
        group.suspended = suspended;
        let kind = if suspended { "group_suspend" } else { "group_suspend_cleared" };
        let event = self.group_event(kind, &id, now);
        Ok(Some(self.group_change("group_status_update", event)))
    }
}

/// The webhook about one person who came or went.
pub(super) fn participants_change(
    world: &World,
    id: &str,
    phone: &str,
    kind: &str,
    now: DateTime<Utc>,
) -> Option<Change> {
    let person = world.people.by_phone(phone)?;
    let mut event = world.group_event(kind, id, now);
    if kind == "group_participants_add" {
        put(&mut event, "reason", "invite_link");
        put(&mut event, "added_participants", [person.lean_contact()]);
    } else {
        put(&mut event, "initiated_by", "participant");
        put(&mut event, "removed_participants", [person.lean_contact()]);
    }
    Some(world.group_change("group_participants_update", event))
}
