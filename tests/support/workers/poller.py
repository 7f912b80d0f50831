"""What Lambda's poller of a queue does: moto polls no queue for a function."""

from __future__ import annotations

import sys
import time
from typing import Any

from infra.batch_queues import VISIBILITY_TIMEOUT_S
from tests.support.lambda_emulator.lambda_function import LambdaFunction
from tests.support.processes import PAUSE_S

BATCH_RUNTIME = (sys.executable, "-m", "awslambdaric", "batch_handler.handler")


def messages(sqs: Any, queue: str) -> dict[str, Any]:
    """All that there are, as AWS describes them ("Using Lambda with Amazon SQS")."""
    answer = sqs.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=10,
        AttributeNames=["All"],
        VisibilityTimeout=VISIBILITY_TIMEOUT_S,
    )
    return {
        "Records": [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for message in answer.get("Messages", ())
        ]
    }


def poll(sqs: Any, queue: str, function: LambdaFunction) -> bool:
    """Give the function what is found; whether it survived that.

    That messages are hidden and come back, moto does.
    """
    sent = messages(sqs, queue)
    if not sent["Records"]:
        time.sleep(PAUSE_S)
        return True
    outcome = function.invoke(sent)
    if outcome.failed:
        return False
    failed = {each["itemIdentifier"] for each in outcome.payload["batchItemFailures"]}
    for record in sent["Records"]:
        if record["messageId"] not in failed:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=record["receiptHandle"])
    return True
