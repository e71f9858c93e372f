//! What is sent, in the form of `GenerateContentRequest`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// The most tokens of one answer, thoughts included: enough for a receipt of 300 lines.
const MOST_TOKENS: u32 = 32_768;

/// One question to the model.
pub(crate) struct Question {
    /// What it shall do. Ours alone: nothing that a person wrote stands in here.
    pub(crate) instruction: &'static str,
    /// What it shall do it with.
    pub(crate) parts: Vec<Part>,
    /// The form of the answer, in Gemini's subset of OpenAPI.
    pub(crate) schema: Value,
}

/// A part of what a person sent.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Part {
    /// Text.
    Text(String),
    /// A file.
    InlineData(File),
}

/// A file within the request.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct File {
    /// What it is.
    pub(crate) mime_type: &'static str,
    /// What is in it.
    #[serde(serialize_with = "base64")]
    pub(crate) data: Bytes,
}

fn base64<S: Serializer>(data: &Bytes, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(data))
}

impl Question {
    /// The body of the request. A model's own temperature and way of thinking are left as they
    /// are: newer models get worse by other ones, and refuse those of older models.
    pub(crate) fn body(&self) -> serde_json::Result<Vec<u8>> {
        let instruction = [Part::Text(self.instruction.to_owned())];
        let request = Request {
            system_instruction: Content {
                role: None,
                parts: &instruction,
            },
            contents: [Content {
                role: Some("user"),
                parts: &self.parts,
            }],
            generation_config: GenerationConfig {
                response_mime_type: "application/json",
                response_schema: &self.schema,
                max_output_tokens: MOST_TOKENS,
            },
        };
        let files = self.parts.iter().map(|part| match part {
            Part::Text(text) => text.len(),
            Part::InlineData(file) => file.data.len() / 3 * 4,
        });
        let mut body = Vec::with_capacity(files.sum::<usize>() + 16 * 1024);
        serde_json::to_writer(&mut body, &request)?;
        Ok(body)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    system_instruction: Content<'a>,
    contents: [Content<'a>; 1],
    generation_config: GenerationConfig<'a>,
}

#[derive(Serialize)]
struct Content<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
    parts: &'a [Part],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GenerationConfig<'a> {
    response_mime_type: &'static str,
    response_schema: &'a Value,
    max_output_tokens: u32,
}
