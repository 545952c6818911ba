//! Where the parts listen: always on loopback, on the usual port if it is free.

use std::net::{Ipv4Addr, TcpListener, TcpStream};

use anyhow::{Context, Result};

/// The usual port; if somebody has it the one that the part had last; if that is taken too any other.
///
/// # Errors
/// If no port is free.
pub(crate) fn choose(usual: u16, last: Option<u16>) -> Result<u16> {
    for port in [Some(usual), last].into_iter().flatten() {
        if !taken(port) && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free on 127.0.0.1")?;
    Ok(other.local_addr().context("the system does not tell its free port")?.port())
}

/// Whether somebody listens there.
fn taken(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}
