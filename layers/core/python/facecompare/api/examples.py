"""Responses as the OpenAPI document shows them; their shape is tested against the schemas."""

from __future__ import annotations

from typing import Any

_FACE: dict[str, Any] = {
    "box": {"left": 251.8, "top": 101.3, "width": 191.6, "height": 191.6},
    "landmarks5": [[401.1, 151.5], [371.2, 151.5], [298.7, 151.5], [325.3, 151.5], [347.7, 207.0]],
    "landmarks68": None,
    "detector": "yunet",
    "detection_score": 0.942,
    "quality": [
        {
            "name": "face_width",
            "value": 191.6,
            "unit": "px",
            "minimum": 60.0,
            "maximum": None,
            "warns": False,
            "remedy": None,
        }
    ],
    "compared": True,
    "held": True,
    "chip": None,
}
_PHOTO: dict[str, Any] = {
    "width": 640,
    "height": 800,
    "sha256": "0930e3aa8cae5920329c0c8cbc6a2ab70f47b0e67b432875beaa95cbf7e741f6",
    "quarter_turns": 0,
    "faces": [_FACE],
    "warnings": [],
    "not_compared": 0,
}
_TIMING = {
    "decode": 9.1,
    "detect": 41.0,
    "align": 1.2,
    "embed": 6.3,
    "match": 0.05,
    "total": 31.4,
}
_ZONE = {"uncertain_from": 0.5735, "uncertain_to": 0.6892}
_VERDICT: dict[str, Any] = {
    "created_at": "2026-11-22T09:30:00.000000Z",
    "verdict": "same",
    "same_person": True,
    "threshold": 0.5,
    "engine": "dlib-sface",
    **_ZONE,
    "fmr_at_threshold": 0.0004,
    "decided_by": "dlib-sface",
    "combined_threshold": 0.598,
    "reference_photos": 1,
    "further": [],
    "timing_ms": _TIMING,
}
_NEAR: dict[str, Any] = {
    "uncertain_because": None,
    "distance": 0.352,
    "second_distance": 0.281,
    "combined_distance": 0.32,
    "uncertain": False,
    "score": 99.9,
    "pairs": [
        {
            "face1": 0,
            "face2": 0,
            "distance": 0.352,
            "second_distance": 0.281,
            "combined_distance": 0.32,
            "score": 99.9,
        }
    ],
    "fmr_at_distance": 0.0,
    "fnmr_at_distance": 0.62,
}
_ID = "01a205d0eca572569d8f023268725ae8"

EXAMPLES: dict[str, dict[str, Any]] = {
    "compare": _VERDICT | {"comparison_id": _ID, **_NEAR, "image1": _PHOTO, "image2": _PHOTO},
    "predict": _VERDICT
    | {
        "closer": "image2",
        "anchor": _PHOTO,
        "image1": {
            "comparison_id": _ID,
            "verdict": "different",
            "uncertain_because": None,
            "same_person": False,
            "distance": 0.853,
            **_ZONE,
            "second_distance": 0.962,
            "combined_distance": 0.902,
            "uncertain": False,
            "score": 0.1,
            "fmr_at_distance": 0.723,
            "fnmr_at_distance": 0.0,
            "pairs": [
                {
                    "face1": 0,
                    "face2": 0,
                    "distance": 0.853,
                    "second_distance": 0.962,
                    "combined_distance": 0.902,
                    "score": 0.1,
                }
            ],
            "photo": _PHOTO,
        },
        "image2": {
            "comparison_id": _ID,
            "verdict": "same",
            "same_person": True,
            **_NEAR,
            **_ZONE,
            "photo": _PHOTO,
        },
    },
    "detect": {"engine": "dlib-sface", "image": _PHOTO, "timing_ms": _TIMING},
}
_MAP = {"face": 0, "changes": [[0.008, 0.03], [0.022, 0.051]], "picture": "iVBORw0KGgoAAAANSUhEUg…"}
EXAMPLES["explain"] = {"engine": "dlib-sface", "distance": 0.32, "image1": _MAP, "image2": _MAP}
EXAMPLES["verify"] = EXAMPLES["compare"]
