"""What makes a request from the OpenAPI document one that can be granted."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import schemathesis
from schemathesis.transport.serialization import Binary

from facecompare.options import reference_names
from tests.support.pictures import encoded, portrait

PHOTO = encoded(portrait().resize((64, 80)))
PHOTO_FIELDS = ("image", "image2", *reference_names("image1"), *reference_names("anchor"))
# Further photos of one person are no copies of the first.
PHOTOS = {
    name: encoded(portrait().resize((64, 80)), quality=50 + number)
    for number, name in enumerate((*reference_names("image1")[1:], *reference_names("anchor")[1:]))
}
ONE_OF = {"threshold": 0.5, "fmr": 0.001}  # what decides: not two of them
# JSON may hold a number, a truth value or a face's place as text, as a form has to.
LENIENT = r"in body - (landmarks68|chips|strict|threshold|fmr|\w+_face): Incorrect type"
# DELETE cancels a batch, whose results stay until they expire.
KEPT_AFTER_DELETE = ("GET /api/batches/{batch_id}", "GET /api/batches/{batch_id}/results.csv")


def mend(case: schemathesis.Case[Any], uploads: tuple[str, str]) -> None:
    """What a schema cannot say: real photos, names that exist, one of two fields and not both."""
    case.headers.pop("idempotency-key", None)  # for a key of before, the first answer is repeated
    case.query.pop("cursor", None)
    if "since" in case.query:
        case.query["since"] = "7d"
    if isinstance(case.body, dict):
        form = case.media_type == "multipart/form-data"
        case.body = _usable(_with_photos(case.body, uploads[0], form=form))
        if case.path == "/api/batches":
            case.body |= {"manifest": f"image1,image2\n{uploads[0]},{uploads[1]}\n", "upload": None}


def _with_photos(fields: dict[str, Any], upload: str, *, form: bool) -> dict[str, Any]:
    """Real ones in the place of made-up bytes; and a form cannot say null."""
    for name in fields.keys() & set(PHOTO_FIELDS):
        photo = PHOTOS.get(name, PHOTO)
        uploaded = isinstance(fields[name], dict) and name not in PHOTOS
        in_json = {"upload": upload} if uploaded else b64encode(photo).decode()
        fields[name] = Binary(photo) if form else in_json
    return {name: value for name, value in fields.items() if not form or value is not None}


def further_pairs(image: str) -> Iterator[tuple[str, str]]:
    """Of a person's further photos each, and the one that only comes with it."""
    return pairwise(reference_names(image)[1:])


def _usable(fields: dict[str, Any]) -> dict[str, Any]:
    """The engine there is, the face there is, and one of threshold and rate."""
    usable: dict[str, Any] = {"engine": "dlib-fast", "min_quality": "warn", **ONE_OF}
    usable |= {f"{name}_face": 0 for name in PHOTO_FIELDS}
    for one, later in (pair for each in ("image1", "anchor") for pair in further_pairs(each)):
        if one not in fields:
            fields.pop(later, None)
    wanted = [name for name in ONE_OF if fields.get(name) is not None]
    return {
        name: usable.get(name, value) if value is not None else None
        for name, value in fields.items()
        if name not in wanted[1:]
    }
