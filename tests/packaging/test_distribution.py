"""Wheel, sdist and editable install carry the same rulesets, schemas, samples, modules and catalogues."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

import pytest
from build import ProjectBuilder

# What setuptools tells whoever installs in editable mode, `build` raises as a warning.
pytestmark = pytest.mark.filterwarnings("ignore:Editable installation")

ROOT = Path(__file__).parents[2]
SHIPPED = ("rulesets", "schemas", "samples")
# Nothing that was compiled or built before: what is found in the results was made for them.
LEFT_OUT = (".*", "build", "dist", "docs", "benchmarks", "tests", "*.egg-info", "*.mo", "__pycache__", "*.pyc")

Digests = Mapping[str, str]
"""Path below the folder, with forward slashes, to the SHA-256 of the bytes."""

LIST_INSTALLED = """
import hashlib, json, sys
from importlib.resources import files
root = files(sys.argv[1])
print(json.dumps({
    path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
    for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts
}))
"""


def digests(folder: Path) -> Digests:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def below(folder: str, members: Mapping[str, bytes]) -> Digests:
    return {
        str(PurePosixPath(name).relative_to(folder)): hashlib.sha256(content).hexdigest()
        for name, content in members.items()
        if PurePosixPath(name).is_relative_to(folder)
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout, so that nothing is built in the checkout itself."""
    folder = tmp_path_factory.mktemp("checkout") / "gradeeval"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*LEFT_OUT))
    return folder


@pytest.fixture(scope="module")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The wheel's members, built where an earlier build left a sample that is gone by now."""
    leftover = tree / "build" / "lib" / "gradeeval" / "shipped_samples" / "gone.yaml"
    leftover.parent.mkdir(parents=True)
    leftover.touch()
    path = ProjectBuilder(tree).build("wheel", str(tmp_path_factory.mktemp("wheel")))
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


@pytest.fixture(scope="module")
def sdist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The source distribution's members, without the folder around them."""
    path = Path(ProjectBuilder(tree).build("sdist", str(tmp_path_factory.mktemp("sdist"))))
    with tarfile.open(path) as archive:
        found = {member.name: archive.extractfile(member) for member in archive if member.isfile()}
        return {name.partition("/")[2]: content.read() for name, content in found.items() if content}


@pytest.fixture(scope="module", params=["lenient", "strict"])
def editable(request: pytest.FixtureRequest, tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment that holds an editable install and nothing else."""
    folder = tmp_path_factory.mktemp(request.param)
    path = ProjectBuilder(tree).build("editable", str(folder), config_settings={"editable_mode": request.param})
    venv.create(folder / "environment", symlinks=True)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    python = folder / "environment" / scripts / "python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", path]
    subprocess.run(install, check=True)
    return python


@pytest.mark.parametrize("name", SHIPPED)
def test_wheel_and_sdist_carry_the_folder(
    name: str, tree: Path, wheel: Mapping[str, bytes], sdist: Mapping[str, bytes]
) -> None:
    expected = digests(tree / name)
    assert len(expected) > 1, f"{name}/ is empty"
    assert below(name, sdist) == expected
    assert below(f"gradeeval/shipped_{name}", wheel) == expected


@pytest.mark.parametrize("name", SHIPPED)
def test_editable_install_reads_the_folder(name: str, tree: Path, editable: Path, tmp_path: Path) -> None:
    command = [editable, "-IB", "-c", LIST_INSTALLED, f"gradeeval.shipped_{name}"]
    listing = subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    assert json.loads(listing.stdout) == digests(tree / name)


def test_wheel_carries_every_module(tree: Path, wheel: Mapping[str, bytes]) -> None:
    written = {path.relative_to(tree / "src").as_posix() for path in (tree / "src" / "gradeeval").rglob("*.py")}
    missing = written - set(wheel)
    assert not missing, (
        f"packages in setup.cfg lacks {sorted({str(PurePosixPath(name).parent).replace('/', '.') for name in missing})}"
    )
    assert "gradeeval/py.typed" in wheel


def test_wheel_and_sdist_carry_what_modules_read(
    tree: Path, wheel: Mapping[str, bytes], sdist: Mapping[str, bytes]
) -> None:
    files = (path for path in (tree / "src" / "gradeeval").rglob("*") if path.is_file())
    written = {path.relative_to(tree / "src").as_posix() for path in files if path.suffix not in (".py", ".po")}
    assert written - set(wheel) == set()
    assert {f"src/{name}" for name in written} - set(sdist) == set()


def test_every_catalogue_is_compiled(
    tree: Path, wheel: Mapping[str, bytes], sdist: Mapping[str, bytes], editable: Path
) -> None:
    written = {
        path.relative_to(tree / "src").with_suffix(".mo").as_posix()
        for path in (tree / "src" / "gradeeval" / "locale").rglob("*.po")
    }
    assert written
    assert {name for name in wheel if name.endswith(".mo")} == written
    assert {name.removeprefix("src/") for name in sdist if name.endswith(".mo")} == written
    assert {name.removeprefix("src/") for name in sdist if name.endswith(".po")} == {
        name.removesuffix("mo") + "po" for name in written
    }
    locale = [editable, "-IB", "-c", LIST_INSTALLED, "gradeeval"]
    listing = json.loads(subprocess.run(locale, check=True, capture_output=True).stdout)
    assert {f"gradeeval/{name}" for name in listing if name.endswith(".mo")} == written
