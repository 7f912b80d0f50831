"""What is timed: our engines, dlib's own networks, and the package `face_recognition`."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any

import numpy as np
from PIL import Image

from facecompare.compare import compare, detect_faces
from facecompare.config import Settings
from facecompare.engines.cards import REFERENCE, YUNET_DLIB
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.options import RequestOptions
from facecompare.pipeline.decode import Photo

PLAIN = "dlib-fast"  # what every version since 0.2 has had
QUICKEST = YUNET_DLIB
DETECTION_SIZE = (600, 750)  # width × height: a portrait at working size
Call = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Bench:
    """Two photos, the engine under test, dlib's networks on ONNX Runtime, behind YuNet too, and on
    dlib's own convolutions, each call on one thread."""

    photos: tuple[Photo, Photo]
    engine: Engine
    plain: Engine
    quickest: Engine
    reference: Engine

    @classmethod
    def of(cls, photos: tuple[Photo, Photo], settings: Settings) -> Bench:
        """All engines loaded."""
        single = replace(settings, threads=1)
        names = (settings.engine, PLAIN, QUICKEST, REFERENCE)
        return cls(photos, *(load_engine(name, single) for name in names))

    def pair(self, threads: int, engine: Engine | None = None) -> Any:
        """One comparison, decode to verdict; of the engine under test, unless another is named."""
        return compare(*self.photos, engine or self.engine, RequestOptions(threads=threads))

    def embeddings(self) -> dict[str, Call]:
        """One chip through dlib's face network: ours, and dlib's own convolutions."""
        chip = detect_faces(self.photos[0], self.plain).faces[0].chip.views[:1]
        return {
            "ours": lambda: self.plain.embed(chip),
            "dlib": lambda: self.reference.embed(chip),
        }

    def detections(self) -> dict[str, Call]:
        """The CNN detector over one photo of DETECTION_SIZE."""
        with Image.open(BytesIO(self.photos[0].data)) as photo:
            pixels = np.asarray(photo.convert("RGB").resize(DETECTION_SIZE))
        return {
            "ours": lambda: self.plain.detectors[1].find(pixels),
            "dlib": lambda: self.reference.detectors[1].find(pixels),
        }

    def pairs(self) -> dict[str, Call]:
        """A whole comparison: ours on one and two threads, dlib's networks alone, and
        `face_recognition` if installed."""
        work: dict[str, Call] = {
            "one thread": lambda: self.pair(threads=1),
            "two threads": lambda: self.pair(threads=2),
            PLAIN: lambda: self.pair(threads=1, engine=self.plain),
            f"{QUICKEST}, one thread": lambda: self.pair(threads=1, engine=self.quickest),
            f"{QUICKEST}, two threads": lambda: self.pair(threads=2, engine=self.quickest),
        }
        peer = _face_recognition()
        if peer is not None:
            work["face_recognition"] = lambda: _peer_distance(peer, self.photos)
        return work

    def views(self) -> int:
        """How many views of a face the engine under test averages."""
        return len(self.engine.card.views)


def _face_recognition() -> Any:
    """The peer's module, or None where it is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it imports the deprecated pkg_resources
            import face_recognition
    except (ImportError, SystemExit):  # without its models it ends the process
        return None
    return face_recognition


def _peer_distance(peer: Any, photos: tuple[Photo, Photo]) -> float:
    """What its README does: load, encode the first face, take the distance."""
    first, second = (
        peer.face_encodings(peer.load_image_file(BytesIO(photo.data)))[0] for photo in photos
    )
    return float(np.linalg.norm(first - second))
