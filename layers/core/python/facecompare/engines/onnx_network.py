"""The face network on ONNX Runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class OnnxFaceNetwork:
    """Embeds chips; one session serves all threads."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def embed(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """[N, side, side, 3] RGB chips → [N, dimension]."""
        channels_first = np.ascontiguousarray(chips.transpose(0, 3, 1, 2))
        (embeddings,) = self._session.run(["embeddings"], {"chips": channels_first})
        result: NDArray[np.float32] = embeddings
        return result
