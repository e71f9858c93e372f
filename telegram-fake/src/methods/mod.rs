//! The methods of the Bot API that this server knows.

mod commands;
mod content;
mod edit;
mod files;
mod place;
mod send;
mod updates;

pub(crate) use place::chat_member;

use std::sync::Arc;

use bytes::Bytes;
use serde::Serialize;

use crate::error::ApiError;
use crate::fault::Harm;
use crate::http::request::Request;
use crate::http::server::Response;
use crate::params::Params;
use crate::shared::Shared;
use crate::world::World;

/// What becomes of a request.
pub(crate) enum Outcome {
    /// It is answered.
    Answer(Response),
    /// The connection breaks.
    Close,
}

/// What a method gives: the JSON of its result.
pub(crate) type Done = Result<Vec<u8>, ApiError>;

/// Answers one HTTP request.
pub(crate) async fn answer(shared: &Arc<Shared>, request: &Request) -> Outcome {
    let refuse = |error: ApiError| Outcome::Answer(refusal(&error));
    if let Some(path) = request.path.strip_prefix("/file/bot") {
        return match files::download(shared, path) {
            Ok(response) => Outcome::Answer(response),
            Err(error) => refuse(error),
        };
    }
    let called = request
        .path
        .strip_prefix("/bot")
        .and_then(|path| path.split_once('/'));
    let Some((token, method)) = called else {
        return refuse(ApiError::new(404, "Not Found"));
    };
    if token != shared.token {
        return refuse(match token.contains(':') {
            true => ApiError::new(401, "Unauthorized"),
            false => ApiError::new(404, "Not Found"),
        });
    }
    match Params::read(request).await {
        Ok(params) => call(shared, method.trim_end_matches('/'), params).await,
        Err(error) => refuse(error),
    }
}

/// Runs one call, with the faults that are set for it.
pub(crate) async fn call(shared: &Arc<Shared>, method: &str, params: Params) -> Outcome {
    let method = method.to_ascii_lowercase();
    if let Some(checker) = &shared.checker {
        checker.request(&method, &params);
    }
    let harm = shared.world().faults.strike(&method);
    let done = match &harm {
        Some(Harm::CloseBefore) => return Outcome::Close,
        Some(Harm::Refuse(error)) => Err(error.clone()),
        Some(Harm::Delay(time)) => {
            tokio::time::sleep(*time).await;
            run(shared, &method, &params).await
        }
        Some(Harm::CloseAfter) | None => run(shared, &method, &params).await,
    };
    if harm == Some(Harm::CloseAfter) {
        return Outcome::Close;
    }
    Outcome::Answer(match done {
        Ok(result) => {
            if let Some(checker) = &shared.checker {
                checker.result(&method, &result);
            }
            success(&result)
        }
        Err(error) => refusal(&error),
    })
}

async fn run(shared: &Arc<Shared>, method: &str, params: &Params) -> Done {
    match method {
        "getupdates" => updates::get(shared, params).await,
        "setwebhook" => updates::set_webhook(shared, params),
        "deletewebhook" => updates::delete_webhook(shared, params),
        "getwebhookinfo" => updates::webhook_info(shared),
        "sendmessage" => send::message(shared, params),
        "sendphoto" => send::photo(shared, params),
        "senddocument" => send::document(shared, params),
        "editmessagetext" => edit::text(shared, params),
        "editmessagecaption" => edit::caption(shared, params),
        "editmessagereplymarkup" => edit::markup(shared, params),
        "deletemessage" => edit::delete(shared, params),
        "answercallbackquery" => edit::answer(shared, params),
        _ => simple(&mut shared.world(), method, params),
    }
}

/// Methods that wake nobody.
fn simple(world: &mut World, method: &str, params: &Params) -> Done {
    match method {
        "getme" => commands::me(world),
        "logout" | "close" => ok(&true),
        "sendchataction" => send::action(world, params),
        "getfile" => files::get(world, params),
        "setmycommands" => commands::set(world, params),
        "getmycommands" => commands::get(world, params),
        "deletemycommands" => commands::delete(world, params),
        "getchat" => place::get(world, params),
        "getchatmember" => place::member(world, params),
        "leavechat" => place::leave(world, params),
        _ => Err(ApiError::new(404, "Not Found: method not found")),
    }
}

pub(crate) fn ok(result: &impl Serialize) -> Done {
    serde_json::to_vec(result).map_err(|_| ApiError::new(500, "Internal Server Error"))
}

fn success(result: &[u8]) -> Response {
    let body = [b"{\"ok\":true,\"result\":".as_slice(), result, b"}"].concat();
    Response {
        status: 200,
        kind: "application/json",
        retry_after: None,
        body: Bytes::from(body),
    }
}

pub(crate) fn refusal(error: &ApiError) -> Response {
    Response {
        status: error.code,
        kind: "application/json",
        retry_after: error.retry_after,
        body: Bytes::from(error.body()),
    }
}
