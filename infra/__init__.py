"""What `cdk deploy` makes in AWS: three stacks and two optional ones, one construct per role."""

import os
from pathlib import Path

# jsii unpacks its modules into the user's cache, if nobody has named another folder before it is
# loaded (aws/jsii, "JSII_RUNTIME_PACKAGE_CACHE_ROOT").
_UNPACKED = Path(__file__).resolve().parents[1] / ".cache" / "jsii"
# It runs the first node of the PATH: the one that package.json brings, where it is installed.
_PROGRAMS = Path(__file__).resolve().parents[1] / "node_modules" / ".bin"
if (_PROGRAMS / "node").exists():
    os.environ["PATH"] = f"{_PROGRAMS}{os.pathsep}{os.environ.get('PATH', '')}"
os.environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(_UNPACKED))
