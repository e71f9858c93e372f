//! Daily exchange rates over HTTP.
