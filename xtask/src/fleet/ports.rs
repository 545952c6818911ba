//! Where the parts listen: always on loopback, on the usual port if it is free.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use anyhow::{Context, Result};

use crate::progress::Progress;
use crate::{house, lock};

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

/// Held from the choice of a part's port until the part listens there: another fleet that starts the same part meanwhile
/// would find the port free as well, and take the one part for the other.
///
/// # Errors
/// If the program is asked to end while another fleet has its turn.
pub(crate) fn turn(part: &str, progress: Progress) -> Result<File> {
    let file = house::tools().join(format!("{part}.lock"));
    lock::hold(&file, || progress.say(format!("waiting for another fleet, which is starting its {part}")))
}

/// Whether somebody listens there.
fn taken(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use super::choose;

    /// A port that somebody has, as long as they keep the listener.
    fn taken(address: Ipv4Addr) -> (TcpListener, u16) {
        let listener = TcpListener::bind((address, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    /// A port that nobody has. The system gives out none of these by itself, so that nobody gets it meanwhile.
    fn free() -> u16 {
        (20_000..30_000).find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()).unwrap()
    }

    #[test]
    fn a_port_that_is_taken_leads_to_another_one() {
        let free = free();
        assert_eq!(choose(free, None).unwrap(), free);
        for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
            let (_one, usual) = taken(address);
            let (_other, last) = taken(address);
            assert_eq!(choose(usual, Some(free)).unwrap(), free);
            for last in [None, Some(last)] {
                let port = choose(usual, last).unwrap();
                assert!(port != usual && Some(port) != last, "{port}, though {usual} and {last:?} are taken");
            }
        }
    }
}
