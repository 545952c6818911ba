"""The repairs of emulator_speed.py, against the installed ministack."""

import hashlib
import http.client
import http.server
import io
import pathlib
import queue
import socket
import tempfile
import threading
import time
import types
import unittest
import zipfile
from concurrent.futures import ThreadPoolExecutor

import emulator_speed
import ministack.core.lambda_runtime as environments
import ministack.services.lambda_svc as functions
import ministack.services.stepfunctions as machines

BOUND_SECONDS = 5


def until(condition, otherwise):
    """Waits until it holds, and fails if it does not come to that."""
    deadline = time.monotonic() + BOUND_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise)
        time.sleep(0.001)


class Expressions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        emulator_speed.expressions_parsed_once()

    def evaluate(self, text, given):
        return machines._evaluate_jsonata(text, given, {"variables": {"nothing": None}})

    def test_each_thread_gets_its_own_value(self):
        found = {}

        def work(number):
            found[number] = {self.evaluate("$states.input.number & '!'", {"number": number}) for _ in range(50)}

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, {number: {f"{number}!"} for number in range(8)})
        parsed = len(machines._expressions.idle["$states.input.number & '!'"])
        self.assertTrue(1 <= parsed <= 8, f"{parsed} expressions are kept for 8 threads")

    def test_null_is_a_value_and_nothing_is_none(self):
        self.assertIsNone(self.evaluate("$nothing", {}))
        for _ in range(2):
            with self.assertRaises(machines._ExecutionError) as caught:
                self.evaluate("$states.input.missing", {})
            self.assertEqual(caught.exception.error, "States.QueryEvaluationError")
        self.assertEqual(self.evaluate("$states.input.missing", {"missing": 1}), 1)

    def test_a_path_to_a_member_gives_what_jsonata_gives(self):
        given = {
            "text": "words", "none": None, "empty": "", "zero": 0, "no": False, "inner": {"list": [1], "null": None, "deep": {"er": 1.5}},
            "true": 1, "lists": [{"a": 1}, {"a": 2}], "one": [{"a": 1}],
        }
        paths = ["", ".text", ".none", ".empty", ".zero", ".no", ".inner", ".inner.list", ".inner.null", ".inner.deep.er", ".text.deep"]
        paths += [".true", ".lists", ".lists.a", ".one", ".one.a", ".missing", ".inner.missing"]
        whole = machines._expressions.PATH
        try:
            for path in paths:
                found = []
                # The second never matches: the library evaluates everything.
                for machines._expressions.PATH in (whole, emulator_speed.re.compile(r"(?!)")):
                    try:
                        found.append(self.evaluate(f"$states.input{path}", given))
                    except machines._ExecutionError as error:
                        found.append(error.error)
                self.assertEqual(*found, path)
                self.assertIs(type(found[0]), type(found[1]), path)
        finally:
            machines._expressions.PATH = whole


class TimedTasks(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        emulator_speed.threads_used_again()

    def setUp(self):
        self.saved = machines._invoke_resource

    def tearDown(self):
        machines._invoke_resource = self.saved

    def test_one_thread_after_the_other_is_the_same(self):
        machines._invoke_resource = lambda resource, given: threading.current_thread().name
        machines._timed_tasks = ThreadPoolExecutor(thread_name_prefix="timed-task")
        names = set()
        for _ in range(20):
            names.add(machines._invoke_resource_with_timeout("resource", {}, 5))
            # A thread counts as idle a moment after its answer.
            until(lambda: machines._timed_tasks._idle_semaphore._value, "the thread does not become idle")
        self.assertEqual(len(names), 1)

    def test_a_task_that_takes_too_long_ends_by_its_name(self):
        ended = threading.Event()
        machines._invoke_resource = lambda resource, given: ended.wait(5)
        with self.assertRaises(machines._ExecutionError) as caught:
            machines._invoke_resource_with_timeout("resource", {}, 0.01)
        ended.set()
        self.assertEqual(caught.exception.error, "States.Timeout")


class Requests(unittest.TestCase):
    """Requests of real clients."""

    def setUp(self):
        class Echo(emulator_speed.QuickRequests, http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(202)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self.server = emulator_speed.SleepingServer(("127.0.0.1", 0), Echo)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def tearDown(self):
        self.server.shutdown()
        self.server.server_close()

    def test_many_go_over_one_connection(self):
        client = http.client.HTTPConnection(*self.server.server_address, timeout=BOUND_SECONDS)
        try:
            for body in ("one", "", "ü: three\r\n\r\n"):
                client.request("POST", "/answer", body.encode(), {"content-LENGTH": str(len(body.encode()))})
                connection = client.sock
                answer = client.getresponse()
                self.assertEqual((answer.status, answer.read().decode()), (202, body))
                self.assertIs(client.sock, connection)
        finally:
            client.close()

    def raw(self, request):
        with socket.create_connection(self.server.server_address, timeout=BOUND_SECONDS) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return connection.makefile("rb").read()

    def test_who_asks_for_it_is_hung_up_on(self):
        answer = self.raw(b"POST /a HTTP/1.1\r\nConnection: close\r\n\r\nPOST /b HTTP/1.1\r\n\r\n")
        self.assertEqual(answer, b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")

    def test_other_requests_are_left_to_the_library(self):
        self.assertIn(b"501", self.raw(b"BREW /pot HTTP/1.1\r\n\r\n"))
        self.assertIn(b"400", self.raw(b"POST /a nonsense\r\n\r\n"))
        self.assertIn(b"202", self.raw(b"POST /a HTTP/1.0\r\n\r\n"))

    def test_half_a_request_is_none(self):
        self.assertEqual(self.raw(b"POST /a HTTP/1.1\r\nContent-Le"), b"")


class Code(unittest.TestCase):
    def test_a_zip_is_hashed_once_and_written_whenever_it_is_missing(self):
        saved = functions._write_code_blob, functions.CODE_BLOB_DIR
        try:
            emulator_speed.code_hashed_once()
            with tempfile.TemporaryDirectory() as folder:
                functions.CODE_BLOB_DIR = folder
                written = pathlib.Path(folder, hashlib.sha256(b"zip").hexdigest() + ".zip")
                for _ in range(2):
                    self.assertEqual(functions._write_code_blob(b"zip"), written.stem)
                    self.assertEqual(written.read_bytes(), b"zip")
                    written.unlink()
            self.assertEqual(functions._digest.cache_info().misses, 1)
        finally:
            functions._write_code_blob, functions.CODE_BLOB_DIR = saved


class Servers(unittest.TestCase):
    def setUp(self):
        self.connected = queue.Queue()
        handler = lambda request, address, server: self.connected.put(address)
        self.server = emulator_speed.SleepingServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)

    def tearDown(self):
        self.server.server_close()

    def test_one_that_sleeps_is_woken_to_end(self):
        self.thread.start()
        with socket.create_connection(self.server.server_address):
            self.connected.get(timeout=5)
        self.server.shutdown()
        self.thread.join(timeout=5)
        self.assertFalse(self.thread.is_alive())

    def test_one_that_ended_can_be_told_again(self):
        self.thread.start()
        self.server.shutdown()
        self.server.server_close()
        self.server.shutdown()
        self.thread.join(timeout=5)
        self.assertFalse(self.thread.is_alive())


class Answers(unittest.TestCase):
    """Answers that do not wait for their logs, and logs that come after them."""

    def setUp(self):
        self.worker = types.SimpleNamespace(_stderr_queue=queue.Queue())
        self.written = queue.Queue()
        self.logs = emulator_speed.LateLogs(lambda *entry, **options: self.written.put((entry, options)))

    def test_what_arrives_after_the_answer_is_written_down(self):
        self.worker._stderr_queue.put("first")
        self.logs.put({}, "request", emulator_speed.LateLog(self.worker), False, 7, log_source=None)
        self.worker._stderr_queue.put("second")
        self.assertEqual(self.written.get(timeout=5), (({}, "request", "first\nsecond", False, 7), {"log_source": None}))

    def test_what_the_next_invocation_logs_is_its_own(self):
        before = emulator_speed.LateLog(self.worker)
        self.worker._stderr_queue.put("first")
        self.logs.put({}, "one", before, False, 7)
        before.gather()
        self.worker._stderr_queue.put("second")
        self.logs.put({}, "two", emulator_speed.LateLog(self.worker), False, 8)
        self.assertEqual([self.written.get(timeout=5)[0][1:3] for _ in range(2)], [("one", "first"), ("two", "second")])

    def test_other_logs_are_written_at_once(self):
        self.logs.put({}, "request", "a line", True, 7)
        self.assertEqual(self.written.get_nowait()[0], ({}, "request", "a line", True, 7))


class Environments(unittest.TestCase):
    """Environments with a process, as the emulator runs them."""

    # Logs what it is sent, answers, and asks for more.
    ECHO = """#!/usr/bin/env python3
import http.client, os
runtime = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    runtime.request("GET", "/2018-06-01/runtime/invocation/next")
    answer = runtime.getresponse()
    if answer.status != 200:
        break
    text = answer.read()
    print(text.decode(), flush=True)
    request = answer.getheader("Lambda-Runtime-Aws-Request-Id")
    runtime.request("POST", f"/2018-06-01/runtime/invocation/{request}/response", text)
    runtime.getresponse().read()
"""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        worker = environments.ProvidedWorker
        for changed, name in (
            (worker, "_drain_stderr_bounded"),
            (worker, "invoke"),
            (worker, "_build_handler_class"),
            (functions, "_emit_lambda_logs"),
            (environments, "_PROVIDED_POLL"),
            (functions, "_PROVIDED_CODE_CACHE"),
        ):
            own = name in vars(changed)
            self.addCleanup(*(setattr, changed, name, getattr(changed, name)) if own else (delattr, changed, name))
        functions._PROVIDED_CODE_CACHE = folder.name
        self.addCleanup(environments.logger.setLevel, environments.logger.level)
        environments.logger.setLevel("WARNING")
        emulator_speed.answers_that_do_not_wait()

    def environment(self, bootstrap):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("bootstrap", bootstrap)
        arn = "arn:aws:lambda:us-east-1:000000000000:function:echo"
        config = {"FunctionName": "echo", "FunctionArn": arn, "Timeout": BOUND_SECONDS}
        worker = environments.ProvidedWorker("echo", config, archive.getvalue())
        self.addCleanup(worker._teardown)
        return worker

    def logged(self, worker):
        until(worker._stderr_queue.qsize, "nothing was logged")

    def test_one_answers_before_its_log(self):
        worker = self.environment(self.ECHO)
        answer = worker.invoke("a line", "one")
        self.assertEqual((answer["status"], answer["result"], answer["log"]), ("ok", "a line", ""))
        self.logged(worker)
        self.assertEqual(answer["log"].gather(), '"a line"')

    def test_the_log_of_one_invocation_is_not_given_to_the_next(self):
        worker = self.environment(self.ECHO)
        one = worker.invoke("first", "one")["log"]
        self.logged(worker)
        two = worker.invoke("second", "two")["log"]
        self.logged(worker)
        self.assertEqual((two.gather(), one.gather()), ('"second"', '"first"'))

    def test_one_that_dies_while_it_starts_tells_why(self):
        worker = self.environment("#!/bin/sh\necho there is no database >&2\nexit 3\n")
        with self.assertRaises(RuntimeError) as caught:
            worker.invoke({}, "one")
        self.assertEqual(str(caught.exception), "bootstrap exited during init with code 3: there is no database")

    def test_one_that_starts_for_too_long_tells_why(self):
        worker = self.environment("#!/bin/sh\necho waiting for a database\nexec sleep 60\n")
        with self.assertRaises(environments.ProvidedInitTimeout) as caught:
            worker._spawn(init_timeout=0.5)
        self.assertEqual(str(caught.exception), "bootstrap did not reach the Runtime API within 0.5s: waiting for a database")


if __name__ == "__main__":
    unittest.main()
