"""The `facecompare` command: one module a group of commands, each imported light."""
