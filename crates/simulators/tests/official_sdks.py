"""Drives a running model simulator with the providers' own Python packages.

    pip install anthropic openai
    python official_sdks.py http://127.0.0.1:PORT

Ends with "N passed, M failed" and exit code 0 if nothing failed. Needs no key and no internet. It sets and clears
faults at the simulator, so it must be alone there.
"""

import json
import sys
import urllib.request

import anthropic
import openai

BASE = sys.argv[1].rstrip("/")
CLAUDE, GPT, GROK = "claude-haiku-5-5", "gpt-6-luna", "grok-4.7"
SCHEMA = {
    "type": "object",
    "properties": {
        "text": {"type": "string"},
        "hashtags": {"type": "array", "items": {"type": "string"}},
        "tone": {"type": "string", "enum": ["warm", "dry"]},
    },
    "required": ["text", "hashtags", "tone"],
    "additionalProperties": False,
}
USER = [{"role": "user", "content": "Write a short post about rain in the city."}]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def control(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{BASE}/_control/{path}", data, headers, method=method)
    # No proxy of the environment stands before the loopback address.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return answer.read()


def claude(key="sk-ant-any", **options):
    return anthropic.Anthropic(api_key=key, base_url=f"{BASE}/anthropic", max_retries=0, **options)


def gpt(key="sk-any"):
    return openai.OpenAI(api_key=key, base_url=f"{BASE}/openai/v1", max_retries=0)


def grok(key="xai-any"):
    return openai.OpenAI(api_key=key, base_url=f"{BASE}/xai/v1", max_retries=0)


def claude_text(message):
    return "".join(block.text for block in message.content if block.type == "text")


def assert_post(text):
    post = json.loads(text)
    assert set(post) == {"text", "hashtags", "tone"}, post
    assert isinstance(post["text"], str) and isinstance(post["hashtags"], list)
    assert post["tone"] in ("warm", "dry")


def raises(kind, call):
    try:
        call()
    except kind as error:
        assert type(error) is kind, type(error)
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


@check
def anthropic_plain():
    message = claude().messages.create(model=CLAUDE, max_tokens=64, messages=USER)
    assert message.type == "message" and message.role == "assistant" and message.model == CLAUDE
    assert message.id.startswith("msg_") and message._request_id.startswith("req_")
    assert message.stop_reason in ("end_turn", "max_tokens")
    assert claude_text(message)
    assert message.usage.input_tokens + (message.usage.cache_read_input_tokens or 0) > 0
    assert message.usage.output_tokens > 0


@check
def anthropic_system_and_turns():
    message = claude().messages.create(
        model=CLAUDE,
        max_tokens=64,
        system=[{"type": "text", "text": "You are brief.", "cache_control": {"type": "ephemeral"}}],
        messages=[
            {"role": "user", "content": "Say one."},
            {"role": "assistant", "content": "One."},
            {"role": "user", "content": [{"type": "text", "text": "Say two."}]},
        ],
    )
    assert claude_text(message)


@check
def anthropic_json_schema():
    message = claude().messages.create(
        model=CLAUDE,
        max_tokens=512,
        messages=USER,
        extra_body={"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}},
    )
    assert message.stop_reason == "end_turn", message.stop_reason
    assert_post(claude_text(message))


@check
def anthropic_stream():
    with claude().messages.stream(model=CLAUDE, max_tokens=64, messages=USER) as stream:
        pieces = list(stream.text_stream)
        message = stream.get_final_message()
    assert len(pieces) > 1 and "".join(pieces) == claude_text(message)
    assert message.usage.output_tokens > 0 and message.stop_reason


@check
def anthropic_raw_stream_events():
    events = claude().messages.create(model=CLAUDE, max_tokens=64, messages=USER, stream=True)
    kinds = [event.type for event in events]
    assert kinds[0] == "message_start" and kinds[-2:] == ["message_delta", "message_stop"], kinds
    assert kinds.count("content_block_start") == kinds.count("content_block_stop") == 2


@check
def anthropic_models():
    assert CLAUDE in [model.id for model in claude().models.list()]


@check
def anthropic_bearer():
    client = anthropic.Anthropic(auth_token="any", base_url=f"{BASE}/anthropic", max_retries=0)
    assert claude_text(client.messages.create(model=CLAUDE, max_tokens=16, messages=USER))


@check
def anthropic_errors():
    def call(client=None, **changes):
        options = {"model": CLAUDE, "max_tokens": 16, "messages": USER, **changes}
        return lambda: (client or claude()).messages.create(**options)

    error = raises(anthropic.NotFoundError, call(model="claude-none"))
    assert error.body["error"]["type"] == "not_found_error" and error.body["request_id"]
    for change in (
        {"extra_body": {"temperature": 0.2}},
        {"messages": USER + [{"role": "assistant", "content": "It"}]},
        {"messages": []},
        {"extra_body": {"tool_choice": {"type": "any"}}},
        {"extra_body": {"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}},
        {"extra_headers": {"anthropic-version": "1999-01-01"}},
    ):
        error = raises(anthropic.BadRequestError, call(**change))
        assert error.body["error"]["type"] == "invalid_request_error"
    for kind, expected, status in (
        ("unauthorized", anthropic.AuthenticationError, 401),
        ("rate_limited", anthropic.RateLimitError, 429),
        ("server_error", anthropic.InternalServerError, 500),
    ):
        control("PUT", "faults", [{"kind": kind, "provider": "anthropic", "times": 1, "retry_after_seconds": 7}])
        error = raises(expected, call())
        assert error.status_code == status
        if kind == "rate_limited":
            assert error.response.headers["retry-after"] == "7"
    for kind, status in (("overloaded", 529), ("quota", 402)):
        control("PUT", "faults", [{"kind": kind, "times": 1}])
        try:
            call()()
            raise AssertionError(kind)
        except anthropic.APIStatusError as error:
            assert error.status_code == status
    control("PUT", "faults", [{"kind": "refusal", "times": 1}])
    assert call()().stop_reason == "refusal"


@check
def openai_response():
    response = gpt().responses.create(model=GPT, instructions="Be brief.", input="Rain?", max_output_tokens=64, store=False)
    assert response.object == "response" and response.model == GPT
    assert response.status in ("completed", "incomplete")
    assert response.output_text and response._request_id.startswith("req_")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens > 0
    assert [item.type for item in response.output] == ["reasoning", "message"]


@check
def openai_response_json_schema():
    response = gpt().responses.create(
        model=GPT,
        input=[{"role": "developer", "content": "Be brief."}, *USER],
        max_output_tokens=512,
        text={"format": {"type": "json_schema", "name": "post", "strict": True, "schema": SCHEMA}},
    )
    assert_post(response.output_text)


@check
def openai_response_stream():
    with gpt().responses.stream(model=GPT, input=USER, max_output_tokens=64) as stream:
        events = list(stream)
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert len(deltas) > 1 and "".join(deltas) == events[-1].response.output_text
    kinds = [event.type for event in gpt().responses.create(model=GPT, input=USER, max_output_tokens=64, stream=True)]
    assert kinds[0] == "response.created" and kinds[-1] in ("response.completed", "response.incomplete"), kinds


@check
def openai_chat():
    completion = gpt().chat.completions.create(model=GPT, messages=USER, max_completion_tokens=64)
    choice = completion.choices[0]
    assert completion.object == "chat.completion" and choice.message.content
    assert choice.finish_reason in ("stop", "length")
    assert completion.usage.completion_tokens > 0


@check
def openai_chat_json_schema():
    completion = gpt().chat.completions.create(
        model=GPT,
        messages=[{"role": "developer", "content": "Be brief."}, *USER],
        response_format={"type": "json_schema", "json_schema": {"name": "post", "strict": True, "schema": SCHEMA}},
    )
    assert_post(completion.choices[0].message.content)


@check
def openai_chat_stream():
    chunks = list(
        gpt().chat.completions.create(
            model=GPT, messages=USER, max_completion_tokens=64, stream=True, stream_options={"include_usage": True}
        )
    )
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert len(chunks) > 3 and text
    assert chunks[-1].usage.total_tokens > 0 and chunks[-2].choices[0].finish_reason


@check
def openai_models():
    assert GPT in [model.id for model in gpt().models.list()]


@check
def openai_errors():
    def call(**changes):
        return lambda: gpt().responses.create(**{"model": GPT, "input": USER, "max_output_tokens": 64, **changes})

    error = raises(openai.NotFoundError, call(model="gpt-none"))
    assert error.code == "model_not_found"
    error = raises(openai.BadRequestError, call(temperature=0.2))
    assert error.param == "temperature"
    raises(openai.BadRequestError, call(max_output_tokens=1))
    format = {"type": "json_schema", "name": "x", "strict": True, "schema": {"type": "object", "properties": {}}}
    raises(openai.BadRequestError, call(text={"format": format}))
    chat = gpt().chat.completions
    raises(openai.BadRequestError, lambda: chat.create(model=GPT, messages=USER, max_tokens=9))
    for kind, expected, code in (
        ("unauthorized", openai.AuthenticationError, "invalid_api_key"),
        ("rate_limited", openai.RateLimitError, "rate_limit_exceeded"),
        ("quota", openai.RateLimitError, "credit_balance_exhausted"),
        ("overloaded", openai.InternalServerError, "server_is_overloaded"),
        ("server_error", openai.InternalServerError, "server_error"),
    ):
        control("PUT", "faults", [{"kind": kind, "provider": "openai", "times": 1}])
        assert raises(expected, call()).code == code
    control("PUT", "faults", [{"kind": "refusal", "times": 2}])
    part = call()().output[-1].content[0]
    assert part.type == "refusal" and part.refusal
    assert chat.create(model=GPT, messages=USER, max_completion_tokens=64).choices[0].message.refusal
    control("PUT", "faults", [{"kind": "cut_json", "times": 1}])
    cut = call()()
    assert cut.status == "incomplete" and cut.incomplete_details.reason == "max_output_tokens"
    control("PUT", "faults", [{"kind": "disconnect", "times": 1}])
    raises(openai.APIConnectionError, call())


@check
def xai():
    client = grok()
    response = client.responses.create(
        model=GROK, input=[{"role": "system", "content": "Be brief."}, *USER], max_output_tokens=64
    )
    assert response.output_text and response.model == GROK
    completion = client.chat.completions.create(model=GROK, messages=USER, max_tokens=64, temperature=0.5)
    assert completion.choices[0].message.content
    assert GROK in [model.id for model in client.models.list()]
    raises(openai.NotFoundError, lambda: client.responses.create(model="grok-none", input="x"))
    control("PUT", "faults", [{"kind": "unauthorized", "provider": "xai", "times": 1}])
    raises(openai.BadRequestError, lambda: client.responses.create(model=GROK, input="x"))


@check
def missing_keys():
    def status(path):
        request = urllib.request.Request(BASE + path, b"{}", {"content-type": "application/json"})
        try:
            urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())
        raise AssertionError(path)

    code, body = status("/anthropic/v1/messages")
    assert code == 401 and body["error"]["type"] == "authentication_error"
    code, body = status("/openai/v1/responses")
    assert code == 401 and body["error"]["message"]
    code, body = status("/xai/v1/responses")
    assert code == 401 and isinstance(body["error"], str)


def main():
    failed = 0
    for function in CHECKS:
        control("DELETE", "faults")
        try:
            function()
            print(f"ok      {function.__name__}")
        except Exception as error:  # each check must be told, whatever it ran into
            failed += 1
            print(f"FAILED  {function.__name__}: {type(error).__name__}: {error}")
    control("DELETE", "faults")
    print(f"{len(CHECKS) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
