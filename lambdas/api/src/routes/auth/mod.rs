//! Signing in and out, and what a person needs for it.

mod by_mail;
mod login;
mod logout;
mod password;
mod proof;
mod provider;
mod refresh;
mod register;
mod second_factor;
mod session;
mod sessions;

pub(in crate::routes) use self::{
    register::{join, presented},
    session::without_cookie,
};
use crate::endpoint::Endpoint;

/// The routes under `/api/v1/auth`.
pub fn endpoints() -> Vec<Endpoint> {
    let mut endpoints = vec![
        register::endpoint(),
        login::endpoint(),
        refresh::endpoint(),
        logout::endpoint(),
        sessions::list_endpoint(),
        sessions::end_endpoint(),
        password::endpoint(),
        second_factor::begin_endpoint(),
        second_factor::confirm_endpoint(),
        second_factor::remove_endpoint(),
    ];
    endpoints.extend(by_mail::endpoints());
    endpoints.extend(provider::endpoints());
    endpoints
}
