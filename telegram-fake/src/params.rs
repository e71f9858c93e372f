//! The parameters of one call, however they were sent.

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::error::ApiError;
use crate::http::request::Request;

/// A file within a request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Upload {
    pub(crate) name: String,
    pub(crate) mime: String,
    pub(crate) bytes: Bytes,
}

/// Named values and files. In queries, forms and multipart every value is a string, and objects
/// are JSON within it; a JSON body may carry them as they are.
#[derive(Debug, Default)]
pub(crate) struct Params {
    pub(crate) fields: Map<String, Value>,
    pub(crate) files: Vec<(String, Upload)>,
}

impl Params {
    /// Reads query and body.
    pub(crate) async fn read(request: &Request) -> Result<Self, ApiError> {
        let mut params = Self::default();
        if let Some(query) = &request.query {
            params.form(query.as_bytes());
        }
        let kind = request.content_type.as_deref().unwrap_or_default();
        params.body(kind, &request.body).await?;
        Ok(params)
    }

    /// Adds what a body of this type says.
    pub(crate) async fn body(&mut self, kind: &str, body: &Bytes) -> Result<(), ApiError> {
        if body.is_empty() {
            return Ok(());
        }
        if kind.starts_with("application/json") {
            let fields = serde_json::from_slice(body);
            self.extend(fields.map_err(|_| ApiError::bad("can't parse JSON object"))?);
        } else if kind.starts_with("application/x-www-form-urlencoded") {
            self.form(body);
        } else if kind.starts_with("multipart/form-data") {
            self.multipart(kind, body.clone()).await?;
        } else {
            return Err(ApiError::bad("unsupported content type"));
        }
        Ok(())
    }

    fn form(&mut self, bytes: &[u8]) {
        for (name, value) in form_urlencoded::parse(bytes) {
            let value = Value::String(value.into_owned());
            self.fields.insert(name.into_owned(), value);
        }
    }

    fn extend(&mut self, fields: Map<String, Value>) {
        if self.fields.is_empty() {
            self.fields = fields;
        } else {
            self.fields.extend(fields);
        }
    }

    async fn multipart(&mut self, kind: &str, body: Bytes) -> Result<(), ApiError> {
        let broken = |_| ApiError::bad("can't parse multipart body");
        let boundary = multer::parse_boundary(kind).map_err(broken)?;
        let stream = futures::stream::once(async { Ok::<_, std::convert::Infallible>(body) });
        let mut parts = multer::Multipart::new(stream, boundary);
        while let Some(part) = parts.next_field().await.map_err(broken)? {
            let name = part.name().unwrap_or_default().to_owned();
            let file = part.file_name().map(str::to_owned);
            let mime = part.content_type().map(ToString::to_string);
            let bytes = part.bytes().await.map_err(broken)?;
            match file {
                Some(file) => {
                    let mime = mime.unwrap_or_else(|| "application/octet-stream".to_owned());
                    let upload = Upload {
                        name: file,
                        mime,
                        bytes,
                    };
                    self.files.push((name, upload));
                }
                None => {
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.fields.insert(name, Value::String(text));
                }
            }
        }
        Ok(())
    }

    /// A parameter that was given and is not `null`.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| !value.is_null())
    }

    /// Words; empty ones count as absent.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        let text = self.get(name).and_then(Value::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// A whole number, also one within a string.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            value => value.as_i64(),
        }
    }

    /// Yes or no, also as a word.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::String(text)) => {
                text.eq_ignore_ascii_case("true") || matches!(text.as_str(), "1" | "yes" | "t")
            }
            Some(Value::Bool(flag)) => *flag,
            Some(value) => value.as_i64().is_some_and(|number| number != 0),
            None => false,
        }
    }

    /// An object or a list, also as JSON within a string. `None` where nothing was given, an
    /// error that names `what` where it can't be read.
    pub(crate) fn json(&self, name: &str, what: &str) -> Result<Option<Value>, ApiError> {
        match self.get(name) {
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(ApiError::bad(format_args!(
                    "can't parse {what} JSON object"
                ))),
            },
            other => Ok(other.cloned()),
        }
    }

    /// The file of this parameter: sent under its name, or named by `attach://NAME`.
    pub(crate) fn upload(&self, name: &str) -> Option<&Upload> {
        let attached = self
            .text(name)
            .and_then(|text| text.strip_prefix("attach://"));
        let wanted = attached.unwrap_or(name);
        let found = self.files.iter().find(|(part, _)| part == wanted);
        found.map(|(_, upload)| upload)
    }
}
