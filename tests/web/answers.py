"""The service's own answers, changed on their way to the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Route

Answer = dict[str, Any]
Handler = Callable[[Route], None]
# Of what is made up here.
COMBINED_THRESHOLD, TWO_NETWORKS_ZONE = 0.598, (0.573, 0.68)
ONE_NETWORK_TO = 0.64


def changed(change: Callable[[Answer], Answer]) -> Handler:
    """The service's own answer, but for the fields that come of it."""

    def fulfil(route: Route) -> None:
        response = route.fetch()
        answer: Answer = response.json()
        route.fulfill(response=response, json=answer | change(answer))

    return fulfil


def changing(**fields: object) -> Handler:
    """The service's own answer, but for these fields."""
    return changed(lambda _answer: fields)


def called(distance: float, zone: tuple[float, float]) -> Answer:
    """The verdict on this distance, and the grey zone."""
    begin, end = zone
    verdict = "same" if distance < begin else "uncertain" if distance < end else "different"
    doubt = "near_threshold" if verdict == "uncertain" else None
    return {
        "verdict": verdict,
        "uncertain_because": doubt,
        "uncertain_from": begin,
        "uncertain_to": end,
    }


def one_network(distance: float, threshold: float = 0.5, **fields: object) -> Answer:
    """What an engine of one network answers."""
    return {
        **called(distance, (threshold, max(threshold, ONE_NETWORK_TO))),
        "same_person": distance < threshold,
        "distance": distance,
        "threshold": threshold,
        "engine": "dlib-fast",
        "decided_by": "dlib-fast",
        "second_distance": None,
        "combined_distance": None,
        "combined_threshold": None,
        "uncertain": False,
        **fields,
    }


def two_networks(distance: float, second: float, combined: float, **fields: object) -> Answer:
    """What the engine of two networks answers when both decide."""
    return {
        **called(combined, TWO_NETWORKS_ZONE),
        "same_person": combined < COMBINED_THRESHOLD,
        "distance": distance,
        "threshold": 0.5,
        "engine": "dlib-sface",
        "decided_by": "dlib-sface",
        "second_distance": second,
        "combined_distance": combined,
        "combined_threshold": COMBINED_THRESHOLD,
        "uncertain": False,
        **fields,
    }


def decisive(answer: Answer, candidate: str | None = None) -> tuple[float, float]:
    """The distance that decided, of a prediction's candidate where one is named, and its
    threshold."""
    measured = answer if candidate is None else answer[candidate]
    if measured["combined_distance"] is None:
        return measured["distance"], answer["threshold"]
    return measured["combined_distance"], answer["combined_threshold"]
