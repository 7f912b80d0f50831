"""What a recorded call needs: actions on resources, and what conditions can ask about them.

Source: AWS, Service Authorization Reference, for DynamoDB, S3 and SQS: an operation's action has
its name, except for those below.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.support.aws_emulator.moto_server import ACCOUNT, REGION

Call = Mapping[str, str]

# (method, whether an object is named) → by a word of the query, or without any → action
_S3_ACTIONS: Mapping[tuple[str, bool], Mapping[str, str]] = {
    ("GET", True): {"": "GetObject"},
    ("HEAD", True): {"": "GetObject"},
    ("PUT", True): {"": "PutObject", "partNumber": "PutObject"},
    ("POST", True): {"uploads": "PutObject", "uploadId": "PutObject"},
    ("DELETE", True): {"": "DeleteObject", "uploadId": "AbortMultipartUpload"},
    ("POST", False): {"": "PutObject"},  # a form that was signed beforehand
    ("GET", False): {"location": "GetBucketLocation", "list-type": "ListBucket"},
    ("HEAD", False): {"": "ListBucket"},
}
_REST = {("GET", "/2016-08-19/account-settings"): "GetAccountSettings"}
_PREFIXES = {"monitoring": "cloudwatch", "service-quotas": "servicequotas"}  # of actions
_IN_TRANSACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
_IN_TRANSACTIONS |= {"ConditionCheck": "ConditionCheckItem", "Get": "GetItem"}
_FORM_KEY = re.compile(r'name="key"\r\n\r\n([^\r\n]+)')


@dataclass(frozen=True, slots=True, order=True)
class Access:
    """One action of one caller on one resource; of a key its beginning stands for all alike."""

    caller: str
    action: str
    resource: str
    leading_keys: tuple[str, ...] = ()
    source: str = ""  # of events

    @property
    def context(self) -> dict[str, str | list[str]]:
        """What conditions can ask about; S3's buckets are all this account's."""
        found: dict[str, str | list[str]] = {"aws:SecureTransport": "true"}
        if self.leading_keys:
            found["dynamodb:LeadingKeys"] = list(self.leading_keys)
        if self.source:
            found["events:source"] = [self.source]
        if self.action.startswith("s3:"):
            found["s3:ResourceAccount"] = ACCOUNT
        return found


def accesses_in(file: Path, callers: set[str]) -> tuple[int, set[Access]]:
    """How many calls these have made, and what those needed."""
    calls = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    ours = [call for call in calls if call["caller"] in callers]
    return len(ours), {access for call in ours for access in _of(call)}


def _of(call: Call) -> Iterator[Access]:
    """Raises  ValueError for a call that is of none of the kinds above."""
    of_service = {"s3": _s3, "dynamodb": _dynamodb, "sqs": _sqs, "events": _events}
    yield from of_service.get(call["service"], _of_commands)(call)


def _s3(call: Call) -> Iterator[Access]:
    bucket, _, key = unquote(call["path"]).strip("/").partition("/")
    if form := _FORM_KEY.search(call["body"]):
        key = form[1]
    by_query = _S3_ACTIONS[call["method"], bool(key) and form is None]
    asked = parse_qs(call["query"], keep_blank_values=True)
    action = next((by_query[word] for word in by_query if word in asked), by_query.get(""))
    if action is None:
        raise ValueError(
            f"found {call['method']} {call['path']}?{call['query']}; expected {by_query}"
        )
    resource = f"arn:aws:s3:::{bucket}" + (f"/{_kind(key, '/')}" if key else "")
    yield Access(call["caller"], f"s3:{action}", resource)


def _sqs(call: Call) -> Iterator[Access]:
    operation, asked = _operation(call)
    queue = asked["QueueUrl"].rpartition("/")[2]
    action = f"sqs:{operation.removesuffix('Batch')}"
    yield Access(call["caller"], action, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue}")


def _events(call: Call) -> Iterator[Access]:
    operation, asked = _operation(call)
    bus = f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    for entry in asked["Entries"]:
        yield Access(call["caller"], f"events:{operation}", bus, source=entry["Source"])


def _of_commands(call: Call) -> Iterator[Access]:
    """Of services that no function asks; whoever has credentials may ask whose they are."""
    asked = {name: values[0] for name, values in parse_qs(call["body"]).items()}
    action = asked.get("Action") or call["target"].rpartition(".")[2]
    action = action or _REST[call["method"], call["path"]]
    name = f"{_PREFIXES.get(call['service'], call['service'])}:{action}"
    if name == "sts:GetCallerIdentity":
        return
    resource = "*"
    if "StackName" in asked:
        stack = f"stack/{asked['StackName']}/any"
        resource = f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:{stack}"
    elif call["service"] == "ssm":
        parameter = json.loads(call["body"])["Name"]
        resource = f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{parameter}"
    yield Access(call["caller"], name, resource)


def _dynamodb(call: Call) -> Iterator[Access]:
    operation, asked = _operation(call)
    for name, table, item in _items(operation, asked):
        resource = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{table}"
        if "IndexName" in item:
            resource += f"/index/{item['IndexName']}"
        yield Access(call["caller"], f"dynamodb:{name}", resource, _leading_keys(item))


def _items(operation: str, asked: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Each action, its table, and the part of the request that is about it."""
    if operation.startswith("Transact"):
        for part in asked["TransactItems"]:
            for kind, item in part.items():
                yield _IN_TRANSACTIONS[kind], item["TableName"], item
    elif operation.startswith("Batch"):
        for table, of_table in asked["RequestItems"].items():
            keys = of_table.get("Keys", [])
            yield operation, table, {"Keys": keys}
    else:
        yield operation, asked["TableName"], asked


def _leading_keys(item: dict[str, Any]) -> tuple[str, ...]:
    keys = [item[name] for name in ("Key", "Item") if name in item] + item.get("Keys", [])
    return tuple(sorted({_kind(key["pk"]["S"], "#") for key in keys if "pk" in key}))


def _kind(key: str, mark: str) -> str:
    """The same for all keys with the same beginning."""
    first, found, _ = key.partition(mark)
    return f"{first}{mark}any" if found else key


def _operation(call: Call) -> tuple[str, dict[str, Any]]:
    asked: dict[str, Any] = json.loads(call["body"])
    return call["target"].rpartition(".")[2], asked
