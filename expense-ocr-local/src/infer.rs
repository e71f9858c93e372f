//! Runs a network.

use std::path::Path;
use std::sync::Arc;

use rten::{Model, RunOptions, ThreadPool};
use rten_tensor::{NdTensor, Tensor};

use crate::error::EngineError;

/// The one thread that works for one receipt: many receipts side by side are faster than one
/// spread over all cores.
pub(crate) struct Thread(RunOptions);

impl Thread {
    pub(crate) fn new() -> Self {
        let mut options = RunOptions::default();
        options.thread_pool = Some(Arc::new(ThreadPool::with_num_threads(1)));
        Self(options)
    }
}

/// A loaded network with one input and one output.
pub(crate) struct Network(Model);

impl Network {
    pub(crate) fn load(file: &Path) -> Result<Self, EngineError> {
        Ok(Self(Model::load_file(file)?))
    }

    pub(crate) fn run(
        &self,
        input: NdTensor<f32, 4>,
        thread: &Thread,
    ) -> Result<Tensor<f32>, EngineError> {
        let output = self.0.run_one(input.into(), Some(thread.0.clone()))?;
        output.into_tensor::<f32>().ok_or(EngineError::Shape)
    }

    /// What the makers of the model noted under `key`.
    pub(crate) fn note(&self, key: &str) -> Option<&str> {
        self.0.metadata().get(key)
    }
}
