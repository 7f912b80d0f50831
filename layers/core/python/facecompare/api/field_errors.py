"""What pydantic finds wrong with a field of a request, in this service's own words: what was
found, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from facecompare.errors import SHOWN_CHARACTERS

# By pydantic's names of errors, https://docs.pydantic.dev/latest/errors/validation_errors/; the
# braces are filled with the bounds that an error brings with it.
_EXPECTED = {
    "bool_parsing": "true or false",
    "bool_type": "true or false",
    "dataclass_exact_type": "an object of fields",
    "dataclass_type": "an object of fields",
    "dict_type": "an object of fields",
    "enum": "one of {expected}",
    "extra_forbidden": "no such field",
    "finite_number": "a finite number",
    "float_parsing": "a number",
    "float_type": "a number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a whole number of fewer digits",
    "int_type": "a whole number",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": "a list",
    "literal_error": "one of {expected}",
    "missing": "a value, for it is required",
    "model_attributes_type": "an object of fields",
    "model_type": "an object of fields",
    "string_pattern_mismatch": "a text like {pattern}",
    "string_too_long": "at most {max_length} characters",
    "string_too_short": "at least {min_length} characters",
    "string_type": "a text",
    "string_unicode": "a text",
    "too_long": "at most {max_length} of them",
    "too_short": "at least {min_length} of them",
    "value_error": "{error}",
}
_PARTS = ("query", "path", "header", "body")  # of a request, as FastAPI names them
_JSON_NAMES = {"NoneType": "null", "dict": "an object", "list": "a list"}


def shown(value: object) -> str:
    """What a caller sent, short enough for a message."""
    if isinstance(value, str):
        return repr(value[:SHOWN_CHARACTERS])
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)[:SHOWN_CHARACTERS]
    return _JSON_NAMES.get(type(value).__name__, "something else")


def in_own_words(error: Mapping[str, Any]) -> str:
    """One of pydantic's errors, as `ValidationError.errors()` lists them, as a message."""
    place = ".".join(str(part)[:SHOWN_CHARACTERS] for part in error["loc"] if part not in _PARTS)
    wanted = _EXPECTED.get(error["type"], "another value").format_map(error.get("ctx", {}))
    if error["type"] == "missing":
        return f"found no {place}; expected {wanted}"
    return f"found {shown(error['input'])} as {place or 'the body'}; expected {wanted}"
