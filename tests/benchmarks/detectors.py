"""What each detector finds, and how long it takes: HOG, CNN, MTCNN and YuNet side by side.

    python -m tests.benchmarks.detectors GROUPS_FOLDER LFW_FOLDER [DRAWN_FOLDER]

GROUPS_FOLDER has photos of groups with their faces in dlib's XML; a face is found when a box lies
over it by half of both areas together, or by two thirds of the smaller one: the detectors' boxes
differ in shape. Of LFW's photos the face in the middle counts. With DRAWN_FOLDER, YuNet's boxes and
points are drawn onto the groups, to be looked at.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
from PIL import Image, ImageDraw
from tqdm import tqdm

from facecompare.config import Settings
from facecompare.decoding.limits import ImageLimits
from facecompare.engines.catalogue import load_engine
from facecompare.engines.protocol import Box, FaceDetector
from facecompare.pipeline.decode import DecodedImage, Photo, decode
from tests.support.measured.arguments import benchmark_parser, existing_folder

UNION, SMALLER = 0.5, 0.67
EVERY = 10  # of LFW's photos one in so many: enough for a tenth of a percent


def detectors(settings: Settings) -> dict[str, FaceDetector]:
    found = [
        *load_engine("dlib-fast", settings).detectors,
        load_engine("mtcnn-dlib", settings).detectors[1],
        load_engine("dlib-yunet", settings).detectors[1],
    ]
    return {detector.name: detector for detector in found}


def groups(folder: Path) -> Iterator[tuple[Path, list[Box]]]:
    for file in sorted(folder.glob("*.xml")):
        for image in ET.parse(file).getroot().iter("image"):
            boxes = [
                Box(*(float(box.attrib[side]) for side in ("left", "top", "width", "height")))
                for box in image.iter("box")
                if box.attrib.get("ignore") != "1"
            ]
            yield folder / image.attrib["file"], boxes


def covers(one: Box, other: Box) -> bool:
    width = min(one.left + one.width, other.left + other.width) - max(one.left, other.left)
    height = min(one.top + one.height, other.top + other.height) - max(one.top, other.top)
    shared = max(0.0, width) * max(0.0, height)
    union = one.area + other.area - shared
    return shared > UNION * union or shared > SMALLER * min(one.area, other.area)


def in_the_middle(box: Box, image: DecodedImage) -> bool:
    height, width = image.pixels.shape[:2]
    (x, y), reach = box.centre, box.width / 2
    return bool(abs(x - width / 2) < reach and abs(y - height / 2) < reach)


def main(groups_folder: Path, lfw: Path, drawn: Path | None = None) -> None:
    settings = replace(Settings.from_env(), mtcnn=True)
    limits = ImageLimits()
    photos = [
        (decode(Photo(path.read_bytes()), limits), boxes) for path, boxes in groups(groups_folder)
    ]
    faces = sum(len(boxes) for _, boxes in photos)
    portraits = sorted((lfw / "images").glob("*/*.jpg"))[::EVERY]
    print(f"{len(photos)} groups with {faces} faces, {len(portraits)} portraits of LFW; one thread")
    print(f"{'':6} {'groups: found':>14} {'false':>6} {'ms':>7}   {'LFW: found':>12} {'ms':>7}")
    for name, detector in detectors(settings).items():
        found, false, times = 0, 0, []
        for image, boxes in photos:
            began = time.perf_counter()
            seen = [image.box_in_photo(each.box) for each in detector.find(image.pixels)]
            times.append(time.perf_counter() - began)
            found += sum(any(covers(face, each) for each in seen) for face in boxes)
            false += sum(not any(covers(face, each) for face in boxes) for each in seen)
        middle, lfw_times = 0, []
        for path in tqdm(portraits, desc=name, disable=not sys.stderr.isatty()):
            image = decode(Photo(path.read_bytes()), limits)
            began = time.perf_counter()
            boxes = [each.box for each in detector.find(image.pixels)]
            lfw_times.append(time.perf_counter() - began)
            middle += any(in_the_middle(box, image) for box in boxes)
        shares = f"{found:>6} ({found / faces:.0%}) {false:>6}"
        ms = [f"{1000 * np.median(each):7.0f}" for each in (times, lfw_times)]
        share = f"{middle:>5} ({middle / len(portraits):.1%})"
        print(f"{name:6} {shares} {ms[0]}   {share} {ms[1]}")
    if drawn is not None:
        draw(groups_folder, drawn, load_engine("dlib-yunet", settings).detectors[1])


def draw(folder: Path, drawn: Path, detector: FaceDetector) -> None:
    drawn.mkdir(parents=True, exist_ok=True)
    for path, _ in groups(folder):
        image = decode(Photo(path.read_bytes()), ImageLimits())
        picture = Image.fromarray(image.pixels)
        pen = ImageDraw.Draw(picture)
        for found in detector.find(image.pixels):
            box = found.box
            right, bottom = box.left + box.width, box.top + box.height
            pen.rectangle((box.left, box.top, right, bottom), outline="yellow", width=2)
            assert found.points is not None
            for x, y in found.points.tolist():
                pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill="lime")
        picture.save(drawn / f"{path.stem}.png")


if __name__ == "__main__":
    line = benchmark_parser(__doc__, __file__)
    line.add_argument("groups", type=existing_folder, metavar="GROUPS_FOLDER")
    line.add_argument("lfw", type=existing_folder, metavar="LFW_FOLDER")
    line.add_argument("drawn", nargs="?", type=Path, metavar="DRAWN_FOLDER")
    options = line.parse_args()
    main(options.groups, options.lfw, options.drawn)
