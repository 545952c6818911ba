"""The cases of the state machines, on the emulator at EMULATOR_ENDPOINT with functions that are stand-ins."""

import io
import json
import os
import pathlib
import re
import tempfile
import time
import unittest
import uuid
import zipfile

import boto3
import yaml

HERE = pathlib.Path(__file__).parent
MACHINES = HERE.parent.parent / "statemachines"
BOUND_SECONDS = 60
SUBSTITUTION = re.compile(r"\$\{(\w+)Arn\}")


def client(service):
    return boto3.client(service, endpoint_url=os.environ["EMULATOR_ENDPOINT"], region_name="us-east-1")


def role_of(substitution):
    """`LlmClaude` is the function `llm-claude`."""
    return re.sub(r"(?<!^)([A-Z])", r"-\1", substitution).lower()


def package(behaviours):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        bootstrap = zipfile.ZipInfo("bootstrap")
        bootstrap.external_attr = 0o755 << 16
        file.writestr(bootstrap, (HERE / "stand_in.py").read_text())
        file.writestr("cases.json", json.dumps(behaviours))
    return archive.getvalue()


def matches(expected, found):
    """Whether both are the same, where a text that ends in `…` stands for all that begin like it."""
    if isinstance(expected, str) and expected.endswith("…"):
        return isinstance(found, str) and found.startswith(expected[:-1])
    if isinstance(expected, dict):
        return isinstance(found, dict) and expected.keys() == found.keys() and all(matches(expected[key], found[key]) for key in expected)
    if isinstance(expected, list):
        return isinstance(found, list) and len(expected) == len(found) and all(map(matches, expected, found))
    return expected == found


def texts(node):
    """Every text inside of a payload."""
    if isinstance(node, str):
        return [node]
    parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
    return [text for part in parts for text in texts(part)]


class Council(unittest.TestCase):
    """Deploys the machine once and starts every case's execution at once."""

    @classmethod
    def setUpClass(cls):
        cls.maxDiff = None
        book = yaml.safe_load((MACHINES / "council.cases.yaml").read_text())
        cls.cases = {str(uuid.UUID(int=number + 1)): case for number, case in enumerate(book["cases"])}
        behaviours = {key: book["functions"] | case.get("functions", {}) for key, case in cls.cases.items()}
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.calls_file = pathlib.Path(cls.folder.name, "calls")
        cls.machines = client("stepfunctions")
        definition = (MACHINES / "council.asl.json").read_text()
        trust = {"Version": "2012-10-17", "Statement": []}
        role = client("iam").create_role(RoleName="stand-in", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for name in sorted(set(SUBSTITUTION.findall(definition))):
            function = client("lambda").create_function(
                FunctionName=role_of(name),
                Runtime="provided.al2023",
                Handler="bootstrap",
                Role=role,
                Timeout=30,
                Code={"ZipFile": package(behaviours)},
                Environment={"Variables": {"CALLS": str(cls.calls_file)}},
            )
            definition = definition.replace(f"${{{name}Arn}}", function["FunctionArn"])
        machine = cls.machines.create_state_machine(name="council", definition=definition, roleArn=role)
        cls.machine = machine["stateMachineArn"]
        cls.executions = {key: cls.start(key)["executionArn"] for key in cls.cases}

    @classmethod
    def slot(cls, key):
        ids = {name: str(uuid.UUID(int=1)) for name in ("workspace_id", "execution_id", "employee_id")}
        return {"version": 1, **ids, "campaign_id": key, "slot": 1}

    @classmethod
    def start(cls, key):
        return cls.machines.start_execution(stateMachineArn=cls.machine, name=key, input=json.dumps(cls.slot(key)))

    def ended(self, key):
        deadline = time.monotonic() + BOUND_SECONDS
        while True:
            execution = self.machines.describe_execution(executionArn=self.executions[key])
            if execution["status"] != "RUNNING":
                return execution
            self.assertLess(time.monotonic(), deadline, "the execution does not end")
            time.sleep(0.05)

    def calls(self, key):
        """What the functions of a case were sent, without version and slot."""
        found = []
        for case, role, event in map(json.loads, self.calls_file.read_text().splitlines()):
            if case != key:
                continue
            self.assertEqual(event.pop("version"), 1)
            slot = self.slot(key)
            if role == "context-fetcher":
                event = {name: value for name, value in event.items() if name not in slot}
            else:
                self.assertEqual(event.pop("slot"), slot, role)
            found.append({role: event})
        # The seats are asked at the same time.
        seats = sorted((call for call in found if "seat" in next(iter(call.values()))), key=lambda call: next(iter(call.values()))["seat"])
        others = [call for call in found if call not in seats]
        fetched = [call for call in others if "context-fetcher" in call]
        return fetched + seats + others[len(fetched):]

    def test_each_case_ends_as_it_says(self):
        for key, case in self.cases.items():
            with self.subTest(case["name"]):
                execution = self.ended(key)
                self.assertEqual(execution["status"], case["status"], execution)
                self.assertEqual(execution.get("error"), case.get("error"))
                self.assertLessEqual(len(execution.get("cause", "")), 2000)
                self.assertTrue(execution.get("cause", "").startswith(case.get("cause", "")), execution)
                if "output" in case:
                    self.assertEqual(json.loads(execution["output"]), case["output"])
                found = self.calls(key)
                for text in texts(found):
                    self.assertLessEqual(len(text), 2000, "a cause that is not cut")
                if not matches(case["calls"], found):
                    self.assertEqual(found, case["calls"])

    def test_a_message_that_comes_twice_starts_nothing_twice(self):
        key = next(iter(self.cases))
        self.ended(key)
        before = self.calls(key)
        with self.assertRaises(self.machines.exceptions.ExecutionAlreadyExists):
            self.start(key)
        self.assertEqual(self.calls(key), before)


if __name__ == "__main__":
    unittest.main()
