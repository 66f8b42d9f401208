//! The owner's dialogue: a conversation with somebody who is forgotten closes, and words that wait for a yes to be
//! passed on to them are dropped.

use std::collections::BTreeSet;

use sea_orm::{DbErr, EntityTrait, QuerySelect};

use crate::domain::command::{Command, Spoken, parse};
use crate::domain::session::{Session, Why};
use crate::ports::Saved;
use crate::store::Db;
use crate::store::document::{self, Keep};
use crate::store::entity::session::{Column, Entity};
use crate::store::sessions::COLUMNS;
use crate::store::transaction::transact;

/// Takes out of all dialogues what is for whoever wrote `replies`.
pub async fn remove(db: &Db, replies: &BTreeSet<i64>) -> Result<(), DbErr> {
    let owners = Entity::find().select_only().column(Column::Owner).into_tuple::<String>();
    for owner in owners.all(&db.reader).await? {
        while one(db, &owner, replies).await? == Saved::Outdated {}
    }
    Ok(())
}

async fn one(db: &Db, owner: &str, replies: &BTreeSet<i64>) -> Result<Saved, DbErr> {
    // Read where it is written: on a file, what was committed a moment ago must be seen.
    let found = document::load::<_, Session, _>(&db.writer, COLUMNS, owner).await?;
    let Some((session, revision)) = found else { return Ok(Saved::Kept) };
    let without = without(session.clone(), replies);
    if without == session {
        return Ok(Saved::Kept);
    }
    transact(&db.writer, &Keep::new(COLUMNS, owner, &without, revision)?).await
}

fn without(mut session: Session, replies: &BTreeSet<i64>) -> Session {
    let theirs = |id: &i64| replies.contains(id);
    session.talk.take_if(|talk| theirs(&talk.reply_id));
    let to_them =
        |text: &str| matches!(parse(text), Ok(Spoken { command: Command::Reply { id, .. }, .. }) if theirs(&id));
    // A question of which person is meant holds the numbers of all of them.
    session.pending.retain(|pending| pending.why != Why::Ambiguous && !to_them(&pending.text));
    session
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::domain::session::{Pending, Talk};

    #[test]
    fn only_what_is_for_that_person_goes() {
        let at: DateTime<Utc> = "2026-11-22T10:00:00Z".parse().expect("instant");
        let pending = |code: &str, text: &str| Pending {
            code: code.to_owned(),
            text: text.to_owned(),
            wamid: "wamid.1".to_owned(),
            said_at: at,
            until: at,
            why: Why::Late,
            choices: Vec::new(),
            about: None,
        };
        let talk = |reply_id| Some(Talk { reply_id, name: "Ana".to_owned(), since: at, until: at });
        let waiting = vec![pending("1", "reply 3 hello"), pending("2", "reply 4 hello"), pending("3", "cancel 3")];
        let session = Session { talk: talk(3), pending: waiting, ..Session::default() };
        let left = without(session.clone(), &BTreeSet::from([3]));
        let codes: Vec<&str> = left.pending.iter().map(|pending| pending.code.as_str()).collect();
        assert_eq!((left.talk, codes), (None, vec!["2", "3"]));
        assert_eq!(without(session.clone(), &BTreeSet::from([7])), session);
    }
}
