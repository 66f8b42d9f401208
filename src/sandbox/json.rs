//! Building JSON objects whose members are not always there.

use serde::Serialize;
use serde_json::Value;

/// Sets a member of an object; anything but an object is left alone.
pub(super) fn put(object: &mut Value, key: &str, value: impl Serialize) {
    if let (Some(members), Ok(value)) = (object.as_object_mut(), serde_json::to_value(value)) {
        members.insert(key.to_owned(), value);
    }
}
