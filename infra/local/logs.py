"""Follows the logs of the functions: python logs.py [--endpoint URL] [--stage STAGE] [ROLE]"""

import argparse
import collections
import json
import operator
import time
from datetime import datetime

import boto3

PREFIX = "/aws/lambda/rostrum-"
PLUMBING = ("START RequestId", "END RequestId", "REPORT RequestId", "INIT_START")


def readable(moment, role, text):
    """One line as `time role LEVEL message fields`; what is no JSON stays as it is."""
    clock = datetime.fromtimestamp(moment / 1000).strftime("%H:%M:%S.%f")[:-3]
    try:
        entry = json.loads(text)
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        return f"{clock} {role:<22} {text.rstrip()}"
    fields = entry.pop("fields", {}) | entry if isinstance(entry.get("fields"), dict) else entry
    level = str(fields.pop("level", ""))
    message = fields.pop("message", "")
    for noise in ("timestamp", "time", "target", "span", "spans"):
        context = fields.pop(noise, None)
        for span in context if noise == "spans" and isinstance(context, list) else []:
            fields |= {name: value for name, value in span.items() if name != "name"}
    rest = " ".join(f"{name}={value if isinstance(value, str) else json.dumps(value)}" for name, value in fields.items())
    return f"{clock} {role:<22} {level:<5} {message} {rest}".rstrip()


def groups(logs, stage, role):
    """The log groups of the functions by role."""
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=f"{PREFIX}{stage or ''}")
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    roles = {name.removeprefix(PREFIX).split("-", 1)[1]: name for name in names}
    if role and role not in roles:
        raise SystemExit(f"logs.py: there is no function {role!r}; there are: {', '.join(sorted(roles)) or 'none'}")
    return {role: roles[role]} if role else roles


def unseen(events, group, seen):
    """Those of a group's events that were not seen before; of several that are alike, each."""
    alike = collections.Counter()
    for event in events:
        # The emulator gives events no id, and all of one invocation the same time.
        line = (group, event.get("logStreamName"), event["timestamp"], event["message"])
        key = event.get("eventId") or (*line, alike[line])
        alike[line] += 1
        if key not in seen:
            yield event
        seen[key] = event["timestamp"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", nargs="?")
    parser.add_argument("--endpoint")
    parser.add_argument("--region", default="us-east-1")
    parser.add_argument("--profile")
    parser.add_argument("--stage", help="without it all stages")
    parser.add_argument("--since", type=int, default=600, metavar="SECONDS")
    parser.add_argument("--once", action="store_true", help="print what there is and end")
    parser.add_argument("--raw", action="store_true", help="print what was logged as it is")
    options = parser.parse_args()
    session = boto3.session.Session(profile_name=options.profile, region_name=options.region)
    logs = session.client("logs", endpoint_url=options.endpoint)
    followed = groups(logs, options.stage, options.role)
    begin = int((time.time() - options.since) * 1000)
    seen = {}
    while True:
        fresh = []
        for role, group in followed.items():
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group, startTime=begin)
            for event in unseen((event for page in pages for event in page["events"]), group, seen):
                if not event["message"].startswith(PLUMBING):
                    fresh.append((event["timestamp"], role, event["message"]))
        # By their times alone: lines of one time stay as they were written.
        for line in sorted(fresh, key=operator.itemgetter(0)):
            print(line[-1].rstrip() if options.raw else readable(*line), flush=True)
        if options.once:
            return
        # Events may arrive late: look back ten seconds and forget only what is older.
        newest = max(seen.values(), default=begin)
        begin = max(begin, newest - 10_000)
        seen = {key: moment for key, moment in seen.items() if moment >= begin}
        time.sleep(1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
