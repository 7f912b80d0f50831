"""How a dataclass of ours tells the API what its fields mean."""

from __future__ import annotations

from typing import Any

# As `__pydantic_config__`: pydantic takes the strings below the fields for OpenAPI.
DOCUMENTED: dict[str, Any] = {"use_attribute_docstrings": True}
