"""The preview artist keeps the contract of providers, and chooses shapes and counts as one would expect."""

import pytest

from seedream_pipe.makers import Reply, Unknown
from seedream_pipe.providers.preview.provider import Preview
from tests.providers.conformance import Conformance, reference


class TestPreview(Conformance):
    @pytest.fixture
    def make(self):
        return Preview

    def test_equal_requests_give_equal_pictures(self, make, tmp_path):
        request = make().request(self.generation(), [reference()])
        bodies = [self.answer(make(), request, tmp_path, name)[1].body.read_bytes() for name in ("a", "b")]
        assert bodies[0] == bodies[1]

    @pytest.mark.parametrize(
        ("prompt", "references", "size"),
        [
            ("a cat", [], "2048x2048"),
            ("a cat, 16:9", [], "2848x1600"),
            ("一只猫，9：16", [], "1600x2848"),
            ("a cat, 16:9", [reference(size=(60, 90))], "1664x2496"),
            ("at 12:30:45 a cat", [], "2048x2048"),
        ],
    )
    def test_a_tier_takes_its_shape_from_references_then_from_the_prompt(
        self, make, prompt, references, size
    ):
        """R153."""
        request = make().request(self.generation(prompt=prompt, size="2K"), references)
        assert request.shown["size"] == size

    @pytest.mark.parametrize(
        ("prompt", "group", "count"),
        [
            ("a set of 4 pictures", 8, 4),
            ("生成一组共4张插画", 8, 4),
            ("4 images", 2, 2),
            ("a series", 5, 5),
            ("4 images", None, 1),
        ],
    )
    def test_a_series_is_as_long_as_the_prompt_says(self, make, prompt, group, count):
        request = make().request(self.generation(prompt=prompt, group=group), [])
        assert request.ceiling == count

    def test_it_is_never_paid(self, make):
        assert not make().paid

    def test_a_drawing_that_is_none_is_told(self, make, tmp_path):
        (tmp_path / "body").write_bytes(b"\x00")
        verdict = make().read(Reply(status=200, headers=(), body=tmp_path / "body"))
        assert isinstance(verdict, Unknown)
