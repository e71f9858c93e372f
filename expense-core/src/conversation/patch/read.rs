//! Reading the new values of fields; what can't be read is said.

use chrono::NaiveDate;

use super::{Patch, Tags};
use crate::conversation::categorize::{self, Found};
use crate::conversation::context::{Context, Flow};
use crate::conversation::entry::{self, Field, Fields, Invalid};
use crate::conversation::payer;
use crate::conversation::wording::{self, setup};
use crate::domain::category::CategoryId;
use crate::domain::currency::Currency;
use crate::domain::draft::DraftField;
use crate::domain::keys::UserKey;
use crate::domain::money::Money;
use crate::domain::person::MemberId;
use crate::domain::text::{Description, Tag};

impl Patch {
    /// What `text` says of any fields, seen from an expense in `currency`. What it says of none
    /// is said.
    pub(crate) fn read(ctx: &Context<'_>, currency: Currency, text: &str) -> Flow<Self> {
        let (text, payer) = payer::cut(ctx.ledger(), &ctx.turn.who, text);
        let paid_by = payer.known().map_err(|why| ctx.stop(why))?;
        let patch = match &paid_by {
            Some(_) if text.is_empty() => Self::default(),
            _ => Self::read_fields(ctx, currency, &text)?,
        };
        Ok(Self { paid_by, ..patch })
    }

    /// What this member's button stands for.
    pub(crate) fn paid_by(ctx: &Context<'_>, payer: MemberId) -> Flow<Self> {
        let members = &ctx.ledger().members;
        let member = members.iter().find(|member| member.id == payer);
        let member = member.ok_or_else(|| ctx.stop(wording::change::GONE))?;
        Ok(Self {
            paid_by: Some(member.who.clone()),
            ..Self::default()
        })
    }

    fn read_fields(ctx: &Context<'_>, currency: Currency, text: &str) -> Flow<Self> {
        match ctx.reading_in(currency, ctx.today(), |entry| entry::fields(text, entry)) {
            Field::Exact(fields) => Ok(Self::of(ctx, fields)),
            Field::Absent => Err(ctx.stop(wording::change::NOT_A_FIELD)),
            Field::Invalid(reason) => Err(ctx.stop(why_refused(ctx, reason, text))),
            Field::Ask { question, choices } => {
                let ways = choices.iter().filter_map(|fields| match fields.money {
                    Some(money) if question == entry::Doubt::Thousands => {
                        Some(ctx.wording().money(money))
                    }
                    _ => fields.date.map(|date| date.to_string()),
                });
                Err(ctx.stop(wording::entry::ask_again(
                    question,
                    &ways.collect::<Vec<_>>(),
                )))
            }
        }
    }

    /// What fields that were read stand for.
    pub(crate) fn of(ctx: &Context<'_>, fields: Fields) -> Self {
        let category = fields
            .category
            .and_then(|place| ctx.ledger().living_categories().nth(place));
        Self {
            amount: fields.money.map(Money::amount),
            currency: fields.currency,
            date: fields.date,
            category: category.map(|category| category.id),
            merchant: None,
            description: fields.description,
            tags: match fields.tags {
                tags if tags.is_empty() => Tags::Stay,
                tags => Tags::Add(tags),
            },
            paid_by: None,
        }
    }

    /// What `text` says as the value of one field, seen from an expense in `currency`. What is no
    /// such value is said.
    pub(crate) fn read_field(
        ctx: &Context<'_>,
        currency: Currency,
        field: DraftField,
        text: &str,
    ) -> Flow<Self> {
        let patch = Self::default();
        Ok(match field {
            DraftField::Amount => return Self::read_amount(ctx, currency, text),
            DraftField::Currency => Self {
                currency: Some(read_currency(ctx, text)?),
                ..patch
            },
            DraftField::Date => Self {
                date: Some(read_date(ctx, text)?),
                ..patch
            },
            DraftField::Category => Self {
                category: Some(read_category(ctx, text)?),
                ..patch
            },
            DraftField::Merchant => Self {
                merchant: Some(read_words(ctx, text)?),
                ..patch
            },
            DraftField::Description => Self {
                description: Some(
                    read_words(ctx, text)?
                        .ok_or_else(|| ctx.stop(wording::change::NO_DESCRIPTION))?,
                ),
                ..patch
            },
            DraftField::Payer => Self {
                paid_by: read_payer(ctx, text)?,
                ..patch
            },
            DraftField::Tags => Self {
                tags: Tags::All(if is_none(text) {
                    Vec::new()
                } else {
                    read_tags(ctx, text)?
                }),
                ..patch
            },
        })
    }

    fn read_amount(ctx: &Context<'_>, currency: Currency, text: &str) -> Flow<Self> {
        let field = ctx.reading_in(currency, ctx.today(), |entry| entry::amount(text, entry));
        let money = read_exactly(ctx, field, wording::change::NOT_AN_AMOUNT, |money| {
            ctx.wording().money(*money)
        })?;
        Ok(Self {
            amount: Some(money.amount()),
            currency: Some(money.currency()),
            ..Self::default()
        })
    }
}

/// The one value, or the sentence why there is none.
fn read_exactly<T>(
    ctx: &Context<'_>,
    field: Field<T>,
    absent: &str,
    show: impl Fn(&T) -> String,
) -> Flow<T> {
    match field {
        Field::Exact(value) => Ok(value),
        Field::Absent => Err(ctx.stop(absent)),
        Field::Invalid(reason) => Err(ctx.stop(reason.to_string())),
        Field::Ask { question, choices } => {
            let ways: Vec<String> = choices.iter().map(show).collect();
            Err(ctx.stop(wording::entry::ask_again(question, &ways)))
        }
    }
}

fn read_date(ctx: &Context<'_>, text: &str) -> Flow<NaiveDate> {
    let field = ctx.reading(|entry| entry::date(text, entry));
    read_exactly(ctx, field, wording::change::NOT_A_DATE, ToString::to_string)
}

/// A currency by its code in any case.
pub(crate) fn read_currency(ctx: &Context<'_>, text: &str) -> Flow<Currency> {
    Currency::from_code(text.trim()).map_err(|_| ctx.stop(wording::change::NOT_A_CURRENCY))
}

/// The living category that a person means; what is unclear is said.
pub(crate) fn read_category(ctx: &Context<'_>, text: &str) -> Flow<CategoryId> {
    find_category(ctx, text).map_err(|why| ctx.stop(why))
}

fn find_category(ctx: &Context<'_>, text: &str) -> Result<CategoryId, String> {
    match categorize::find(ctx.ledger(), text) {
        Found::One(category) => Ok(category.id),
        Found::Several(several) => {
            let names: Vec<&str> = several.iter().map(|c| c.name.as_str()).collect();
            Err(setup::several_categories(&names))
        }
        Found::None(near) => Err(setup::no_such_category(text, near)),
    }
}

/// Why this line is refused: of a category that is not there, what was looked for and what is near.
pub(crate) fn why_refused(ctx: &Context<'_>, reason: Invalid, line: &str) -> String {
    let name = match reason {
        Invalid::UnknownCategory | Invalid::UnclearCategory => entry::bracketed(line),
        _ => None,
    };
    let why = name.and_then(|name| find_category(ctx, name).err());
    why.unwrap_or_else(|| reason.to_string())
}

/// A member by name, with or without "paid by" before it.
fn read_payer(ctx: &Context<'_>, text: &str) -> Flow<Option<UserKey>> {
    let (ledger, who) = (ctx.ledger(), &ctx.turn.who);
    let payer = match payer::cut(ledger, who, text) {
        (_, payer::Payer::Unsaid) => payer::named_so(ledger, who, text.trim()),
        (_, payer) => payer,
    };
    payer.known().map_err(|why| ctx.stop(why))
}

fn read_words(ctx: &Context<'_>, text: &str) -> Flow<Option<Description>> {
    if Description::is_too_long(text) {
        return Err(ctx.stop(wording::change::too_long()));
    }
    let words = Description::new(text);
    Ok((!words.is_empty() && !is_none(text)).then_some(words))
}

/// The tags that `text` names, with or without `#`.
pub(crate) fn read_tags(ctx: &Context<'_>, text: &str) -> Flow<Vec<Tag>> {
    text.split_whitespace()
        .map(|word| {
            Tag::new(word)
                .map_err(|error| ctx.stop(wording::change::not_a_tag(word, &error.to_string())))
        })
        .collect()
}

fn is_none(text: &str) -> bool {
    matches!(text.trim(), "-" | "–" | "")
}
