"""Starts ministack 1.5.33 with the repairs that Rostrum needs.

Every repair asserts first that the pinned source still looks as it did when the repair was written, so that a new
version stops here instead of running half repaired. Remove a repair as soon as upstream has it.
"""

import collections
import copy
import functools
import gc
import hashlib
import importlib.metadata
import inspect
import json
import logging
import queue
import socketserver
import sys
import textwrap
import threading
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo

import jsonata
import ministack.core.iam_actions as iam_actions
import ministack.core.lambda_runtime as environments
import ministack.core.persistence as persistence
import ministack.services.cloudformation as stacks
import ministack.services.eventbridge as eventbridge
import ministack.services.lambda_svc as functions
import ministack.services.scheduler as scheduler
import ministack.services.stepfunctions as machines

VERSION = "1.5.33"
STARTED = time.time()
KEEP_EVERY = 5


def require(condition, what):
    """Stops the launcher when the pinned source is not what a repair was written for."""
    if not condition:
        sys.exit(f"emulator.py: {what}; review the repairs against the installed ministack before raising the pin")


def runtime_api_without_nagle():
    """A warm call takes 9 ms instead of 52: the runtime API answers in two small packets."""
    require(not socketserver.StreamRequestHandler.disable_nagle_algorithm, "Python disables Nagle by itself now")
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


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


def state_that_survives_a_kill():
    """Upstream writes its state when it is asked to end; here what changed is written every few seconds as well.

    Not the logs and the executions of state machines: they only grow, and nothing depends on them.
    """
    from ministack import app

    require(callable(getattr(app, "_build_persistence_save_dict", None)), "the list of what is persisted has moved")
    require(scheduler._ticker_thread is None, "the scheduler starts before the state is loaded")
    logging.getLogger("persistence").setLevel(logging.WARNING)
    written = {}
    copied = collections.deque(maxlen=2)

    def keep():
        while persistence.PERSIST_STATE:
            time.sleep(KEEP_EVERY)
            # It starts after the state of the last time was loaded, which must not be overwritten before.
            if scheduler._ticker_thread is None:
                continue
            events = events_of_stacks()
            for name, state_of in app._build_persistence_save_dict().items():
                if name == "cloudwatch_logs":
                    continue
                if name == "stepfunctions":
                    state_of = machines_without_executions
                # To copy the stacks takes 0.4 s, in which everything else waits. What changes with an event may do so
                # a moment after it: they are copied twice.
                if name == "cloudformation" and list(copied) == [events, events]:
                    continue
                try:
                    state = state_of()
                    text = json.dumps(state, default=persistence._json_default)
                except RuntimeError:
                    # It changed while it was copied; the next round has it.
                    continue
                if state is not None and written.get(name) != hash(text):
                    persistence.save_state(name, state)
                    written[name] = hash(text)
                if name == "cloudformation":
                    copied.append(events)
                    # What is deployed by now stays: who collects cycles need not look at it again.
                    if list(copied) == [events, events]:
                        gc.freeze()
                # Others work in between.
                time.sleep(0.02)

    threading.Thread(target=keep, daemon=True, name="keeps-state").start()


def code_hashed_once():
    """Upstream hashes the zips of all functions each time it writes its state."""
    functions._digest = functools.lru_cache(maxsize=32)(lambda code: hashlib.sha256(code).hexdigest())
    replaced(functions._write_code_blob, ("hashlib.sha256(code_zip).hexdigest()", "_digest(code_zip)"))


def short_turns():
    """All threads share one interpreter: who waits for it has it after half a millisecond, not five, and whoever collects
    cycles, for which all wait, comes less often."""
    sys.setswitchinterval(0.0005)
    gc.set_threshold(10_000, 20, 20)


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


def replaced(function, *changes):
    """Compiles the function anew with each piece of its source, which must stand there once, replaced."""
    source = inspect.getsource(function)
    for upstream, repaired in changes:
        require(source.count(upstream) == 1, f"{function.__name__} no longer reads {upstream.strip()!r}")
        source = source.replace(upstream, repaired)
    module = inspect.getmodule(function)
    exec(compile(source, f"repaired {function.__name__}", "exec"), vars(module))


def executions_that_start_at_once():
    """Upstream lets every execution of a state machine sleep 150 ms before its first state."""
    replaced(machines._run_execution, ("    time.sleep(0.15)\n", ""))


class LateLog(str):
    """What an environment logs about one invocation, taken together after the answer."""

    def __new__(cls, worker):
        log = super().__new__(cls)
        log.arriving = worker._stderr_queue
        log.lines = []
        log.once = threading.Lock()
        return log

    def gather(self):
        """What had arrived when this was asked first: later lines belong to another invocation."""
        with self.once:
            arriving, self.arriving = self.arriving, None
            try:
                while arriving is not None:
                    self.lines.append(arriving.get_nowait())
            except queue.Empty:
                pass
        return "\n".join(self.lines)


class LateLogs:
    """Writes each log down a moment after the answer, or when the same environment is asked again."""

    WAIT_SECONDS = 0.5

    def __init__(self, write):
        self.write = write
        self.waiting = queue.SimpleQueue()
        threading.Thread(target=self.work, daemon=True, name="late-logs").start()

    def put(self, function, request, log, *rest, **options):
        if isinstance(log, LateLog):
            self.waiting.put((time.monotonic() + self.WAIT_SECONDS, function, request, log, rest, options))
        else:
            self.write(function, request, log, *rest, **options)

    def work(self):
        while True:
            due, function, request, log, rest, options = self.waiting.get()
            time.sleep(max(0, due - time.monotonic()))
            self.write(function, request, log.gather(), *rest, **options)


def answers_that_do_not_wait():
    """Upstream holds an answer back until the function has logged nothing for 5 ms, or for 50 ms if it logs nothing at all,
    and looks each millisecond. Its environments wake ten times a second while they have nothing to do."""
    worker = environments.ProvidedWorker
    invoke = worker.invoke
    require("log = self._drain_stderr_bounded()" in inspect.getsource(invoke), "answers wait for their logs elsewhere")

    def answer_first(self):
        self._late_log = LateLog(self)
        return self._late_log

    def after_the_last_log(self, *arguments, **options):
        if before := vars(self).pop("_late_log", None):
            before.gather()
        return invoke(self, *arguments, **options)

    worker._drain_stderr_bounded = answer_first
    worker.invoke = after_the_last_log
    functions._emit_lambda_logs = LateLogs(functions._emit_lambda_logs).put
    environments._PROVIDED_POLL = 0.25
    handlers = worker._build_handler_class
    source = textwrap.dedent(inspect.getsource(handlers))
    require(source.count("timeout=0.1") == 1, "environments wait for work in another way")
    exec(compile(source.replace("timeout=0.1", "timeout=2"), "repaired _build_handler_class", "exec"), vars(environments))
    worker._build_handler_class = vars(environments)["_build_handler_class"]


class Expressions:
    """JSONata expressions, parsed once: a parser for each thread and a parse for each evaluation take a third of the
    time of a state machine. An expression is used by one thread at a time."""

    # Upstream gives an evaluation one second of wall time, as AWS does; here threads wait for each other that long.
    BOUND_MILLISECONDS = 10_000

    def __init__(self):
        self.idle = collections.defaultdict(collections.deque)

    def evaluate(self, text, bindings):
        try:
            expression = self.idle[text].pop()
        except IndexError:
            expression = jsonata.Jsonata.jsonata(text)
            machines._register_sfn_jsonata_functions(expression)
        expression.environment.set_runtime_bounds(self.BOUND_MILLISECONDS, None)
        # The library looks up the expression that a thread evaluates here.
        jsonata.Jsonata.CURRENT.jsonata = expression
        try:
            return expression.evaluate(None, bindings)
        finally:
            self.idle[text].append(expression)


def expressions_parsed_once():
    """What upstream evaluates goes through `Expressions`."""
    require(hasattr(jsonata.Jsonata, "CURRENT"), "jsonata keeps its expression of the thread elsewhere now")
    machines._expressions = Expressions()
    replaced(
        machines._evaluate_jsonata,
        (
            "        expr = jsonata.Jsonata.jsonata(expression, timeout=1000)\n"
            "        _register_sfn_jsonata_functions(expr)\n"
            "        value = expr.evaluate(None, bindings)\n",
            "        value = _expressions.evaluate(expression, bindings)\n",
        ),
    )
    replaced(
        machines._jsonata_result_defined,
        (
            "        probe = jsonata.Jsonata.jsonata(f\"$exists(({expression}))\", timeout=1000)\n"
            "        _register_sfn_jsonata_functions(probe)\n"
            "        return bool(probe.evaluate(None, bindings))\n",
            "        return bool(_expressions.evaluate(f\"$exists(({expression}))\", bindings))\n",
        ),
    )


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
    short_turns()
    runtime_api_without_nagle()
    schedules_as_in_aws()
    batches_need_the_single_permission()
    concurrency_as_a_number()
    code_hashed_once()
    state_that_survives_a_kill()
    executions_that_start_at_once()
    expressions_parsed_once()
    throttles_that_are_tried_again()
    answers_that_do_not_wait()
    from ministack.app import main as serve

    sys.exit(serve())


if __name__ == "__main__":
    main()
