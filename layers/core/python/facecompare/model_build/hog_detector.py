"""dlib's frontal face detector as a file.

dlib carries it inside its own program text, compressed and in letters, and takes half a second to
read it from there, for each thread again. Saved as a file it loads in a millisecond.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import dlib


def save_hog_detector() -> bytes:
    """What `dlib.fhog_object_detector(path)` loads."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "detector"
        dlib.get_frontal_face_detector().save(str(path))
        return path.read_bytes()
