//! Lanes without a broker.
