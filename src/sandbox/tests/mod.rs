//! Behaviour of the emulator over real HTTP.
