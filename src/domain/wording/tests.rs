//! What the owner reads, word by word where it matters, and the limits of the platform everywhere.
