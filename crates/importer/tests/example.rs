//! The workspace that ships with Rostrum.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops at its first surprise")]

use std::{collections::HashSet, path::Path};

use chrono::DateTime;
use rostrum_core::{campaign::Workflow, platform::Platform};
use rostrum_importer::workspace::{self, Checked};

fn example() -> Checked {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/workspace.yaml");
    workspace::check(&path, DateTime::from_timestamp(1_795_000_000, 0).unwrap()).unwrap_or_else(|problems| {
        panic!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    })
}

#[test]
fn is_valid_without_a_doubt() {
    assert_eq!(example().warnings, []);
}

#[test]
fn has_five_employees_with_distinct_samples_for_both_networks() {
    let workspace = example().workspace;
    assert_eq!(workspace.employees.len(), 5);
    let mut texts = HashSet::new();
    for employee in &workspace.employees {
        assert!(employee.samples.len() >= 3, "{}", employee.profile.display_name);
        assert!(
            !employee.profile.bio.is_empty()
                && !employee.profile.voice.is_empty()
                && !employee.profile.job_title.is_empty()
        );
        for sample in &employee.samples {
            assert!(texts.insert(sample.content.clone()), "twice: {}", sample.content);
        }
    }
}

#[test]
fn the_samples_are_as_long_as_real_posts() {
    for sample in example().workspace.employees.iter().flat_map(|employee| &employee.samples) {
        let words = sample.content.split_whitespace().count();
        let range = match sample.platform {
            Some(Platform::Linkedin) => 40..=120,
            _ => 10..=50,
        };
        assert!(range.contains(&words), "{words} words: {}", sample.content);
    }
}

#[test]
fn has_a_simple_campaign_that_everybody_writes_for_and_a_council_with_a_picture_for_each_network() {
    let workspace = example().workspace;
    let campaigns: Vec<(Platform, usize, Option<&str>)> = workspace
        .campaigns
        .iter()
        .map(|campaign| {
            let picture = match campaign.fields.workflow() {
                Workflow::Simple(_) => None,
                Workflow::Council(config) => config.image.as_ref().map(|image| image.template.as_str()),
            };
            (campaign.fields.platform, campaign.employees.len(), picture)
        })
        .collect();
    assert_eq!(
        campaigns,
        [
            (Platform::Linkedin, 5, None),
            (Platform::X, 5, None),
            (Platform::Linkedin, 1, Some("quote-card")),
            (Platform::X, 1, Some("meme-top-bottom")),
        ]
    );
    assert!(workspace.campaigns.iter().all(|campaign| campaign.fields.schedule().is_some()));
}
