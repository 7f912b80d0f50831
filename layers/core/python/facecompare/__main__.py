"""`python -m facecompare` is the `facecompare` command."""

from facecompare.cli.main import main

raise SystemExit(main())
