//! Fields that are missing, unknown, double or of the wrong kind.

use crate::{VALID, check, check_change};

#[test]
fn an_empty_file_says_what_belongs_into_it() {
    check("", &["workspace.yaml:1:1: error: is empty, expected the fields workspace, admin, employees, campaigns"]);
    check(
        "# nothing yet\n",
        &["workspace.yaml:1:1: error: is empty, expected the fields workspace, admin, employees, campaigns"],
    );
    check(
        "hello",
        &["workspace.yaml:1:1: error: is a text, expected the fields workspace, admin, employees, campaigns"],
    );
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    check(
        "campaigns: []",
        &[
            "workspace.yaml:1:1: error: admin: is missing",
            "workspace.yaml:1:1: error: employees: is missing",
            "workspace.yaml:1:1: error: workspace: is missing",
        ],
    );
    check_change("    brief: Say it.\n", "", &["workspace.yaml:11:5: error: campaigns[0].brief: is missing"]);
    check_change(
        "    email: bea@example.com\n",
        "",
        &[
            "workspace.yaml:4:5: error: employees[0].email: is missing",
            "workspace.yaml:13:17: error: campaigns[0].employees[0]: `bea@example.com` is nobody's e-mail address under \
         employees; add the person there or correct this",
        ],
    );
    check_change(
        "      - content: two\n",
        "      - platform: x\n",
        &["workspace.yaml:8:9: error: employees[0].samples[1].content: is missing"],
    );
}

#[test]
fn a_field_that_was_left_empty_is_told_at_the_field() {
    check_change(
        "display_name: Bea",
        "display_name:",
        &["workspace.yaml:4:5: error: employees[0].display_name: is empty; give it a value"],
    );
    check_change(
        "brief: Say it.",
        "brief: ''",
        &["workspace.yaml:13:12: error: campaigns[0].brief: must not be empty"],
    );
    check_change(
        "brief: Say it.",
        "brief: >\n    audience: All",
        &["workspace.yaml:13:5: error: campaigns[0].brief: must not be empty"],
    );
}

#[test]
fn unknown_fields_come_with_a_suggestion() {
    check_change(
        "    email: bea@example.com\n",
        "    emial: bea@example.com\n    email: bea@example.com\n",
        &["workspace.yaml:5:5: error: employees[0].emial: is not a field; did you mean `email`?"],
    );
    check_change(
        "- content: two",
        "- content: two\n        colour: red",
        &[
            "workspace.yaml:9:9: error: employees[0].samples[1].colour: is not a field; the fields here are platform, content",
        ],
    );
    check_change(
        "campaigns:",
        "campaings: []\ncampaigns:",
        &["workspace.yaml:10:1: error: campaings: is not a field; did you mean `campaigns`?"],
    );
    check_change(
        "name: Acme",
        "name: Acme, password: secret",
        &[
            "workspace.yaml:1:38: error: workspace.password: is not a field; the fields here are slug, name, prohibited_words",
        ],
    );
}

#[test]
fn doubled_fields_name_the_first() {
    check_change(
        "    brief: Say it.\n",
        "    brief: Say it.\n    platform: linkedin\n",
        &["workspace.yaml:14:5: error: campaigns[0].platform: is given twice, first in line 12; remove one of them"],
    );
    check(
        &format!("{VALID}admin: {{ name: Zoe, email: zoe@example.com }}\n"),
        &["workspace.yaml:15:1: error: admin: is given twice, first in line 2; remove one of them"],
    );
}

#[test]
fn values_of_the_wrong_kind_say_what_is_expected() {
    check_change(
        "name: Spring",
        "name: 2027",
        &["workspace.yaml:11:11: error: campaigns[0].name: is a number, expected a text; put it in quotes"],
    );
    check_change(
        "name: Spring",
        "name: true",
        &["workspace.yaml:11:11: error: campaigns[0].name: is true or false, expected a text; put it in quotes"],
    );
    check_change(
        "name: Spring",
        "name: [Spring]",
        &["workspace.yaml:11:11: error: campaigns[0].name: is a list, expected a text"],
    );
    check_change(
        "employees: [bea@example.com]",
        "employees: bea@example.com",
        &[
            "workspace.yaml:14:16: error: campaigns[0].employees: is a text, expected a list, each item on a line of its own \
         after `- `",
        ],
    );
    check_change(
        "platform: x",
        "platform: x\n    posts_per_employee: two",
        &["workspace.yaml:13:25: error: campaigns[0].posts_per_employee: is a text, expected a whole number such as 1"],
    );
    check_change(
        "platform: x",
        "platform: x\n    posts_per_employee: 1.5",
        &[
            "workspace.yaml:13:25: error: campaigns[0].posts_per_employee: is 1.5, which is no whole number that fits here",
        ],
    );
    check_change(
        "platform: x",
        "platform: x\n    posts_per_employee: 9999999999",
        &[
            "workspace.yaml:13:25: error: campaigns[0].posts_per_employee: is 9999999999, which is no whole number that fits here",
        ],
    );
    check_change(
        "platform: x",
        "platform: x\n    hashtags: [one, 2, three]",
        &["workspace.yaml:13:21: error: campaigns[0].hashtags[1]: is a number, expected a text; put it in quotes"],
    );
    check_change(
        "- content: two",
        "- two",
        &["workspace.yaml:8:9: error: employees[0].samples[1]: is a text, expected the fields platform, content"],
    );
}

#[test]
fn norwegian_is_a_language() {
    check_change("platform: x", "platform: x\n    language: no", &[]);
}
