//! A local Bot API server for tests and load.
