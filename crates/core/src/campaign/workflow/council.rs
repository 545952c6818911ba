//! The settings of the council.

use serde::Serialize;
use serde_json::Value;

use super::{
    PATH,
    fields::Fields,
    simple::{DEFAULT_MODEL, few_shot_samples, max_output_tokens},
};
use crate::{check::Check, council::points::Points, model::Family};

/// The pictures that a post can get, by the names of their templates.
pub const IMAGE_TEMPLATES: [&str; 4] = ["meme-top-bottom", "meme-caption-above", "quote-card", "headline-card"];

/// The most seats of a council.
pub const MOST_SEATS: usize = 6;

/// How a council writes a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CouncilConfig {
    /// Who writes a candidate each; two to six, of different names.
    pub seats: Vec<Seat>,
    /// How many candidates there must be for a full council's decision.
    pub quorum: usize,
    /// What happens below the quorum.
    pub below_quorum: BelowQuorum,
    /// How one candidate is chosen.
    pub aggregation: Aggregation,
    /// Who makes the chosen post better, if anybody.
    pub refine: Option<Refine>,
    /// The picture that the post gets, if any.
    pub image: Option<Image>,
    /// The most tokens that a seat may write.
    pub max_output_tokens: u32,
    /// How many writing samples of the employee a seat is shown.
    pub few_shot_samples: u32,
}

/// One place in the council.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seat {
    /// What it is called; lower-case letters, digits and hyphens.
    pub name: String,
    /// The model that sits there.
    pub model: String,
}

/// What happens below the quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BelowQuorum {
    /// The rules choose the best of what there is, and the post is marked as such.
    BestSingle,
    /// The slot fails.
    Fail,
}

/// How one candidate is chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Aggregation {
    /// A model scores them.
    Judge {
        /// The model that is asked first.
        model: String,
        /// The one that takes over if it fails, and gives the second opinion on its own family's candidates.
        successor: String,
        /// A first judging that is closer than this, in points of 10, is followed by a second one.
        margin: Points,
    },
    /// Fixed formulas score them.
    Rules,
    /// Each seat's model ranks the candidates of the others.
    Vote,
}

/// The step that makes the chosen post better.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refine {
    /// The model that criticises and rewrites.
    pub model: String,
}

/// The picture of the post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Image {
    /// One of [`IMAGE_TEMPLATES`].
    pub template: String,
}

const DEFAULT_MARGIN: Points = Points::from_thousandths(500);
const WIDEST_MARGIN: f64 = 5.0;

impl Default for CouncilConfig {
    fn default() -> Self {
        Self::of(&Fields::missing(PATH), &mut Check::default())
    }
}

impl CouncilConfig {
    pub(super) fn read(config: &Value, check: &mut Check) -> Self {
        let known = [
            "seats",
            "quorum",
            "below_quorum",
            "aggregation",
            "refine",
            "image",
            "max_output_tokens",
            "few_shot_samples",
        ];
        Self::of(&Fields::of(config, PATH, &known, check).unwrap_or_else(|| Fields::missing(PATH)), check)
    }

    fn of(fields: &Fields<'_>, check: &mut Check) -> Self {
        let seats = seats(fields, check);
        Self {
            quorum: quorum(fields, seats.len(), check),
            below_quorum: fields
                .choice("below_quorum", &[("best_single", BelowQuorum::BestSingle), ("fail", BelowQuorum::Fail)], check)
                .unwrap_or(BelowQuorum::BestSingle),
            aggregation: aggregation(fields, seats.len(), check),
            refine: refine(fields, check),
            image: image(fields, check),
            max_output_tokens: max_output_tokens(fields, check),
            few_shot_samples: few_shot_samples(fields, check),
            seats,
        }
    }
}

/// One seat for each family.
fn default_seats() -> Vec<Seat> {
    [("claude", DEFAULT_MODEL), ("gpt", "gpt-6.1-sol"), ("grok", "grok-4.7")]
        .map(|(name, model)| Seat { name: name.to_owned(), model: model.to_owned() })
        .into()
}

fn seats(fields: &Fields<'_>, check: &mut Check) -> Vec<Seat> {
    let Some(items) = fields.list("seats", check) else { return default_seats() };
    if !(2..=MOST_SEATS).contains(&items.len()) {
        check.fail(fields.path_of("seats"), format!("must have 2 to {MOST_SEATS} entries, has {}", items.len()));
    }
    let mut seats: Vec<Seat> = Vec::new();
    for (path, item) in &items {
        let Some(seat) = Fields::of(item, path, &["name", "model"], check) else { continue };
        let name = required(&seat, "name", check, Fields::text).unwrap_or_default().to_owned();
        if seat.get("name").is_some_and(Value::is_string) && !is_seat_name(&name) {
            check.fail(seat.path_of("name"), "must be 1 to 20 lower-case letters, digits and hyphens");
        } else if let Some(first) = seats.iter().position(|other| other.name == name && !name.is_empty()) {
            check.fail(seat.path_of("name"), format!("`{name}` is also the name of seats[{first}]"));
        }
        let model = required(&seat, "model", check, Fields::model).unwrap_or_default();
        seats.push(Seat { name, model });
    }
    seats
}

fn is_seat_name(name: &str) -> bool {
    (1..=20).contains(&name.len())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-')
}

/// What `read` finds in the field `name`, which must be there.
fn required<'a, T>(
    fields: &Fields<'a>,
    name: &str,
    check: &mut Check,
    read: fn(&Fields<'a>, &str, &mut Check) -> Option<T>,
) -> Option<T> {
    if fields.get(name).is_none() {
        check.fail(fields.path_of(name), "is missing");
    }
    read(fields, name, check)
}

/// More than half of the seats, unless the campaign says otherwise.
fn quorum(fields: &Fields<'_>, seats: usize, check: &mut Check) -> usize {
    let Some(quorum) = fields.whole_number("quorum", check) else { return seats / 2 + 1 };
    let quorum = quorum as usize;
    if quorum < 1 || quorum > seats {
        let message = format!("must be 1 to {seats}, the number of seats, is {quorum}");
        check.fail(fields.path_of("quorum"), message);
    }
    quorum
}

fn aggregation(fields: &Fields<'_>, seats: usize, check: &mut Check) -> Aggregation {
    const MODES: [(&str, &str); 3] = [("judge", "judge"), ("rules", "rules"), ("vote", "vote")];
    let path = fields.path_of("aggregation");
    let fields = match fields.get("aggregation") {
        None => Fields::missing(&path),
        Some(value) => {
            // The mode decides which other fields there may be, so it is read before them.
            let all = ["mode", "model", "successor", "margin"];
            let mode = value.get("mode").and_then(Value::as_str).map(str::trim);
            let known = if matches!(mode, Some("rules" | "vote")) { all.get(..1) } else { None };
            Fields::of(value, &path, known.unwrap_or(&all), check).unwrap_or_else(|| Fields::missing(&path))
        }
    };
    match fields.choice("mode", &MODES, check).unwrap_or("judge") {
        "rules" => Aggregation::Rules,
        "vote" => {
            if seats < 3 {
                check.fail(fields.path_of("mode"), "`vote` needs at least 3 seats: with fewer, every vote is a tie");
            }
            Aggregation::Vote
        }
        _ => judge(&fields, check),
    }
}

fn judge(fields: &Fields<'_>, check: &mut Check) -> Aggregation {
    let model = fields.model("model", check).unwrap_or_else(|| DEFAULT_MODEL.to_owned());
    let successor = fields.model("successor", check).unwrap_or_else(|| of_another_family(&model));
    if model == successor {
        check.fail(
            fields.path_of("successor"),
            "must be another model than the judge, to take over when that one fails",
        );
    }
    let margin = fields.number("margin", check).unwrap_or(DEFAULT_MARGIN.number());
    check.range(&fields.path_of("margin"), &margin, &(0.0..=WIDEST_MARGIN));
    Aggregation::Judge { model, successor, margin: Points::from_number(margin).unwrap_or(DEFAULT_MARGIN) }
}

/// A second opinion is worth most from another family.
fn of_another_family(model: &str) -> String {
    let family = Family::of_model(model);
    let other = default_seats().into_iter().find(|seat| Family::of_model(&seat.model) != family);
    other.map_or_else(|| DEFAULT_MODEL.to_owned(), |seat| seat.model)
}

fn refine(fields: &Fields<'_>, check: &mut Check) -> Option<Refine> {
    let value = fields.get("refine")?;
    let refine = Fields::of(value, &fields.path_of("refine"), &["model"], check)?;
    Some(Refine { model: refine.model("model", check).unwrap_or_else(|| DEFAULT_MODEL.to_owned()) })
}

fn image(fields: &Fields<'_>, check: &mut Check) -> Option<Image> {
    let value = fields.get("image")?;
    let image = Fields::of(value, &fields.path_of("image"), &["template"], check)?;
    let template = required(&image, "template", check, |image, name, check| {
        image.choice(name, &IMAGE_TEMPLATES.map(|template| (template, template)), check)
    })?;
    Some(Image { template: template.to_owned() })
}
