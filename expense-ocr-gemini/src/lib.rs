//! Receipts, voice and categories read by Gemini.
