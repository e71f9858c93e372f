//! Decisions: what a message means and what follows from it, as values.
