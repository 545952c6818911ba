"""Starts ministack 1.5.33 with the repairs that Rostrum needs.

Every repair asserts first that the pinned source still looks as it did when the repair was written, so that a new
version stops here instead of running half repaired. Remove a repair as soon as upstream has it.
"""

import collections
import copy
import gc
import importlib.metadata
import inspect
import json
import logging
import os
import pathlib
import re
import sys
import threading
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import ministack.core.iam_actions as iam_actions
import ministack.core.persistence as persistence
import ministack.services.cloudformation as stacks
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as functions
import ministack.services.scheduler as scheduler
import ministack.services.sqs as sqs
import ministack.services.stepfunctions as machines

import emulator_speed
from repair import replaced, require

VERSION = "1.5.33"
STARTED = time.time()
QUEUE_PORT = "4566"
KEEP_EVERY = 5


def next_occurrence(fields, zone, after):
    """The first time after `after` (epoch seconds) that matches a cron in the zone of its schedule.

    Like AWS: a local time that a change to summer time skips is left out, one that is passed twice fires the first
    time only.
    """
    local = datetime.fromtimestamp(after, zone).replace(fold=0)
    while True:
        try:
            local = eventbridge._cron_next_fire(fields, local)
        except ValueError:
            # A field out of range, which AWS refuses at once: upstream's sweep would end here for all schedules.
            return None
        if local is None:
            return None
        due = local.timestamp()
        exists = datetime.fromtimestamp(due, zone).replace(tzinfo=None) == local.replace(tzinfo=None)
        if exists and due > after:
            return due


def fill_context(text, schedule, due):
    """Replaces the context attributes that AWS replaces in the input of a schedule's target."""
    if not text or "<aws.scheduler." not in text:
        return text
    moment = datetime.fromtimestamp(due, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    for name, value in (
        ("scheduled-time", moment),
        ("schedule-arn", schedule["Arn"]),
        ("execution-id", scheduler.new_uuid()),
        ("attempt-number", "1"),
    ):
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def schedules_as_in_aws():
    """Time zones, context attributes, a sweep each second instead of each tenth, and no run lost or doubled by an edit.

    Upstream reads every schedule as UTC; starts to watch a new cron at its first sweep, which loses one that is due
    before that; and, when a disabled schedule is enabled again, fires what it missed meanwhile.
    """
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    scheduler._next_occurrence = next_occurrence
    scheduler._fill_context = fill_context
    scheduler._zone = lambda schedule: ZoneInfo(schedule.get("ScheduleExpressionTimezone") or "UTC")
    # What happened before the emulator started, or before the schedule was last changed, is not made up for.
    scheduler._watched_since = lambda schedule, fired: max(fired, STARTED, schedule["LastModificationDate"])
    source = inspect.getsource(scheduler._tick_schedules)
    for upstream, repaired in (
        (
            "            expr = sched.get",
            "            due = now\n            expr = sched.get",
        ),
        (
            "            at_epoch = _at_time_epoch(expr)\n",
            "            at_epoch = _at_time_epoch(expr)\n"
            "            if at_epoch is not None:\n"
            "                at_epoch = datetime.fromtimestamp(at_epoch, timezone.utc).replace(tzinfo=_zone(sched)).timestamp()\n"
            "                due = at_epoch\n",
        ),
        (
            "if now < at_epoch or state_key in _schedule_last_fired:",
            "if now < at_epoch or _schedule_last_fired.get(state_key, 0) >= sched['LastModificationDate']:",
        ),
        (
            "                    if state_key not in _schedule_last_fired:\n"
            "                        _schedule_last_fired[state_key] = now\n"
            "                        continue\n"
            "                    last_dt = datetime.fromtimestamp(_schedule_last_fired[state_key], tz=timezone.utc)\n"
            "                    next_fire = _eb._cron_next_fire(fields, last_dt)\n"
            "                    if next_fire is None or now_dt < next_fire:\n"
            "                        continue\n",
            "                    due = _next_occurrence(fields, _zone(sched), _watched_since(sched, _schedule_last_fired.get(state_key, 0)))\n"
            "                    if due is None or now < due:\n"
            "                        continue\n",
        ),
        (
            "_eb._invoke_target(target, event, sched)",
            "_eb._invoke_target({**target, 'Input': _fill_context(target.get('Input'), sched, due)}, event, sched)",
        ),
    ):
        require(source.count(upstream) == 1, f"_tick_schedules no longer reads {upstream.strip()!r}")
        source = source.replace(upstream, repaired)
    exec(compile(source, "repaired _tick_schedules", "exec"), vars(scheduler))


def machines_without_executions():
    """The state of Step Functions that a deployed stack needs. With the executions it takes a second after some thousand."""
    require("_executions" in vars(machines) and "_state_machines" in vars(machines), "Step Functions keeps its state elsewhere")
    stores = ("state_machines", "tags", "activities", "state_machine_versions", "state_machine_aliases")
    return {name: copy.deepcopy(vars(machines)[f"_{name}"]) for name in stores}


def events_of_stacks():
    """How many events all stacks have had. Each change of a stack is at least one."""
    return sum(len(events) for events in list(stacks._stack_events._data.values()))


def queues_that_keep_their_names():
    """The URL of a queue has the port of the emulator, and upstream finds the queues that it consumes by their URLs: one
    that came back on another port would consume nothing. Here the port in a URL is always the same and only a part of the
    name: whoever listens there, clients ask AWS_ENDPOINT_URL."""
    made = inspect.getsource(sqs._queue_url_for_account)
    require("://{DEFAULT_HOST}:{DEFAULT_PORT}/{account_id}/{name}" in made, "the URLs of queues are made in another way")
    require(sqs._CANONICAL_NETLOC == f"{sqs.DEFAULT_HOST}:{sqs.DEFAULT_PORT}", "the URLs of queues are compared in another way")
    sqs.DEFAULT_PORT = QUEUE_PORT
    sqs._CANONICAL_NETLOC = f"{sqs.DEFAULT_HOST}:{QUEUE_PORT}"
    # A state that was written before this repair has the port of its time wherever such a URL stands.
    of_any_port = re.compile(rf"://{re.escape(sqs.DEFAULT_HOST)}:\d+(?=/\d{{12}}/)")
    for name in ("sqs", "cloudformation", "lambda"):
        file = pathlib.Path(persistence.STATE_DIR, f"{name}.json")
        before = file.read_text() if persistence.PERSIST_STATE and file.exists() else ""
        after = of_any_port.sub(f"://{sqs._CANONICAL_NETLOC}", before)
        if after != before:
            beside = file.with_suffix(".new")
            beside.write_text(after)
            beside.replace(file)


def file_of(name):
    """Which file holds the state of a service, if there is one. Each time it is written it is another."""
    try:
        found = os.stat(os.path.join(persistence.STATE_DIR, f"{name}.json"))
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


class KeptState:
    """What the services hold, written whenever it changed.

    Not the logs and the executions of state machines: they only grow, and nothing depends on them.
    """

    def __init__(self):
        self.written = {}
        self.copied = collections.deque(maxlen=2)

    def write(self, states):
        """One round over the services."""
        events = events_of_stacks()
        for name, state_of in states.items():
            if name == "cloudwatch_logs":
                continue
            if name == "stepfunctions":
                state_of = machines_without_executions
            # To copy the stacks takes 0.4 s, in which everything else waits. What changes with an event may do so
            # a moment after it: they are copied twice.
            if name == "cloudformation" and list(self.copied) == [events, events]:
                continue
            try:
                state = state_of()
                text = json.dumps(state, default=persistence._json_default)
            except RuntimeError:
                # It changed while it was copied; the next round has it.
                continue
            if state is not None and self.written.get(name) != hash(text):
                before = file_of(name)
                persistence.save_state(name, state)
                if file_of(name) == before:
                    # It could not be written, which upstream only logs; the next round tries again.
                    continue
                self.written[name] = hash(text)
            if name == "cloudformation":
                self.copied.append(events)
                # What is deployed by now stays: who collects cycles need not look at it again.
                if list(self.copied) == [events, events]:
                    gc.freeze()
            # Others work in between.
            time.sleep(0.02)


def state_that_survives_a_kill():
    """Upstream writes its state when it is asked to end; here what changed is written every few seconds as well."""
    from ministack import app

    require(callable(getattr(app, "_build_persistence_save_dict", None)), "the list of what is persisted has moved")
    require("os.replace(tmp, path)" in inspect.getsource(persistence.save_state), "a state is written in another way")
    require(scheduler._ticker_thread is None, "the scheduler starts before the state is loaded")
    logging.getLogger("persistence").setLevel(logging.WARNING)
    kept = KeptState()

    def keep():
        while persistence.PERSIST_STATE:
            time.sleep(KEEP_EVERY)
            # It starts after the state of the last time was loaded, which must not be overwritten before.
            if scheduler._ticker_thread is not None:
                kept.write(app._build_persistence_save_dict())

    threading.Thread(target=keep, daemon=True, name="keeps-state").start()


def batches_need_the_single_permission():
    """AWS knows no permission for SQS batches: who may send a message may send ten. Upstream asks for its own."""
    upstream = iam_actions.extract_iam_action
    require("Batch" not in inspect.getsource(upstream), "extract_iam_action knows batches now")
    single = {
        "sqs:SendMessageBatch": "sqs:SendMessage",
        "sqs:DeleteMessageBatch": "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibilityBatch": "sqs:ChangeMessageVisibility",
    }

    def repaired(*request):
        action = upstream(*request)
        return single.get(action, action)

    iam_actions.extract_iam_action = repaired


def concurrency_as_a_number():
    """A number from a template arrives as a string in ScalingConfig and stops every event source mapping."""
    upstream = functions._sqs_esm_concurrency
    require("get(\"MaximumConcurrency\") or _ESM_SQS_DEFAULT" in inspect.getsource(upstream), "_sqs_esm_concurrency changed")

    def repaired(mapping, *rest):
        scaling = mapping.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return upstream(mapping, *rest)

    functions._sqs_esm_concurrency = repaired


def throttles_that_are_tried_again():
    """Upstream gives a call that found no free environment to a state machine as `Lambda.Unknown`, which none retries."""
    replaced(
        machines._call_lambda,
        (
            "                body.get(\"errorType\", \"Lambda.Unknown\"),\n",
            "                \"Lambda.TooManyRequestsException\" if result.get(\"throttle\") else body.get(\"errorType\", \"Lambda.Unknown\"),\n",
        ),
    )


def main():
    installed = importlib.metadata.version("ministack")
    require(installed == VERSION, f"ministack {installed} is installed, {VERSION} is pinned")
    emulator_speed.quicken()
    schedules_as_in_aws()
    batches_need_the_single_permission()
    concurrency_as_a_number()
    queues_that_keep_their_names()
    state_that_survives_a_kill()
    throttles_that_are_tried_again()
    from ministack.app import main as serve

    sys.exit(serve())


if __name__ == "__main__":
    main()
