from __future__ import annotations

import json
import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest
from aws_cdk import Stack
from aws_cdk.assertions import Annotations, Match

from facecompare.config import CHECKOUT, ENGINES
from facecompare.config.reader import declared
from facecompare.config.reference import default_text
from facecompare.engines.cards import MTCNN, MTCNN_MODELS, engine_card
from facecompare.engines.encoder_cards import READY, read_card
from facecompare.errors import BadSetting, ModelFileMissing, PackageMissing
from facecompare.model_store.files import manifest_text
from infra.model_bucket import ModelBucket, model_files, not_built
from infra.records_function import filled
from infra.settings import ENVIRONMENTS, PROD, DeploySettings, options_table
from infra.simulation import EVIDENCE, differences
from infra.stack_names import STACKS
from tests.support.synthesis_sources import MODELS
from tests.support.variants import EVERYTHING


def test_nothing_needs_to_be_chosen() -> None:
    settings = DeploySettings.from_context({})
    assert (settings.env, settings.prefix) == ("dev", "facecompare-dev")
    assert (settings.keep_data, settings.deletion_protection) == (False, False)
    assert (settings.access, settings.compare_memory_mb) == ("public", 3_008)


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


def test_all_that_is_left_out_for_a_simulator_has_its_own_evidence() -> None:
    assert differences().keys() == EVIDENCE.keys()
    for name, test in EVIDENCE.items():
        file, _, function = test.partition("::")
        assert f"def {function}(" in (CHECKOUT / file).read_text("utf-8"), name


def test_nothing_else_asks_for_the_simulator() -> None:
    """Whatever differs is said in one place."""
    texts = {path.name: path.read_text("utf-8") for path in (CHECKOUT / "infra").rglob("*.py")}
    asking = {name for name, text in texts.items() if re.search(r"\b\w+\.local\b", text)}
    assert asking == {"simulation.py"}


def test_cdks_feature_flags_are_no_options() -> None:
    flags = json.loads((CHECKOUT / "cdk.json").read_text("utf-8"))["context"]
    assert DeploySettings.from_context(flags) == DeploySettings()


@pytest.mark.parametrize(("detector", "mtcnn"), [("yunet", "off"), ("mtcnn", "on")])
def test_an_added_encoder_can_be_the_engine(tmp_path: Path, detector: str, mtcnn: str) -> None:
    spec = replace(read_card(READY / "arcface.toml")[0], detector=detector)
    (tmp_path / "manifest.json").write_text(manifest_text((), (spec,)), "utf-8")
    context = {"engine": spec.id, "models": str(tmp_path)}
    assert DeploySettings.from_context(context | {"mtcnn": mtcnn}).engine == spec.id
    if mtcnn == "on":
        with pytest.raises(BadSetting, match=f"found -c engine={spec.id} without -c mtcnn=on"):
            DeploySettings.from_context(context)


@pytest.mark.parametrize(
    ("context", "message"),
    [
        ({"env": "staging"}, "found no staging.toml in "),
        ({"env": "staging"}, "make this file, or name one that is there: dev, prod"),
        ({"env": "Staging"}, "found -c env=Staging; expected small letters, digits and hyphens,"),
        ({"env": "a" * 16}, "expected small letters, digits and hyphens, 2 to 15 of them;"),
        ({"records_days": "0"}, "found -c records_days=0; expected a whole number ≥ 1; correct it"),
        ({"permissions_boundary": "boundary"}, "=boundary; expected the ARN of a managed policy;"),
        ({"bootstrap_qualifier": "Our-Own"}, "=Our-Own; expected small letters and digits, at"),
        ({"tags": "team"}, "-c tags=team; expected a list like team=vision,cost-centre=4711;"),
        ({"tags": "aws:team=a"}, "-c tags=aws:team=a; expected a list like team=vision"),
        ({"landmarks68": "maybe"}, "-c landmarks68=maybe; expected on, off, true, false; correct"),
        ({"allowed_origins": "a.example"}, "a list like https://a.example,https://b.example;"),
        ({"log_days": "31"}, "-c log_days=31; expected 7, 30, 90, 365;"),
        ({"engine": "facenet"}, "-c engine=facenet; expected one of dlib-sface, dlib-fast,"),
        ({"recrods_days": "3"}, "unknown setting recrods_days; valid: env, environments, region"),
        ({"snap_start": "on", "provisioned_concurrency": "1"}, "because Lambda takes not both;"),
        (
            {"provisioned_concurrency": "3", "reserved_concurrency": "2"},
            "expected at most as many provisioned as reserved; raise the reserved ones",
        ),
        ({"compare_timeout_s": "30"}, "expected deadline_s < compare_timeout_s < 30, because"),
        ({"deadline_s": "29"}, "found -c deadline_s=29 and -c compare_timeout_s=29; expected"),
        ({"domain": "faces.example"}, "domain without certificate_arn; expected both or neither;"),
        ({"region": "cn-north-1"}, "expected a region of AWS's commercial partition, because the"),
        (
            {"access_logs": "on", "region": "ap-southeast-3"},
            "found -c access_logs=on and -c region=ap-southeast-3; expected a region without",
        ),
        (
            {"certificate_arn": "arn:aws"},
            "certificate_arn without domain; expected both or neither;",
        ),
        ({"gpu_spot": "on"}, "-c gpu_spot without GPU workers; expected -c gpu=on beside it;"),
        ({"gpu_max": "4"}, "-c gpu_max without GPU workers; expected -c gpu=on beside it;"),
        ({"gpu": "on", "gpu_max": "0"}, "-c gpu_max=0; expected a whole number ≥ 1;"),
        (
            {"gpu": "on", "gpu_instance": "p5.4xlarge"},
            "expected g4dn.xlarge, g4dn.2xlarge, g4dn.4xlarge, g5.xlarge, g6.xlarge;",
        ),
        ({"gpu": "2"}, "-c gpu=2; expected on, off, true, false;"),
        ({"waf_requests_per_5_minutes": "100"}, "give -c region="),
        ({"budget_usd": "50"}, "found -c budget_usd without alarm_email; expected both"),
        (
            {"budget_usd": "50", "alarm_email": "a@b.example"},
            "found -c budget_usd without region; expected both, because budgets live in us-east-1",
        ),
    ],
)
def test_what_is_not_valid_is_named(context: dict[str, str], message: str) -> None:
    with pytest.raises(BadSetting, match=re.escape(message)):
        DeploySettings.from_context(context)


def test_every_option_is_declared_completely() -> None:
    assert list(declared(DeploySettings)) == [field.name for field in fields(DeploySettings)]
    for name, option in declared(DeploySettings).items():
        assert option.kind.valid, name
        assert option.meaning, name


def test_every_option_is_in_the_table_and_no_other() -> None:
    names = re.findall(r"^\| `(\w+)` \|", options_table(), re.MULTILINE)
    assert names == list(declared(DeploySettings))


def test_the_table_tells_what_production_changes() -> None:
    changed = re.findall(r"^\| `(\w+)` .*`(\w+)` with `env=prod`", options_table(), re.MULTILINE)
    file = tomllib.loads((ENVIRONMENTS / f"{PROD}.toml").read_text("utf-8"))
    assert dict(changed).keys() == file.keys()


def test_a_file_says_what_is_typed_otherwise_and_what_is_typed_comes_first(tmp_path: Path) -> None:
    (tmp_path / "eu-2.toml").write_text(
        'records_days = 30\ngpu = true\naccess = "keys"\n'
        'allowed_origins = ["https://a.example", "https://b.example"]\n'
    )
    chosen = {"env": "eu-2", "environments": str(tmp_path)}
    typed = {
        "records_days": "30",
        "gpu": "on",
        "access": "keys",
        "allowed_origins": "https://a.example,https://b.example",
    }
    written = DeploySettings.from_context(chosen)
    (tmp_path / "eu-2.toml").write_text("")
    assert written == DeploySettings.from_context(chosen | typed)
    (tmp_path / "eu-2.toml").write_text("records_days = 30")
    assert DeploySettings.from_context(chosen | {"records_days": "7"}).records_days == 7


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("recrods_days = 3", "eu.toml: unknown setting recrods_days; valid: access, access_logs,"),
        ('env = "prod"', "unknown setting env; valid: "),
        ("records_days = 0", "found records_days = 0 in the environment's file; expected a whole"),
        ("records_days = 1.5", "found records_days = 1.5; expected a text, a whole number, true"),
        ("[access]\nkeys = true", "expected a text, a whole number, true, false or a list of"),
        ("access: keys", "; expected TOML, such as records_days = 30"),
    ],
)
def test_what_is_wrong_in_a_file_is_named(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "eu.toml").write_text(content)
    with pytest.raises(BadSetting, match=re.escape(message)):
        DeploySettings.from_context({"env": "eu", "environments": str(tmp_path)})


@pytest.mark.parametrize("stack", STACKS)
def test_no_environment_has_production_s_stacks(stack: str) -> None:
    """They have no environment in their names."""
    with pytest.raises(BadSetting, match=f"found -c env={stack}; expected"):
        DeploySettings.from_context({"env": stack})


def test_every_option_is_used() -> None:
    """Read somewhere in infra/, in other places than where it is declared."""
    texts = [path.read_text("utf-8") for path in sorted((CHECKOUT / "infra").rglob("*.py"))]
    used = set().union(*(re.findall(r"(?<=settings\.)\w+|(?<=self\.)\w+", text) for text in texts))
    assert set(declared(DeploySettings)) - used == set()


def test_every_option_that_a_synthesis_tries_is_one() -> None:
    assert EVERYTHING.keys() - declared(DeploySettings).keys() == set()


def test_every_option_can_be_given_the_default_that_the_table_shows() -> None:
    shown = {
        name: default_text(option).strip("`").replace(",", "")
        for name, option in declared(DeploySettings).items()
        if option.default not in ("", ()) and not option.shown_default
    }
    of_gpu = {name for name in shown if name.startswith("gpu_")}
    given = {name: text for name, text in shown.items() if name not in of_gpu}
    assert DeploySettings.from_context(given) == DeploySettings()
    assert DeploySettings.from_context(shown | {"gpu": "on"}) == DeploySettings(gpu=True)


def test_models_that_were_not_built_are_asked_for(tmp_path: Path) -> None:
    settings = DeploySettings.from_context({"models": str(tmp_path)})
    with pytest.raises(ModelFileMissing, match="run: facecompare models build"):
        model_files(settings)


def test_files_whose_licence_excludes_commercial_use_are_left_out(models: Path) -> None:
    def held(**options: str) -> set[str]:
        settings = DeploySettings.from_context({"models": str(models), **options})
        return {path.stem for path in model_files(settings).values()}

    everything = held(mtcnn="on", landmarks68="on")
    assert everything - held(landmarks68="on") == set(MTCNN_MODELS)
    assert everything - held(mtcnn="on") == {"landmarks68"}
    assert everything - held() == {*MTCNN_MODELS, "landmarks68"}


@pytest.mark.parametrize("engine", ENGINES)
def test_what_the_engine_does_not_need_may_be_missing(
    models: Path, tmp_path: Path, engine: str
) -> None:
    needed = engine_card(engine).models
    for name in ("manifest.json", *(f"{model}.bin" for model in needed)):
        (tmp_path / name).symlink_to(models / name)
    options = {"mtcnn": "on"} if set(MTCNN_MODELS) & set(needed) else {}
    settings = DeploySettings.from_context({"models": str(tmp_path), "engine": engine, **options})
    assert {path.stem for path in model_files(settings).values()} == set(needed)
    absent = set(MODELS) - {*needed, *MTCNN_MODELS, "landmarks68"}
    told = not_built(settings)
    named = set(re.findall(r"[\w-]+", told.removeprefix("found no ").partition(" in ")[0]))
    assert named == absent
    (tmp_path / f"{needed[0]}.bin").unlink()
    with pytest.raises(ModelFileMissing, match=f"{needed[0]}.bin is missing; run: facecompare"):
        model_files(settings)


def test_a_synthesis_warns_of_models_that_were_not_built(
    models: Path, tmp_path: Path, sources: dict[str, str]
) -> None:
    for path in models.iterdir():
        if path.stem != "sface":
            (tmp_path / path.name).symlink_to(path)
    stack = Stack()
    context = {**sources, "models": str(tmp_path), "engine": "dlib-fast"}
    ModelBucket(stack, "Models", settings=DeploySettings.from_context(context))
    (warning,) = Annotations.from_stack(stack).find_warning("*", Match.any_value())
    assert "found no sface in" in str(warning.entry.data)


def test_what_is_switched_on_must_be_built(models: Path, tmp_path: Path) -> None:
    for path in models.iterdir():
        if path.stem != "landmarks68":
            (tmp_path / path.name).symlink_to(path)
    assert not_built(DeploySettings(models=tmp_path)) == ""
    with pytest.raises(ModelFileMissing, match=r"landmarks68\.bin is missing"):
        model_files(DeploySettings(models=tmp_path, landmarks68=True))


def test_mtcnn_s_engine_needs_its_option() -> None:
    context = {"engine": MTCNN, "mtcnn": "on"}
    assert DeploySettings.from_context(context).engine == MTCNN
    with pytest.raises(BadSetting, match="found -c engine=mtcnn-dlib without -c mtcnn=on"):
        DeploySettings.from_context({"engine": MTCNN})


def test_a_layer_that_was_not_filled_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(PackageMissing, match="run: make layers"):
        filled(tmp_path)
