//! What the model says: known fields in whatever form is asked for.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::schema::{file_contents, texts};

/// What is known of files and words.
#[derive(Default)]
pub(super) struct Script {
    files: HashMap<Vec<u8>, Value>,
    words: Vec<(String, Value)>,
    otherwise: Value,
}

impl Script {
    pub(super) fn knows_file(&mut self, file: &[u8], fields: Value) {
        self.files.insert(file.to_vec(), fields);
    }

    pub(super) fn knows_text(&mut self, words: &str, fields: Value) {
        self.words.push((words.to_owned(), fields));
    }

    pub(super) fn answers(&mut self, fields: Value) {
        self.otherwise = fields;
    }

    /// The model's words about this request.
    pub(super) fn say(&self, request: &Value) -> String {
        let known = self.known(request);
        let config = field(request, "generationConfig", "generation_config");
        let schema = field(config, "responseSchema", "response_schema");
        let schema = if schema.is_null() {
            field(config, "responseJsonSchema", "response_json_schema")
        } else {
            schema
        };
        if schema.is_null() {
            return known["text"].as_str().unwrap_or("Well.").to_owned();
        }
        fill(schema, known).to_string()
    }

    fn known(&self, request: &Value) -> &Value {
        let contents = file_contents(request);
        let file = contents.iter().find_map(|file| self.files.get(file));
        let said = || {
            let mut words = self.words.iter();
            words.find(|(words, _)| texts(request).any(|text| text.contains(words)))
        };
        file.or_else(|| said().map(|(_, fields)| fields))
            .unwrap_or(&self.otherwise)
    }
}

fn field<'v>(value: &'v Value, camel: &str, snake: &str) -> &'v Value {
    let found = value.get(camel).or_else(|| value.get(snake));
    found.unwrap_or(&Value::Null)
}

/// A value of the form that takes over what is known and fits.
fn fill(schema: &Value, known: &Value) -> Value {
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => vec![kind.as_str().unwrap_or_default()],
    };
    let is = |kind: &str| kinds.iter().any(|k| k.eq_ignore_ascii_case(kind));
    let may_be_null = schema["nullable"] == true || is("null");
    let choices = schema["enum"].as_array();
    if is("object") {
        let fields = schema["properties"].as_object().into_iter().flatten();
        let filled = fields.map(|(name, schema)| (name.clone(), fill(schema, &known[name])));
        return filled.collect::<Map<_, _>>().into();
    }
    if is("array") {
        let items = known.as_array().into_iter().flatten();
        return items.map(|item| fill(&schema["items"], item)).collect();
    }
    let fits = choices.is_none_or(|choices| choices.contains(known));
    if !known.is_null() && fits {
        return known.clone();
    }
    match choices.and_then(|choices| choices.last()) {
        _ if may_be_null => Value::Null,
        Some(last) => last.clone(),
        None if is("string") => json!(""),
        None if is("boolean") => json!(false),
        None => json!(0),
    }
}
