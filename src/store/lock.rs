//! One process per SQLite file: an advisory lock beside the file, held for the life of the store.
//!
//! It is what makes "every other process that wrote here is gone" a fact and not a guess. The lock goes
//! with the process, however that ends; the empty file stays behind and means nothing by itself.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::connect::OpenError;

/// A held lock.
pub struct FileLock(File);

impl FileLock {
    /// Takes the lock of the database file `database`, or says who is in the way.
    pub fn take(database: &Path) -> Result<Self, OpenError> {
        let path = lock_path(database);
        let cannot = |source| OpenError::LockFile { path: path.clone(), source };
        let file = File::options().create(true).write(true).truncate(false).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: database.to_owned() }),
            Err(TryLockError::Error(source)) => Err(OpenError::LockFile { path: path.clone(), source }),
        }
    }

    /// Lets go of it.
    pub fn release(self) {
        drop(self.0);
    }
}

/// Two names of one file must meet at one lock, so links are followed.
fn lock_path(database: &Path) -> PathBuf {
    let mut path = std::fs::canonicalize(database).unwrap_or_else(|_| database.to_owned()).into_os_string();
    path.push(".lock");
    PathBuf::from(path)
}
