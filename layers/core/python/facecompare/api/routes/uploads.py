"""The route that grants uploads of photos too large for a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from facecompare.access import Caller, Gate
from facecompare.api.authentication import caller_by
from facecompare.api.errors import responses
from facecompare.api.unknown_parameters import KNOWN_QUERY_ONLY
from facecompare.errors import UploadsOff
from facecompare.uploads.grants import MANIFEST_TYPES, UploadGrant, Uploads


class UploadFields(BaseModel):
    """What is going to be sent."""

    model_config = ConfigDict(extra="forbid")

    content_type: Annotated[
        str,
        Field(
            pattern=rf"^(image/[a-z0-9.+-]{{1,40}}|{'|'.join(MANIFEST_TYPES)})$",
            examples=["image/jpeg"],
        ),
    ]


def upload_routes(uploads: Uploads | None, gate: Gate) -> APIRouter:
    """The route; without a bucket it says that there are no uploads."""
    router = APIRouter(prefix="/api", tags=["photos"], dependencies=[KNOWN_QUERY_ONLY])
    known = Depends(caller_by(gate.photos))

    @router.post("/uploads", status_code=201, responses=responses(400, 401, 403))
    def grant_upload(fields: UploadFields, _caller: Caller = known) -> UploadGrant:
        """A place for a photo or a batch's manifest; its name then stands for it: {"upload": …}."""
        if uploads is None:
            raise UploadsOff("this installation takes no uploads; send photos in the request")
        return uploads.grant(fields.content_type)

    return router
