//! Values that are well formed and yet wrong.

use crate::{VALID, check, check_change};

#[test]
fn names_and_addresses_have_a_form() {
    check_change(
        "slug: acme",
        "slug: Acme Inc",
        &[
            "workspace.yaml:1:20: error: workspace.slug: `Acme Inc` must be lower-case letters, digits and single hyphens, at \
         most 63, such as my-company",
        ],
    );
    check_change(
        "slug: acme",
        "slug: a--b",
        &[
            "workspace.yaml:1:20: error: workspace.slug: `a--b` must be lower-case letters, digits and single hyphens, at most \
         63, such as my-company",
        ],
    );
    check_change(
        "name: Ann",
        "name: ''",
        &["workspace.yaml:2:16: error: admin.name: must have 1 to 200 characters, has 0"],
    );
    check_change(
        "ann@example.com",
        "ann",
        &[
            "workspace.yaml:2:28: error: admin.email: is not an e-mail address; expected something like name@example.com, at \
         most 254 ASCII characters",
        ],
    );
}

#[test]
fn prohibited_words_can_be_found_and_are_distinct() {
    check_change("name: Acme", "name: Acme, prohibited_words: [ guaranteed , risk free]", &[]);
    check_change(
        "name: Acme",
        "name: Acme, prohibited_words: [Risk, 7, '', risk]",
        &[
            "workspace.yaml:1:63: error: workspace.prohibited_words[1]: is a number, expected a text; put it in quotes",
            "workspace.yaml:1:66: error: workspace.prohibited_words[2]: must not be empty",
            "workspace.yaml:1:70: error: workspace.prohibited_words[3]: says the same as prohibited_words[0]; capitals make no \
         difference",
        ],
    );
    check_change(
        "name: Acme",
        "name: Acme, prohibited_words: risk",
        &[
            "workspace.yaml:1:56: error: workspace.prohibited_words: is a text, expected a list, each item on a line of its own \
         after `- `",
        ],
    );
}

#[test]
fn texts_have_limits() {
    check_change(
        "name: Spring",
        &format!("name: {}", "x".repeat(201)),
        &["workspace.yaml:11:11: error: campaigns[0].name: must have at most 200 characters, has 201"],
    );
    check_change(
        "content: two",
        &format!("content: {}", "x".repeat(10_001)),
        &["workspace.yaml:8:18: error: employees[0].samples[1].content: must have at most 10000 characters, has 10001"],
    );
    check_change(
        "display_name: Bea",
        &format!("display_name: Bea\n    voice: {}", "x".repeat(4_001)),
        &["workspace.yaml:5:12: error: employees[0].voice: must have at most 4000 characters, has 4001"],
    );
}

#[test]
fn schedules_are_those_of_the_domain() {
    check_change(
        "platform: x",
        "platform: x\n    schedule_cron: 0 25 * * *\n    schedule_timezone: Europe/Zürich",
        &[
            "workspace.yaml:13:20: error: campaigns[0].schedule_cron: hour `25`: `25` is out of range; allowed: 0-23 with , - * /",
            "workspace.yaml:14:24: error: campaigns[0].schedule_timezone: `Europe/Zürich` is not an IANA time zone; give a name \
         such as Europe/Zurich or UTC",
        ],
    );
    check_change(
        "platform: x",
        "platform: x\n    schedule_cron: cron(0 9 1 1 ? 2025)",
        &["workspace.yaml:13:20: error: campaigns[0].schedule_cron: never runs again: its last time is over"],
    );
}

#[test]
fn campaigns_are_those_of_the_domain() {
    check_change(
        "platform: x",
        "platform: myspace\n    max_thread_posts: 3",
        &[
            "workspace.yaml:12:15: error: campaigns[0].platform: `myspace` is not a platform; it must be linkedin, x or instagram",
        ],
    );
    check_change(
        "platform: x",
        "platform: linkedin\n    max_thread_posts: 3",
        &["workspace.yaml:13:23: error: campaigns[0].max_thread_posts: must be 1: only X has threads"],
    );
    check_change(
        "platform: x",
        "platform: x\n    hashtags: [fine, not fine]\n    language: e",
        &[
            "workspace.yaml:13:22: error: campaigns[0].hashtags[1]: must be one word of 1 to 100 characters, with or without #",
            "workspace.yaml:14:15: error: campaigns[0].language: is not a language tag (BCP 47) such as `en` or `de-CH`",
        ],
    );
    check_change(
        "platform: x",
        "platform: x\n    workflow_type: magic\n    workflow_config: { model: llama, modle: x }",
        &[
            "workspace.yaml:13:20: error: campaigns[0].workflow_type: `magic` is not available; the workflows are `simple` and \
         `council`",
            "workspace.yaml:14:31: error: campaigns[0].workflow_config.model: must be the id of a model that begins with \
         `claude-`, `gpt-` or `grok-`",
            "workspace.yaml:14:38: error: campaigns[0].workflow_config.modle: is not a field; did you mean `model`?",
        ],
    );
}

#[test]
fn a_council_is_checked_to_its_depth() {
    check_change(
        "platform: x",
        "platform: x\n    workflow_type: council\n    workflow_config:\n      seats: [{ name: a, model: llama }, { name: a, modle: gpt-6-luna }]\n      quorum: 3\n      quorum: 2\n      aggregation: { mode: rules, margin: 1 }",
        &[
            "workspace.yaml:15:33: error: campaigns[0].workflow_config.seats[0].model: must be the id of a model that begins \
         with `claude-`, `gpt-` or `grok-`",
            "workspace.yaml:15:42: error: campaigns[0].workflow_config.seats[1].model: is missing",
            "workspace.yaml:15:50: error: campaigns[0].workflow_config.seats[1].name: `a` is also the name of seats[0]",
            "workspace.yaml:15:53: error: campaigns[0].workflow_config.seats[1].modle: is not a field; did you mean `model`?",
            "workspace.yaml:17:7: error: campaigns[0].workflow_config.quorum: is given twice, first in line 16; remove one of \
         them",
            "workspace.yaml:18:35: error: campaigns[0].workflow_config.aggregation.margin: is not a field; the fields here are \
         mode",
        ],
    );
    check_change(
        "platform: x",
        "platform: x\n    workflow_type: council\n    workflow_config: { quorum: 3, image: { template: quote-card } }",
        &[],
    );
}

#[test]
fn campaigns_refer_to_employees() {
    check_change(
        "[bea@example.com]",
        "[bea@example.com, cem@example.com, BEA@example.com]",
        &[
            "workspace.yaml:14:34: error: campaigns[0].employees[1]: `cem@example.com` is nobody's e-mail address under \
         employees; add the person there or correct this",
            "workspace.yaml:14:51: error: campaigns[0].employees[2]: `BEA@example.com` writes for this campaign already (line \
         14); remove one of them",
        ],
    );
    check_change(
        "    employees: [bea@example.com]\n",
        "",
        &[
            "workspace.yaml:11:5: warning: campaigns[0].employees: nobody writes for this campaign, so its runs end without \
         posts; list e-mail addresses of employees",
        ],
    );
}

#[test]
fn a_wrong_employee_is_not_blamed_on_the_campaign() {
    check_change(
        "display_name: Bea",
        "display_name: ''",
        &["workspace.yaml:4:19: error: employees[0].display_name: must not be empty"],
    );
}

#[test]
fn doubles_name_the_first() {
    let second = "  - display_name: Bea\n    email: Bea@Example.com\n    samples:\n      - content: one\n      - content: four\n      - \
                  content: four\ncampaigns:";
    check_change(
        "campaigns:",
        second,
        &[
            "workspace.yaml:10:19: warning: employees[1].display_name: `Bea` is also the name at workspace.yaml:4:19; readers \
         cannot tell them apart",
            "workspace.yaml:11:12: error: employees[1].email: `bea@example.com` is taken at workspace.yaml:5:12; give everybody \
         an address of their own",
            "workspace.yaml:13:18: warning: employees[1].samples[0].content: is the same text as at workspace.yaml:7:18, by \
         somebody else; two authors will sound alike",
            "workspace.yaml:15:18: error: employees[1].samples[2].content: is the same text as at workspace.yaml:14:18; remove \
         one of them, a second teaches nothing",
        ],
    );
    check(
        &format!("{VALID}  - {{ name: Spring, platform: x, brief: Again, employees: [bea@example.com] }}\n"),
        &["workspace.yaml:15:13: error: campaigns[1].name: `Spring` is also the name of the campaign at \
         workspace.yaml:11:11; give each a name of its own"],
    );
}

#[test]
fn the_admin_may_post_too() {
    check_change(
        "email: bea@example.com",
        "email: ann@example.com",
        &[
            "workspace.yaml:14:17: error: campaigns[0].employees[0]: `bea@example.com` is nobody's e-mail address under \
         employees; add the person there or correct this",
        ],
    );
    check(&VALID.replace("bea@example.com", "ann@example.com"), &[]);
}

#[test]
fn doubts_about_samples_are_warnings() {
    check_change(
        "      - content: three\n",
        "",
        &[
            "workspace.yaml:7:7: warning: employees[0].samples: 2 of 3 writing samples; with fewer the posts hardly sound like \
         their author",
        ],
    );
    check_change(
        "content: two",
        &format!("content: {}\n        platform: x", "x".repeat(281)),
        &[
            "workspace.yaml:8:18: warning: employees[0].samples[1].content: counts 281 of at most 280 characters on x: an example \
         too long to be posted",
        ],
    );
}
