"""The repairs of emulator.py, against the installed ministack; and the program that makes the key of a fleet."""

import contextlib
import copy
import gc
import io
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request
import zipfile
from datetime import datetime
from unittest import mock
from zoneinfo import ZoneInfo

import boto3
import emulator
import ministack.core.persistence as persistence
import ministack.services.cloudformation.stacks as stacks
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as functions
import ministack.services.scheduler as scheduler
import ministack.services.sqs as sqs
import ministack.services.stepfunctions as machines
from cryptography.hazmat.primitives.serialization import load_pem_private_key

ZURICH = ZoneInfo("Europe/Zurich")
ARN = "arn:aws:scheduler:us-east-1:000000000000:schedule/campaigns/campaign-1"
QUEUE = "arn:aws:sqs:us-east-1:000000000000:jobs"
BOUND_SECONDS = 20


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


class KeptState(unittest.TestCase):
    """What is written in between, round by round."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for change in (mock.patch.object(persistence, "STATE_DIR", folder.name), mock.patch.object(persistence, "PERSIST_STATE", True)):
            change.start()
            self.addCleanup(change.stop)
        self.addCleanup(gc.unfreeze)
        self.addCleanup(persistence.logger.setLevel, persistence.logger.level)
        persistence.logger.setLevel("WARNING")
        self.kept = emulator.KeptState()
        self.state = {"messages": 1}
        self.copies = 0

    def copy(self):
        self.copies += 1
        return copy.deepcopy(self.state)

    def round(self, name):
        self.kept.write({name: self.copy})

    def written(self, name):
        return json.loads((self.folder / f"{name}.json").read_text())["payload"]

    def test_what_changed_is_written_and_nothing_else(self):
        self.round("sqs")
        self.assertEqual(self.written("sqs"), self.state)
        (self.folder / "sqs.json").unlink()
        self.round("sqs")
        self.assertFalse((self.folder / "sqs.json").exists())
        self.state["messages"] = 2
        self.round("sqs")
        self.assertEqual(self.written("sqs"), self.state)

    def test_what_could_not_be_written_is_tried_again(self):
        for name in ("sqs", "cloudformation"):
            with self.subTest(name):
                obstacle = self.folder / f"{name}.json.tmp"
                obstacle.mkdir()
                for _ in range(3):
                    with self.assertLogs("persistence", "ERROR"):
                        self.round(name)
                obstacle.rmdir()
                self.round(name)
                self.assertEqual(self.written(name), self.state)

    def test_stacks_are_copied_twice_after_each_event(self):
        for event in ("CREATE_IN_PROGRESS", "CREATE_COMPLETE"):
            stacks._add_event("arn:two", "two", "two", "AWS::CloudFormation::Stack", event)
            self.copies = 0
            self.round("cloudformation")
            # What changes with an event may do so a moment after it.
            self.state["status"] = event
            for _ in range(3):
                self.round("cloudformation")
            self.assertEqual(self.copies, 2)
            self.assertEqual(self.written("cloudformation"), self.state)

    def test_logs_and_executions_are_left_out(self):
        self.round("cloudwatch_logs")
        self.round("stepfunctions")
        self.assertEqual(self.copies, 0)
        self.assertEqual([file.name for file in self.folder.iterdir()], ["stepfunctions.json"])


class OlderState(unittest.TestCase):
    """A state that was written when the URLs of queues had the emulator's own port."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(sqs._queues._data.clear)
        for changed, name, value in (
            (persistence, "STATE_DIR", folder.name),
            (persistence, "PERSIST_STATE", True),
            (sqs, "DEFAULT_PORT", "47001"),
            (sqs, "_CANONICAL_NETLOC", "localhost:47001"),
        ):
            change = mock.patch.object(changed, name, value)
            change.start()
            self.addCleanup(change.stop)

    def test_its_queues_get_the_names_of_today(self):
        before = {"name": "jobs", "url": sqs._queue_url("jobs"), "attributes": {"QueueArn": QUEUE}}
        self.assertEqual(before["url"], "http://localhost:47001/000000000000/jobs")
        sqs._queues[before["url"]] = before
        other = "http://localhost:47001/_aws/execute-api/f302ff04"
        persistence.save_state("sqs", sqs.get_state())
        persistence.save_state("lambda", {"QUEUE_URL": before["url"], "API": other})
        persistence.save_state("cloudformation", {"Ref": before["url"], "ApiEndpoint": other})
        sqs._queues._data.clear()
        emulator.queues_that_keep_their_names()
        sqs.load_persisted_state(persistence.load_state("sqs"))
        today = "http://localhost:4566/000000000000/jobs"
        self.assertEqual(list(sqs._queues), [today])
        self.assertEqual((sqs._queue_url("jobs"), sqs._queue_by_arn(QUEUE)["url"]), (today, today))
        self.assertEqual(persistence.load_state("lambda"), {"QUEUE_URL": today, "API": other})
        self.assertEqual(persistence.load_state("cloudformation"), {"Ref": today, "ApiEndpoint": other})


class Queues(unittest.TestCase):
    """Queues of an emulator that comes back on another port, of which the launcher is a process here."""

    # Adds the messages that it gets to a file.
    CONSUMER = """#!/usr/bin/env python3
import http.client, json, os
runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = runtime.getresponse()
    if answer.status != 200:
        break
    event = json.loads(answer.read())
    with open(os.environ["CONSUMED"], "a") as file:
        file.writelines(record["body"] + "\\n" for record in event["Records"])
    request = answer.getheader("Lambda-Runtime-Aws-Request-Id")
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", "{}")
    runtime.getresponse().read()
"""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.consumed = self.folder / "consumed"
        for name in ("tmp", "state"):
            (self.folder / name).mkdir()

    def until(self, condition, otherwise):
        deadline = time.monotonic() + BOUND_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, otherwise)
            time.sleep(0.02)

    @contextlib.contextmanager
    def running(self):
        """The clients' maker of an emulator on a free port, which is ended afterwards."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        environment = {
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(self.folder), "TMPDIR": str(self.folder / "tmp"),
            "BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "AWS_ENDPOINT_URL": address, "MINISTACK_HOST": "localhost",
            "STATE_DIR": str(self.folder / "state"), "PERSIST_STATE": "1", "AUTH": "true",
            "IOT_MTLS_ENABLED": "0", "SFTP_ENABLED": "0",
        }
        with open(self.folder / "log", "a") as log:
            launcher = [sys.executable, "-B", emulator.__file__]
            process = subprocess.Popen(launcher, env=environment, cwd=self.folder, stdout=log, stderr=log)
        try:
            self.until(lambda: self.is_ready(process, address), "the emulator does not start")
            session = boto3.session.Session("test", "test", region_name="us-east-1")
            yield lambda service: session.client(service, endpoint_url=address)
            process.terminate()
            process.wait(BOUND_SECONDS)
        finally:
            process.kill()
            process.wait()

    def is_ready(self, process, address):
        self.assertIsNone(process.poll(), (self.folder / "log").read_text())
        try:
            with urllib.request.urlopen(f"{address}/_ministack/health", timeout=BOUND_SECONDS):
                return True
        except OSError:
            return False

    def deploy(self, client):
        """A queue that a function consumes."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("bootstrap", self.CONSUMER)
        client("lambda").create_function(
            FunctionName="consumer",
            Runtime="provided.al2023",
            Handler="bootstrap",
            Role=client("iam").create_role(RoleName="consumer", AssumeRolePolicyDocument='{"Statement": []}')["Role"]["Arn"],
            Code={"ZipFile": archive.getvalue()},
            Environment={"Variables": {"CONSUMED": str(self.consumed)}},
        )
        client("sqs").create_queue(QueueName="jobs")
        client("lambda").create_event_source_mapping(EventSourceArn=QUEUE, FunctionName="consumer")

    def check_is_consumed(self, client, body):
        queues = client("sqs")
        queues.send_message(QueueUrl=queues.get_queue_url(QueueName="jobs")["QueueUrl"], MessageBody=body)
        self.until(lambda: self.consumed.exists() and body in self.consumed.read_text().split(), f"{body} is not consumed")

    def test_one_is_consumed_after_the_port_changed(self):
        with self.running() as client:
            self.deploy(client)
            self.check_is_consumed(client, "one")
        with self.running() as client:
            self.check_is_consumed(client, "two")


class SigningKey(unittest.TestCase):
    """The program that makes the key of a fleet."""

    def test_it_prints_a_key_and_nothing_else(self):
        program = pathlib.Path(emulator.__file__).with_name("signing_key.py")
        made = [subprocess.run([sys.executable, "-B", program], capture_output=True, check=True) for _ in range(2)]
        self.assertNotEqual(made[0].stdout, made[1].stdout)
        for one in made:
            self.assertEqual(load_pem_private_key(one.stdout, None).key_size, 2048)
            self.assertTrue(one.stdout.startswith(b"-----BEGIN PRIVATE KEY-----\n"))
            self.assertTrue(one.stdout.endswith(b"-----END PRIVATE KEY-----\n"))
            self.assertEqual(one.stderr, b"")


if __name__ == "__main__":
    unittest.main()
