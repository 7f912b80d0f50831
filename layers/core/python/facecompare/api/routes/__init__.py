"""The API's operations, a module a subject, and which of two deployables serves them."""

from __future__ import annotations

from fastapi import APIRouter


def photo_routers() -> tuple[APIRouter, ...]:
    """The operations that need engines, and the document of all operations."""
    from facecompare.api.routes import compare, health, openapi

    return compare.router, health.router, openapi.router


def record_routers() -> tuple[APIRouter, ...]:
    """The operations that need none."""
    from facecompare.api.routes import batches, records, system, uploads

    return uploads.router, records.router, batches.router, system.router
