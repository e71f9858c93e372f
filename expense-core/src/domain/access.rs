//! Who may use the bot. Names change hands: only keys decide.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::keys::{ChatKey, UserKey};
use super::person::PersonName;

/// What an operator configures about access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Those who decide about others. No decision of another owner takes that from them.
    pub owners: BTreeSet<UserKey>,
    /// People who are let in.
    pub users: BTreeSet<UserKey>,
    /// Chats in which everybody is let in.
    pub chats: BTreeSet<ChatKey>,
    /// Everybody is let in, everywhere.
    pub open: bool,
}

impl Default for Access {
    /// Open to all: a console, or a program that decides for itself whom it passes on.
    fn default() -> Self {
        Self {
            open: true,
            ..Self::closed()
        }
    }
}

/// What somebody may do in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everything, and decide about others.
    Owner,
    /// Use the bot.
    Admitted,
    /// Nothing.
    Stranger,
}

/// What was decided about somebody while the bot runs, kept until it is decided anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// About whom. The key of a group's chat, as a person's, stands for everybody in it.
    pub who: UserKey,
    /// What was decided.
    pub role: Role,
    /// What the platform called them then, to be shown to owners.
    pub name: Option<PersonName>,
    /// When, in whole microseconds.
    pub since: DateTime<Utc>,
}

/// What can be decided about somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// They decide about others.
    Owner,
    /// They are let in.
    Admitted,
    /// They are turned away, whatever configured entry would let them in.
    Expelled,
}

impl Access {
    /// Nobody is let in.
    #[must_use]
    pub fn closed() -> Self {
        Self {
            owners: BTreeSet::new(),
            users: BTreeSet::new(),
            chats: BTreeSet::new(),
            open: false,
        }
    }

    /// What `who` may do in `chat`, where `decided` tells what was decided about a key. The
    /// nearer word wins: a configured owner, then what was decided about the person, then their
    /// configured entry, then what holds for the chat, then for all.
    #[must_use]
    pub fn standing(
        &self,
        who: &UserKey,
        chat: &ChatKey,
        decided: impl Fn(&str) -> Option<Role>,
    ) -> Standing {
        if self.owners.contains(who) {
            return Standing::Owner;
        }
        match decided(who.as_str()) {
            Some(Role::Owner) => return Standing::Owner,
            Some(Role::Admitted) => return Standing::Admitted,
            Some(Role::Expelled) => return Standing::Stranger,
            None => {}
        }
        let admitted = self.users.contains(who)
            || match decided(chat.as_str()) {
                Some(role) => role != Role::Expelled,
                None => self.chats.contains(chat) || self.open,
            };
        if admitted {
            Standing::Admitted
        } else {
            Standing::Stranger
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn access(open: bool) -> Access {
        let user = |text: &str| UserKey::new(text).unwrap();
        Access {
            owners: BTreeSet::from([user("t:boss")]),
            users: BTreeSet::from([user("t:anna")]),
            chats: BTreeSet::from([ChatKey::new("t:-1").unwrap()]),
            open,
        }
    }

    #[rstest]
    #[case::configured_owner("t:boss", "t:-9", "", Standing::Owner)]
    #[case::whom_nobody_expels("t:boss", "t:boss", "expelled t:boss", Standing::Owner)]
    #[case::owner_by_code("t:eve", "t:-9", "owner t:eve", Standing::Owner)]
    #[case::configured("t:anna", "t:-9", "", Standing::Admitted)]
    #[case::configured_in_an_expelled_chat("t:anna", "t:-1", "expelled t:-1", Standing::Admitted)]
    #[case::configured_and_expelled("t:anna", "t:anna", "expelled t:anna", Standing::Stranger)]
    #[case::expelled_in_an_allowed_chat("t:eve", "t:-1", "expelled t:eve", Standing::Stranger)]
    #[case::approved("t:eve", "t:eve", "admitted t:eve", Standing::Admitted)]
    #[case::in_an_allowed_chat("t:eve", "t:-1", "", Standing::Admitted)]
    #[case::in_an_approved_chat("t:eve", "t:-2", "admitted t:-2", Standing::Admitted)]
    #[case::in_an_expelled_chat("t:eve", "t:-1", "expelled t:-1", Standing::Stranger)]
    #[case::nobody("t:eve", "t:eve", "", Standing::Stranger)]
    #[case::nobody_in_a_group("t:eve", "t:-2", "", Standing::Stranger)]
    fn the_nearer_word_wins(
        #[case] who: &str,
        #[case] chat: &str,
        #[case] decided: &str,
        #[case] standing: Standing,
    ) {
        assert_eq!(stand(&access(false), who, chat, decided), standing);
    }

    #[rstest]
    #[case::anybody("t:eve", "t:eve", "", Standing::Admitted)]
    #[case::but_the_expelled("t:eve", "t:-2", "expelled t:eve", Standing::Stranger)]
    #[case::and_expelled_chats("t:eve", "t:-2", "expelled t:-2", Standing::Stranger)]
    fn open_to_all(
        #[case] who: &str,
        #[case] chat: &str,
        #[case] decided: &str,
        #[case] standing: Standing,
    ) {
        assert_eq!(stand(&access(true), who, chat, decided), standing);
    }

    fn stand(access: &Access, who: &str, chat: &str, decided: &str) -> Standing {
        let decided = |key: &str| match decided.split_once(' ') {
            Some(("owner", about)) if about == key => Some(Role::Owner),
            Some(("admitted", about)) if about == key => Some(Role::Admitted),
            Some(("expelled", about)) if about == key => Some(Role::Expelled),
            _ => None,
        };
        let (who, chat) = (UserKey::new(who).unwrap(), ChatKey::new(chat).unwrap());
        access.standing(&who, &chat, decided)
    }
}
