//! KMS that keeps to itself.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use rostrum_cloud::{DataKeys, Error};
use rostrum_core::{ids::DataKeyId, seal::DataKey};

/// Data keys that follow from their ids, wrapped by a fixed pad. Nothing of it is secret.
#[derive(Debug, Default)]
pub struct MemoryDataKeys {
    down: AtomicBool,
    unwrapped: AtomicUsize,
    generated: Mutex<Vec<DataKeyId>>,
}

const PAD: u8 = 0x5a;

impl MemoryDataKeys {
    /// Lets every call fail from now on, or none.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// How many keys were unwrapped.
    pub fn unwrapped(&self) -> usize {
        self.unwrapped.load(Ordering::SeqCst)
    }

    /// The ids of the keys that were made, in order.
    pub fn generated(&self) -> Vec<DataKeyId> {
        self.generated.lock().unwrap().clone()
    }

    fn up(&self, operation: &'static str) -> Result<(), Error> {
        if self.down.load(Ordering::SeqCst) {
            return Err(failure(operation, "it is down"));
        }
        Ok(())
    }
}

fn failure(operation: &'static str, message: &str) -> Error {
    Error { service: "kms", operation, message: message.to_owned() }
}

#[async_trait]
impl DataKeys for MemoryDataKeys {
    async fn generate(&self, id: DataKeyId) -> Result<(DataKey, Vec<u8>), Error> {
        self.up("GenerateDataKey")?;
        self.generated.lock().unwrap().push(id);
        let key = digest(&SHA256, id.uuid().as_bytes());
        let mut wrapped = id.uuid().as_bytes().to_vec();
        wrapped.extend(key.as_ref().iter().map(|byte| byte ^ PAD));
        Ok((DataKey::read(key.as_ref()).unwrap(), wrapped))
    }

    async fn unwrap(&self, id: DataKeyId, wrapped: &[u8]) -> Result<DataKey, Error> {
        self.up("Decrypt")?;
        let Some(key) = wrapped.strip_prefix(id.uuid().as_bytes()) else {
            return Err(failure("Decrypt", "InvalidCiphertextException"));
        };
        self.unwrapped.fetch_add(1, Ordering::SeqCst);
        let key: Vec<u8> = key.iter().map(|byte| byte ^ PAD).collect();
        DataKey::read(&key).ok_or_else(|| failure("Decrypt", "InvalidCiphertextException"))
    }
}
