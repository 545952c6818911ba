//! What it costs to know who asks: checking a token, deciding what they may, and the hash of a sign-in.

use std::{hint::black_box, time::Instant};

use anyhow::Result;
use api::{Keys, authentication::Claims};
use rostrum_core::{
    access::{Permission, Role, TeamRole, TeamRoles, reach},
    ids::{SessionId, UserId, WorkspaceId, new_uuid},
    password,
};
use rostrum_lambda_kit::Ambient;
use rostrum_test_kit::keys;

use crate::report::{Promise, Report, quantile};

const TOKENS: usize = 2_000;
const DECISIONS: usize = 1_000_000;
const HASHES: usize = 20;

/// On one thread, without a cache.
pub(crate) fn measure() -> Result<Report> {
    let mut report = Report::new("identity");
    let (ambient, keys) = (Ambient::system(), Keys::from_pem(&keys::signing_key())?);
    let (now, mut random) = (ambient.now(), ambient.random());
    let (user, workspace) = (UserId::new(now, &mut random), WorkspaceId::new(now, &mut random));
    let session = SessionId::new(now, &mut random);
    let token = keys.sign(&Claims::new(user, workspace, session, now, new_uuid(now, &mut random)))?;
    let mut times = Vec::with_capacity(TOKENS);
    for _ in 0..TOKENS {
        let started = Instant::now();
        black_box(keys.verify(black_box(&token), now)?);
        times.push(started.elapsed().as_secs_f64() * 1e6);
    }
    report.add("checking an access token, median", quantile(&mut times, 0.5), "us", Promise::AtMost(60.0));

    let teams: TeamRoles = TeamRole::ALL.into_iter().collect();
    let started = Instant::now();
    for index in 0..DECISIONS {
        let role = Role::ALL.get(index % Role::ALL.len()).copied().unwrap_or(Role::User);
        let permission = Permission::ALL.get(index % Permission::ALL.len()).copied().unwrap_or(Permission::Account);
        black_box(reach(black_box(role), black_box(teams), black_box(permission)));
    }
    let decision = started.elapsed().as_secs_f64() * 1e6 / DECISIONS as f64;
    report.add("deciding how far a permission reaches, mean", decision, "us", Promise::AtMost(1.0));

    let hash = password::hash("verhext-Ziegel-7-Trommel", &mut random)?;
    let mut times = Vec::with_capacity(HASHES);
    for _ in 0..HASHES {
        let started = Instant::now();
        black_box(password::verify(black_box("verhext-Ziegel-7-Trommel"), Some(&hash)));
        times.push(started.elapsed().as_secs_f64() * 1e3);
    }
    report.add("argon2id of a sign-in, median", quantile(&mut times, 0.5), "ms", Promise::None);
    Ok(report)
}
