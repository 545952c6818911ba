"""What the template permits: policies that the emulator does not check, and that none has more than its function needs."""

import json
import pathlib
import re
import unittest

import yaml

INFRA = pathlib.Path(__file__).parent.parent
COUNCIL = {"ContextFetcher", "LlmClaude", "LlmOpenai", "LlmGrok", "Aggregator", "Refiner", "MemeRenderer", "ResultStore"}


class Template(yaml.SafeLoader):
    """Reads `!Name value` as `{"Name": value}`."""


def tagged(loader, name, node):
    read = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence}
    value = read.get(type(node), loader.construct_mapping)
    return {name: value(node, deep=True) if value != loader.construct_scalar else value(node)}


Template.add_multi_constructor("!", tagged)


def listed(value):
    return value if isinstance(value, list) else [value]


def tasks(states):
    """The states that call a function, at any depth."""
    for state in states.values():
        if state["Type"] == "Task":
            yield state
        yield from tasks(state.get("ItemProcessor", {}).get("States", {}))


class Permissions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.template = yaml.load((INFRA / "template.yaml").read_text(), Template)
        cls.resources = cls.template["Resources"]

    def statements(self, name):
        """The statements of a function's or a role's own policies."""
        policies = self.resources[name]["Properties"].get("Policies", [])
        documents = [policy.get("PolicyDocument", policy) for policy in policies]
        return [statement for document in documents for statement in document["Statement"]]

    def allowed(self, action, resource):
        """The functions, without their suffix, that may do this to what the text of a resource names."""
        return {
            name.removesuffix("Function")
            for name, entry in self.resources.items()
            if entry["Type"] == "AWS::Serverless::Function"
            for statement in self.statements(name)
            if action in listed(statement["Action"]) and resource in str(statement["Resource"])
        }

    def test_the_council_runs_exactly_the_functions_that_it_calls(self):
        council = self.resources["Council"]["Properties"]
        definition = INFRA.joinpath(council["DefinitionUri"]).read_text()
        called = set(re.findall(r"\$\{(\w+)\}", definition))
        self.assertEqual(called, {f"{name}Arn" for name in COUNCIL})
        substitutions = {f"{name}Arn": {"GetAtt": f"{name}Function.Arn"} for name in COUNCIL}
        self.assertEqual(council["DefinitionSubstitutions"], substitutions)
        self.assertEqual(council["Role"], {"GetAtt": "CouncilRole.Arn"})
        invoking = [statement for statement in self.statements("CouncilRole") if "lambda" in str(statement["Action"])]
        self.assertEqual(len(invoking), 1)
        self.assertEqual(invoking[0]["Action"], "lambda:InvokeFunction")
        resources = [resource["GetAtt"] for resource in invoking[0]["Resource"]]
        self.assertEqual(sorted(resources), sorted(f"{name}Function.Arn" for name in COUNCIL))

    def test_the_council_waits_longer_than_each_function_may_take(self):
        """Otherwise a call is given up that still goes on, and what it says of its end is never read."""
        definition = json.loads((INFRA.parent / "statemachines/council.asl.json").read_text())
        waited = {}
        for task in tasks(definition["States"]):
            for name in re.findall(r"\$\{(\w+)Arn\}", task["Arguments"]["FunctionName"]):
                waited[name] = min(task["TimeoutSeconds"], waited.get(name, task["TimeoutSeconds"]))
        self.assertEqual(set(waited), COUNCIL)
        for name, seconds in waited.items():
            self.assertGreater(seconds, self.timeout(name), name)

    def timeout(self, name):
        """How long a function may take, in the stage that lets it take longest."""
        usual = self.template["Globals"]["Function"]["Timeout"]
        own = self.resources[f"{name}Function"]["Properties"].get("Timeout", usual)
        if isinstance(own, int):
            return own
        table, _, key = own["FindInMap"]
        return max(stage[key] for stage in self.template["Mappings"][table].values())

    def test_one_function_writes_pictures_one_reads_and_one_deletes_them(self):
        self.assertEqual(self.allowed("s3:PutObject", "Media"), {"MemeRenderer"})
        self.assertEqual(self.allowed("s3:GetObject", "Media"), {"Api"})
        self.assertEqual(self.allowed("s3:DeleteObject", "Media"), {"OutboxRelay"})

    def test_only_who_asks_a_model_reads_its_keys(self):
        readers = {"GenerationWorker", "LlmClaude", "LlmOpenai", "LlmGrok", "Aggregator", "Refiner", "MemeRenderer"}
        self.assertEqual(self.allowed("secretsmanager:GetSecretValue", "ModelKeysSecret"), readers)

    def test_only_the_api_proves_itself_to_identity_providers(self):
        for secret in ("GoogleSecret", "LinkedinSecret"):
            self.assertEqual(self.allowed("secretsmanager:GetSecretValue", secret), {"Api"})

    def test_only_who_seals_secrets_makes_data_keys(self):
        sealing = {
            name.removesuffix("Function")
            for name, entry in self.resources.items()
            if "DATA_KEY_ARN" in entry.get("Properties", {}).get("Environment", {}).get("Variables", {})
        }
        self.assertIn("KeyRotator", sealing)
        self.assertEqual(self.allowed("kms:GenerateDataKey", "Key"), sealing)
        self.assertLessEqual(sealing, self.allowed("kms:Decrypt", "Key"))

    def test_only_the_worker_starts_a_council(self):
        self.assertEqual(self.allowed("states:StartExecution", "Council"), {"GenerationWorker"})

    def check_schedule_role(self, name, action, resources):
        """Schedules of this account alone are this role, and it may do this alone."""
        role = self.resources[name]["Properties"]
        self.assertEqual(set(role), {"AssumeRolePolicyDocument", "Policies"})
        trusting = {
            "Effect": "Allow",
            "Principal": {"Service": "scheduler.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        }
        self.assertEqual(role["AssumeRolePolicyDocument"]["Statement"], [trusting])
        self.assertEqual(len(self.statements(name)), 1)
        statement = self.statements(name)[0]
        self.assertEqual((statement["Effect"], statement["Action"]), ("Allow", action))
        self.assertEqual([resource["GetAtt"] for resource in listed(statement["Resource"])], resources)

    def test_a_schedule_of_a_campaign_sends_to_the_orchestrator_or_to_its_dead_letters(self):
        queues = ["OrchestrationQueue.Arn", "ScheduleDlq.Arn"]
        self.check_schedule_role("CampaignSchedulerRole", "sqs:SendMessage", queues)

    def test_the_schedule_of_the_relay_calls_the_relay(self):
        self.check_schedule_role("OutboxRelayScheduleRole", "lambda:InvokeFunction", ["OutboxRelayFunction.Arn"])
        target = self.resources["OutboxRelaySchedule"]["Properties"]["Target"]
        self.assertEqual(target["Arn"], {"GetAtt": "OutboxRelayFunction.Arn"})
        self.assertEqual(target["RoleArn"], {"GetAtt": "OutboxRelayScheduleRole.Arn"})

    def test_only_our_gateway_calls_the_api(self):
        permissions = [name for name, entry in self.resources.items() if entry["Type"] == "AWS::Lambda::Permission"]
        self.assertEqual(permissions, ["HttpPermission"])
        permitted = {
            "FunctionName": {"Ref": "ApiFunction"},
            "Action": "lambda:InvokeFunction",
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Http}/*"},
        }
        self.assertEqual(self.resources["HttpPermission"]["Properties"], permitted)

    def test_each_queue_is_read_by_its_own_function_alone(self):
        sources = [
            entry["Properties"]
            for entry in self.resources.values()
            if entry["Type"] == "AWS::Lambda::EventSourceMapping"
        ]
        readers = {source["EventSourceArn"]["GetAtt"]: source["FunctionName"]["Ref"] for source in sources}
        own = {"OrchestrationQueue": "CampaignOrchestrator", "GenerationQueue": "GenerationWorker"}
        self.assertEqual(readers, {f"{queue}.Arn": f"{name}Function" for queue, name in own.items()})
        # What Lambda itself does with a queue, it does as the function's role.
        for action in ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"):
            for queue, name in own.items():
                self.assertEqual(self.allowed(action, queue), {name}, action)

    def test_no_policy_of_a_function_names_everything(self):
        for name, entry in self.resources.items():
            if entry["Type"] != "AWS::Serverless::Function":
                continue
            for statement in self.statements(name):
                self.assertNotIn("*", listed(statement["Resource"]), name)
                self.assertFalse([action for action in listed(statement["Action"]) if "*" in action], name)


if __name__ == "__main__":
    unittest.main()
