//! What people do in a simulation, and what must have come of it.

/// One thing that a person does.
#[derive(Debug, Clone, Copy)]
pub enum Deed {
    /// Writes a message.
    Write(&'static str),
    /// Writes a message that the transport delivers twice, both at the same time.
    WriteDelivered2(&'static str),
    /// Presses the newest button with this label, once it is there.
    Press(&'static str),
    /// Presses it twice: two updates, one intent.
    PressTwice(&'static str),
    /// Changes the message written first.
    Rewrite(&'static str),
    /// Says aloud what the listener knows.
    Speak,
    /// Sends a photo of the receipt that the reader knows.
    Photograph,
    /// Waits until a message says so.
    Await(&'static str),
    /// Does nothing for so many hours.
    Wait(u64),
}

/// A story with its intended end.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// For the reader of a failure.
    pub name: &'static str,
    /// What happens, one after the other.
    pub deeds: &'static [Deed],
    /// The expenses afterwards: number, amount with currency, description, whether it still counts.
    pub expenses: &'static [(u32, &'static str, &'static str, bool)],
    /// How many messages the platform refuses at first, by a flood wait.
    pub refusals: usize,
    /// Whether a source of exchange rates is at hand.
    pub rates: bool,
    /// Whether somebody is asked for the category of lunch.
    pub suggests: bool,
}

/// A message becomes an expense.
pub const WRITTEN: Scenario = Scenario {
    name: "an expense is written",
    deeds: &[Deed::Write("lunch 12.50")],
    expenses: &[(1, "12.50 EUR", "lunch", true)],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// The transport delivers one update twice at the same time.
pub const DELIVERED_TWICE: Scenario = Scenario {
    name: "one update is delivered twice at the same time",
    deeds: &[Deed::WriteDelivered2("lunch 12.50")],
    expenses: &[(1, "12.50 EUR", "lunch", true)],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// One message holds two expenses, another comes after it.
pub const SEVERAL: Scenario = Scenario {
    name: "two lines, then another",
    deeds: &[
        Deed::Write("lunch 12.50\ncoffee 3"),
        Deed::Write("tea 2.20"),
    ],
    expenses: &[
        (1, "12.50 EUR", "lunch", true),
        (2, "3.00 EUR", "coffee", true),
        (3, "2.20 EUR", "tea", true),
    ],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// The newest expense is taken back by command.
pub const UNDONE: Scenario = Scenario {
    name: "the newest expense is undone",
    deeds: &[
        Deed::Write("lunch 12.50"),
        Deed::Write("tea 2.20"),
        Deed::Write("/undo"),
    ],
    expenses: &[
        (1, "12.50 EUR", "lunch", true),
        (2, "2.20 EUR", "tea", false),
    ],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// An expense is taken back by two taps on one button.
pub const UNDO_PRESSED: Scenario = Scenario {
    name: "Undo is pressed twice",
    deeds: &[Deed::Write("lunch 12.50"), Deed::PressTwice("Undo")],
    expenses: &[(1, "12.50 EUR", "lunch", false)],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// A message is changed after it was recorded.
pub const REWRITTEN: Scenario = Scenario {
    name: "a message is rewritten",
    deeds: &[Deed::Write("lunch 12.50"), Deed::Rewrite("lunch 21.50")],
    expenses: &[(1, "21.50 EUR", "lunch", true)],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// A photo is read beside the line and saved by two taps.
pub const PHOTOGRAPHED: Scenario = Scenario {
    name: "a photo is read and saved by two taps",
    deeds: &[Deed::Photograph, Deed::PressTwice("Save")],
    expenses: &[(1, "42.50 EUR", "", true)],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// A voice note is listened to beside the line and saved by two taps.
pub const SPOKEN: Scenario = Scenario {
    name: "a voice note is heard and saved by two taps",
    deeds: &[Deed::Speak, Deed::PressTwice("Save")],
    expenses: &[(1, "8.00 EUR", "taxi", true)],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// An expense that was put nowhere gets its category after the reply, and is taken back.
pub const SUGGESTED: Scenario = Scenario {
    name: "a category comes later",
    deeds: &[
        Deed::Write("lunch 12.50"),
        Deed::Await("Food - Dining Out"),
        Deed::PressTwice("Undo"),
    ],
    expenses: &[(1, "12.50 EUR", "lunch", false)],
    refusals: 0,
    rates: false,
    suggests: true,
};

/// The platform takes no message for a while.
pub const PARKED: Scenario = Scenario {
    name: "the platform takes nothing for a while",
    deeds: &[
        Deed::Write("lunch 12.50"),
        Deed::Write("tea 2.20"),
        Deed::Write("/list"),
    ],
    expenses: &[
        (1, "12.50 EUR", "lunch", true),
        (2, "2.20 EUR", "tea", true),
    ],
    refusals: 3,
    rates: false,
    suggests: false,
};

/// What was paid abroad is converted beside the line; a change of it is converted again.
pub const CONVERTED: Scenario = Scenario {
    name: "an expense abroad is converted, changed, and converted again",
    deeds: &[
        Deed::Write("taxi 10 USD"),
        Deed::Rewrite("taxi 20 USD yesterday"),
        Deed::Wait(1),
        Deed::Write("/list"),
    ],
    expenses: &[(1, "20.00 USD", "taxi", true)],
    refusals: 0,
    rates: true,
    suggests: false,
};

/// A draft is answered when it has expired.
pub const EXPIRED: Scenario = Scenario {
    name: "a photo's draft expires",
    deeds: &[Deed::Photograph, Deed::Wait(26), Deed::Press("Save")],
    expenses: &[],
    refusals: 0,
    rates: false,
    suggests: false,
};

/// All that take no longer than a few minutes when nothing fails.
pub const ALL: [Scenario; 10] = [
    WRITTEN,
    DELIVERED_TWICE,
    SEVERAL,
    UNDONE,
    UNDO_PRESSED,
    REWRITTEN,
    PHOTOGRAPHED,
    SPOKEN,
    SUGGESTED,
    PARKED,
];
