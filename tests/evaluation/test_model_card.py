"""The model card agrees with the engines, the weights and the kept evaluations."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from facecompare.cli.main import main
from facecompare.config import CHECKOUT, Settings
from facecompare.engines.cards import CARDS
from facecompare.engines.catalogue import offered_cards
from facecompare.errors import BadDataset
from facecompare.evaluation.model_card import EVALUATIONS, MODEL_CARD, model_card, read_summaries
from facecompare.model_store.files import ModelFolder
from facecompare.pipeline.match import decisive_threshold

MODELS = CHECKOUT / "models"


def test_the_card_is_what_the_command_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(MODELS / "manifest.json", tmp_path)
    shutil.copytree(MODELS / EVALUATIONS, tmp_path / EVALUATIONS)
    monkeypatch.setenv("FACECOMPARE_MODELS_DIR", str(tmp_path))
    assert main(["models", "card"]) == 0
    assert (tmp_path / MODEL_CARD).read_text() == (MODELS / MODEL_CARD).read_text()


def test_every_offered_engine_is_evaluated_with_the_shipped_weights(models_dir: Path) -> None:
    summaries = read_summaries(MODELS, CARDS)
    offered = offered_cards(Settings.from_env({"FACECOMPARE_ACCESS": "keys"}))
    assert set(summaries) == {card.id for card in offered}
    for card in offered:
        summary = summaries[card.id]
        assert summary["model_digest"] == ModelFolder.at(models_dir).digest(card.models)
        thresholds = [at["threshold"] for at in summary["verification"]["at_thresholds"]]
        assert thresholds[0] == decisive_threshold(card)


def test_the_card_names_every_engine_file_and_limit() -> None:
    text = (MODELS / MODEL_CARD).read_text()
    for card in CARDS:
        assert f"`{card.id}`" in text
    for file in ModelFolder.at(MODELS).files:
        assert f"`{file.file}`" in text
    for words in ("Children", "Profile views, masks", "What it must not be used for", "iBUG"):
        assert words in text


def test_a_card_without_evaluations_has_no_figures() -> None:
    text = model_card(CARDS, ModelFolder.at(MODELS).files, {})
    assert "measured" not in text.split("## Limits")[0].split("## Engines")[1]


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"engine": "dlib-accurate"})])
def test_a_file_that_is_no_evaluation_of_the_engine_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / EVALUATIONS).mkdir()
    (tmp_path / EVALUATIONS / "dlib-fast.json").write_text(text)
    with pytest.raises(BadDataset, match=r"dlib-fast\.json is"):
        read_summaries(tmp_path, CARDS)
