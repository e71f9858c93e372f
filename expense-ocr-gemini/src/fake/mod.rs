//! A server that stands in for Google's in tests.
