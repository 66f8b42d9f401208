//! The rules of the language as tables: a phrase, and the instant or refusal it has to give.

mod days;
mod examples;
mod lengths;
mod properties;
mod refusals;
mod repeats;
mod times;
