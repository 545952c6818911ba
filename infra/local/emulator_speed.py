"""Repairs of the emulator that change nothing but its speed: it is one Python process, and what it does for each call is
added to what Rostrum's functions need.

Found by profiling 20 councils at once, which are 140 calls. Each repair tells what it saves.
"""

import collections
import contextlib
import functools
import gc
import hashlib
import inspect
import queue
import re
import socket
import socketserver
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import jsonata
import ministack.core.lambda_runtime as environments
import ministack.services.lambda_svc as functions
import ministack.services.stepfunctions as machines

from repair import replaced, require


def runtime_api_without_nagle():
    """A warm call takes 9 ms instead of 52: the runtime API answers in two small packets."""
    require(not socketserver.StreamRequestHandler.disable_nagle_algorithm, "Python disables Nagle by itself now")
    socketserver.StreamRequestHandler.disable_nagle_algorithm = True


class SleepingServer(socketserver.ThreadingTCPServer):
    """Sleeps until somebody connects, and is woken by a connection when it has to end."""

    def serve_forever(self, poll_interval=None):
        super().serve_forever(None)

    def shutdown(self):
        self._BaseServer__shutdown_request = True
        with contextlib.suppress(OSError):
            socket.create_connection(self.server_address).close()
        super().shutdown()


def environments_that_sleep():
    """The server of each environment, and there are a hundred, looks ten times a second whether it has to end."""
    spawn = inspect.getsource(environments.ProvidedWorker._spawn)
    require("(socketserver.ThreadingTCPServer)" in spawn and '"poll_interval": 0.1' in spawn, "environments have another server")
    socketserver.ThreadingTCPServer = SleepingServer


def code_hashed_once():
    """Upstream hashes the zips of all functions each time it writes its state."""
    functions._digest = functools.lru_cache(maxsize=32)(lambda code: hashlib.sha256(code).hexdigest())
    replaced(functions._write_code_blob, ("hashlib.sha256(code_zip).hexdigest()", "_digest(code_zip)"))


def cycles_collected_less_often():
    """All threads wait while cycles are collected."""
    gc.set_threshold(10_000, 20, 20)


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
    invoke, drain = worker.invoke, worker._drain_stderr_bounded
    require("log = self._drain_stderr_bounded()" in inspect.getsource(invoke), "answers wait for their logs elsewhere")
    waits_for_words = "self._drain_stderr_bounded(first_line_wait=" in inspect.getsource(worker._init_log_suffix)
    require(waits_for_words, "a failed start is explained in another way")

    def answer_first(self, **waits):
        # Who says how long to wait explains why an environment did not start, and needs the words themselves.
        if waits:
            return drain(self, **waits)
        self._late_log = LateLog(self)
        return self._late_log

    def after_the_last_log(self, *arguments, **options):
        before = vars(self).pop("_late_log", None)
        # As a text it is empty: it must not be asked whether it is true.
        if before is not None:
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
    build = vars(environments)["_build_handler_class"]
    worker._build_handler_class = lambda *of: type("RuntimeAPIHandler", (QuickRequests, build(*of)), {})


def threads_used_again():
    """Upstream makes a pool of one thread for each Task that has a time-out, which is each of ours."""
    machines._timed_tasks = ThreadPoolExecutor(max_workers=1000, thread_name_prefix="timed-task")
    replaced(
        machines._invoke_resource_with_timeout,
        ("    pool = ThreadPoolExecutor(max_workers=1)\n", ""),
        ("pool.submit(", "_timed_tasks.submit("),
        ("    pool.shutdown(wait=False)\n", ""),
    )


class QuickRequests:
    """Requests as the runtime clients send them: one line and headers that are not folded. Reading them with the parser of
    e-mails, and a date in each answer, is most of what the runtime API costs."""

    # Headers and body leave together.
    wbufsize = 1 << 16

    def parse_request(self):
        words = self.raw_requestline.decode("latin-1").split()
        if len(words) != 3 or words[2] != "HTTP/1.1":
            return super().parse_request()
        self.requestline = " ".join(words)
        self.command, self.path, self.request_version = words
        self.headers = {}
        for line in iter(self.rfile.readline, b"\r\n"):
            if not line:
                return False
            name, _, value = line.decode("latin-1").partition(":")
            self.headers[name.title()] = value.strip()
        self.close_connection = self.headers.get("Connection", "").lower() == "close"
        return True

    def send_response(self, code, message=None):
        self.send_response_only(code, message)


def member(path, bindings):
    """What the path leads to, if all on the way are objects and the last is one or plain: no list, and not null, of which
    JSONata has its own idea."""
    found = bindings
    for name in path[1:].split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found if isinstance(found, (bool, dict, float, int, str)) else None


class Expressions:
    """JSONata expressions, parsed once: a parser for each thread and a parse for each evaluation take a third of the
    time of a state machine. An expression is used by one thread at a time."""

    # A path to a member, without words that mean something else.
    PATH = re.compile(r"\$[A-Za-z]\w*(\.(?!(?:true|false|null)\b)[A-Za-z]\w*)*", re.ASCII)

    # Upstream gives an evaluation one second of wall time, as AWS does; here threads wait for each other that long.
    BOUND_MILLISECONDS = 10_000

    def __init__(self):
        self.idle = collections.defaultdict(collections.deque)

    def evaluate(self, text, bindings):
        if self.PATH.fullmatch(text) and (found := member(text, bindings)) is not None:
            return found
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


def quicken():
    """All of the above."""
    cycles_collected_less_often()
    runtime_api_without_nagle()
    environments_that_sleep()
    code_hashed_once()
    executions_that_start_at_once()
    expressions_parsed_once()
    answers_that_do_not_wait()
    threads_used_again()
