"""Our own readers of untrusted bytes, each under its contract: what it may raise.

Whatever else one raises goes through, and is a fault.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from facecompare.api.option_fields import parse_json
from facecompare.api.request_body import read_request
from facecompare.batches.packed_manifest import pack_manifest
from facecompare.batches.pairs_file import read_pairs
from facecompare.batches.spreadsheet import decoded
from facecompare.decoding.completeness import with_end
from facecompare.decoding.features import unsupported_feature
from facecompare.decoding.formats import claim_against, decoding_error, kind_of, readable_exif
from facecompare.decoding.jpeg_scans import lacks_scans
from facecompare.decoding.limits import ImageLimits
from facecompare.decoding.look_alikes import likeness
from facecompare.decoding.side_data import without_side_data
from facecompare.decoding.tiff_layout import lacks_data, unread_samples
from facecompare.errors import BadDataset, BadManifest, ImageError, InputError
from facecompare.evaluation.pairs import read_labelled_pairs
from facecompare.evaluation.strata import read_groups
from facecompare.pipeline.decode import Photo, decode

KINDS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "HEIF")
LIMITS = ImageLimits()
BOUNDARY = "x"


def photo(data: bytes) -> None:
    with suppress(ImageError):
        decode(Photo(data, "photo.jpg", "image/jpeg"), LIMITS)


def side_data(data: bytes) -> None:
    for kind in KINDS:
        without_side_data(kind, data)


def formats(data: bytes) -> None:
    text = data[:60].decode("latin-1")
    claim_against(text, text, "JPEG")
    readable_exif(data)
    likeness(data)
    with suppress(ImageError):
        kind_of(data, LIMITS)
    for kind in KINDS:
        unsupported_feature(kind, data, "cannot identify")
        decoding_error(kind, data, OSError(text))


def jpeg_parts(data: bytes) -> None:
    with_end(data)
    with suppress(Exception):  # the decoder calls it damaged; here its time counts
        lacks_scans(data)


def tiff_parts(data: bytes) -> None:
    for order in (b"II*\0", b"MM\0*"):
        lacks_data(order + data[4:])
        unread_samples(order + data[4:])


def json_body(data: bytes) -> None:
    with suppress(InputError):
        parse_json(data)
    _read(data, "application/json")


def form_body(data: bytes) -> None:
    _read(data, f"multipart/form-data; boundary={BOUNDARY}")
    head, _, body = data.partition(b"\n")
    _read(body, f"multipart/form-data; {head.decode('latin-1')}")


def _read(data: bytes, content_type: str) -> None:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    headers = [(b"content-type", content_type.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "path": "/", "headers": headers, "query_string": b""}
    for names in (("image1", "image2"), ("image",)):
        with suppress(InputError):  # an application's limits belong to one event loop
            request = Request({**scope, "app": FastAPI()}, receive)
            asyncio.run(read_request(request, names, None))


def tables(data: bytes) -> None:
    with suppress(UnicodeDecodeError, BadManifest):
        text = decoded(data)
        with suppress(BadManifest):
            list(read_pairs(text.splitlines(keepends=True)))
        pack_manifest(text, "bucket", any_key=True, photo_limit=9)
    with tempfile.TemporaryDirectory() as folder:
        for name, read in (("a.csv", read_labelled_pairs), ("a.txt", read_labelled_pairs)):
            (Path(folder) / name).write_bytes(data)
            with suppress(BadDataset):
                read(Path(folder) / name)
        with suppress(BadDataset):
            read_groups(Path(folder) / "a.csv")


PARSERS: dict[str, Callable[[bytes], None]] = {
    "photo": photo,
    "side_data": side_data,
    "formats": formats,
    "jpeg_parts": jpeg_parts,
    "tiff_parts": tiff_parts,
    "json_body": json_body,
    "form_body": form_body,
    "tables": tables,
}

FORM = (
    b'--x\r\nContent-Disposition: form-data; name="image1"; filename="a.jpg"\r\n'
    b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\xff\r\n--x\r\n"
    b'Content-Disposition: form-data; name="threshold"\r\n\r\n0.5\r\n--x--\r\n'
)
TEXTS = {
    "json_body": (
        b'{"image1": "AAAA", "image2": {"upload": "a"}, "threshold": 0.5, "face": "largest"}',
        b'{"image1": ["data:image/png;base64,AAAA"], "image2": "AAAA", "image1_face": "0"}',
    ),
    "form_body": (FORM, b"boundary=x\n" + FORM, b"boundary=x; charset=utf-16\n" + FORM),
    "tables": (
        b"image1,image2\na.jpg,b.jpg\n",
        b'sep=;\r\nimage1;image2;same\r\n"a";b;1\r\n',
        b'{"image1": "a", "image2": "b", "image1_2": "c"}\n',
        "\ufeffimage1\timage2\na\tb\n".encode("utf-16"),
        b"10\t300\nAnn\t1\t2\nAnn\t1\tBob\t2\n",
        b"image,group\na.jpg,x\n",
    ),
}
