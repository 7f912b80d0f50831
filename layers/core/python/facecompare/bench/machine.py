"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("dlib-bin", "onnxruntime", "onnxruntime-gpu", "numpy", "pillow", "face_recognition")


def description() -> dict[str, str]:
    """Processor, cores, Python and the packages that decide the speed."""
    found = {"processor": _processor(), "cores": str(os.cpu_count() or 1)}
    found["python"] = platform.python_version()
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
