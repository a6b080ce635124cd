"""Tasks, plans and pictures for tests, made short."""

import hashlib
import io
from collections.abc import Iterable

from PIL import Image

from seedream_pipe.digest import BlobDigest
from seedream_pipe.makers import Generation, MakerId
from seedream_pipe.picks.model import Approved
from seedream_pipe.plan.key import key
from seedream_pipe.plan.model import FromTask, Input, Plan, Recipe, Task
from seedream_pipe.run.outcomes import Made, Money, Reused, TakePictures

SEEDREAM = MakerId(name="seedream", version=1, realm="seedream")
FREE = Money()


def digest(name: str) -> BlobDigest:
    return BlobDigest(hashlib.sha256(name.encode()).hexdigest())


def task(
    address: str,
    *inputs: Input,
    prompt: str = "",
    takes: int = 1,
    pick: int | None = 1,
    approved: Approved | None = None,
    group: int | None = None,
    needs: Iterable[str] = (),
    outputs: tuple[tuple[str, ...], ...] = (),
) -> Task:
    step, _, row = address.partition("@")
    generation = Generation(model="seedream-4.5", prompt=prompt or address, size="2K", group=group)
    return Task(
        address=address,
        step=step,
        key=row,
        recipe=Recipe(maker=SEEDREAM, generation=generation),
        inputs=inputs,
        most=generation.ceiling,
        is_series=generation.is_series,
        takes=takes,
        pick=pick,
        is_choice=takes > 1 or pick is None,
        approved=approved,
        needs=tuple(needs),
        outputs=outputs or ((f"{address}.jpg",),),
    )


def picture_of(address: str, index: int | None = 0) -> FromTask:
    return FromTask(task=address, index=index, label=address)


def plan(*tasks: Task) -> Plan:
    return Plan(name="board", file="board.yaml", tasks={each.address: each for each in tasks})


def chain(*addresses: str) -> Plan:
    """Each task takes the picture of the one before it."""
    pairs = zip(addresses, (None, *addresses), strict=False)
    return plan(*(task(each, *([picture_of(before)] if before else [])) for each, before in pairs))


def take(
    owner: Task, *pictures: str | None, number: int = 1, inputs: Iterable[BlobDigest] = ()
) -> TakePictures:
    return TakePictures(
        take=number,
        key=key(owner.recipe, tuple(inputs), number),
        pictures=tuple(None if name is None else digest(name) for name in pictures),
        media_types=tuple("" if name is None else "image/jpeg" for name in pictures),
    )


def made(owner: Task, *pictures: str | None, notes: tuple[str, ...] = ()) -> Made:
    return Made(takes=(take(owner, *pictures),), price=FREE, seconds=1.0, made=len(pictures), notes=notes)


def reused(owner: Task, *pictures: str | None, notes: tuple[str, ...] = ()) -> Reused:
    return Reused(takes=(take(owner, *pictures),), notes=notes)


def jpeg(colour: str = "orange", size: tuple[int, int] = (48, 32)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()
