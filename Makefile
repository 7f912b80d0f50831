# One command each: `make run` to use it, `make test` to check it. Both make their own .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
MODELS := models/face-network.onnx
FACES := tests/data/faces

.PHONY: run test lint bench models clean

run: $(MODELS)  ## compare two bundled portraits, then serve page and API on 127.0.0.1:8000
	$(BIN)/facecompare compare $(FACES)/obama.jpg $(FACES)/obama2.jpg
	$(BIN)/facecompare serve

test: $(MODELS)  ## the whole suite
	$(BIN)/python -m pytest -n auto

lint: $(INSTALLED)  ## format, lint and types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(MODELS)  ## the speed here, beside dlib and face_recognition
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m pip install --quiet --no-deps "face_recognition==1.3.0"  # its dlib is dlib-bin
	$(BIN)/facecompare bench --cold

models: $(MODELS)  ## build the model files
$(MODELS): $(INSTALLED) models/manifest.json
	$(BIN)/facecompare models build
	@touch $(MODELS)

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(INSTALLED)

clean:  ## remove what the targets above made
	rm -rf $(VENV) models/*.onnx models/*.dat .pytest_cache .mypy_cache .ruff_cache .hypothesis
