//! The dialogue against ports in memory.
