//! Control calls about people and groups: who there is, what they say, what they tap.
//!
//! The table of all calls is in [`control`](super::control).

use actix_web::web::{self, Data, Json, Path, ServiceConfig};
use serde::Deserialize;
use serde_json::{Value, json};

use super::acts::GroupChange;
use super::control::Answer;
use super::groups::{Group, NewGroup};
use super::inbound::{ControlError, Said, Tap};
use super::people::{NewPerson, Person};
use super::world::Shared;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/people", web::get().to(people))
        .route("/people", web::post().to(add_person))
        .route("/groups", web::get().to(groups))
        .route("/groups", web::post().to(add_group))
        .route("/groups/{group}", web::post().to(change_group))
        .route("/say", web::post().to(say))
        .route("/tap", web::post().to(tap))
        .route("/window", web::post().to(window));
}

async fn people(shared: Data<Shared>) -> Json<Value> {
    let people: Vec<Person> = shared.world().people.all().cloned().collect();
    Json(json!({ "people": people }))
}

async fn add_person(shared: Data<Shared>, new: Json<NewPerson>) -> Json<Person> {
    let mut world = shared.world();
    let world = &mut *world;
    Json(world.people.add(new.into_inner(), &mut world.chance))
}

async fn groups(shared: Data<Shared>) -> Json<Value> {
    let groups: Vec<Group> = shared.world().groups.all().cloned().collect();
    Json(json!({ "groups": groups }))
}

async fn add_group(shared: Data<Shared>, new: Json<NewGroup>) -> Answer {
    let now = shared.now();
    let group = shared.world().add_group(new.into_inner(), now)?;
    Ok(Json(json!(group)))
}

async fn change_group(shared: Data<Shared>, group: Path<String>, change: Json<GroupChange>) -> Answer {
    let id = shared.world().groups.find(&group).ok_or(ControlError::UnknownGroup)?.id.clone();
    shared.change_group(&id, &change)?;
    Ok(Json(json!(shared.world().groups.get(&id))))
}

async fn say(shared: Data<Shared>, said: Json<Said>) -> Answer {
    Ok(Json(json!({ "wamid": shared.say(said.into_inner())? })))
}

async fn tap(shared: Data<Shared>, tap: Json<Tap>) -> Answer {
    Ok(Json(json!(shared.tap(&tap)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowChange {
    of: String,
    open: bool,
}

async fn window(shared: Data<Shared>, change: Json<WindowChange>) -> Answer {
    shared.set_window(&change.of, change.open)?;
    Ok(Json(json!({ "open": change.open })))
}
