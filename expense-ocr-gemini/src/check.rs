//! Whether key, model and address work.

use serde::Deserialize;

use crate::Gemini;
use crate::error::GeminiError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Model {
    name: String,
    #[serde(default)]
    supported_generation_methods: Vec<String>,
}

impl Gemini {
    /// Asks Google about the model, which costs no quota, and says in words what works.
    ///
    /// # Errors
    ///
    /// A [`GeminiError`] whose words name the variable to mend.
    pub async fn check(&self) -> Result<String, GeminiError> {
        let body = self.client.about().await?;
        let model: Model = serde_json::from_slice(&body).map_err(|_| GeminiError::Address)?;
        let methods = &model.supported_generation_methods;
        let generates = methods.iter().any(|method| method == "generateContent");
        if !generates || !model.name.starts_with("models/") {
            return Err(GeminiError::Model);
        }
        let config = &self.client.config;
        let host = config.base_url.host_str().unwrap_or_default();
        Ok(format!("{host} takes the key and has {}", config.model))
    }
}
