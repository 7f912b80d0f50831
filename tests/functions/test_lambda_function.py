from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.support.lambda_emulator.lambda_function import EventTooLarge, LambdaFunction
from tests.support.lambda_emulator.sandbox import FunctionSettings

Deploy = Callable[..., LambdaFunction]


@pytest.fixture
def deploy(tmp_path: Path) -> Iterator[Deploy]:
    """A function made of the body of its handler, for the length of the test."""
    with ExitStack() as functions:

        def deployed(code: str, **settings: Any) -> LambdaFunction:
            (tmp_path / "handler.py").write_text(code)
            log = tmp_path / "log.txt"
            function = LambdaFunction(FunctionSettings(code=tmp_path, log=log, **settings))
            return functions.enter_context(function)

        yield deployed


def test_an_event_comes_back_from_an_echo(deploy: Deploy) -> None:
    outcome = deploy("handler = lambda event, context: event").invoke({"word": "æ"})
    assert (outcome.payload, outcome.failed) == ({"word": "æ"}, False)


def test_the_context_says_what_lambda_says(deploy: Deploy) -> None:
    code = """
def handler(event, context):
    return [context.function_name, context.memory_limit_in_mb, context.invoked_function_arn,
            context.get_remaining_time_in_millis(), len(context.aws_request_id)]
"""
    name, memory, arn, remaining_ms, id_length = deploy(code, timeout_s=7).invoke({}).payload
    assert (name, memory, id_length) == ("function", "1769", 36)
    assert arn == "arn:aws:lambda:us-east-1:123456789012:function:function"
    assert 6_000 < remaining_ms <= 7_000


def test_a_process_is_started_once_and_sees_nothing_of_this_machine(
    deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THIS_MACHINE", "1")
    function = deploy(
        "import os\nhandler = lambda event, context: [os.getpid(), os.environ.get(event)]",
        env={"ITS_OWN": "2"},
    )
    first, second = function.invoke("SECRET_OF_THIS_MACHINE"), function.invoke("ITS_OWN")
    assert first.init_ms is not None and second.init_ms is None
    assert first.payload[0] == second.payload[0]
    assert (first.payload[1], second.payload[1]) == (None, "2")


def test_an_exception_is_reported_and_the_process_lives_on(deploy: Deploy) -> None:
    function = deploy("""
def handler(event, context):
    return 1 // event
""")
    failed, answered = function.invoke(0), function.invoke(1)
    assert failed.failed and failed.payload["errorType"] == "ZeroDivisionError"
    assert (answered.payload, answered.init_ms) == (1, None)
    assert "[ERROR] ZeroDivisionError" in function.log_text()


def test_a_call_that_hangs_is_killed_and_the_next_gets_a_fresh_process(deploy: Deploy) -> None:
    function = deploy(
        "import time\nhandler = lambda event, context: time.sleep(event)", timeout_s=0.5
    )
    hung, answered = function.invoke(60), function.invoke(0)
    assert hung.payload["errorType"] == "Sandbox.Timedout"
    assert hung.payload["errorMessage"].endswith("Error: Task timed out after 0.50 seconds")
    assert 500 <= hung.duration_ms < 1_500
    assert not answered.failed and answered.init_ms is not None


@pytest.mark.parametrize(
    ("death", "how"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 11)", "signal: segmentation fault"),
    ],
)
def test_a_crash_fails_one_call_only(deploy: Deploy, death: str, how: str) -> None:
    function = deploy(f"""
import os
def handler(event, context):
    if event: {death}
    return "well"
""")
    crashed, answered = function.invoke(True), function.invoke(False)
    assert crashed.payload["errorType"] == "Runtime.ExitError"
    assert crashed.payload["errorMessage"].endswith(f"Error: Runtime exited with error: {how}")
    assert (answered.payload, answered.failed) == ("well", False)


def test_a_handler_that_cannot_be_imported_fails_every_call(deploy: Deploy) -> None:
    function = deploy("import a_module_that_is_not_there")
    first, second = function.invoke({}), function.invoke({})
    assert first.failed and first.payload["errorType"] == "Runtime.ImportModuleError"
    assert second.failed and second.init_ms is not None


def test_an_answer_may_have_six_megabytes(deploy: Deploy) -> None:
    function = deploy("handler = lambda event, context: 'x' * event")
    most = 6_291_556 - len('""')
    assert len(function.invoke(most).payload) == most
    too_large = function.invoke(most + 1)
    assert too_large.payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert function.invoke(1).payload == "x"


def test_an_event_may_have_six_megabytes(deploy: Deploy) -> None:
    function = deploy("handler = lambda event, context: len(event)")
    most = 6_291_556 - len('""')
    assert function.invoke("x" * most).payload == most
    with pytest.raises(EventTooLarge, match="6,291,557 bytes; at most 6,291,556"):
        function.invoke("x" * (most + 1))


def test_nothing_runs_between_two_calls(deploy: Deploy) -> None:
    function = deploy("""
import os, threading, time
def handler(event, context):
    threading.Timer(1.0, os._exit, [1]).start()
    time.sleep(0.5)  # in which the timer of the call before ends the process
    return time.monotonic()
""")
    function.invoke({})
    time.sleep(1.0)
    assert function.invoke({}).payload["errorType"] == "Runtime.ExitError"


def test_a_process_that_ends_right_after_its_answer_is_not_missed(deploy: Deploy) -> None:
    function = deploy("""
import os
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient
answer = LambdaRuntimeClient.post_invocation_result
def answer_and_die(*arguments):
    answer(*arguments)
    os._exit(0)
LambdaRuntimeClient.post_invocation_result = answer_and_die
handler = lambda event, context: os.getpid()
""")
    first, second = function.invoke({}), function.invoke({})
    assert not first.failed and not second.failed
    assert first.payload != second.payload


def test_hooks_of_a_snapshot_run_around_it(deploy: Deploy) -> None:
    function = deploy(
        """
from snapshot_restore_py import register_after_restore, register_before_snapshot
ran = []
register_before_snapshot(ran.append, "before")
register_after_restore(ran.append, "after")
handler = lambda event, context: ran
""",
        initialization="snap-start",
    )
    assert function.invoke({}).payload == ["before", "after"]


def test_its_log_holds_lines_and_records(deploy: Deploy) -> None:
    function = deploy("""
import json, sys
def handler(event, context):
    print(json.dumps({"level": "INFO"}))
    print("to stderr", file=sys.stderr)
""")
    function.invoke({})
    assert function.log_records() == [{"level": "INFO"}]
    assert "to stderr" in function.log_text()


def test_no_process_outlives_its_function(deploy: Deploy) -> None:
    function = deploy("import os\nhandler = lambda event, context: os.getpid()")
    pid = function.invoke({}).payload
    function.end()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, signal.SIG_DFL)
