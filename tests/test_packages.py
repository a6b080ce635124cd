"""What the build is told must stay true: the list of packages, the version, the locks."""

import ast
import re
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT: Final = Path(__file__).resolve().parent.parent
PROJECT: Final[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LOCKS: Final = ("requirements.lock", "requirements-dev.lock")


def _locked(name: str) -> dict[str, Version]:
    pinned = re.findall(r"^([a-z0-9.-]+)==([^\s;\\]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {package: Version(version) for package, version in pinned}


def test_every_package_is_listed_for_the_build() -> None:
    """Add what is missing to packages in pyproject.toml: the wheel would not have it."""
    found = {
        ".".join(init.parent.relative_to(ROOT).parts)
        for init in (ROOT / "seedream_pipe").rglob("__init__.py")
    }

    assert set(PROJECT["tool"]["setuptools"]["packages"]) == found | {"seedream_pipe.schemas"}


def test_the_list_of_packages_is_sorted() -> None:
    packages = PROJECT["tool"]["setuptools"]["packages"]

    assert packages == sorted(packages)


def test_every_module_stands_in_a_package() -> None:
    """A folder of modules without __init__.py works in the checkout and is missing from the wheel."""
    folders = {module.parent for module in (ROOT / "seedream_pipe").rglob("*.py")}

    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_version_can_be_read_without_running_anything() -> None:
    module = ast.parse((ROOT / "seedream_pipe" / "version.py").read_text("utf-8"))

    values = [ast.literal_eval(node.value) for node in module.body if isinstance(node, ast.Assign)]

    assert Version(values[0]) >= Version("0.1.0")


def test_the_changelog_tells_of_what_comes() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text("utf-8")


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_every_package_with_a_hash(name: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (ROOT / name).read_text("utf-8").strip())

    assert [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_host(name: str) -> None:
    assert re.findall(r"://|--index|--find-links|--trusted", (ROOT / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("name", "declared"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["dependency-groups"]["dev"]),
        ("requirements-dev.lock", PROJECT["build-system"]["requires"]),
    ],
)
def test_lock_keeps_what_the_project_declares(name: str, declared: list[str]) -> None:
    """Run `make lock` when this fails."""
    locked = _locked(name)
    wanted = [Requirement(text) for text in declared]

    assert [
        str(one) for one in wanted if not one.specifier.contains(locked.get(one.name, Version("0")))
    ] == []


def test_both_locks_agree() -> None:
    assert _locked("requirements.lock").items() <= _locked("requirements-dev.lock").items()
