//! Where the pictures of posts lie in the media bucket.

/// The key of the object with these bytes: their SHA-256, and an extension for people who look into the bucket.
pub fn object_key(sha256: &str, content_type: &str) -> String {
    let extension = if content_type == "image/png" { "png" } else { "jpg" };
    format!("media/{sha256}.{extension}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_names_bytes_and_kind() {
        assert_eq!(object_key("ab12", "image/jpeg"), "media/ab12.jpg");
        assert_eq!(object_key("ab12", "image/png"), "media/ab12.png");
    }
}
