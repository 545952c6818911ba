//! S3 that keeps its objects in memory.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use rostrum_cloud::{Error, Link, Objects, Written};

/// A stored object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredObject {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub content_type: String,
}

/// A bucket that forgets everything with the test.
#[derive(Debug, Default)]
pub struct MemoryObjects {
    objects: Mutex<BTreeMap<String, StoredObject>>,
    down: AtomicBool,
}

impl MemoryObjects {
    /// The objects as they are now, by key.
    pub fn all(&self) -> BTreeMap<String, StoredObject> {
        self.objects.lock().unwrap().clone()
    }

    /// Lets every call fail from now on, or none.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    fn up(&self, operation: &'static str) -> Result<(), Error> {
        if self.down.load(Ordering::SeqCst) {
            return Err(Error { service: "s3", operation, message: "it is down".to_owned() });
        }
        Ok(())
    }
}

#[async_trait]
impl Objects for MemoryObjects {
    async fn put(&self, key: &str, bytes: Vec<u8>, content_type: &str) -> Result<Written, Error> {
        self.up("PutObject")?;
        let mut objects = self.objects.lock().unwrap();
        if objects.contains_key(key) {
            return Ok(Written::Before);
        }
        objects.insert(key.to_owned(), StoredObject { bytes, content_type: content_type.to_owned() });
        Ok(Written::Now)
    }

    async fn delete(&self, key: &str) -> Result<(), Error> {
        self.up("DeleteObject")?;
        self.objects.lock().unwrap().remove(key);
        Ok(())
    }

    /// An address that says all of the link and leads nowhere.
    async fn link(&self, link: &Link<'_>) -> Result<String, Error> {
        self.up("presign GetObject")?;
        let Link { key, from, lifetime, disposition } = link;
        Ok(format!(
            "https://media.test/{key}?from={}&seconds={}&as={disposition}",
            from.timestamp(),
            lifetime.as_secs()
        ))
    }
}
