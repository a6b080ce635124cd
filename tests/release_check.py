"""Build the release from what is under version control, install it where nothing else is, and use it.

Run by ``make wheel``. The packages land in ``dist/`` only when everything held.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
# Where a file of the checkout lies in the wheel.
IN_THE_WHEEL: Final = {"seedream_pipe/": "seedream_pipe/", "schemas/": "seedream_pipe/schemas/"}
LIBRARY_IN_USE: Final = """
import importlib.resources, json
import seedream_pipe
arrived = importlib.resources.files("seedream_pipe.schemas").iterdir()
schemas = [one for one in arrived if one.name.endswith(".json")]
assert schemas, "no schema arrived"
for schema in schemas:
    json.loads(schema.read_text("utf-8"))
print(f"import seedream_pipe: {len(schemas)} schemas, {len(seedream_pipe.__all__)} public names")
"""


def main() -> None:
    """Build, compare, install, use; stop at the first thing that does not hold."""
    with tempfile.TemporaryDirectory(prefix="seedream-pipe-release-") as name:
        folder = Path(name)
        source = exported(folder / "source")
        wheel = built(source, folder / "dist")
        everything_arrived(source, wheel)
        bin_folder = installed(source, wheel, folder / "venv")
        used(source, bin_folder, folder / "elsewhere")
        shutil.copytree(folder / "dist", ROOT / "dist", dirs_exist_ok=True)
    print(f"{wheel.name}: built, installed, used")


def run(*command: str | Path, cwd: Path, home: Path | None = None) -> str:
    """Run a command and return its output; with a home, as somebody whose environment is empty."""
    environment = {"HOME": str(home), "PATH": os.defpath} if home else None
    done = subprocess.run(
        command,
        cwd=cwd,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\nexit code {done.returncode} of: {' '.join(map(str, command))}")
    return done.stdout


def exported(target: Path) -> Path:
    """Copy what is, or is about to be, under version control: what lies about here must not get in."""
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def built(source: Path, dist: Path) -> Path:
    """Return the wheel, made from the sdist as the world would make it."""
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", dist, source, cwd=source.parent)
    (wheel,) = dist.glob("*.whl")
    return wheel


def everything_arrived(source: Path, wheel: Path) -> None:
    """Compare the files of the packages with those in the wheel, both ways."""
    expected = {
        inside + path.relative_to(source / outside).as_posix()
        for outside, inside in IN_THE_WHEEL.items()
        for path in (source / outside).rglob("*")
        if path.is_file()
    }
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    metadata = {name for name in names if ".dist-info/" in name}
    missing, surplus = expected - names, names - metadata - expected
    if missing or surplus:
        sys.exit(f"The wheel lacks {sorted(missing)} and has {sorted(surplus)} too much")
    if not any(name.endswith("licenses/LICENSE") for name in metadata):
        sys.exit("The wheel has no licence")


def installed(source: Path, wheel: Path, folder: Path) -> Path:
    """Install the wheel beside the locked requirements and nothing else; return where its command is."""
    venv.create(folder, with_pip=True)
    pip = (folder / "bin" / "python", "-m", "pip", "--disable-pip-version-check", "-qq", "install")
    run(*pip, "--require-hashes", "-r", source / "requirements.lock", cwd=folder)
    run(*pip, "--no-deps", "--no-index", wheel, cwd=folder)
    run(folder / "bin" / "python", "-m", "pip", "check", cwd=folder)
    return folder / "bin"


def used(source: Path, bin_folder: Path, elsewhere: Path) -> None:
    """Use the installed package as a newcomer would, from a folder that is not the checkout."""
    elsewhere.mkdir()
    command = bin_folder / "seedream-pipe"
    for arguments in (("--version",), ("validate", *pipelines(source))):
        print(run(command, *arguments, cwd=elsewhere, home=elsewhere).strip())
    print(run(bin_folder / "python", "-c", LIBRARY_IN_USE, cwd=elsewhere, home=elsewhere).strip())


def pipelines(source: Path) -> Sequence[str]:
    """Return the pipelines that the repository shows."""
    found = [str(path) for path in sorted(source.glob("pipelines/*/*.yaml")) if ".picks." not in path.name]
    if not found:
        sys.exit("There are no pipelines to validate")
    return found


if __name__ == "__main__":
    main()
