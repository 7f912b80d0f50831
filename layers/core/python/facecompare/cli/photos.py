"""The commands that look at photos: compare, predict, detect, embed."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from facecompare.cli.output import print_json, progress, say, write_file
from facecompare.config import Settings
from facecompare.errors import (
    BadField,
    BadThreshold,
    InputError,
    MissingImage,
)
from facecompare.options import FacePolicy, RequestOptions

if TYPE_CHECKING:
    from facecompare.pipeline.decode import Photo
    from facecompare.results.schemas import CandidateResponse, ComparisonResponse, PhotoResponse
    from facecompare.service import FaceService

POLICIES = tuple(policy.value for policy in FacePolicy)
STDIN = "-"


def add_commands(commands: Any) -> None:
    """Add the commands to the parser."""
    compare = _command(commands, "compare", run_compare, "are two photos the same person?")
    compare.add_argument("image1", help="a photo, or - for stdin")
    compare.add_argument("image2")
    add_threshold(compare)
    compare.add_argument("--overlay", metavar="OUT.png", type=Path, help="draw the faces")
    compare.add_argument("--record", action="store_true", help="keep a record in the log")

    predict = _command(
        commands, "predict", run_predict, "which of two photos is closer to a third?"
    )
    for name in ("anchor", "image1", "image2"):
        predict.add_argument(name)
    add_threshold(predict)
    predict.add_argument("--record", action="store_true", help="keep a record for each candidate")

    detect = _command(commands, "detect", run_detect, "find the faces of a photo")
    detect.add_argument("image", help="a photo, or - for stdin")
    detect.add_argument("--overlay", metavar="OUT.png", type=Path, help="draw the faces")

    embed = _command(commands, "embed", run_embed, "turn faces into 128 numbers each")
    embed.add_argument("images", metavar="IMAGE", nargs="+")
    embed.add_argument("--out", metavar="FILE.npz", type=Path, help="write numpy arrays")


def run_compare(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 0 for the same person, 1 for different people."""
    service, options = _service(arguments, settings), options_from(arguments)
    photos = _photos(arguments, ("image1", "image2"), settings)
    answer, comparison = service.compare(photos, options)
    if arguments.overlay:
        from facecompare.results.overlay import draw_comparison

        pair = photos["image1"], photos["image2"]
        reports = comparison.image1, comparison.image2
        write_file(arguments.overlay, draw_comparison(pair, reports, settings.limits))
    if arguments.json:
        print_json(answer)
    else:
        print(_pair_result(answer, answer.threshold))
        _say_warnings({"image1": answer.image1, "image2": answer.image2})
    return 0 if answer.same_person else 1


def run_predict(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 0 if the closer candidate is the same person, else 1."""
    service, options = _service(arguments, settings), options_from(arguments)
    answer = service.predict(_photos(arguments, ("anchor", "image1", "image2"), settings), options)
    if arguments.json:
        print_json(answer)
    else:
        print(f"{answer.closer} is closer to the anchor")
        for name, candidate in (("image1", answer.image1), ("image2", answer.image2)):
            print(f"{name}: {_pair_result(candidate, answer.threshold)}")
        photos = {"anchor": answer.anchor}
        _say_warnings(photos | {"image1": answer.image1.photo, "image2": answer.image2.photo})
    return 0 if answer.same_person else 1


def run_detect(arguments: argparse.Namespace, settings: Settings) -> int:
    """Exit code 0 when there is a face."""
    service, options = _service(arguments, settings), options_from(arguments)
    photo = _photos(arguments, ("image",), settings)["image"]
    answer, report = service.detect(photo, options)
    if arguments.overlay:
        from facecompare.results.overlay import draw_faces

        write_file(arguments.overlay, draw_faces(photo, report, settings.limits))
    if arguments.json:
        print_json(answer)
    else:
        for face in answer.image.faces:
            box = face.box
            place = f"left {box.left:.0f}, top {box.top:.0f}, {box.width:.0f} × {box.height:.0f} px"
            print(f"face at {place} ({face.detector} {face.detection_score:.2f})")
        _say_warnings({"image": answer.image})
    return 0


def run_embed(arguments: argparse.Namespace, settings: Settings) -> int:
    """Embed every photo; bad ones are named on stderr and make the exit code 2 at the end."""
    service, options = _service(arguments, settings), options_from(arguments)
    engine = service.engine(options.engine)
    embeddings: dict[str, Any] = {}
    failed = False
    for path in progress(arguments.images, "embedding", len(arguments.images)):
        try:
            embeddings[path] = service.embed(read_photo(path, settings), options).values
        except InputError as error:
            failed = True
            say(f"facecompare: {path}: {error.message} [{error.code}]")
    if arguments.out:
        write_file(arguments.out, _npz(embeddings, engine.card.id))
    if arguments.json:
        rows = [
            {"image": path, "engine": engine.card.id, "embedding": values.tolist()}
            for path, values in embeddings.items()
        ]
        print_json(rows)
    elif not arguments.out:
        for path, values in embeddings.items():
            print(path, *(f"{value:.6f}" for value in values.tolist()))
    return 2 if failed else 0


def _command(commands: Any, name: str, run: Any, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=text, epilog=EXAMPLES[name]
    )
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="print what the API would answer")
    parser.add_argument("--face", choices=POLICIES, default=POLICIES[0], help="which face counts")
    parser.add_argument("--engine", help="see: facecompare models list")
    if name != "embed":
        parser.add_argument("--landmarks68", action="store_true", help="find 68 points as well")
    return parser


EXAMPLES = {
    "compare": "example: facecompare compare ann1.jpg ann2.jpg --overlay faces.png",
    "predict": "example: facecompare predict ann1.jpg ann2.jpg bob.jpg",
    "detect": "example: facecompare detect party.jpg --json",
    "embed": "example: facecompare embed *.jpg --out embeddings.npz",
}


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """What decides between the same person and different people."""
    parser.add_argument(
        "--threshold",
        metavar="T",
        help="distance below which it is the same person; the engine's own by default",
    )
    parser.add_argument(
        "--far",
        metavar="RATE",
        help="accept this share of strangers, 0.001 say, instead of naming a threshold",
    )


def options_from(arguments: argparse.Namespace) -> RequestOptions:
    """What the arguments ask for. Raises  BadThreshold, BadField."""
    return RequestOptions(
        threshold=_threshold(getattr(arguments, "threshold", None)),
        fmr=_far(getattr(arguments, "far", None)),
        face=FacePolicy(arguments.face),
        landmarks68=getattr(arguments, "landmarks68", False),
        engine=arguments.engine,
    )


def _threshold(text: str | None) -> float | None:
    try:
        return None if text is None else float(text)
    except ValueError as exc:
        raise BadThreshold(f"the threshold is {text!r}; a number is accepted, 0.5 say") from exc


def _far(text: str | None) -> float | None:
    try:
        far = None if text is None else float(text)
    except ValueError:
        far = 0.0
    if far is not None and not 0 < far < 1:
        raise BadField(f"the false-accept rate is {text!r}; a share is accepted, 0.001 say")
    return far


def _service(arguments: argparse.Namespace, settings: Settings) -> FaceService:
    from facecompare.records.open_stores import open_stores
    from facecompare.service import FaceService

    recorded = getattr(arguments, "record", False)
    return FaceService(settings, open_stores(settings)[0] if recorded else None)


def _photos(
    arguments: argparse.Namespace, names: tuple[str, ...], settings: Settings
) -> dict[str, Photo]:
    paths = {name: getattr(arguments, name) for name in names}
    if list(paths.values()).count(STDIN) > 1:
        raise BadField("stdin (-) can hold one photo; name a file for the others")
    return {name: read_photo(path, settings, name) for name, path in paths.items()}


def read_photo(path: str, settings: Settings, image: str | None = None) -> Photo:
    """The photo at this path, or on stdin for `-`; its name in the request goes into errors.

    Raises  MissingImage.

    At most one byte more than is accepted is read, so that an endless file is refused too.
    """
    from facecompare.pipeline.decode import Photo

    try:
        if path == STDIN:
            return Photo(sys.stdin.buffer.read(settings.max_bytes + 1))
        with Path(path).open("rb") as file:
            return Photo(file.read(settings.max_bytes + 1), name=Path(path).name)
    except OSError as exc:
        raise MissingImage(
            f"{path} cannot be read ({exc.strerror}); name a photo", image=image
        ) from exc


def _npz(embeddings: dict[str, Any], engine_id: str) -> bytes:
    """Arrays `images` [N], `embeddings` [N, 128] and `engine`; read it with numpy.load."""
    from io import BytesIO

    import numpy as np

    buffer = BytesIO()
    rows = np.stack(list(embeddings.values())) if embeddings else np.empty((0, 0), np.float32)
    np.savez(buffer, images=np.array(list(embeddings)), embeddings=rows, engine=engine_id)
    return buffer.getvalue()


def _pair_result(answer: ComparisonResponse | CandidateResponse, threshold: float) -> str:
    words = "same person" if answer.same_person else "different people"
    score = "" if answer.score is None else f"   score {answer.score:g}"
    return f"{words}   distance {answer.distance:.3f} (threshold {threshold:.2f}){score}"


def _say_warnings(photos: dict[str, PhotoResponse]) -> None:
    for name, photo in photos.items():
        for face in photo.faces:
            for measure in face.quality:
                if face.compared and measure.warns:
                    low, high = measure.minimum, measure.maximum
                    wanted = f"at least {low:g}" if high is None else f"{low:g} to {high:g}"
                    found = f"{measure.name} is {measure.value:g} {measure.unit}"
                    say(f"warning: {name}: {found}; {wanted} gives a surer verdict")
