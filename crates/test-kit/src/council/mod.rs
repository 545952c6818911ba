//! A slot that a council writes: the campaign, the council as far as a test wants it, and what came of it.

mod answers;
mod look;
mod script;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use rostrum_contracts::council::{CouncilStart, SeatAnswer, SeatInput, SeatOutcome};
use rostrum_core::{
    campaign::{Aggregation, BelowQuorum, Workflow},
    checks::signature::Signature,
    council::{candidate::Candidate, deliberation::Terms, seed::Seed},
    generation::answer,
    ids::{ClaimId, ExecutionId, PostId, UserId},
};
use rostrum_lambda_kit::{Ambient, Effects};
use rostrum_store::{
    councils::{
        self, Decision,
        candidates::{self, Outcome},
    },
    executions::{
        plan,
        slots::{self, FailureKind, Key},
    },
};
use rostrum_workflow::{
    Choice, Council, Steps, Written,
    council::{json, key, opening, read},
    prepare, yardstick,
};
use serde_json::Value;
use sqlx::AssertSqlSafe;

pub use answers::{judged, post, ranked, refinement, scored, shown};
pub use script::{Script, said};

use crate::{
    database::TestDatabase,
    model::ScriptedModel,
    sample::{self, Workspace},
};

/// A run of a council campaign with one slot for each employee, all handed over to their councils.
#[derive(Debug)]
pub struct World {
    /// The database.
    pub database: TestDatabase,
    /// Time that stands still, and randomness that repeats.
    pub ambient: Ambient,
    /// The workspace.
    pub workspace: Workspace,
    /// The slot of the first employee.
    pub start: CouncilStart,
    /// What answers for every model.
    pub model: ScriptedModel,
}

impl World {
    /// A run for one employee. `config` is the campaign's `workflow_config`; `{}` means the defaults.
    pub async fn new(config: Value, model: ScriptedModel) -> Self {
        Self::of(1, config, model).await
    }

    /// A run for this many employees.
    pub async fn of(employees: usize, config: Value, model: ScriptedModel) -> Self {
        let database = TestDatabase::new().await;
        let ambient = Ambient::fixed(sample::now(), 7);
        let workspace = sample::workspace(&database.admin, &ambient, employees).await;
        sqlx::query("UPDATE campaigns SET workflow_type = 'council', workflow_config = $1, posts_per_employee = 1")
            .bind(config)
            .execute(&database.admin)
            .await
            .unwrap();
        let now = ambient.now();
        let execution_id = ExecutionId::new(now, &mut ambient.random());
        let slots: Vec<(UserId, i32)> = workspace.employees.iter().map(|employee| (*employee, 1)).collect();
        let mut transaction = database.database.begin().await.unwrap();
        plan::queue_scheduled(&mut transaction, execution_id, workspace.id, workspace.campaign_id, now, now)
            .await
            .unwrap();
        plan::start(&mut transaction, workspace.id, execution_id, &slots, now).await.unwrap();
        let start = CouncilStart {
            workspace_id: workspace.id,
            campaign_id: workspace.campaign_id,
            execution_id,
            employee_id: slots[0].0,
            slot: 1,
        };
        let world = Self { database, ambient, workspace, start, model };
        for (employee_id, slot) in slots {
            let key = Key { employee_id, slot, ..world.key() };
            let claim = ClaimId::new(now, &mut world.ambient.random());
            let held = slots::claim(&mut transaction, key, claim, now + TimeDelta::seconds(240), now).await.unwrap();
            assert_eq!(held, slots::Claim::Held);
            let until = now + CouncilStart::TIMEOUT;
            assert!(slots::hand_over(&mut transaction, key, claim, until, now).await.unwrap());
        }
        transaction.commit().await.unwrap();
        world
    }

    /// The slot.
    pub fn key(&self) -> Key {
        key(&self.start)
    }

    /// The slot of another employee of the run.
    pub fn start_of(&self, employee: usize) -> CouncilStart {
        CouncilStart { employee_id: self.workspace.employees[employee], ..self.start }
    }

    /// What every function of the council works with.
    pub fn steps(&self, effects: Effects) -> Steps {
        Steps {
            database: self.database.database.clone(),
            model: Arc::new(self.model.clone()),
            ambient: self.ambient.clone(),
            effects,
        }
    }

    /// When an invocation that begins now is over.
    pub fn deadline(&self) -> DateTime<Utc> {
        self.ambient.now() + TimeDelta::seconds(270)
    }

    /// Opens the council of `start`, whose judges see the candidates in the order of `seed`.
    pub async fn open(&self, start: &CouncilStart, seed: u64) {
        let database = &self.database.database;
        let prepared = prepare(database, key(start), start.campaign_id).await.unwrap();
        let Workflow::Council(config) = &prepared.workflow else { panic!("this is no council campaign") };
        let opening = opening(&prepared, config, Seed::new(seed)).unwrap();
        let mut transaction = database.begin().await.unwrap();
        councils::open(&mut transaction, &opening, self.ambient.now()).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// The council of the slot as its functions see it.
    pub async fn council(&self) -> Council {
        Council::load(&self.database.database, &self.start).await.unwrap()
    }

    /// What the machine asks of a seat.
    pub fn seat(&self, seat: &str) -> SeatInput {
        SeatInput { slot: self.start, seat: seat.to_owned() }
    }

    /// Has a seat of the open council written a post with this body.
    pub async fn answered(&self, seat: &str, body: &str) -> SeatAnswer {
        let council = self.council().await;
        let assignment = &council.assignment;
        let fitted = answer::read(&post(body), true, &assignment.wishes, &assignment.rules).unwrap();
        let model = model_of(&council, seat);
        let written = Written { fitted, model: model.clone(), repaired: false };
        self.record(seat, &model, &Outcome::Answered(json(&written).unwrap())).await;
        SeatAnswer { seat: seat.to_owned(), outcome: SeatOutcome::Answered }
    }

    /// Has a seat of the open council written nothing, for this reason.
    pub async fn failed(&self, seat: &str, message: &str) -> SeatAnswer {
        let model = model_of(&self.council().await, seat);
        let outcome = Outcome::Failed { kind: FailureKind::Provider, message: message.to_owned() };
        self.record(seat, &model, &outcome).await;
        SeatAnswer { seat: seat.to_owned(), outcome: SeatOutcome::Failed { error: message.to_owned() } }
    }

    /// Has the council chosen the post with this body of a seat, the only one that wrote.
    pub async fn chosen(&self, seat: &str, body: &str) {
        self.answered(seat, body).await;
        let council = self.council().await;
        let written = candidates::list(&self.database.database, self.key()).await.unwrap().remove(0);
        let draft = written.draft.unwrap();
        let text = read::<Written>(draft.clone()).unwrap().fitted.content();
        let choice = Choice {
            council: &council,
            terms: &Terms { quorum: 1, below_quorum: BelowQuorum::BestSingle, aggregation: Aggregation::Rules },
            seed: council.seed,
            candidates: &[Candidate::answered(seat, written.model, text)],
            yardstick: &yardstick(&council),
            name: "judge",
            deadline: self.deadline(),
        };
        let chosen = self.steps(Effects::live()).deliberate(&choice).await.unwrap().unwrap();
        let decision = Decision {
            winner: seat.to_owned(),
            standing: "full",
            verdict: json(&chosen.verdict).unwrap(),
            judgings: json(&chosen.judgings).unwrap(),
            draft,
        };
        let mut transaction = self.database.database.begin().await.unwrap();
        assert!(councils::decide(&mut transaction, self.key(), &decision, self.ambient.now()).await.unwrap());
        transaction.commit().await.unwrap();
    }

    /// An earlier post of the run by another of its employees, or by the same as a further one. It was generated as
    /// `original` and is now `content`.
    pub async fn earlier(&self, employee: usize, slot: i32, status: &str, [original, content]: [&str; 2]) -> PostId {
        let id = PostId::new(self.ambient.now(), &mut self.ambient.random());
        sqlx::query(
            "INSERT INTO posts (id, workspace_id, campaign_id, employee_id, execution_id, slot, platform, status, content,
                                original_content, edit_distance, signature, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'linkedin', $7, $8, $9, $10, $11, $12, $12)",
        )
        .bind(id.uuid())
        .bind(self.workspace.id.uuid())
        .bind(self.workspace.campaign_id.uuid())
        .bind(self.workspace.employees[employee].uuid())
        .bind(self.start.execution_id.uuid())
        .bind(slot)
        .bind(status)
        .bind(content)
        .bind(original)
        .bind(i32::from(original != content))
        .bind(Signature::of(content, &[]).to_bytes())
        .bind(self.ambient.now())
        .execute(&self.database.admin)
        .await
        .unwrap();
        id
    }

    /// Changes the database behind the fleet's back.
    pub async fn change(&self, sql: &str) {
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&self.database.admin).await.unwrap();
    }

    async fn record(&self, seat: &str, model: &str, outcome: &Outcome) {
        let mut transaction = self.database.database.begin().await.unwrap();
        let now = self.ambient.now();
        candidates::record(&mut transaction, self.key(), seat, model, outcome, now).await.unwrap();
        transaction.commit().await.unwrap();
    }
}

fn model_of(council: &Council, seat: &str) -> String {
    let seat = council.config.seats.iter().find(|other| other.name == seat);
    seat.expect("the council has this seat").model.clone()
}
