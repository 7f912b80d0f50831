"""`facecompare keys`: manage the API's access keys."""

from __future__ import annotations

from dataclasses import asdict

import click

from facecompare.access import AccessKey, KeyStore, Role, new_key
from facecompare.cli.command import Group
from facecompare.cli.output import notice, print_json, table, tell
from facecompare.cli.parameters import TEXT, OneOf
from facecompare.config import Settings
from facecompare.records.record import timestamp

COLUMNS = ("32", "6", "", "")


@click.group(cls=Group)
def keys() -> None:
    """Manage the API's access keys: create, list and revoke them.

    A service with FACECOMPARE_ACCESS=keys serves only requests with a key.
    """


@keys.command(
    "create",
    examples=("facecompare keys create front-desk --role caller",),
)
@click.argument("name", help="Who will use it; records name their caller by it.")
@click.option(
    "--role",
    type=OneOf([role.value for role in Role]),
    default=Role.CALLER.value,
    help="A caller sees the records of its own comparisons; an admin sees and deletes all.",
)
def create(settings: Settings, name: str, role: str) -> int:
    """Create a key and print it, this once.

    Only its hash is kept, so that it cannot be shown again.
    """
    key, kept = new_key(name, Role(role), timestamp())
    _key_store(settings).add(kept)
    notice(f"the key of {kept.name} ({kept.role}); it cannot be shown again:")
    tell(key)
    return 0


@keys.command("list", examples=("facecompare keys list --json",))
@click.option("--json", "as_json", is_flag=True, help="Print all that is kept of them as JSON.")
def list_keys(settings: Settings, as_json: bool) -> int:
    """List the keys, newest first. Their names, roles and times are printed."""
    kept = _key_store(settings).every()
    if as_json:
        print_json([asdict(key) for key in kept])
    else:
        table(map(_row, kept), COLUMNS)
    return 0


@keys.command("revoke", examples=("facecompare keys revoke front-desk",))
@click.argument("name", type=TEXT, help="The name that the key was created with.")
def revoke(settings: Settings, name: str) -> int:
    """Revoke a key. Requests with it are refused from now on."""
    _key_store(settings).revoke(name, timestamp())
    notice(f"the key of {name} is revoked")
    return 0


def _row(key: AccessKey) -> tuple[str, ...]:
    state = f"revoked {key.revoked_at}" if key.revoked_at else "valid"
    return key.name, key.role, f"created {key.created_at}", state


def _key_store(settings: Settings) -> KeyStore:
    from facecompare.records.open_stores import open_stores

    return open_stores(settings)[1]
