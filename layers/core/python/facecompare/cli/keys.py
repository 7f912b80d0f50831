"""`facecompare keys`: who may ask, where access is by key."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from facecompare.access import KeyStore, Role, new_key
from facecompare.cli.output import print_json, say
from facecompare.config import Settings
from facecompare.records.record import timestamp


def add_commands(commands: Any) -> None:
    """Add the commands to the parser."""
    text = "create, list or revoke access keys"
    keys: argparse.ArgumentParser = commands.add_parser("keys", help=text, description=text)
    actions = keys.add_subparsers(metavar="ACTION", required=True)
    create = actions.add_parser(
        "create",
        help="make a key and show it, this once",
        epilog="example: facecompare keys create front-desk --role caller",
    )
    create.set_defaults(run=run_create)
    create.add_argument("name", help="who will use it; records name their caller by it")
    create.add_argument("--role", choices=list(Role), default=Role.CALLER.value)
    listing = actions.add_parser("list", help="list the keys, newest first")
    listing.set_defaults(run=run_list)
    listing.add_argument("--json", action="store_true", help="print all that is kept of them")
    revoke = actions.add_parser("revoke", help="end a key's validity")
    revoke.set_defaults(run=run_revoke)
    revoke.add_argument("name")


def run_create(arguments: argparse.Namespace, settings: Settings) -> int:
    """The key on stdout; only its hash is kept."""
    key, kept = new_key(arguments.name, Role(arguments.role), timestamp())
    _keys(settings).add(kept)
    say(f"the key of {kept.name} ({kept.role}); it cannot be shown again:")
    print(key)
    return 0


def run_list(arguments: argparse.Namespace, settings: Settings) -> int:
    """Names, roles and times."""
    keys = _keys(settings).every()
    if arguments.json:
        print_json([asdict(key) for key in keys])
        return 0
    for key in keys:
        state = f"revoked {key.revoked_at}" if key.revoked_at else "valid"
        print(f"{key.name:32}  {key.role:6}  created {key.created_at}  {state}")
    return 0


def run_revoke(arguments: argparse.Namespace, settings: Settings) -> int:
    """The key is refused from now on."""
    _keys(settings).revoke(arguments.name, timestamp())
    say(f"the key of {arguments.name} is revoked")
    return 0


def _keys(settings: Settings) -> KeyStore:
    from facecompare.records.open_stores import open_stores

    return open_stores(settings)[1]
