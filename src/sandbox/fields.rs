//! Reads a JSON object field by field and words each complaint as the Graph API does.
//!
//! Works on plain JSON values: the emulator shares no request type with any client, so that a client's mistake cannot
//! be repeated here. Lengths are counted in Unicode scalar values.

use serde_json::{Map, Value};

use super::reply::GraphError;

/// An object under inspection, with the path by which complaints name it.
#[derive(Clone)]
pub(super) struct Fields<'a> {
    object: &'a Map<String, Value>,
    path: String,
}

impl<'a> Fields<'a> {
    /// The whole body.
    pub fn root(body: &'a Value) -> Result<Self, GraphError> {
        let object = body.as_object().ok_or_else(|| GraphError::parameter("Invalid parameter"))?;
        Ok(Self { object, path: String::new() })
    }

    /// A field as it is; `null` counts as absent.
    pub fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// Refuses every field that is not listed.
    pub fn only(&self, known: &[&str]) -> Result<(), GraphError> {
        match self.object.keys().find(|key| !known.contains(&key.as_str())) {
            None => Ok(()),
            Some(key) if self.path.is_empty() => {
                Err(GraphError::parameter(format!("Invalid keys \"{key}\" were found in param \"body\".")))
            }
            Some(key) => Err(GraphError::parameter(format!("Unexpected key \"{key}\" on param \"{}\".", self.path))),
        }
    }

    /// An optional text of at most `max` characters, not empty.
    pub fn text(&self, key: &str, max: usize) -> Result<Option<&'a str>, GraphError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.as_str().ok_or_else(|| self.wrong(key, "must be a string"))?;
        match text.chars().count() {
            0 => Err(self.wrong(key, "must not be empty")),
            length if length > max => {
                Err(self.wrong(key, &format!("must be at most {max} characters long, not {length}")))
            }
            _ => Ok(Some(text)),
        }
    }

    /// A required text of 1 to `max` characters.
    pub fn required_text(&self, key: &str, max: usize) -> Result<&'a str, GraphError> {
        self.text(key, max)?.ok_or_else(|| self.missing(key))
    }

    /// An optional object.
    pub fn object(&self, key: &str) -> Result<Option<Fields<'a>>, GraphError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let object = value.as_object().ok_or_else(|| self.wrong(key, "must be an object"))?;
        Ok(Some(Fields { object, path: self.path_of(key) }))
    }

    /// A required object.
    pub fn required_object(&self, key: &str) -> Result<Fields<'a>, GraphError> {
        self.object(key)?.ok_or_else(|| self.missing(key))
    }

    /// The objects of a required array of `min` to `max` elements.
    pub fn objects(&self, key: &str, min: usize, max: usize) -> Result<Vec<Fields<'a>>, GraphError> {
        let value = self.get(key).ok_or_else(|| self.missing(key))?;
        let items = value.as_array().ok_or_else(|| self.wrong(key, "must be an array"))?;
        if items.len() < min || items.len() > max {
            return Err(self.wrong(key, &format!("must have {min} to {max} elements, not {}", items.len())));
        }
        let read = |(index, item): (usize, &'a Value)| match item.as_object() {
            Some(object) => Ok(Fields { object, path: format!("{}[{index}]", self.path_of(key)) }),
            None => Err(self.wrong(key, "must be an array of objects")),
        };
        items.iter().enumerate().map(read).collect()
    }

    /// The complaint about an absent field.
    pub fn missing(&self, key: &str) -> GraphError {
        GraphError::new(131_008, format!("Parameter {} is required.", self.path_of(key)))
    }

    /// The complaint about a field with a wrong value; `rule` completes the sentence after the field's name.
    pub fn wrong(&self, key: &str, rule: &str) -> GraphError {
        GraphError::new(131_009, format!("Parameter {} {rule}.", self.path_of(key)))
    }

    fn path_of(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }
}
