//! What people type, and what the program answers.
