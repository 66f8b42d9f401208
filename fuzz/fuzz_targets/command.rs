//! Any text as a command, or as the quote of a confirmation: it is one, or is refused in words.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| wa_scheduler::domain::command::check_any(text));
