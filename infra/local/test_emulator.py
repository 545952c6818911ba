"""The repairs of emulator.py, against the installed ministack."""

import unittest
from datetime import datetime
from zoneinfo import ZoneInfo

import emulator
import ministack.services.cloudformation.stacks as stacks
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as functions
import ministack.services.scheduler as scheduler
import ministack.services.stepfunctions as machines

ZURICH = ZoneInfo("Europe/Zurich")
ARN = "arn:aws:scheduler:us-east-1:000000000000:schedule/campaigns/campaign-1"


def runs(cron, after, count=3):
    """The next runs in local time."""
    fields = eventbridge._parse_cron_fields(f"cron({cron})")
    moment = datetime.fromisoformat(after).replace(tzinfo=ZURICH).timestamp()
    found = []
    while len(found) < count:
        moment = emulator.next_occurrence(fields, ZURICH, moment)
        if moment is None:
            break
        found.append(datetime.fromtimestamp(moment, ZURICH).strftime("%a %Y-%m-%d %H:%M %z"))
    return found


class Occurrences(unittest.TestCase):
    def test_a_time_that_does_not_exist_is_left_out(self):
        self.assertEqual(runs("30 2 * * ? *", "2026-03-28T00:00", 2), ["Sat 2026-03-28 02:30 +0100", "Mon 2026-03-30 02:30 +0200"])

    def test_a_time_that_comes_twice_fires_once(self):
        self.assertEqual(runs("30 2 * * ? *", "2026-10-24T12:00", 2), ["Sun 2026-10-25 02:30 +0200", "Mon 2026-10-26 02:30 +0100"])

    def test_sunday_is_the_first_day(self):
        self.assertEqual(runs("0 9 ? * 1 *", "2026-11-21T00:00", 1), ["Sun 2026-11-22 09:00 +0100"])
        self.assertEqual(runs("0 9 ? * MON-FRI *", "2026-11-20T10:00", 1), ["Mon 2026-11-23 09:00 +0100"])

    def test_last_nearest_and_nth_days(self):
        self.assertEqual(runs("0 9 L * ? *", "2026-11-21T00:00", 1), ["Mon 2026-11-30 09:00 +0100"])
        self.assertEqual(runs("0 9 15W * ? *", "2026-08-01T00:00", 1), ["Fri 2026-08-14 09:00 +0200"])
        self.assertEqual(runs("0 9 ? * 6L *", "2026-11-21T00:00", 1), ["Fri 2026-11-27 09:00 +0100"])
        self.assertEqual(runs("0 9 ? * FRI#2 *", "2026-11-21T00:00", 1), ["Fri 2026-12-11 09:00 +0100"])

    def test_a_field_out_of_range_never_fires(self):
        self.assertEqual(runs("60 9 * * ? *", "2026-11-21T00:00"), [])


class Sweeps(unittest.TestCase):
    """The repaired sweep itself, with its clock and its delivery in our hands."""

    @classmethod
    def setUpClass(cls):
        emulator.schedules_as_in_aws()

    def setUp(self):
        self.fired = []
        self.saved = (scheduler.time, eventbridge._invoke_target)
        eventbridge._invoke_target = lambda target, event, schedule: self.fired.append(target["Input"])
        self.key = ("000000000000", "us-east-1", "campaigns/campaign-1")
        scheduler._schedules._data.clear()
        scheduler._schedule_last_fired.clear()

    def tearDown(self):
        scheduler.time, eventbridge._invoke_target = self.saved
        scheduler._schedules._data.clear()

    def put(self, cron, at, state="ENABLED"):
        self.now = datetime.fromisoformat(at).replace(tzinfo=ZURICH).timestamp()
        scheduler._schedules._data[self.key] = {
            "Arn": ARN,
            "ScheduleExpression": cron,
            "ScheduleExpressionTimezone": "Europe/Zurich",
            "State": state,
            "CreationDate": self.now,
            "LastModificationDate": self.now,
            "Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:q", "Input": "<aws.scheduler.scheduled-time>"},
        }

    def sweep(self, at):
        moment = datetime.fromisoformat(at).replace(tzinfo=ZURICH).timestamp()
        scheduler.time = type("Clock", (), {"time": staticmethod(lambda: moment)})
        scheduler._tick_schedules()

    def test_fires_in_its_own_zone_with_the_time_it_was_due(self):
        self.put("cron(0 9 * * ? *)", "2027-07-01T08:59:59")
        self.sweep("2027-07-01T09:00:01")
        self.sweep("2027-07-01T09:00:02")
        self.assertEqual(self.fired, ["2027-07-01T07:00:00Z"])

    def test_one_that_is_due_before_the_first_sweep_fires(self):
        self.put("cron(0 9 * * ? *)", "2027-07-01T08:59:59.900")
        self.sweep("2027-07-01T09:00:00.800")
        self.assertEqual(len(self.fired), 1)

    def test_an_edit_is_not_made_up_for(self):
        self.put("cron(0 9 * * ? *)", "2027-07-01T08:00:00", state="DISABLED")
        self.sweep("2027-07-01T09:30:00")
        self.put("cron(0 9 * * ? *)", "2027-07-01T10:00:00")
        self.sweep("2027-07-01T10:00:01")
        self.assertEqual(self.fired, [])
        self.put("cron(31 10 * * ? *)", "2027-07-01T10:30:00")
        self.sweep("2027-07-01T10:31:00")
        self.assertEqual(self.fired, ["2027-07-01T08:31:00Z"])

    def test_a_single_time_fires_once_in_its_zone(self):
        self.put("at(2027-07-01T09:00:00)", "2027-07-01T08:00:00")
        self.sweep("2027-07-01T08:59:59")
        self.assertEqual(self.fired, [])
        self.sweep("2027-07-01T09:00:00")
        self.sweep("2027-07-01T09:00:01")
        self.assertEqual(self.fired, ["2027-07-01T07:00:00Z"])


class Context(unittest.TestCase):
    def test_the_attributes_are_replaced(self):
        text = emulator.fill_context('{"at":"<aws.scheduler.scheduled-time>","who":"<aws.scheduler.schedule-arn>"}', {"Arn": ARN}, 1_795_293_900.4)
        self.assertEqual(text, '{"at":"2026-11-21T20:45:00Z","who":"%s"}' % ARN)

    def test_other_input_stays_as_it_is(self):
        self.assertEqual(emulator.fill_context("{}", {"Arn": ARN}, 0), "{}")
        self.assertIsNone(emulator.fill_context(None, {"Arn": ARN}, 0))


class Machines(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        emulator.throttles_that_are_tried_again()

    def test_executions_are_not_kept_and_nothing_else_is_left_out(self):
        kept = emulator.machines_without_executions()
        self.assertEqual(set(machines.get_state()) - set(kept), {"executions", "map_runs"})

    def test_a_throttled_call_has_the_name_that_aws_gives_it(self):
        saved = functions._get_func_record_for_ref, functions._execution_record_for_config, functions._execute_function_with_config_scope
        try:
            functions._get_func_record_for_ref = lambda name: ({"name": name}, {"name": name}, name)
            functions._execution_record_for_config = lambda function, config: function
            functions._execute_function_with_config_scope = lambda function, event: functions._throttle_response("reason", "words")
            with self.assertRaises(machines._ExecutionError) as caught:
                machines._call_lambda("seat", {})
            self.assertEqual(caught.exception.error, "Lambda.TooManyRequestsException")
        finally:
            functions._get_func_record_for_ref, functions._execution_record_for_config, functions._execute_function_with_config_scope = saved


class Stacks(unittest.TestCase):
    def test_each_event_of_a_stack_counts(self):
        before = emulator.events_of_stacks()
        stacks._add_event("arn:one", "one", "one", "AWS::CloudFormation::Stack", "CREATE_IN_PROGRESS")
        stacks._add_event("arn:one", "one", "one", "AWS::CloudFormation::Stack", "CREATE_COMPLETE")
        self.assertEqual(emulator.events_of_stacks() - before, 2)


if __name__ == "__main__":
    unittest.main()
