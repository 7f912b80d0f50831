#!/bin/sh
# `serve …` is page and API on any host; anything else is the name of a Lambda handler.
set -eu
case "${1:-}" in
    serve) exec facecompare "$@" ;;
    *) exec python -m awslambdaric "$@" ;;
esac
