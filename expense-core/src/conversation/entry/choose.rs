//! Which number of a line is the amount.

use super::candidate::Candidate;
use super::chat;
use super::words::Word;

/// The most readings that are offered as buttons.
pub(super) const CHOICES: usize = 4;

/// The amount among the candidates, by their places in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Choice {
    /// None of them.
    None,
    /// This one.
    One(usize),
    /// This one, if it is an expense at all.
    Perhaps(usize),
    /// Any of these, the likeliest first.
    Several(Vec<usize>),
    /// More than can be asked about.
    TooMany,
}

/// Chooses by the rules of the product: a number with a currency is the amount wherever it
/// stands; else the amount comes first or last; of two such numbers the one written as amounts
/// are (`7 up 2.50`, `coffee 3.50 cake 4`) is taken, wherever it stands; a whole number in the
/// middle casts doubt on a whole one at an end (`coffee 3 cake 4`) unless it belongs to a name.
/// What these rules leave open is asked.
pub(super) fn choose(words: &[Word<'_>], candidates: &[Candidate]) -> Choice {
    let all = || candidates.iter().enumerate();
    let marked: Vec<usize> = all().filter(|(_, c)| c.marked).map(|(at, _)| at).collect();
    let rival = |(_, c): &(usize, &Candidate)| !c.marked && c.strong && !c.doubtful;
    if !marked.is_empty() {
        let rivals = all()
            .filter(rival)
            .filter(|(_, c)| is_edge(words, c))
            .map(|(at, _)| at);
        return several(marked.iter().copied().chain(rivals).collect());
    }
    let sure: Vec<usize> = all()
        .filter(|(_, c)| !c.doubtful)
        .map(|(at, _)| at)
        .collect();
    match pool(words, candidates, &sure) {
        pool if !pool.is_empty() => settle(words, candidates, &sure, pool),
        _ => unsettled(words, candidates, &sure),
    }
}

/// The candidates that stand first or last or are written as amounts are.
fn pool(words: &[Word<'_>], candidates: &[Candidate], sure: &[usize]) -> Vec<usize> {
    let fits = |at: &&usize| candidates[**at].strong || is_edge(words, &candidates[**at]);
    let mut pool: Vec<usize> = sure.iter().filter(fits).copied().collect();
    pool.sort_by_key(|at| (!candidates[*at].strong, !is_last(words, &candidates[*at])));
    pool
}

fn settle(
    words: &[Word<'_>],
    candidates: &[Candidate],
    sure: &[usize],
    pool: Vec<usize>,
) -> Choice {
    let best = &candidates[pool[0]];
    let strong = pool.iter().filter(|at| candidates[**at].strong).count();
    if strong == 1 {
        return Choice::One(pool[0]);
    }
    if pool.len() > 1 {
        return several(pool);
    }
    let chat = chat::sounds_like_chat(words);
    let doubts = |at: &&usize| casts_doubt(words, best, &candidates[**at], chat);
    let rivals: Vec<usize> = sure.iter().filter(doubts).copied().collect();
    if !rivals.is_empty() {
        return match several([pool, rivals].concat()) {
            Choice::TooMany if chat => Choice::None,
            choice => choice,
        };
    }
    let bare = best.range.len() == words.len() && best.is_plain();
    if bare || chat {
        return Choice::Perhaps(pool[0]);
    }
    Choice::One(pool[0])
}

/// Whether a number in the middle may be the amount as well as the `best`: a larger one, or any
/// that is not the number of a name such as `iPhone 15 999` or `Terminal 21 lunch 250`.
fn casts_doubt(words: &[Word<'_>], best: &Candidate, other: &Candidate, chat: bool) -> bool {
    let (taken, own) = (&best.range, &other.range);
    if own == taken {
        return false;
    }
    let before = own.start.checked_sub(1).map(|at| &words[at]);
    let named = own.end == taken.start || before.is_some_and(chat::is_numbered);
    other.size() > best.size() || !(chat || named)
}

/// No number stands where amounts do: a single one is shown, several are chat.
fn unsettled(words: &[Word<'_>], candidates: &[Candidate], sure: &[usize]) -> Choice {
    match (sure, candidates.len()) {
        _ if chat::is_asked_or_exclaimed(words) => Choice::None,
        ([at], _) => Choice::Perhaps(*at),
        ([], 1) => Choice::Perhaps(0),
        _ => Choice::None,
    }
}

fn several(of: Vec<usize>) -> Choice {
    match of[..] {
        [] => Choice::None,
        [one] => Choice::One(one),
        _ if of.len() > CHOICES => Choice::TooMany,
        _ => Choice::Several(of),
    }
}

fn is_edge(words: &[Word<'_>], candidate: &Candidate) -> bool {
    let empty = |word: &Word<'_>| word.used || word.is_ornament();
    words[..candidate.range.start].iter().all(empty) || is_last(words, candidate)
}

fn is_last(words: &[Word<'_>], candidate: &Candidate) -> bool {
    words[candidate.range.end..]
        .iter()
        .all(|word| word.used || word.is_ornament())
}
