"""The small boards that scenarios are played on. A prompt belongs to one task alone."""

HEAD = "version: 1\nname: b\ndefaults: {{model: {model}, size: {size}, watermark: false}}\nsteps:\n"

BOARDS = {
    "single": '  one: {prompt: "a lighthouse"}\n',
    "pair": '  one: {prompt: "a lighthouse"}\n  two: {prompt: "a harbour"}\n',
    "chain": '  one: {prompt: "a lighthouse"}\n  two: {references: [one], prompt: "the same by night"}\n',
    "group": '  set: {group: 4, prompt: "Generate 4 images: a fox in four seasons"}\n',
    "group and more": (
        '  set: {group: 4, prompt: "Generate 4 images: a fox in four seasons"}\n'
        '  one: {references: ["set[2]"], prompt: "the third fox, from above"}\n'
    ),
}
"""Steps by the name that a scenario says."""

TASKS = {
    "a lighthouse": "one",
    "a harbour": "two",
    "the same by night": "two",
    "Generate 4 images: a fox in four seasons": "set",
    "the third fox, from above": "one",
}
"""The task of each prompt: what the service billed is told apart by it."""


def text(board: str, *, model: str, size: str) -> str:
    """The pipeline of a board."""
    return HEAD.format(model=model, size=size) + BOARDS[board]
