//! People who want many things at once, and what they know.

mod errand;

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use expense_core::testing::dice::Dice;
use expense_ocr_gemini::fake::FakeGemini;
use telegram_fake::{Chat, Fake, Message, Person, Seen, load};

use super::books::Meant;
use errand::{Errand, Plan};

/// One in so many looks, a person with nothing to do begins something.
const IDLENESS: usize = 12;

/// People in their private chats. Each expense has words of its own.
pub(super) struct Crowd {
    google: Arc<FakeGemini>,
    people: Vec<Member>,
    /// The words of the first errand, and of the next.
    first: usize,
    next: usize,
    over: Vec<Errand>,
    /// For each expense the number that the bot told.
    told: BTreeMap<usize, u32>,
    wrong: Vec<String>,
}

/// One of them: something quick and something slow may be under way at the same time.
struct Member {
    person: Person,
    chat: Chat,
    quick: Option<Errand>,
    slow: Option<Errand>,
    /// Drafts of earlier errands.
    drafts: HashSet<String>,
}

impl Crowd {
    /// Nobody has begun anything; the words of their errands are counted from `first` on.
    pub(super) fn new(
        fake: &Fake,
        google: &Arc<FakeGemini>,
        people: RangeInclusive<i64>,
        first: usize,
    ) -> Self {
        let member = |id| Member {
            person: fake.user(id),
            chat: fake.chat(id),
            quick: None,
            slow: None,
            drafts: HashSet::new(),
        };
        Self {
            google: Arc::clone(google),
            people: people.map(member).collect(),
            first,
            next: first,
            over: Vec::new(),
            told: BTreeMap::new(),
            wrong: Vec::new(),
        }
    }

    /// What was begun.
    pub(super) fn begun(&self) -> usize {
        self.next - self.first
    }

    /// What came to its end.
    pub(super) fn over(&self) -> usize {
        self.over.len()
    }

    pub(super) fn people(&self) -> impl Iterator<Item = i64> {
        self.people.iter().map(|member| member.person.id())
    }

    /// Everybody looks at their chat and goes on with what they are at.
    pub(super) fn go_on(&mut self, dice: &mut Dice) {
        for at in 0..self.people.len() {
            let member = &mut self.people[at];
            for seen in member.chat.news() {
                let (Seen::Sent(message) | Seen::Edited(message)) = seen else {
                    continue;
                };
                member.hear(&message, dice);
                let (told, wrong) = (&mut self.told, &mut self.wrong);
                if let Some((index, number)) = numbered(&message)
                    && *told.entry(index).or_insert(number) != number
                {
                    wrong.push(format!("two numbers: {}", message.words()));
                }
            }
            self.over.extend(member.finished());
        }
    }

    /// Some of those who have nothing to do begin something.
    pub(super) fn begin(&mut self, dice: &mut Dice) {
        for member in &mut self.people {
            if member.quick.is_none() && dice.below(IDLENESS) == 0 {
                let plan = dice.pick(&Plan::QUICK);
                let errand = Errand::begin(plan, self.next, &member.person, &self.google);
                member.quick = Some(errand);
                self.next += 1;
            }
            if member.slow.is_none() && dice.below(4 * IDLENESS) == 0 {
                let plan = dice.pick(&Plan::SLOW);
                let errand = Errand::begin(plan, self.next, &member.person, &self.google);
                member.slow = Some(errand);
                self.next += 1;
            }
        }
    }

    /// What everybody means and was told.
    pub(super) fn meant(&self) -> Vec<Meant> {
        let under_way = self
            .people
            .iter()
            .flat_map(|member| member.quick.iter().chain(&member.slow));
        let all = self.over.iter().chain(under_way);
        all.map(|errand| {
            let meant = errand.meant(None);
            let told = self.told.get(&meant.index).copied();
            errand.meant(told)
        })
        .collect()
    }

    /// What was wrong with what the bot said, and the chats of those who still wait.
    pub(super) fn complaints(&self) -> Vec<String> {
        let waiting = self
            .people
            .iter()
            .filter(|member| member.quick.is_some() || member.slow.is_some());
        let chats = waiting.map(|member| {
            let id = member.person.id();
            format!("the chat of person {id}:\n{}", member.chat.transcript())
        });
        self.wrong.iter().cloned().chain(chats).collect()
    }
}

impl Member {
    fn hear(&mut self, said: &Message, dice: &mut Dice) {
        if let Some(quick) = &mut self.quick {
            quick.hear(said, &self.person, dice);
        }
        let draft = said.button("Discard").and_then(|button| button.data);
        let is_earlier = draft.is_some_and(|draft| self.drafts.contains(&draft));
        if let Some(slow) = &mut self.slow
            && !is_earlier
        {
            slow.hear(said, &self.person, dice);
        }
    }

    fn finished(&mut self) -> Vec<Errand> {
        let quick = self.quick.take_if(|errand| errand.is_over());
        let slow = self.slow.take_if(|errand| errand.is_over());
        let drafts = slow.iter().filter_map(Errand::draft).cloned();
        self.drafts.extend(drafts);
        quick.into_iter().chain(slow).collect()
    }
}

/// The expense that a message speaks of, and its number: `#3 · loadbbbbbb · …`.
fn numbered(message: &Message) -> Option<(usize, u32)> {
    let (_, rest) = message.words().split_once('#')?;
    let (number, rest) = rest.split_once(" · ")?;
    let index = load::index(rest.split(" · ").next()?)?;
    Some((index, number.parse().ok()?))
}
