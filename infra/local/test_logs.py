"""What logs.py makes of the functions' lines."""

import contextlib
import io
import unittest
from unittest import mock

import logs
from logs import readable


class Lines(unittest.TestCase):
    def check(self, text, expected):
        self.assertEqual(readable(0, "api", text)[13:], expected)

    def test_json_is_spread_out(self):
        text = '{"timestamp":"t","level":"INFO","fields":{"message":"stored","slot":3},"target":"x","spans":[{"name":"job","post":"p1"}]}'
        self.check(text, "api                    INFO  stored slot=3 post=p1")

    def test_other_text_stays(self):
        self.check("thread 'main' panicked\n", "api                    thread 'main' panicked")
        self.check("12", "api                    12")


class Following(unittest.TestCase):
    """The program itself, with what the emulator answers in our hands."""

    def setUp(self):
        self.held = []
        self.printed = io.StringIO()
        pages = {"describe_log_groups": self.groups, "filter_log_events": self.events}
        service = mock.Mock(get_paginator=lambda operation: mock.Mock(paginate=pages[operation]))
        changes = contextlib.ExitStack()
        self.addCleanup(changes.close)
        for change in (
            mock.patch.object(logs.boto3.session, "Session", return_value=mock.Mock(client=lambda *_, **__: service)),
            mock.patch.object(logs.time, "time", return_value=0),
            mock.patch("sys.argv", ["logs.py", "--raw"]),
            contextlib.redirect_stdout(self.printed),
        ):
            changes.enter_context(change)

    def groups(self, logGroupNamePrefix):
        return [{"logGroups": [{"logGroupName": f"{logGroupNamePrefix}local-{role}"} for role in ("api", "relay")]}]

    def events(self, logGroupName, startTime):
        chosen = [(at, line) for role, at, line in self.held if logGroupName.endswith(role) and at >= startTime]
        return [{"events": [{"logStreamName": "one", "timestamp": at, "message": line} for at, line in chosen]}]

    def followed(self, *rounds):
        """What is printed while the lines of each round, as (role, time, line), come to those that are held."""
        arriving = iter(rounds)
        self.held = list(next(arriving))

        def sleep(_):
            try:
                self.held += next(arriving)
            except StopIteration:
                raise KeyboardInterrupt from None

        with mock.patch.object(logs.time, "sleep", sleep), self.assertRaises(KeyboardInterrupt):
            logs.main()
        return self.printed.getvalue().splitlines()

    def test_what_came_at_one_time_stays_in_its_order(self):
        panic = ["thread 'main' panicked at handler.rs:7", "called on a None value", "note: run with a backtrace"]
        self.assertEqual(self.followed([("api", 5, line) for line in panic]), panic)

    def test_the_functions_are_told_by_time(self):
        self.assertEqual(self.followed([("api", 5, "second"), ("api", 9, "third"), ("relay", 2, "first")]), ["first", "second", "third"])

    def test_equal_lines_are_each_told_once(self):
        first = [("api", 5, "again"), ("api", 5, "again"), ("relay", 5, "again")]
        self.assertEqual(self.followed(first, [], [("api", 5, "again"), ("api", 6, "again")]), ["again"] * 5)

    def test_what_is_no_longer_looked_at_is_not_told_again(self):
        self.assertEqual(self.followed([("api", 5, "old"), ("api", 20_000, "new")], [("api", 20_001, "newer")]), ["old", "new", "newer"])

    def test_what_the_emulator_adds_is_left_out(self):
        self.assertEqual(self.followed([("api", 5, "START RequestId: 1"), ("api", 5, "a line"), ("api", 5, "END RequestId: 1")]), ["a line"])


if __name__ == "__main__":
    unittest.main()
