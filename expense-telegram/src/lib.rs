//! The Telegram frontend: updates in by polling or webhook, replies out, exactly as the platform wants them.
