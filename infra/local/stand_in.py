#!/usr/bin/env python3
"""A function's `bootstrap` that does what cases.json beside it says, and writes down what it was sent.

The case is the campaign of the slot. A job of a function that has several is told after its name. A function that crashes
so many `times` only does, from then on, what else is said of it.
"""

import http.client
import json
import os
import pathlib
import sys

PATH = "/2018-06-01/runtime/invocation"


def ask(method, path, body=None):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    connection.request(method, PATH + path, body)
    answer = connection.getresponse()
    return answer.getheader("Lambda-Runtime-Aws-Request-Id"), answer.read()


def main():
    behaviours = json.loads(pathlib.Path(__file__).with_name("cases.json").read_text())
    while True:
        request, text = ask("GET", "/next")
        if not request:
            return
        event = json.loads(text)
        role = " ".join(filter(None, [os.environ["AWS_LAMBDA_FUNCTION_NAME"], event.get("job")]))
        case = event.get("campaign_id") or event["slot"]["campaign_id"]
        call = json.dumps([case, role, event]) + "\n"
        with open(os.environ["CALLS"], "a+") as calls:
            calls.write(call)
            calls.seek(0)
            count = calls.readlines().count(call)
        behaviour = behaviours[case][role]
        if "crash" in behaviour and count <= behaviour.get("times", count):
            sys.exit(behaviour["crash"])
        if "error" in behaviour:
            error = {"errorType": behaviour["error"], "errorMessage": "as the case wants it. " * 200}
            ask("POST", f"/{request}/error", json.dumps(error))
        else:
            ask("POST", f"/{request}/response", json.dumps(behaviour["answer"]))


main()
