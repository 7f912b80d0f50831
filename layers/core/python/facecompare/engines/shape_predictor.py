"""dlib's shape predictor in NumPy: the same points from a file that needs no parsing.

It takes longer for a face than dlib does, and is ready at once: it is for what is started often
and sees few faces.

Source  dlib 20.0.1, dlib/image_processing/shape_predictor.h.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np

from facecompare.errors import ModelFileDamaged
from facecompare.engines.protocol import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from facecompare.engines.protocol import Pixels, Points
