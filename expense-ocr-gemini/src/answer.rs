//! From an answer of the model to its text.

use std::borrow::Cow;

use serde::Deserialize;

use crate::error::GeminiError;

/// The answer to `generateContent`, as far as it matters: unknown fields come without notice.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Response {
    #[serde(default)]
    candidates: Vec<Candidate>,
    prompt_feedback: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Candidate {
    content: Option<Content>,
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Content {
    #[serde(default)]
    parts: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    text: Option<String>,
    #[serde(default)]
    thought: bool,
}

/// What the model said.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    text: String,
    /// It was not cut off.
    complete: bool,
}

/// The model's words in this body: those of the first candidate, its thoughts left out.
pub(crate) fn answer(body: &[u8]) -> Result<Answer, GeminiError> {
    let response: Response = serde_json::from_slice(body).map_err(|_| GeminiError::Garbled)?;
    let Some(candidate) = response.candidates.into_iter().next() else {
        return Err(match response.prompt_feedback {
            // A prompt is sent back for what it says, whether the reason is named or not.
            Some(_) => GeminiError::Declined,
            None => GeminiError::Garbled,
        });
    };
    let parts = candidate.content.map(|content| content.parts);
    let said = parts.into_iter().flatten().filter(|part| !part.thought);
    let text: String = said.filter_map(|part| part.text).collect();
    match candidate.finish_reason.as_deref() {
        Some(
            "SAFETY"
            | "RECITATION"
            | "LANGUAGE"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION",
        ) => Err(GeminiError::Declined),
        Some("MAX_TOKENS") => Ok(Answer {
            text,
            complete: false,
        }),
        // It stopped, it stumbled (OTHER), or for a reason of tomorrow: the text decides.
        _ if text.trim().is_empty() => Err(GeminiError::Silent),
        _ => Ok(Answer {
            text,
            complete: true,
        }),
    }
}

impl Answer {
    /// The JSON object in it, without the fence that some models put around it. Of one that was
    /// cut off, the fields that are whole.
    pub(crate) fn json(&self) -> Result<Cow<'_, str>, GeminiError> {
        let start = self.text.find('{').ok_or(GeminiError::Garbled)?;
        let json = self.text.get(start..).unwrap_or_default();
        if !self.complete {
            return whole_fields(json)
                .map(Cow::Owned)
                .ok_or(GeminiError::Garbled);
        }
        let end = json.rfind('}').ok_or(GeminiError::Garbled)?;
        Ok(Cow::Borrowed(json.get(..=end).unwrap_or_default()))
    }
}

/// The object up to the last comma between its own fields, closed.
fn whole_fields(json: &str) -> Option<String> {
    let (mut depth, mut in_text, mut escaped) = (0_u32, false, false);
    let mut end = None;
    for (at, sign) in json.bytes().enumerate() {
        match sign {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 1 => end = Some(at),
            _ => {}
        }
        if depth == 0 && !in_text {
            return json.get(..=at).map(str::to_owned);
        }
    }
    json.get(..end?).map(|fields| format!("{fields}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn said(text: &str, reason: &str) -> Result<String, GeminiError> {
        let text = serde_json::Value::from(text);
        let body = format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":{text}}}]}},"finishReason":"{reason}"}}]}}"#
        );
        answer(body.as_bytes()).and_then(|answer| answer.json().map(Cow::into_owned))
    }

    #[rstest]
    #[case(r#"{"a":1}"#, Ok(r#"{"a":1}"#))]
    #[case("```json\n{\"a\":1}\n```\n", Ok(r#"{"a":1}"#))]
    #[case(r#"Here it is: {"a":"}"} "#, Ok(r#"{"a":"}"}"#))]
    #[case("Some text", Err(GeminiError::Garbled))]
    #[case(" \n", Err(GeminiError::Silent))]
    fn what_is_said(#[case] text: &str, #[case] json: Result<&str, GeminiError>) {
        for reason in ["STOP", "OTHER", "FAKE_NEW_FINISH_REASON"] {
            assert_eq!(said(text, reason), json.map(str::to_owned));
        }
        assert_eq!(said(text, "SAFETY"), Err(GeminiError::Declined));
    }

    #[rstest]
    #[case(r#"{"a":1,"b":[{"c":2},{"#, Ok(r#"{"a":1}"#))]
    #[case(r#"{"a":"x,\"y","b":"cut o"#, Ok(r#"{"a":"x,\"y"}"#))]
    #[case(r#"{"a":1,"b":2}"#, Ok(r#"{"a":1,"b":2}"#))]
    #[case(r#"{"a":1"#, Err(GeminiError::Garbled))]
    #[case("", Err(GeminiError::Garbled))]
    fn what_was_cut_off(#[case] text: &str, #[case] json: Result<&str, GeminiError>) {
        assert_eq!(said(text, "MAX_TOKENS"), json.map(str::to_owned));
    }

    const FIRST: &str = r#"{"kind":"receipt""#;

    proptest::proptest! {
        /// Wherever an answer is cut off, what is left of it is what it said.
        #[test]
        fn a_cut_loses_fields_and_changes_none(cut in 0_usize..110) {
            let text = r#"{"kind":"receipt","merchant":"A \"B\", {C}","total":12.50,"items":[{"a":"1"},{"a":"2"}]}"#;
            let cut = cut.min(text.len());
            let Some(left) = whole_fields(&text[..cut]) else {
                // Not even the first field was there.
                proptest::prop_assert!(cut <= FIRST.len(), "{}", cut);
                return Ok(());
            };
            let whole: serde_json::Map<_, _> = serde_json::from_str(text).unwrap();
            let left: serde_json::Map<_, serde_json::Value> = serde_json::from_str(&left).unwrap();
            for (name, value) in left {
                proptest::prop_assert_eq!(whole.get(&name), Some(&value));
            }
        }

        #[test]
        fn no_answer_makes_it_panic(body: Vec<u8>, text: String) {
            let _ = answer(&body);
            let _ = whole_fields(&text);
        }
    }

    #[test]
    fn parts_are_joined_and_thoughts_left_out() {
        let body = br#"{"candidates":[{"content":{"parts":[
            {"text":"{}, I think","thought":true},{"text":"{\"a\""},{},{"text":":1}"}]}}]}"#;
        assert_eq!(answer(body).unwrap().json().unwrap(), r#"{"a":1}"#);
    }
}
