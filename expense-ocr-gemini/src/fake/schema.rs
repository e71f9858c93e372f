//! Google's schema, and what is wrong by it.

use std::io;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use jsonschema::Validator;
use serde_json::{Map, Value};

/// A file of the data that projects share: below `$SHARED_DIR`, or `shared` beside this project.
/// `None` where it is not there.
#[must_use]
pub fn shared(file: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared");
    let folder = std::env::var_os("SHARED_DIR").map_or_else(beside, PathBuf::from);
    let path = folder.join("gemini").join(file);
    path.exists().then_some(path)
}

/// The forms of messages, where they are known.
pub(super) struct Rules(Option<Validators>);

struct Validators {
    request: Validator,
    response: Validator,
    error: Validator,
}

impl Rules {
    pub(super) fn load() -> io::Result<Self> {
        let Some(path) = shared("generativelanguage.v1beta.schema.json") else {
            eprintln!(
                "NOT RUN: the check of requests to Gemini, whose schema is not at ../shared/gemini"
            );
            return Ok(Self(None));
        };
        let schema: Value = serde_json::from_slice(&std::fs::read(path)?)?;
        let validator = |message: &str| {
            let root = serde_json::json!({
                "$schema": schema["$schema"],
                "$ref": format!("#/$defs/{message}"),
                "$defs": schema["$defs"],
            });
            jsonschema::validator_for(&root).map_err(|error| io::Error::other(error.to_string()))
        };
        Ok(Self(Some(Validators {
            request: validator("GenerateContentRequest")?,
            response: validator("GenerateContentResponse")?,
            error: validator("ErrorResponse")?,
        })))
    }

    pub(super) fn are_known(&self) -> bool {
        self.0.is_some()
    }

    /// What is wrong with a request, whose model stands in its path.
    pub(super) fn request(&self, model: &str, request: &Value) -> Vec<String> {
        let mut request = camel_case(request);
        let mut wrong = files(&request);
        if request.get("model").is_none() {
            request["model"] = format!("models/{model}").into();
        }
        wrong.extend(several_kinds(&request));
        if let Some(rules) = &self.0 {
            wrong.extend(breaches(&rules.request, &request));
        }
        wrong
    }

    /// What is wrong with an answer of this server.
    pub(super) fn response(&self, response: &Value) -> Vec<String> {
        let rules = self.0.as_ref();
        rules.map_or_else(Vec::new, |rules| breaches(&rules.response, response))
    }

    /// What is wrong with an error of this server.
    pub(super) fn error(&self, error: &Value) -> Vec<String> {
        let rules = self.0.as_ref();
        rules.map_or_else(Vec::new, |rules| breaches(&rules.error, error))
    }
}

/// Where it is wrong and by which rule; never what stands there.
fn breaches(rule: &Validator, value: &Value) -> Vec<String> {
    let told = |error: jsonschema::ValidationError<'_>| {
        format!("{}: {}", error.instance_path(), error.masked())
    };
    rule.iter_errors(value).map(told).collect()
}

/// Fields whose content is not Google's: their names are kept.
const FREE: [&str; 8] = [
    "args",
    "default",
    "example",
    "parametersJsonSchema",
    "partMetadata",
    "response",
    "responseJsonSchema",
    "_responseJsonSchema",
];

/// As ProtoJSON takes it: `mime_type` is `mimeType`.
fn camel_case(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(camel_field).collect::<Map<_, _>>().into(),
        Value::Array(items) => items.iter().map(camel_case).collect(),
        other => other.clone(),
    }
}

fn camel_field((name, value): (&String, &Value)) -> (String, Value) {
    let mut camel = String::with_capacity(name.len());
    let mut up = false;
    for (at, sign) in name.chars().enumerate() {
        match sign {
            '_' if at > 0 => up = true,
            sign if up => {
                camel.push(sign.to_ascii_uppercase());
                up = false;
            }
            sign => camel.push(sign),
        }
    }
    let value = match camel.as_str() {
        free if FREE.contains(&free) => value.clone(),
        // The names in here are the caller's, what they name is a schema again.
        "properties" => match value {
            Value::Object(fields) => fields
                .iter()
                .map(|(name, schema)| (name.clone(), camel_case(schema)))
                .collect::<Map<_, _>>()
                .into(),
            other => other.clone(),
        },
        _ => camel_case(value),
    };
    (camel, value)
}

fn parts(request: &Value) -> impl Iterator<Item = &Value> {
    let contents = request["contents"].as_array().into_iter().flatten();
    contents.flat_map(|content| content["parts"].as_array().into_iter().flatten())
}

/// The files of a request, in order; what is no base64 is left out.
pub(super) fn file_contents(request: &Value) -> Vec<Vec<u8>> {
    let request = parts(request).filter_map(|part| {
        let file = part.get("inlineData").or_else(|| part.get("inline_data"))?;
        decode(file["data"].as_str()?)
    });
    request.collect()
}

/// The texts that the user sends.
pub(super) fn texts(request: &Value) -> impl Iterator<Item = &str> {
    parts(request).filter_map(|part| part["text"].as_str())
}

/// Either alphabet, as ProtoJSON takes it.
fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD
        .decode(text)
        .or_else(|_| URL_SAFE.decode(text))
        .ok()
}

/// What a JSON schema does not say of files.
fn files(request: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in parts(request).filter_map(|part| part.get("inlineData")) {
        if file["data"].as_str().and_then(decode).is_none() {
            wrong.push("inlineData: data is no base64".to_owned());
        }
        let mime = file["mimeType"].as_str().unwrap_or_default();
        let is_known = ["image/", "audio/", "application/pdf", "text/", "video/"];
        if !is_known.iter().any(|kind| mime.starts_with(kind)) {
            wrong.push("inlineData: mimeType is of no kind that Gemini reads".to_owned());
        }
    }
    wrong
}

/// A part is one thing, by `x-oneof` of its schema.
fn several_kinds(request: &Value) -> Vec<String> {
    let kinds = [
        "text",
        "inlineData",
        "functionCall",
        "functionResponse",
        "fileData",
        "executableCode",
        "codeExecutionResult",
    ];
    let all = parts(request).chain(
        request["systemInstruction"]["parts"]
            .as_array()
            .into_iter()
            .flatten(),
    );
    let count = |part: &Value| {
        kinds
            .iter()
            .filter(|kind| part.get(**kind).is_some())
            .count()
    };
    let wrong = all.filter(|part| count(part) != 1);
    wrong
        .map(|part| format!("a part has {} kinds of data, not one", count(part)))
        .collect()
}
