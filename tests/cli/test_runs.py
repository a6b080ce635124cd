"""`runs`: what was run, in a line each, and one of them whole."""


def test_tasks_and_pictures_are_counted_by_their_names(board, cli, paid, edit) -> None:
    edit("board.yaml", "    prompt: Character", "    takes: 3\n    prompt: Character")
    said = cli("run", "board.yaml", "sheet", "--yes")
    assert (said.code, "1 task made, 3 pictures in " in said.err) == (0, True)

    assert "1 task made, 3 pictures  " in cli("runs", "board.yaml").out
    shown = cli("runs", "show", "board.yaml").out
    assert ("  tasks     1 made\n" in shown, "  pictures  3 made\n" in shown) == (True, True)
