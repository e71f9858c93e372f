//! Runs a network on the calling thread.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, Tensor};

use crate::error::EngineError;

/// A loaded network with one input and one output.
pub(crate) struct Network {
    model: Model,
    options: RunOptions,
}

impl Network {
    pub(crate) fn load(file: &Path) -> Result<Self, EngineError> {
        let model = Model::load_file(file)?;
        // Many receipts side by side are faster than one spread over all cores.
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::new(ThreadPool::with_num_threads(1)));
        Ok(Self { model, options })
    }

    pub(crate) fn run(&self, input: NdTensor<f32, 4>) -> Result<Tensor<f32>, EngineError> {
        let output = self.model.run_one(input.into(), Some(self.options.clone()))?;
        output.into_tensor::<f32>().ok_or(EngineError::Shape)
    }

    /// What the makers of the model noted under `key`.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        self.model.metadata().get(key)
    }
}
