from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from facecompare.config import CHECKOUT
from facecompare.errors import BadSetting, ModelFileMissing, PackageMissing
from infra.model_bucket import model_files
from infra.records_function import filled
from infra.settings import DeploySettings


def test_nothing_needs_to_be_chosen() -> None:
    settings = DeploySettings.from_context({})
    assert (settings.env, settings.prefix) == ("dev", "facecompare-dev")
    assert (settings.keep_data, settings.deletion_protection) == (False, False)
    assert (settings.access, settings.compare_memory_mb) == ("public", 3_538)


def test_production_keeps_data_unless_it_is_told_otherwise() -> None:
    assert DeploySettings.from_context({"env": "prod"}).keep_data is True
    settings = DeploySettings.from_context({"env": "prod", "keep_data": "off"})
    assert (settings.prefix, settings.keep_data) == ("facecompare", False)


def test_nothing_of_the_simulator_is_left_in_what_aws_gets() -> None:
    settings = DeploySettings.from_context({})
    assert settings.fills_buckets
    assert settings.empties_buckets
    assert settings.has_addresses
    assert settings.has_secrets
    assert settings.checks_bootstrap


def test_the_commands_feature_flags_are_no_settings() -> None:
    flags = json.loads((CHECKOUT / "cdk.json").read_text("utf-8"))["context"]
    assert DeploySettings.from_context(flags) == DeploySettings()


def test_an_added_encoder_can_be_the_engine(tmp_path: Path) -> None:
    manifest = {"models": [], "encoders": [{"id": "facenet"}]}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    context = {"engine": "facenet", "models": str(tmp_path)}
    assert DeploySettings.from_context(context).engine == "facenet"


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"env": "staging"}, "-c env=staging is not accepted: one of dev, prod is"),
        ({"records_days": "0"}, "records_days=0 is not accepted: a whole number of at least 1 is"),
        (
            {"landmarks68": "maybe"},
            "landmarks68=maybe is not accepted: one of on, true, off, false",
        ),
        ({"allowed_origins": "a.example"}, "a list like https://a.example,https://b.example is"),
        ({"log_days": "31"}, "one of 7, 30, 90, 365 is"),
        ({"engine": "facenet"}, "engine=facenet is not accepted: one of dlib-fast, dlib-accurate,"),
        ({"recrods_days": "3"}, "-c recrods_days=… is no setting; there are: env, region"),
        ({"snap_start": "on", "provisioned_concurrency": "1"}, "exclude each other"),
        ({"provisioned_concurrency": "3", "reserved_concurrency": "2"}, "does not fit into"),
        ({"compare_timeout_s": "30"}, "deadline_s < compare_timeout_s < 30 is"),
        ({"deadline_s": "29"}, "deadline_s=29 and compare_timeout_s=29 are not accepted"),
        ({"domain": "faces.example"}, "give both or neither"),
        ({"gpu_spot": "on"}, "gpu_spot says how machines with a GPU are to be; give -c gpu=on"),
        ({"gpu_max": "4"}, "gpu_max says how machines with a GPU are to be; give -c gpu=on"),
        ({"gpu": "on", "gpu_max": "0"}, "gpu_max=0 is not accepted: a whole number of at least 1"),
        (
            {"gpu": "on", "gpu_instance": "p5.4xlarge"},
            "one of g4dn.xlarge, g4dn.2xlarge, g4dn.4xlarge, g5.xlarge, g6.xlarge is",
        ),
        ({"gpu": "2"}, "gpu=2 is not accepted: one of on, true, off, false"),
        ({"waf_requests_per_5_minutes": "100"}, "give -c region="),
    ],
)
def test_what_is_not_accepted_is_named(context: dict[str, str], message: str) -> None:
    with pytest.raises(BadSetting, match=re.escape(message)):
        DeploySettings.from_context(context)


def test_models_that_were_not_built_are_asked_for(tmp_path: Path) -> None:
    settings = DeploySettings.from_context({"models": str(tmp_path)})
    with pytest.raises(ModelFileMissing, match="run: facecompare models build"):
        model_files(settings)


def test_a_layer_that_was_not_filled_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(PackageMissing, match="run: make layers"):
        filled(tmp_path)
