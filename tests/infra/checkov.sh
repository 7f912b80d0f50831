#!/usr/bin/env bash
# checkov in an environment of its own, because it pins an old boto3; then the test that needs it.
set -euo pipefail
cd "$(dirname "$0")/../.."

FOLDER=.venv/checkov

if [ ! -x "$FOLDER/bin/checkov" ]; then
    .venv/bin/python -m venv "$FOLDER"
    "$FOLDER/bin/pip" install --quiet --no-deps --require-hashes --requirement infra/locks/checkov.txt
fi
.venv/bin/python -m pytest tests/infra/test_checkov.py
