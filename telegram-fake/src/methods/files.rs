//! Files: where they lie, and their bytes.

use serde_json::json;

use crate::error::ApiError;
use crate::http::server::Response;
use crate::methods::{Done, ok};
use crate::params::Params;
use crate::shared::Shared;
use crate::world::World;

/// The largest file that the platform hands out, in bytes.
const MAX_DOWNLOAD: usize = 20 * 1024 * 1024;

pub(super) fn get(world: &mut World, params: &Params) -> Done {
    let Some(id) = params.text("file_id") else {
        return Err(ApiError::bad("file_id not specified"));
    };
    let Some(stored) = world.files.get(id) else {
        return Err(ApiError::bad(
            "wrong file_id or the file is temporarily unavailable",
        ));
    };
    if stored.bytes.len() > MAX_DOWNLOAD {
        return Err(ApiError::bad("file is too big"));
    }
    ok(&json!({
        "file_id": id,
        "file_unique_id": stored.unique,
        "file_size": stored.bytes.len(),
        "file_path": stored.path,
    }))
}

/// `TOKEN/PATH`.
pub(super) fn download(shared: &Shared, path: &str) -> Result<Response, ApiError> {
    let not_found = || ApiError::new(404, "Not Found");
    let (token, path) = path.split_once('/').ok_or_else(not_found)?;
    if token != shared.token {
        return Err(ApiError::new(401, "Unauthorized"));
    }
    let mut world = shared.world();
    // A rule for the method "download" stands for these requests.
    if let Some(crate::fault::Harm::Refuse(error)) = world.faults.strike("download") {
        return Err(error);
    }
    let stored = world.files.values().find(|stored| stored.path == path);
    Ok(Response {
        status: 200,
        kind: "application/octet-stream",
        retry_after: None,
        body: stored.ok_or_else(not_found)?.bytes.clone(),
    })
}
