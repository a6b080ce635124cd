"""Options that only some models take: another is an error, because it would be billed (R22)."""

import pytest

LITE, PRO = "seedream-5.0-lite", "seedream-5.0-pro"


def errors(board, model, option, references=""):
    return board.problems(
        f"steps: {{s: {{prompt: x, model: {model}, {option}, references: [{references}]}}}}"
    )


@pytest.mark.parametrize(
    ("model", "option", "fits"),
    [
        ("seedream-4.0", "optimize_prompt: fast", True),
        ("seedream-4.5", "optimize_prompt: fast", False),
        ("seedream-4.5", "optimize_prompt: standard", True),
        (PRO, "optimize_prompt: fast", True),
        (LITE, "output_format: png", True),
        ("seedream-4.5", "output_format: png", False),
        (LITE, "output_format: webp", False),
        (LITE, "tools: [web_search]", True),
        (LITE, "tools: [image_search]", False),
        ("seedream-4.5", "tools: [web_search]", False),
        (PRO, "tools: [web_search]", False),
        ("seedream-4.5", "background: opaque", False),
        (PRO, "background: opaque", True),
        (PRO, "background: blurred", False),
        ("seedream-4.5", "layer_decomposition: true", False),
        ("seedream-4.5", "layer_decomposition: false", True),
        (PRO, "group: 2", False),
    ],
)
def test_a_model_takes_what_its_profile_says(board, model, option, fits):
    found = errors(board, model, option)
    assert [code for code, _ in found] == ([] if fits else ["E-MODEL-OPTION"])


@pytest.mark.parametrize(
    ("provider", "fits"),
    [("", True), ("preview", True), ("ark", True), ("302ai", False), ("byteplus", False)],
)
def test_a_tool_is_there_at_one_provider_only(board, provider, fits):
    """R35."""
    board.provider = provider
    assert [code for code, _ in errors(board, LITE, "tools: [web_search]")] == (
        [] if fits else ["E-MODEL-OPTION"]
    )


def test_options_are_in_the_recipe(board):
    made = board.task(
        f"steps: {{s: {{prompt: x, model: {LITE}, tools: [web_search], output_format: png}}}}"
    ).recipe
    assert (made.generation.tools, made.generation.output_format) == (("web_search",), "png")


class TestLayers:
    """R39: of one picture, at a tier."""

    TEXT = f"steps: {{s: {{prompt: x, model: {PRO}, layer_decomposition: true, %s}}}}"

    def test_it_is_a_series_of_up_to_seventeen(self, board):
        board.picture("a.png", size=(600, 600))
        task = board.task(self.TEXT % "references: [a.png]")
        assert (task.most, task.is_series, len(task.outputs[0])) == (17, True, 17)

    @pytest.mark.parametrize(
        ("size", "fits"),
        [("2K", True), ("auto", True), ("{tier: 2K, aspect: '1:1'}", False), ("1536x1536", False)],
    )
    def test_its_size_is_a_tier_or_auto(self, board, size, fits):
        board.picture("a.png", size=(600, 600))
        found = board.problems(self.TEXT % f"references: [a.png], size: {size}")
        assert [code for code, _ in found] == ([] if fits else ["E-SIZE"])

    def test_auto_is_a_size_of_nothing_else(self, board):
        assert [code for code, _ in errors(board, PRO, "size: auto")] == ["E-SIZE"]

    @pytest.mark.parametrize("references", ["", "a.png, a.png", "small.png", "a.webp"])
    def test_it_is_of_one_picture_large_enough(self, board, references):
        from PIL import Image

        board.picture("a.png", size=(600, 600))
        board.picture("small.png", size=(600, 511))
        Image.new("RGB", (600, 600)).save(board.folder / "a.webp")
        found = board.problems(self.TEXT % f"references: [{references}]")
        assert [code for code, _ in found] == ["E-REFERENCES"]


class TestBackground:
    """R40: a transparent one needs a picture, and is PNG."""

    def test_it_needs_one_picture(self, board):
        board.picture("a.png")
        assert errors(board, PRO, "background: transparent", "a.png") == []
        assert [code for code, _ in errors(board, PRO, "background: transparent")] == ["E-REFERENCES"]

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ("output: a.png", ""),
            ("output: a.jpg", "E-OUTPUT"),
            ("output_format: jpeg", "E-MODEL-OPTION"),
            ("output_format: png", ""),
        ],
    )
    def test_it_is_png(self, board, more, code):
        board.picture("a.png")
        found = errors(board, PRO, f"background: transparent, {more}", "a.png")
        assert [each for each, _ in found] == ([code] if code else [])


class TestExtra:
    def test_a_field_that_no_profile_knows_is_sent_as_it_is_with_a_warning(self, board):
        text = "vars: {s: ink}\nsteps: {s: {prompt: x, extra: {style: '{{ vars.s }}', strength: 0.5}}}"
        assert board.task(text).recipe.generation.extra == {"style": "ink", "strength": 0.5}
        assert [found.code for found in board.advice(text)] == ["W-EXTRA", "W-EXTRA"]

    @pytest.mark.parametrize(
        "extra", ["{prompt: y}", "{stream: true}", "{watermark: true}", "{style: '{{ none }}'}"]
    )
    def test_what_a_request_has_already_is_not_extra(self, board, extra):
        assert [code for code, _ in errors(board, "seedream-4.5", f"extra: {extra}")] == ["E-EXTRA"]
