//! New messages of the bot.

use tokio::time::Instant;

use crate::error::ApiError;
use crate::keyboard;
use crate::methods::{Done, content, ok};
use crate::model::{Media, Message};
use crate::params::{Params, Upload};
use crate::shared::Shared;
use crate::world::World;

/// The largest photo that is taken, in bytes.
const MAX_PHOTO: usize = 10 * 1024 * 1024;
/// The largest document that is taken, in bytes.
const MAX_DOCUMENT: usize = 50 * 1024 * 1024;

pub(super) fn message(shared: &Shared, params: &Params) -> Done {
    send(shared, params, |_| {
        let words = content::text(params)?;
        Ok(Message {
            text: Some(words.text),
            entities: words.entities,
            ..Message::default()
        })
    })
}

pub(super) fn photo(shared: &Shared, params: &Params) -> Done {
    send(shared, params, |world| {
        let media = file(world, params, "photo", MAX_PHOTO, "photos")?;
        let media = Media {
            width: Some(800),
            height: Some(600),
            ..media
        };
        captioned(
            params,
            Message {
                photo: vec![media],
                ..Message::default()
            },
        )
    })
}

pub(super) fn document(shared: &Shared, params: &Params) -> Done {
    send(shared, params, |world| {
        let mut media = file(world, params, "document", MAX_DOCUMENT, "documents")?;
        if let Some(upload) = params.upload("document") {
            media.file_name = Some(upload.name.clone());
            media.mime_type = Some(upload.mime.clone());
        }
        captioned(
            params,
            Message {
                document: Some(media),
                ..Message::default()
            },
        )
    })
}

pub(super) fn action(world: &mut World, params: &Params) -> Done {
    world.target(params)?;
    let known = [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ];
    match params.text("action") {
        Some(action) if known.contains(&action) => ok(&true),
        _ => Err(ApiError::bad("wrong parameter action in request")),
    }
}

/// What all that sends has in common: the place, the buttons, the limits, the record.
fn send(
    shared: &Shared,
    params: &Params,
    make: impl FnOnce(&mut World) -> Result<Message, ApiError>,
) -> Done {
    let mut world = shared.world();
    let chat = world.target(params)?;
    let topic = topic(&world, chat, params)?;
    let replied = replied(&world, chat, params)?;
    let markup = keyboard::inline(params)?;
    let message = make(&mut world)?;
    world.flood.take(chat, Instant::now())?;
    let message = Message {
        from: Some(world.bot.clone()),
        message_thread_id: topic,
        reply_to_message: replied.map(Box::new),
        reply_markup: markup,
        ..message
    };
    let message = world.post(chat, message)?;
    drop(world);
    shared.arrived(&message);
    ok(&*message)
}

fn captioned(params: &Params, message: Message) -> Result<Message, ApiError> {
    let words = content::caption(params)?;
    Ok(Message {
        caption: (!words.text.is_empty()).then_some(words.text),
        caption_entities: words.entities,
        ..message
    })
}

/// A file that was sent along, or one that the server has, by its id.
fn file(
    world: &mut World,
    params: &Params,
    name: &str,
    most: usize,
    folder: &str,
) -> Result<Media, ApiError> {
    let Some(upload) = params.upload(name) else {
        return known(world, params, name);
    };
    if upload.bytes.is_empty() {
        return Err(ApiError::bad("file must be non-empty"));
    }
    if upload.bytes.len() > most {
        return Err(ApiError::new(413, "Request Entity Too Large"));
    }
    let extension = extension(upload);
    Ok(world.keep(upload.bytes.clone(), folder, &extension))
}

fn known(world: &World, params: &Params, name: &str) -> Result<Media, ApiError> {
    let Some(id) = params.text(name) else {
        return Err(ApiError::bad(format_args!(
            "there is no {name} in the request"
        )));
    };
    let stored = world.files.get(id);
    let stored = stored.ok_or_else(|| {
        ApiError::bad(
            "wrong remote file identifier specified: can't unserialize it. Wrong last symbol",
        )
    })?;
    Ok(Media {
        file_id: id.to_owned(),
        file_unique_id: stored.unique.clone(),
        file_size: stored.bytes.len(),
        ..Media::default()
    })
}

fn extension(upload: &Upload) -> String {
    let extension = upload.name.rsplit_once('.').map(|(_, extension)| extension);
    extension.map_or_else(String::new, |extension| format!(".{extension}"))
}

fn topic(world: &World, chat: i64, params: &Params) -> Result<Option<i64>, ApiError> {
    let Some(topic) = params.int("message_thread_id").filter(|topic| *topic != 0) else {
        return Ok(None);
    };
    let room = world.rooms.get(&chat);
    let known = room.is_some_and(|room| room.topics.contains_key(&topic));
    match known {
        true => Ok(Some(topic)),
        false => Err(ApiError::bad("message thread not found")),
    }
}

/// The message that is answered, without what it answers itself.
fn replied(world: &World, chat: i64, params: &Params) -> Result<Option<Message>, ApiError> {
    let Some(reply) = params.json("reply_parameters", "reply parameters")? else {
        return Ok(None);
    };
    let id = reply["message_id"].as_i64().unwrap_or(0);
    let room = world.rooms.get(&chat);
    match room.and_then(|room| room.messages.get(&id)) {
        Some(found) => Ok(Some(Message {
            reply_to_message: None,
            ..Message::clone(found)
        })),
        None if reply["allow_sending_without_reply"] == true => Ok(None),
        None => Err(ApiError::bad("message to be replied not found")),
    }
}
