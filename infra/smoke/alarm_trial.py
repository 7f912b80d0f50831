"""An alarm that is raised by hand: whether CloudWatch gets as far as the topic."""

from __future__ import annotations

from collections.abc import Callable

from botocore.exceptions import ClientError

from infra.account.account import Account, refusal_of
from infra.smoke.site_use import SmokeFailure

LOOKS, LOOK_EVERY_S = 12, 5.0
SUCCEEDED = "Successfully executed action"


class NotExercised(Exception):
    """Something cannot be tried out here; the text says why."""


def force_alarm(account: Account, prefix: str, sleep: Callable[[float], None]) -> str:
    """Raise one of the alarms, and read in its history what CloudWatch did.

    Raises  NotExercised; SmokeFailure where the topic did not take the message.
    """
    pages = account.pages("cloudwatch", "describe_alarms", AlarmNamePrefix=prefix)
    names = [
        alarm["AlarmName"]
        for page in pages
        for alarm in page["MetricAlarms"]
        if any(":sns:" in action for action in alarm["AlarmActions"])
    ]
    if not names:
        raise NotExercised("there is no alarm with a topic; a simulated account makes none")
    question = {"AlarmName": names[0], "StateValue": "ALARM", "StateReason": "make smoke-aws"}
    account.ask("cloudwatch", "set_alarm_state", **question)
    for _ in range(LOOKS):
        if did := _action_of(account, names[0]):
            break
        sleep(LOOK_EVERY_S)
    if SUCCEEDED not in did:
        raise SmokeFailure(f"found {did or 'no action'} of {names[0]}; expected: {SUCCEEDED}")
    return f"{names[0]}: {did}"


def _action_of(account: Account, alarm: str) -> str:
    question = {"AlarmName": alarm, "HistoryItemType": "Action"}
    try:
        items = account.ask("cloudwatch", "describe_alarm_history", **question)["AlarmHistoryItems"]
    except ClientError as failure:
        raise NotExercised(f"{alarm} is raised; its history: {refusal_of(failure)}") from failure
    return str(items[0]["HistorySummary"]) if items else ""
