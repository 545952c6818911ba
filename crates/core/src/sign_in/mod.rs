//! Signing in, as far as it is a matter of rules: when attempts are refused, what a second factor accepts, and the
//! secrets that are handed out.

pub mod attempt;
pub mod lockout;
pub mod second_factor;
pub mod secret;
