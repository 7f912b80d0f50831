"""Take out of installed packages what no function reads: for the zip layer and for the image.

python layers/slim.py FOLDER
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

# botocore describes every AWS service, in 28 MB. These are called, xray by Powertools' tracer; the
# files beside their folders say how any service is found and retried.
SERVICES = {"dynamodb", "s3", "sqs", "sts", "xray"}
UNUSED = (
    "bin",
    "**/tests",
    "**/*.pyi",
    "botocore/data/**/examples-1.json",
    "pydantic/v1",  # FastAPI loads it to ask whether a type is one of its, and does without it
    "numpy/_core/include",
    "numpy/_core/lib",
    "numpy/f2py",
    "onnxruntime/quantization",  # these five make and change models; none runs one
    "onnxruntime/tools",
    "onnxruntime/transformers",
    "onnxruntime/backend",
    "onnxruntime/datasets",
)


def slim(folder: Path) -> None:
    """Delete everything unused below a folder of packages."""
    for path in [*unused(folder), *other_services(folder / "botocore" / "data")]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def unused(folder: Path) -> Iterator[Path]:
    """Files and folders that are needed to develop, to test or to convert."""
    return chain.from_iterable(folder.glob(pattern) for pattern in UNUSED)


def other_services(data: Path) -> Iterator[Path]:
    """botocore's descriptions of services that are not called."""
    return (path for path in data.glob("*/") if path.name not in SERVICES)


if __name__ == "__main__":
    slim(Path(sys.argv[1]))
