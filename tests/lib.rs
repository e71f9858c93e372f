//! Tests of the whole; see the files beside this one.
