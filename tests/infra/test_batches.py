"""What batches are worked on with: queue, function, and who calls it."""

from __future__ import annotations

from tests.support.assembly import Assembly

WORKER = "BatchFunction"


def test_queues_are_encrypted_and_lose_no_message_too_early(either: Assembly) -> None:
    queue = either.one("AWS::SQS::Queue", "BatchesQueue").properties
    dead = either.one("AWS::SQS::Queue", "BatchesDeadLetters")
    assert queue["SqsManagedSseEnabled"] is True
    assert dead.properties["SqsManagedSseEnabled"] is True
    function = either.one("AWS::Lambda::Function", WORKER).properties
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert queue["RedrivePolicy"] == {"deadLetterTargetArn": dead.arn, "maxReceiveCount": 1_000}
    assert dead.properties["MessageRetentionPeriod"] > queue["MessageRetentionPeriod"]


def test_the_function_takes_messages_and_says_which_failed(standard: Assembly) -> None:
    mapping = standard.one("AWS::Lambda::EventSourceMapping").properties
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}
    assert mapping["Enabled"] is True


def test_no_number_of_throttled_deliveries_ends_a_message(standard: Assembly) -> None:
    """Each is a receive of a visibility timeout, and the queue forgets it before so many."""
    queue = standard.one("AWS::SQS::Queue", "BatchesQueue").properties
    receives = queue["RedrivePolicy"]["maxReceiveCount"]
    assert receives * queue["VisibilityTimeout"] > queue["MessageRetentionPeriod"]


def test_a_worker_that_dies_is_noticed_within_a_minute(standard: Assembly) -> None:
    variables = standard.one("AWS::Lambda::Function", WORKER).properties["Environment"]["Variables"]
    assert int(variables["FACECOMPARE_HOLD_S"]) < 60
    assert standard.functions_allowed("sqs:ChangeMessageVisibility") == ["worker"]


def test_it_is_the_compare_functions_image_with_another_handler(standard: Assembly) -> None:
    worker, compare = (
        standard.one("AWS::Lambda::Function", name).properties
        for name in (WORKER, "CompareFunction")
    )
    assert worker["Code"] == compare["Code"]
    assert worker["ImageConfig"] == {"Command": ["batch_handler.handler"]}
    assert compare["ImageConfig"] == {"Command": ["handler.handler"]}
    variables = worker["Environment"]["Variables"]
    assert {"FACECOMPARE_BATCH_QUEUE", "FACECOMPARE_DEAD_LETTER_QUEUE"} <= variables.keys()
    assert "FACECOMPARE_BATCH_QUEUE" not in compare["Environment"]["Variables"]
