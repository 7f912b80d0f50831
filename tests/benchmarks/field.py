"""Photos as the field has them, and what becomes of each.

    python -m tests.benchmarks.field [FOLDER]

Three matrices, all made of one portrait: format × orientation, side data × format, and cut files.
Every photo is compared with another one of the same person; printed are the distance, or the code
of the error, and `WRONG` beside what should be another. Then every photo of FOLDER, if one is
named, against the same one: its distance or error, for you to judge. The exit code is 1 if anything
is wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

from facecompare.compare import Comparison, compare
from facecompare.config import Settings
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Engine
from facecompare.errors import InputError
from facecompare.pipeline.decode import Photo
from tests.support import field_pictures as field
from tests.support import pictures
from tests.support.measured.arguments import benchmark_parser, existing_folder

NEAR = 0.45  # the first network's distance; of the portrait as it is 0.34
OTHER = Photo(pictures.OBAMA2.read_bytes())
DAMAGED = "damaged_image"


class Field:
    """Compares, prints and counts what is wrong."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.wrong = self.tried = 0

    def result(self, data: bytes) -> Comparison | str:
        try:
            return compare(Photo(data), OTHER, self.engine)
        except InputError as error:
            return error.code

    def cell(self, data: bytes, expected: str = "") -> str:
        """What became of it: a distance, or a code; expected is a code, or nothing for NEAR."""
        found = self.result(data)
        distance = found if isinstance(found, str) else f"{found.match.distance:.3f}"
        right = found == expected if isinstance(found, str) else found.match.distance < NEAR
        right = right if isinstance(found, str) == bool(expected) else False
        self.tried += 1
        self.wrong += not right
        return distance if right else f"{distance} WRONG"


def rows(run: Field) -> Iterator[str]:
    """Of the three matrices."""
    makers = {
        "upright by its orientation": (field.oriented, field.ORIENTED),
        "lying, and nothing says so": (field.lying, field.FORMATS),
        "lying, said to be upright": (field.falsely_upright, field.ORIENTED),
        "lying, turned by EXIF only": (field.by_exif_only, ("AVIF", "HEIF")),
    }
    for title, (make, kinds) in makers.items():
        yield f"\n{title}\n{'':6}" + "".join(f"{each:>8}" for each in field.ORIENTATIONS)
        for kind in kinds:
            cells = (run.cell(make(kind, each)) for each in field.ORIENTATIONS)
            yield f"{kind:6}" + "".join(f"{each:>8}" for each in cells)
    yield "\norientations that no viewer goes by"
    for name, data in field.unheeded_orientations().items():
        yield f"  {name:28} {run.cell(data)}"
    yield "\nside data"
    for (kind, odd), made in field.odd_side_data().items():
        yield f"  {kind:6} {odd:21} {run.cell(made())}"
    yield "\nevery row is there"
    for name, data in field.complete_files().items():
        yield f"  {name:42} {run.cell(data)}"
    yield (
        "\nrows are missing: share of the file, or of its rows\n"
        + " " * 37
        + "".join(f"{share:>15.0%}" for share in field.SHARES)
    )
    for (kind, how), cut in field.cut_ways().items():
        cells = (run.cell(cut(share), DAMAGED) for share in field.SHARES)
        yield f"  {kind:6} {how:28}" + "".join(f"{each:>15}" for each in cells)


def main(folder: Path | None = None) -> int:
    """0 when nothing is wrong."""
    warnings.simplefilter("ignore")  # Pillow's, of side data
    settings = Settings.from_env()
    run = Field(load_engine(settings.engine, settings))
    for row in rows(run):
        print(row)
    for path in sorted(folder.rglob("*")) if folder else ():
        if path.is_file():
            found = run.result(path.read_bytes())
            told = found if isinstance(found, str) else f"{found.match.distance:.3f}"
            print(f"  {path.name:32} {told}")
    print(f"\n{run.tried} photos of the matrices, {run.wrong} wrong")
    return bool(run.wrong)


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("folder", nargs="?", type=existing_folder, metavar="FOLDER")
    raise SystemExit(main(line.parse_args().folder))
