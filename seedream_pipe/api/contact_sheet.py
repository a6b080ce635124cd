"""A contact sheet of a task's takes: every picture with its number, as a picture to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from seedream_pipe import catalog, profiles
from seedream_pipe import pictures as picture_files
from seedream_pipe.api.beside import write
from seedream_pipe.api.folders import output_folder, store_folder
from seedream_pipe.digest import blob_digest
from seedream_pipe.errors import UsageError
from seedream_pipe.makers import Picture
from seedream_pipe.store.blobs import Gone
from seedream_pipe.store.folder import Store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedream_pipe.api.project import Project
    from seedream_pipe.api.takes import OnePicture, TaskTakes
    from seedream_pipe.makers import Rendered
    from seedream_pipe.settings import Settings

__all__ = ["contact_sheet", "usual_path"]

_FORMATS: Final = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".webp": "webp"}
_PAGE: Final = 100


def usual_path(project: Project, found: TaskTakes, settings: Settings) -> Path:
    """Where the sheet of a task is put when nobody says where."""
    realm = catalog.maker(profiles.provider(settings.provider)).realm
    return output_folder(project, settings, realm) / "takes" / f"{found.address}.png"


def contact_sheet(project: Project, found: TaskTakes, path: Path, settings: Settings) -> tuple[Path, ...]:
    """Draw the pictures of a task's takes that the store has, each with its number; one file or more.

    Raises:
        UsageError: the path has no picture's ending, or cannot be written.

    """
    format_ = _FORMATS.get(path.suffix.lower())
    if format_ is None:
        raise UsageError(f"{path} is no picture's name", hint="end it in .png, .jpg or .webp")
    store = Store.open(store_folder(project, settings), create=False)
    shown = [(each, data) for each in found.pictures if (data := _bytes(store, each)) is not None]
    if not shown:
        return ()
    labels: list[str] = [_label(found, each) for each, _ in shown]
    drawn = _grid([_picture(data) for _, data in shown], labels, title=found.address)
    written = []
    for number, page in enumerate(_converted(drawn, format_), 1):
        target = path if len(drawn) == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        write(target, page.data)
        written.append(target)
    return tuple(written)


def _bytes(store: Store, each: OnePicture) -> bytes | None:
    data = None if each.digest is None else store.blobs.read(each.digest)
    return None if data is None or isinstance(data, Gone) else data


def _label(found: TaskTakes, each: OnePicture) -> str:
    if not each.stands:
        return each.label
    return f"{each.label}  {'approved' if found.approved else 'picked'}"


def _grid(shown: Sequence[Picture], labels: Sequence[str], *, title: str) -> tuple[Rendered, ...]:
    grid = catalog.OPERATIONS["grid"]
    params = grid.decode({"labels": list(labels), "title": title, "page": _PAGE})
    return grid.apply(params, shown)


def _converted(pages: Sequence[Rendered], format_: str) -> tuple[Rendered, ...]:
    convert = catalog.OPERATIONS["convert"]
    return convert.apply(convert.decode({"format": format_}), [_picture(page.data) for page in pages])


def _picture(data: bytes) -> Picture:
    facts = picture_files.inspect_bytes(data)
    return Picture(
        digest=blob_digest(data),
        data=data,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
    )
