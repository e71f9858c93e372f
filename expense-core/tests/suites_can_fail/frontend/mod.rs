//! Frontends with a flaw, and one without.

mod changes;
mod guest;
mod hall;
mod outbound;

use std::sync::Arc;

use expense_core::testing::conformance::frontend::{
    self as suite, FrontendBench, GroupBench, PlatformBench, TopicBench,
};
use expense_core::testing::inbox::Inbox;

use crate::fails;
use guest::Guest;
use hall::{ANNA, FLAT, Hall, TOPIC};

/// What a frontend may do wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Flaw {
    None,
    GoesByItsOwnClock,
    NamesUpdatesByTheirTime,
    NamesEveryTryAnew,
    GivesUpAtOnce,
    StopsAtNonsense,
    TakesChangesForMessages,
    TakesCaptionsForMessages,
    KnowsEveryReply,
    ForgetsFiles,
    KnowsNoPdf,
    TearsAlbums,
    HearsNoVoice,
    PrintsByName,
    FetchesAnything,
    PressesTheNewest,
    ShortensPayloads,
    CutsWords,
    KeepsOldButtons,
    SendsOneFile,
    ShowsEverything,
    DropsOthers,
    SpeaksIntoTheVoid,
    NamesRepetitionsAnew,
    HidesTheWait,
    ForgetsRefusals,
    LosesRefusedEdits,
    TriesTheClosedDoor,
    HearsEverything,
    KeepsTheMention,
    KnowsNoNames,
    HasMasks,
    NotesGuests,
    KnowsNoTopics,
    AnswersOutside,
}

fn at(flaw: Flaw, chat: &'static str, topic: Option<&'static str>) -> (Arc<Hall>, FrontendBench) {
    let inbox = Inbox::new();
    let hall = Hall::open(flaw, &inbox);
    let person = Arc::new(Guest::new(&hall, "anna", chat, topic));
    let bench = FrontendBench::new(person, hall.clone(), hall.clone(), inbox, ());
    (hall, bench)
}

fn alone(flaw: Flaw) -> FrontendBench {
    at(flaw, ANNA, None).1
}

fn platform(flaw: Flaw) -> PlatformBench {
    let (hall, bench) = at(flaw, ANNA, None);
    PlatformBench::new(bench, hall)
}

fn group(flaw: Flaw) -> GroupBench {
    let (hall, bench) = at(flaw, FLAT, None);
    let other = Arc::new(Guest::new(&hall, "ben", FLAT, None));
    let alone = Arc::new(Guest::new(&hall, "anna", ANNA, None));
    GroupBench::new(bench, other, alone, hall)
}

fn topic(flaw: Flaw) -> TopicBench {
    let (hall, bench) = at(flaw, FLAT, Some(TOPIC));
    TopicBench::new(bench, Arc::new(Guest::new(&hall, "anna", FLAT, None)))
}

mod without_a_flaw {
    use super::*;

    async fn fresh() -> FrontendBench {
        alone(Flaw::None)
    }
    expense_core::frontend_conformance!(fresh);

    async fn fresh_platform() -> PlatformBench {
        platform(Flaw::None)
    }
    expense_core::frontend_platform_conformance!(fresh_platform);

    async fn fresh_group() -> GroupBench {
        group(Flaw::None)
    }
    expense_core::frontend_group_conformance!(fresh_group);

    async fn fresh_topic() -> TopicBench {
        topic(Flaw::None)
    }
    expense_core::frontend_topic_conformance!(fresh_topic);
}

macro_rules! frontend_flaw {
    ($bench:ident: $($test:ident: $flaw:ident fails $case:ident;)*) => {$(
        #[tokio::test(start_paused = true)]
        async fn $test() {
            let bench = $bench(Flaw::$flaw);
            assert!(fails(suite::$case(bench)).await, stringify!($flaw));
        }
    )*};
}

frontend_flaw! { alone:
    one_that_goes_by_its_own_clock: GoesByItsOwnClock fails a_message_is_of_its_time;
    one_that_names_updates_by_their_time:
        NamesUpdatesByTheirTime fails every_update_has_a_key_of_its_own;
    one_that_names_every_try_anew: NamesEveryTryAnew fails what_is_not_taken_is_brought_again;
    one_that_gives_up_at_once: GivesUpAtOnce fails what_is_not_taken_is_brought_again;
    one_that_stops_at_nonsense: StopsAtNonsense fails what_is_of_no_use_holds_up_nothing;
    one_that_takes_changes_for_messages:
        TakesChangesForMessages fails a_change_names_its_message;
    one_that_takes_captions_for_messages:
        TakesCaptionsForMessages fails a_changed_caption_names_its_file;
    one_that_knows_every_reply: KnowsEveryReply fails a_reply_to_bare_words_is_a_message;
    one_that_forgets_files: ForgetsFiles fails a_photo_comes_in_and_can_be_fetched;
    one_that_knows_no_pdf: KnowsNoPdf fails a_pdf_is_a_photo;
    one_that_tears_albums: TearsAlbums fails an_album_is_one;
    one_that_hears_no_voice: HearsNoVoice fails a_voice_note_comes_in_and_can_be_fetched;
    one_that_takes_a_name_for_a_print:
        PrintsByName fails the_same_content_has_the_same_fingerprint;
    one_that_fetches_what_is_too_large: FetchesAnything fails what_is_too_large_is_never_fetched;
    one_that_fetches_what_is_gone: FetchesAnything fails what_is_gone_is_denied;
    one_that_presses_the_newest:
        PressesTheNewest fails a_press_is_of_the_message_that_it_hangs_on;
    one_that_shortens_payloads: ShortensPayloads fails every_button_comes_back_as_it_was;
    one_that_cuts_words: CutsWords fails long_words_are_shown_whole;
    one_that_cuts_edits: CutsWords fails a_long_edit_is_shown_whole;
    one_that_keeps_old_buttons: KeepsOldButtons fails an_edit_may_change_the_buttons_alone;
    one_that_sends_one_file: SendsOneFile fails several_files_arrive_with_their_words;
    one_that_shows_everything: ShowsEverything fails what_is_for_others_is_not_shown_here;
    one_that_drops_what_is_for_others: DropsOthers fails what_is_for_others_is_not_shown_here;
    one_that_speaks_into_the_void:
        SpeaksIntoTheVoid fails what_nobody_takes_does_not_count_as_said;
}

frontend_flaw! { platform:
    one_that_names_repetitions_anew: NamesRepetitionsAnew fails what_is_told_twice_has_one_key;
    one_that_hides_the_wait: HidesTheWait fails a_flood_is_busy_with_its_time;
    one_that_forgets_what_a_flood_held_up:
        ForgetsRefusals fails what_a_flood_held_up_is_said_once;
    one_that_forgets_what_trouble_held_up:
        ForgetsRefusals fails what_trouble_held_up_is_said_once;
    one_that_loses_refused_edits:
        LosesRefusedEdits fails an_edit_that_is_refused_becomes_a_new_message;
    one_that_tries_the_closed_door:
        TriesTheClosedDoor fails who_turns_the_bot_away_is_left_alone;
}

frontend_flaw! { group:
    one_that_hears_everything: HearsEverything fails what_is_said_to_others_is_left_alone;
    one_that_keeps_the_mention:
        KeepsTheMention fails a_mention_is_an_address_and_no_part_of_the_words;
    one_that_keeps_the_mention_below_a_photo:
        KeepsTheMention fails a_mention_below_a_photo_is_one_too;
    one_that_knows_no_names: KnowsNoNames fails everybody_is_known_by_key_and_name;
    one_whose_people_wear_masks: HasMasks fails a_person_is_the_same_alone;
    one_that_notes_guests: NotesGuests fails others_come_and_go_unheard;
    one_that_tries_where_it_is_not: TriesTheClosedDoor fails the_bot_comes_and_goes;
}

frontend_flaw! { topic:
    one_that_knows_no_topics: KnowsNoTopics fails a_topic_is_named_by_what_is_said_there;
    one_that_forgets_the_topic_of_a_button: KnowsNoTopics fails a_press_names_its_topic;
    one_that_answers_outside: AnswersOutside fails an_answer_stands_in_its_topic;
    one_that_answers_in_no_lost_topic: LosesRefusedEdits fails an_answer_to_a_lost_topic_is_said_outside;
}
