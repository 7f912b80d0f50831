"""The route that grants uploads of photos too large for a request."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from facecompare.api.dependencies import (
    KNOWN_QUERY_ONLY,
    AppServices,
    PhotosCaller,
    SentKey,
    records_caller,
)
from facecompare.api.documented_errors import BODY, KEY, QUERY, responses
from facecompare.api.json_route import JsonRoute
from facecompare.errors import UploadsOff, UploadsUnavailable
from facecompare.uploads.grants import MANIFEST_TYPES, UploadGrant

router = APIRouter(
    prefix="/api", tags=["photos"], dependencies=[KNOWN_QUERY_ONLY], route_class=JsonRoute
)


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


@router.post(
    "/uploads",
    status_code=201,
    responses=responses(*QUERY, *KEY, *BODY, UploadsOff, UploadsUnavailable),
)
def grant_upload(
    fields: UploadFields, services: AppServices, sent: SentKey, _caller: PhotosCaller
) -> UploadGrant:
    """A place for a photo or a batch's manifest; its name then stands for it: {"upload": …}.

    A manifest needs the access key that its batch needs.
    """
    if fields.content_type in MANIFEST_TYPES:
        records_caller(services, sent)
    if services.uploads is None:
        raise UploadsOff(
            "found a request for an upload; expected none, for this installation has no bucket "
            "for them; send photos in the request"
        )
    return services.uploads.grant(fields.content_type)
