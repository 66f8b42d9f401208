//! Any text as a time phrase: it is understood, ahead and ordered, or refused with a place in the text.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| wa_scheduler::domain::when::check_any(text));
