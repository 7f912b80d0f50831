"""What ships is listed with its licences, all of it, and none of it is under the GPL."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import sysconfig
import zipfile
from importlib.metadata import distribution, distributions
from pathlib import Path

import pi_heif
import pytest
from packaging.markers import Marker
from PIL import Image

from facecompare.config import CHECKOUT
from infra.supply import audit, licences
from infra.supply.__main__ import BILL, NOTICES, main
from infra.supply.bill import bill
from infra.supply.binaries import EXTENSION, UnknownLibrary, is_binary, libraries
from infra.supply.component import Component
from infra.supply.inventory import debian, packages, version_of_ours
from infra.supply.notices import notices
from infra.supply.pins import canonical, pins_in
from tests.support import pictures
from tests.support.bills import bill_at, every_component, named, places
from tests.support.fresh_environment import build_wheel

SITE = Path(sysconfig.get_path("purelib"))
LOCAL = CHECKOUT / "infra" / "locks" / "local.txt"
SHIPPED = ("compare", "worker", "records", "local", "models")


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of what the wheel needs, as it is installed here."""
    folder = tmp_path_factory.mktemp("licences")
    assert main([str(SITE), str(folder), "--of", str(LOCAL)]) == 0
    return folder


@pytest.fixture(scope="module")
def found() -> list[Component]:
    """The same once more."""
    return packages(SITE, needed_here())


def needed_here() -> set[str]:
    pins = pins_in(LOCAL)
    return {pin.name for pin in pins if not pin.marker or Marker(pin.marker).evaluate()}


def component(licence: str, name: str = "it") -> Component:
    return Component(name, "1", licence, "")


def test_the_bill_has_every_package_and_no_other(lists: Path) -> None:
    assert named(bill_at(lists / BILL), "pypi") == needed_here()


def test_the_bill_has_the_versions_that_are_installed(lists: Path) -> None:
    listed = {one["name"]: one["version"] for one in bill_at(lists / BILL)["components"]}
    assert listed == {name: distribution(name).version for name in needed_here()}


def test_the_bill_has_every_shared_library_that_a_package_brings(lists: Path) -> None:
    here = {
        file.as_posix()
        for one in distributions(path=[str(SITE)])
        if canonical(one.name) in needed_here()
        for file in one.files or ()
        if is_binary(SITE / file) and not EXTENSION.search(file.name) and ".." not in file.parts
    }
    assert len(here) > 20
    assert here - places(bill_at(lists / BILL)) == set()


@pytest.mark.parametrize(
    "library",
    ["libheif", "libde265", "libwebp", "libtiff", "libjpeg-turbo", "OpenBLAS", "libaom", "dav1d"],
)
def test_the_bill_looks_into_binaries(lists: Path, library: str) -> None:
    assert library in named(bill_at(lists / BILL), "generic")


def test_the_bill_has_the_crates_of_what_is_written_in_rust(lists: Path) -> None:
    assert {"jiter", "regex"} <= named(bill_at(lists / BILL), "cargo")


def test_everything_has_a_licence_and_stands_in_the_notices(lists: Path) -> None:
    text = (lists / NOTICES).read_text("utf-8")
    for one in every_component(bill_at(lists / BILL)):
        (licence,) = one["licenses"]
        words = licence.get("expression") or licence["license"].get("id")
        assert " ".join(filter(None, (one["name"], one.get("version"), f"({words})"))) in text


def test_every_package_has_a_text_in_the_notices(found: list[Component]) -> None:
    assert [one.name for one in found if not one.texts] == []


def test_every_text_that_a_package_brings_is_in_the_notices(
    lists: Path, found: list[Component]
) -> None:
    text = (lists / NOTICES).read_text("utf-8")
    for one in found:
        for licence in (*one.texts, *(each for part in one.parts for each in part.texts)):
            assert licence.words.strip("\n") in text, (one.name, licence.name)


def test_the_lgpl_is_there_word_for_word(lists: Path) -> None:
    text = (lists / NOTICES).read_text("utf-8")
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "github.com/strukturag/libheif" in text


def test_the_same_packages_make_the_same_lists(lists: Path, found: list[Component]) -> None:
    version = version_of_ours(SITE)
    for name, write in ((BILL, bill), (NOTICES, notices)):
        assert write("facecompare", version, found) == (lists / name).read_text("utf-8")


@pytest.mark.parametrize("lock", SHIPPED)
def test_nothing_that_ships_has_what_writes_heic(lock: str) -> None:
    assert "pillow-heif" not in {pin.name for pin in pins_in(CHECKOUT / f"infra/locks/{lock}.txt")}


def test_heic_is_read_without_x265() -> None:
    picture = Image.open(io.BytesIO(pictures.heic(pictures.portrait())))
    assert type(picture).__module__ == "pi_heif.as_plugin"
    assert set(pi_heif.libheif_info()["encoders"]) == {"mask"}  # libheif's own, of no codec


def test_x265_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """pillow-heif as it is installed here, to write what tests read."""
    lock = tmp_path / "lock.txt"
    lock.write_text(f"pillow-heif=={distribution('pillow-heif').version}\n")
    assert main([str(SITE), str(tmp_path / "out"), "--of", str(lock)]) == 1
    assert "x265" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("licence", "ships"),
    [
        ("MIT", True),
        ("MIT OR GPL-3.0-or-later", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("MIT AND GPL-3.0-or-later", False),
        ("MIT AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("MIT OR Apache-2.0 AND GPL-2.0-only", True),
        ("(MIT OR Apache-2.0) AND GPL-2.0-only", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", True),
        ("GPL-2.0-only", False),
        ("GPL-3.0-or-later", False),
        ("AGPL-3.0-only", False),
        ("LGPL-3.0-or-later", False),
        ("SSPL-1.0", False),
        ("LicenseRef-NVIDIA-Proprietary", False),
        ("MIT AND", False),
        ("(MIT", False),
        ("MIT MIT", False),
        ("", False),
    ],
)
def test_the_policy(licence: str, ships: bool) -> None:
    assert licences.may_ship(component(licence)) is ships
    outer = Component("outer", "1", "MIT", "", parts=(component(licence),))
    assert bool(list(licences.unshippable([outer]))) is not ships


def test_an_exception_is_for_one_name() -> None:
    assert licences.may_ship(component("LGPL-3.0-or-later", "libheif"))
    assert licences.may_ship(component("LicenseRef-NVIDIA-Proprietary", "nvidia-cublas"))
    assert not licences.may_ship(component("LGPL-2.1-only", "libheif"))


def test_the_policy_allows_no_gpl() -> None:
    allowed = licences.policy()["allowed"]
    assert [one for one in allowed if "GPL" in one and "GCC-exception" not in one] == []


def test_a_shared_library_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    library = tmp_path / "libnew-1a2b3c4d.so.3"
    library.write_bytes(b"\x7fELF" + bytes(60))
    with pytest.raises(UnknownLibrary, match="libnew"):
        libraries([library], tmp_path)


def test_a_package_of_unknown_licence_is_refused(tmp_path: Path) -> None:
    metadata = tmp_path / "odd-1.dist-info" / "METADATA"
    metadata.parent.mkdir()
    metadata.write_text("Metadata-Version: 2.1\nName: odd\nVersion: 1\nLicense: ask me\n")
    assert list(licences.unshippable(packages(tmp_path))) == ["odd 1: no licence is stated"]


def test_debians_packages_are_listed_and_not_judged(tmp_path: Path) -> None:
    status = tmp_path / "var" / "lib" / "dpkg" / "status"
    status.parent.mkdir(parents=True)
    stanza = "Package: {}\nStatus: {}\nArchitecture: amd64\nVersion: 5.2\n"
    status.write_text(
        stanza.format("bash", "install ok installed")
        + "\n"
        + stanza.format("gone", "deinstall ok config-files")
    )
    words = tmp_path / "usr" / "share" / "doc" / "bash" / "copyright"
    words.parent.mkdir(parents=True)
    words.write_text("Files: *\nLicense: GPL-3+\n")
    (bash,) = debian(tmp_path)
    assert (bash.name, bash.licence) == ("bash", "GPL-3+")
    assert list(licences.unshippable([bash])) == []


def test_the_wheel_has_the_lists_that_the_build_has_made(lists: Path, tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    tracked = ["git", "ls-files", "-z", "pyproject.toml", "README.md", "LICENSE", "NOTICE"]
    tracked += ["layers/core", "web", "infra/supply", "models/manifest.json"]
    listed = subprocess.run(tracked, cwd=CHECKOUT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_bytes((CHECKOUT / name).read_bytes())
    for name in (BILL, NOTICES):
        (checkout / "dist" / "licences").mkdir(parents=True, exist_ok=True)
        (checkout / "dist" / "licences" / name).write_bytes((lists / name).read_bytes())
    with zipfile.ZipFile(build_wheel(checkout, tmp_path)) as wheel:
        (sbom,) = (name for name in wheel.namelist() if name.endswith(f".dist-info/sboms/{BILL}"))
        assert wheel.read(sbom) == (lists / BILL).read_bytes()
        assert wheel.read(f"facecompare/{NOTICES}") == (lists / NOTICES).read_bytes()


def test_an_audit_without_a_database_does_not_say_that_all_is_well() -> None:
    unknown = '{"dependencies": [{"name": "six", "skip_reason": "not found"}]}'
    for said in (unknown, "", "connection refused"):
        assert audit.python_outcome(said) == (audit.UNREACHED, False)
    for said in ('{"message": "405 Method Not Allowed"}', ""):
        assert audit.npm_outcome(said) == (audit.UNREACHED, False)


def test_an_audit_names_what_is_vulnerable() -> None:
    six = {"name": "six", "version": "1", "vulns": [{"id": "CVE-1"}]}
    words, vulnerable = audit.python_outcome(json.dumps({"dependencies": [six]}))
    assert (vulnerable, "six 1 (CVE-1)" in words) == (True, True)
    assert audit.npm_outcome('{"vulnerabilities": {"left-pad": {}}}') == ("left-pad", True)
    assert audit.npm_outcome('{"vulnerabilities": {}}') == ("no known vulnerability", False)


def test_it_needs_nothing_but_python(tmp_path: Path) -> None:
    """As in the images, where it runs beside their packages and not with them."""
    script = "import runpy, sys; sys.argv = ['infra.supply', sys.argv[1], sys.argv[2]]; "
    script += "runpy.run_module('infra.supply', run_name='__main__')"
    (tmp_path / "packages").mkdir()
    command = [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = ['.']; {script}"]
    command += [str(tmp_path / "packages"), str(tmp_path / "out")]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    assert bill_at(tmp_path / "out" / BILL)["components"] == []
