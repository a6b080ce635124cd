"""What every provider keeps, whatever it is. A provider's own test hands itself to `Conformance`.

The subclass gives fixtures `make` (a new instance each time it is called) and `model`, and
says in `SIZE` what to ask for.
"""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from seedream_pipe.digest import blob_digest
from seedream_pipe.makers import Answer, Fetched, Generation, NotFetched, Picture, Reply
from seedream_pipe.pictures import inspect_bytes


class Paper:
    """A tape on a file, which also keeps what was called, in order."""

    def __init__(self, body: Path) -> None:
        self._body = body
        body.touch(exist_ok=False)
        self._head: tuple[int, tuple[tuple[str, str], ...]] = (0, ())
        self._written = 0
        self.calls: list[str] = []
        self.tickets: list[str] = []
        self.events: list[bytes] = []

    async def sending(self) -> None:
        self.calls.append("sending")

    async def ticket(self, ticket: str) -> None:
        self.calls.append("ticket")
        self.tickets.append(ticket)

    async def head(self, status: int, headers: Sequence[tuple[str, str]]) -> None:
        self.calls.append("head")
        self._head = (status, tuple(headers))

    async def write(self, chunk: bytes) -> None:
        if self.calls[-1:] != ["write"]:
            self.calls.append("write")
        with self._body.open("ab") as file:
            file.write(chunk)

    async def event(self) -> None:
        self.calls.append("event")
        self.events.append(self._body.read_bytes()[self._written :])
        self._written += len(self.events[-1])

    async def reply(self) -> Reply:
        self.calls.append("reply")
        return Reply(status=self._head[0], headers=self._head[1], body=self._body)


def reference(colour="orange", size=(96, 64), label="hero") -> Picture:
    """A small picture, as a pipeline would hand it over."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    data = file.getvalue()
    return Picture(
        digest=blob_digest(data),
        data=data,
        media_type="image/jpeg",
        width=size[0],
        height=size[1],
        label=label,
    )


def sent(provider, request, body: Path) -> Reply:
    """Send, expecting a whole answer."""

    async def run():
        try:
            return await provider.send(request, Paper(body))
        finally:
            await provider.close()

    reply = asyncio.run(run())
    assert isinstance(reply, Reply), reply
    return reply


def fetched(provider, answer: Answer, reply: Reply, folder: Path) -> list[bytes]:
    """Fetch every part, in order."""
    folder.mkdir()

    async def run():
        try:
            for part in answer.parts:
                outcome = await provider.fetch(part, reply, folder / str(part.index))
                assert outcome == Fetched(), outcome
        finally:
            await provider.close()

    asyncio.run(run())
    return [(folder / str(part.index)).read_bytes() for part in answer.parts]


class Conformance:
    """One contract, tested once for all."""

    SIZE = "2560x1440"
    PIXELS = (2560, 1440)

    def generation(self, **named) -> Generation:
        given = {"model": "seedream-4.5", "prompt": "A paper boat on a lake", "size": self.SIZE, **named}
        return Generation(**given)

    def answer(self, provider, request, tmp_path, name="body") -> tuple[Answer, Reply]:
        reply = sent(provider, request, tmp_path / name)
        verdict = provider.read(reply)
        assert isinstance(verdict, Answer), verdict
        return verdict, reply

    def test_it_says_who_it_is(self, make):
        first, second = make(), make()
        assert first.name == second.name
        assert first.id == second.id
        assert first.id.version >= 1
        assert first.paid == (first.id.realm == "seedream")

    @pytest.mark.parametrize("references", [0, 1, 3])
    def test_equal_values_give_equal_requests(self, make, references):
        pictures = [reference(size=(64 + number, 64)) for number in range(references)]
        assert make().request(self.generation(), pictures) == make().request(self.generation(), pictures)

    def test_each_keyed_value_changes_the_request(self, make):
        plain = make().request(self.generation(), [])
        for changed in (
            replace(self.generation(), prompt="Another"),
            replace(self.generation(), size="2048x2048"),
            replace(self.generation(), seed=7),
            replace(self.generation(), group=2),
        ):
            assert make().request(changed, []).body != plain.body
        one, two = reference("red"), reference("blue")
        bodies = {make().request(self.generation(), pictures).body for pictures in ([one, two], [two, one])}
        assert len(bodies) == 2

    def test_a_take_of_what_is_paid_is_the_same_call(self, make):
        """R38: another call gives another picture by itself; what is drawn has to be told."""
        first, second = (make().request(self.generation(), [], take=take) for take in (1, 2))
        assert (first == second) == make().paid

    def test_what_is_shown_has_digests_and_no_bytes(self, make):
        picture = reference()
        shown = str(make().request(self.generation(), [picture]).shown)
        assert f"sha256:{picture.digest}" in shown
        assert len(shown) < 2000

    @pytest.mark.parametrize("references", [0, 1, 2])
    def test_a_call_gives_a_picture_of_the_size_asked_for(self, make, tmp_path, references):
        request = make().request(self.generation(), [reference()] * references)
        assert request.ceiling == 1
        provider = make()
        answer, reply = self.answer(provider, request, tmp_path)
        (data,) = fetched(provider, answer, reply, tmp_path / "pictures")
        facts = inspect_bytes(data)
        assert (facts.width, facts.height) == self.PIXELS
        assert answer.parts[0].size == f"{facts.width}x{facts.height}"
        assert not answer.holes
        assert answer.complete

    @pytest.mark.parametrize("prompt", ["Generate 3 images of a boat", "生成一组共3张插画：一只纸船"])
    def test_a_group_gives_its_pictures_in_order(self, make, tmp_path, prompt):
        request = make().request(self.generation(prompt=prompt, group=3), [])
        assert request.ceiling == 3
        answer, reply = self.answer(make(), request, tmp_path)
        assert [part.index for part in answer.parts] == [0, 1, 2]
        pictures = fetched(make(), answer, reply, tmp_path / "pictures")
        assert len(set(pictures)) == 3

    def test_a_group_never_gives_more_than_its_ceiling(self, make, tmp_path):
        request = make().request(
            self.generation(prompt="Generate 9 images of a boat", group=2), [reference()]
        )
        answer, _ = self.answer(make(), request, tmp_path)
        assert 1 <= len(answer.parts) <= 2

    def test_a_tier_gives_a_picture_of_that_class(self, make, tmp_path):
        request = make().request(self.generation(size="2K"), [])
        provider = make()
        answer, reply = self.answer(provider, request, tmp_path)
        (data,) = fetched(provider, answer, reply, tmp_path / "pictures")
        facts = inspect_bytes(data)
        assert 3_600_000 <= facts.width * facts.height <= 4_800_000

    def test_fetching_again_gives_the_same_bytes(self, make, tmp_path):
        answer, reply = self.answer(make(), make().request(self.generation(), []), tmp_path)
        first = fetched(make(), answer, reply, tmp_path / "first")
        assert fetched(make(), answer, reply, tmp_path / "second") == first

    def test_a_recorded_answer_is_read_by_a_later_instance(self, make, tmp_path):
        answer, reply = self.answer(make(), make().request(self.generation(), []), tmp_path)
        assert make().read(Reply(status=reply.status, headers=reply.headers, body=reply.body)) == answer

    def test_a_file_that_is_there_is_not_written_over(self, make, tmp_path):
        provider = make()
        answer, reply = self.answer(provider, provider.request(self.generation(), []), tmp_path)
        target = tmp_path / "there"
        target.write_bytes(b"mine")
        outcome = asyncio.run(provider.fetch(answer.parts[0], reply, target))
        assert isinstance(outcome, NotFetched)
        assert target.read_bytes() == b"mine"

    def test_the_tape_is_told_in_order(self, make, tmp_path):
        provider, tape = make(), Paper(tmp_path / "body")
        asyncio.run(provider.send(provider.request(self.generation(), []), tape))
        assert tape.calls == ["sending", "head", "write", "reply"]

    def test_closing_twice_is_fine(self, make):
        async def run():
            provider = make()
            await provider.close()
            await provider.close()

        asyncio.run(run())
