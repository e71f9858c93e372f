//! Who paid, as people write it among others: `12.50 lunch paid by Anna`.

use super::wording::change as words;
use crate::domain::keys::UserKey;
use crate::domain::ledger::Ledger;
use crate::domain::text::fold;

/// The most words of a name.
const NAME_WORDS: usize = 6;

/// What a text says of who paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Payer {
    /// Nothing.
    Unsaid,
    /// A member.
    Member(UserKey),
    /// A name that no member has.
    Unknown(String),
    /// A name that several members have.
    Several(String),
}

impl Payer {
    /// The member; `None` where none is meant, and the sentence where it is not clear who.
    pub(crate) fn known(self) -> Result<Option<UserKey>, String> {
        match self {
            Self::Unsaid => Ok(None),
            Self::Member(who) => Ok(Some(who)),
            Self::Unknown(name) => Err(words::unknown_payer(&name)),
            Self::Several(name) => Err(words::several_payers(&name)),
        }
    }
}

/// Cuts who paid out of a text that `who` wrote. Where it does not name a member, and in a
/// person's own chat, the text stays whole.
pub(crate) fn cut(ledger: &Ledger, who: &UserKey, text: &str) -> (String, Payer) {
    let whole = |payer| (text.to_owned(), payer);
    if ledger.members.is_empty() {
        return whole(Payer::Unsaid);
    }
    let words = words(text);
    let says = |word: Option<&(usize, &str)>, what: &str| {
        word.is_some_and(|(_, word)| word.eq_ignore_ascii_case(what))
    };
    let begins = (0..words.len())
        .rev()
        .find(|at| says(words.get(*at), "paid") && says(words.get(at + 1), "by"));
    let Some((begin, name)) = begins.and_then(|at| Some((words.get(at)?.0, words.get(at + 2..)?)))
    else {
        return whole(Payer::Unsaid);
    };
    let Some((first, _)) = name.split_first() else {
        return whole(Payer::Unsaid);
    };
    for length in (1..=name.len().min(NAME_WORDS)).rev() {
        let Some(((at, last), named)) = name.get(length - 1).zip(name.get(..length)) else {
            continue;
        };
        let named: Vec<&str> = named.iter().map(|(_, word)| *word).collect();
        match named_so(ledger, who, &named.join(" ")) {
            Payer::Unknown(_) | Payer::Unsaid => {}
            Payer::Several(name) => return whole(Payer::Several(name)),
            found @ Payer::Member(_) => {
                let before = text.get(..begin).unwrap_or_default().trim_end();
                let after = text.get(at + last.len()..).unwrap_or_default().trim_start();
                let rest = format!("{before} {after}");
                return (rest.trim().to_owned(), found);
            }
        }
    }
    whole(Payer::Unknown(first.1.to_owned()))
}

/// The member whom a name means: the whole name, else the first word of one, else "me".
pub(crate) fn named_so(ledger: &Ledger, who: &UserKey, name: &str) -> Payer {
    let name = name.trim_end_matches(['.', ',', '!', ';']);
    let wanted = fold(name);
    let first = |called: &str| fold(called.split(' ').next().unwrap_or_default());
    let whole = ledger
        .members
        .iter()
        .filter(|m| fold(m.name.as_str()) == wanted);
    let whole: Vec<_> = whole.collect();
    let found = if whole.is_empty() {
        let by_first = ledger
            .members
            .iter()
            .filter(|m| first(m.name.as_str()) == wanted);
        by_first.collect()
    } else {
        whole
    };
    match found.as_slice() {
        [one] => Payer::Member(one.who.clone()),
        [] if wanted == "me" => Payer::Member(who.clone()),
        [] => Payer::Unknown(name.to_owned()),
        _ => Payer::Several(name.to_owned()),
    }
}

/// The words with where they begin.
fn words(text: &str) -> Vec<(usize, &str)> {
    let begin = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    text.split_whitespace()
        .map(|word| (begin(word), word))
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::domain::keys::ChatKey;
    use crate::domain::ledger::Settings;
    use crate::domain::person::{Member, MemberId, PersonName};

    fn ledger(names: &[&str]) -> Ledger {
        let chat = ChatKey::new("t:-1").unwrap();
        let member = |(id, name): (u32, &&str)| Member {
            id: MemberId(id),
            who: UserKey::new(format!("t:{id}")).unwrap(),
            name: PersonName::new(name).unwrap(),
        };
        Ledger {
            members: (1..).zip(names).map(member).collect(),
            ..Ledger::new(chat, Settings::default())
        }
    }

    #[rstest]
    #[case::at_the_end("12.50 lunch paid by Anna", "12.50 lunch", "t:1")]
    #[case::in_any_case("12.50 lunch Paid BY anna", "12.50 lunch", "t:1")]
    #[case::in_between("12.50 lunch paid by Anna yesterday", "12.50 lunch yesterday", "t:1")]
    #[case::whole_name("5 tea paid by Ben de Vries [Food]", "5 tea [Food]", "t:2")]
    #[case::first_name("5 tea paid by Ben.", "5 tea", "t:2")]
    #[case::accents("5 tea paid by Zoë", "5 tea", "t:3")]
    #[case::oneself("5 tea paid by me", "5 tea", "t:9")]
    #[case::alone("paid by Anna", "", "t:1")]
    fn a_member_is_cut_out(#[case] text: &str, #[case] rest: &str, #[case] who: &str) {
        let ledger = ledger(&["Anna", "Ben de Vries", "Zoë", "Kim A", "Kim B"]);
        let payer = Payer::Member(UserKey::new(who).unwrap());
        let writer = UserKey::new("t:9").unwrap();
        assert_eq!(cut(&ledger, &writer, text), (rest.to_owned(), payer));
    }

    #[rstest]
    #[case::unsaid("12.50 paid lunch by the sea", Payer::Unsaid)]
    #[case::nobody("12.50 lunch paid by", Payer::Unsaid)]
    #[case::unknown("rent paid by bank transfer", Payer::Unknown("bank".to_owned()))]
    #[case::several("5 tea paid by Kim", Payer::Several("Kim".to_owned()))]
    fn else_the_text_stays_whole(#[case] text: &str, #[case] payer: Payer) {
        let writer = UserKey::new("t:9").unwrap();
        let shared = ledger(&["Anna", "Kim A", "Kim B"]);
        assert_eq!(cut(&shared, &writer, text), (text.to_owned(), payer));
        let own = ledger(&[]);
        assert_eq!(cut(&own, &writer, text), (text.to_owned(), Payer::Unsaid));
    }
}
