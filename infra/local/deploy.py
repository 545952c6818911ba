"""Deploys the template, calls one function, follows the logs; on the local emulator (--endpoint) or on AWS.

Credentials come from the environment or --profile, secrets from a file that only its owner can read, never from the
command line.
"""

import argparse
import hashlib
import json
import pathlib
import re
import sys
import time

import boto3
import botocore.config
import botocore.exceptions

FAILED = re.compile(r"FAILED|ROLLBACK")
LOCAL_FILE = re.compile(r"^(\s+(?:CodeUri|DefinitionUri):\s+)(\S+\.(?:zip|json))\s*$", re.MULTILINE)


class Deployer:
    """One connection's settings, from which the clients of the services are made."""

    def __init__(self, options):
        self.endpoint = options.endpoint
        self.session = boto3.session.Session(profile_name=options.profile, region_name=options.region)

    def client(self, service):
        # Longer than any function may take: a call that is given up is made again.
        config = botocore.config.Config(
            retries={"mode": "standard", "max_attempts": 3}, read_timeout=930, s3={"addressing_style": "path"}
        )
        return self.session.client(service, endpoint_url=self.endpoint, config=config)

    def account(self):
        return self.client("sts").get_caller_identity()["Account"]


def upload_code(deployer, template, stack):
    """Uploads each file that the template names under its own hash and returns the template that names the uploads."""
    storage = deployer.client("s3")
    region = deployer.session.region_name
    bucket = f"{stack}-code-{deployer.account()}-{region}"
    try:
        storage.head_bucket(Bucket=bucket)
    except botocore.exceptions.ClientError:
        place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        storage.create_bucket(Bucket=bucket, **place)
        blocked = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        storage.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=dict.fromkeys(blocked, True))

    def upload(match):
        file = template.parent.joinpath(match[2]).resolve()
        if not file.is_file():
            sys.exit(f"deploy.py: {file} is missing; build the functions first. Nothing was deployed.")
        content = file.read_bytes()
        key = f"{file.stem}/{hashlib.sha256(content).hexdigest()[:32]}{file.suffix}"
        try:
            storage.head_object(Bucket=bucket, Key=key)
        except botocore.exceptions.ClientError:
            storage.put_object(Bucket=bucket, Key=key, Body=content)
            print(f"uploaded {file.stem} ({len(content) / 1e6:.1f} MB)", flush=True)
        return f"{match[1]}s3://{bucket}/{key}"

    return LOCAL_FILE.sub(upload, template.read_text())


def deploy(deployer, options):
    """Creates or updates the stack, tells each resource as it is done, and writes the outputs."""
    clouds = deployer.client("cloudformation")
    body = upload_code(deployer, pathlib.Path(options.template), options.stack)
    parameters = json.loads(pathlib.Path(options.parameters).read_text())
    known = stack_of(clouds, options.stack)
    if known and known["StackStatus"].endswith("IN_PROGRESS"):
        known = settled(clouds, options.stack)
    if known and known["StackStatus"] in ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"):
        print(f"the stack {options.stack} never stood ({known['StackStatus']}); removing it first", flush=True)
        known = remove(clouds, options.stack)
    request = {
        "StackName": options.stack,
        "TemplateBody": body,
        "Parameters": [{"ParameterKey": name, "ParameterValue": value} for name, value in parameters.items()],
        "Capabilities": ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
    }
    if len(body.encode()) > 51_200:
        sys.exit("deploy.py: the template is longer than the 51,200 bytes that CloudFormation takes in place; split it.")
    seen = {event["EventId"] for event in events_of(clouds, options.stack)} if known else set()
    try:
        clouds.update_stack(**request) if known else clouds.create_stack(**request)
    except botocore.exceptions.ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise
        print(f"the stack {options.stack} is up to date", flush=True)
    stack = follow(clouds, options.stack, seen)
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    if options.outputs:
        pathlib.Path(options.outputs).write_text(json.dumps(outputs, indent=2) + "\n")


def stack_of(clouds, name):
    """The stack, or nothing if there is none."""
    try:
        return clouds.describe_stacks(StackName=name)["Stacks"][0]
    except botocore.exceptions.ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def settled(clouds, name):
    """Waits for another deployment. An emulator that was killed during one never ends it: that stack is removed."""
    local = clouds.meta.endpoint_url.startswith("http://127.")
    for _ in range(10 if local else 600):
        stack = stack_of(clouds, name)
        if not stack or not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(1)
    if not local:
        sys.exit(f"deploy.py: another deployment of {name} is not finished after ten minutes. Nothing was changed.")
    print(f"the stack {name} was left half deployed; removing it first", flush=True)
    return remove(clouds, name)


def remove(clouds, name):
    clouds.delete_stack(StackName=name)
    clouds.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def events_of(clouds, name):
    pages = clouds.get_paginator("describe_stack_events").paginate(StackName=name)
    return [event for page in pages for event in page["StackEvents"]]


def follow(clouds, name, seen):
    """Prints the events of the stack until it stands; ends the program with those that failed if it does not."""
    failed = []
    while True:
        stack = stack_of(clouds, name)
        for event in reversed(events_of(clouds, name)):
            if event["EventId"] in seen:
                continue
            seen.add(event["EventId"])
            done = event["ResourceStatus"].removesuffix("_COMPLETE").lower()
            line = f"{done:<8} {event['LogicalResourceId']} {event.get('ResourceStatusReason', '')}".rstrip()
            if FAILED.search(event["ResourceStatus"]):
                failed.append(line)
            if not event["ResourceStatus"].endswith("IN_PROGRESS"):
                print(line, flush=True)
        status = stack["StackStatus"]
        if not status.endswith("IN_PROGRESS"):
            break
        time.sleep(0.2 if clouds.meta.endpoint_url.startswith("http://127.") else 3)
    if FAILED.search(status):
        reasons = "\n  ".join(failed) or stack.get("StackStatusReason", "no reason given")
        sys.exit(f"deploy.py: the stack {name} ended as {status}; what stood before it still stands. The cause:\n  {reasons}")
    return stack


def invoke(deployer, options):
    """Calls a function, prints its answer, and fails if the function did."""
    answer = deployer.client("lambda").invoke(FunctionName=options.function, Payload=options.payload.encode())
    text = answer["Payload"].read().decode()
    if answer.get("FunctionError"):
        sys.exit(f"deploy.py: {options.function} failed: {text}")
    print(text, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--endpoint", help="address of the emulator; without it AWS itself")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--profile")
    verbs = parser.add_subparsers(dest="verb", required=True)
    one = verbs.add_parser("deploy")
    one.add_argument("--stack", required=True)
    one.add_argument("--template", required=True)
    one.add_argument("--parameters", required=True, help="JSON file of the template's parameters")
    one.add_argument("--outputs", help="file that gets the stack's outputs as JSON")
    one.set_defaults(run=deploy)
    two = verbs.add_parser("invoke")
    two.add_argument("function")
    two.add_argument("--payload", default="{}")
    two.set_defaults(run=invoke)
    options = parser.parse_args()
    try:
        options.run(Deployer(options), options)
    except (botocore.exceptions.ClientError, botocore.exceptions.BotoCoreError) as error:
        sys.exit(f"deploy.py: {error}")


if __name__ == "__main__":
    main()
