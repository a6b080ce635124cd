"""Problems as the reports' tests show them: ordinary ones, and ones that try to break out of a line."""

from typing import Final

from seedream_pipe.problems import Place, Problem

SIZE: Final = Problem(
    code="E-SIZE",
    place=Place("夜市/board.yaml", 7, 9, 7),
    message="size 1280x72 is too small for seedream-4.0",
    hint="at least 921,600 pixels",
)
TWICE: Final = Problem(
    code="E-KEY",
    place=Place("夜市/board.yaml", 12, 5),
    message='two rows have the key "小美": 100% the same, twice: yes',
    also=(Place("data/镜头 1.csv", 3, 1, 4), Place("data/镜头 1.csv", 9, 1)),
    count=3,
)
WHOLE: Final = Problem(code="E-FILE", place=Place("no,such:50%.yaml"), message="does not exist")
BREAKING_OUT: Final = Problem(
    code="W-PROMPT-LONG",
    place=Place("a\n::error ::b.yaml", 1, 1),
    message="first\r\n::error file=x::second \u202e",
    severity="warning",
)
ALL: Final = (SIZE, TWICE, WHOLE, BREAKING_OUT)
