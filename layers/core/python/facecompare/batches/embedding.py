"""Many photos → their embeddings: found on all cores, embedded in batches, in bounded memory.

The stages are those of `compare`. Each photo is decoded and its face found on a thread of a pool,
as dlib, Pillow and ONNX Runtime release Python's global lock; the chips of several photos then go
through the network in one call, which a GPU needs and which makes no difference to a CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice

from facecompare.compare import detect_faces
from facecompare.engines.protocol import Engine
from facecompare.errors import InputError
from facecompare.options import RequestOptions
from facecompare.pipeline.align import FaceChip
from facecompare.pipeline.decode import Photo
from facecompare.pipeline.embed import Embedding, embed_all

CHIPS_PER_CALL = 16  # of several photos, that go through the network together
# Photos submitted for each thread: enough work for the cores while the network has the chips. Only
# the chip of a finished photo is kept. With 2 photos, two cores were idle a fifth of the time.
PHOTOS_AHEAD = 8


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedPhoto:
    """One photo's result: its file's SHA-256 and the embeddings of the faces that the policy holds
    against others, and how many it does not; or the error instead."""

    name: str
    sha256: str = ""
    embeddings: tuple[Embedding, ...] = ()
    not_compared: int = 0
    error: InputError | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _FoundFaces:
    name: str
    sha256: str
    chips: tuple[FaceChip, ...]
    not_compared: int


def embed_photos(
    names: Iterable[str],
    read: Callable[[str], Photo],
    engine: Engine,
    options: RequestOptions,
    chips_per_call: int = CHIPS_PER_CALL,
) -> Iterator[EmbeddedPhoto]:
    """The result of each photo, in the order in which they are finished.

    `read` gives the photo of a name; an InputError of it, or of a stage, is that photo's result.

    Raises  SetupError and ServiceError, which concern all photos.
    """

    def find(name: str) -> _FoundFaces | EmbeddedPhoto:
        try:
            report = detect_faces(read(name), engine, options)
        except InputError as error:
            return EmbeddedPhoto(name, error=error)
        chips = tuple(report.faces[place].chip for place in report.held)
        return _FoundFaces(name, report.image.sha256, chips, len(report.faces) - len(chips))

    found: list[_FoundFaces] = []
    for each in _in_parallel(find, names, options.threads):
        if isinstance(each, EmbeddedPhoto):
            yield each
            continue
        found.append(each)
        if sum(len(each.chips) for each in found) >= chips_per_call:
            yield from _embed(found, engine)
            found = []
    yield from _embed(found, engine)


def _in_parallel(
    find: Callable[[str], _FoundFaces | EmbeddedPhoto], names: Iterable[str], threads: int
) -> Iterator[_FoundFaces | EmbeddedPhoto]:
    names = iter(names)
    working: set[Future[_FoundFaces | EmbeddedPhoto]] = set()
    with ThreadPoolExecutor(threads) as pool:
        while True:
            room = PHOTOS_AHEAD * threads - len(working)
            working.update(pool.submit(find, name) for name in islice(names, room))
            if not working:
                return
            done, working = wait(working, return_when=FIRST_COMPLETED)
            for future in done:
                yield future.result()


def _embed(found: list[_FoundFaces], engine: Engine) -> Iterator[EmbeddedPhoto]:
    embeddings = iter(embed_all([chip for each in found for chip in each.chips], engine))
    for each in found:
        of_photo = tuple(islice(embeddings, len(each.chips)))
        yield EmbeddedPhoto(each.name, each.sha256, of_photo, each.not_compared)
