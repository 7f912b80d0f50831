"""What a company's account asks of every stack."""

from __future__ import annotations

import json

from tests.support.assembly import Assembly
from tests.support.variants import EVERYTHING


def test_every_role_has_the_boundary(everything: Assembly) -> None:
    """Those that CDK makes while it resolves references, too."""
    roles = everything.all("AWS::IAM::Role")
    bounded = [role for role in roles if "PermissionsBoundary" in role.properties]
    assert len(roles) > 8
    assert {role.id for role in roles} - {role.id for role in bounded} == set()
    assert {role.properties["PermissionsBoundary"] for role in bounded} == {
        EVERYTHING["permissions_boundary"]
    }


def test_without_the_option_no_role_has_one(standard: Assembly) -> None:
    assert "PermissionsBoundary" not in json.dumps(dict(standard.templates))


def test_assets_and_roles_are_the_companys_bootstraps(everything: Assembly) -> None:
    files = [*everything.folder.glob("*.template.json"), *everything.folder.glob("*.assets.json")]
    texts = [path.read_text("utf-8") for path in [*files, everything.folder / "manifest.json"]]
    assert not any("hnb659fds" in text for text in texts)
    assert any("cdk-company-deploy-role" in text for text in texts)


def test_every_resource_that_takes_tags_has_the_companys(everything: Assembly) -> None:
    tagged = [each.properties["Tags"] for each in everything.resources() if _has_tags(each)]
    assert tagged
    wanted = ({"Key": "team", "Value": "vision"}, {"Key": "cost-centre", "Value": "4711"})
    for tags in tagged:
        assert all(tag in tags for tag in wanted)


def _has_tags(resource: object) -> bool:
    tags = getattr(resource, "definition", {}).get("Properties", {}).get("Tags")
    return isinstance(tags, list) and any(tag.get("Key") == "project" for tag in tags)
