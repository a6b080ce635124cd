"""302.AI's asynchronous form: a task id at once, the whole answer later (R126)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from seedream_pipe.emulator.failures import ark, as_json
from seedream_pipe.emulator.faults import Fault
from seedream_pipe.emulator.replies import Answer, Ready

__all__ = ["Tasks"]


@dataclass(slots=True, kw_only=True)
class _Task:
    answer: Answer
    ready: bool = False


class Tasks:
    """The answers that are being made or wait to be fetched."""

    def __init__(self) -> None:
        self._tasks: dict[str, _Task] = {}

    def submit(self, named: str | int, answer: Answer) -> Answer:
        """Keep this answer; what is said instead. The making goes on afterwards."""
        task_id = str(named)
        self._tasks[task_id] = _Task(answer=answer)
        meanwhile = tuple(part for part in answer.parts if not isinstance(part, bytes))
        return Answer(
            status=200,
            headers=(("content-type", "application/json"),),
            parts=(as_json({"task_id": named}),),
            afterwards=(*meanwhile, Ready(task_id)),
        )

    def ready(self, task_id: str) -> None:
        """The answer is made. A task that was forgotten meanwhile stays so."""
        if task_id in self._tasks:
            self._tasks[task_id].ready = True

    def result(self, task_id: str, fault: Fault) -> dict[str, Any]:
        """What a poll is told; the fault may name `302/async-pending` or `302/async-failed`."""
        task = self._tasks.get(task_id)
        if task is None:
            return _told(err="task not found", status_code=404)
        if fault.answer == "302/async-failed":
            refused = ark("400-output-image-sensitive")
            return _told("application/json", refused.body(task_id).decode(), status_code=refused.status)
        if not task.ready or fault.answer == "302/async-pending":
            return _told(err="result pending")
        body = task.answer.body.decode("utf-8", "replace")
        return _told("application/json", body, status_code=task.answer.status)


def _told(content_type: str = "", data: str = "", err: str = "", status_code: int = 0) -> dict[str, Any]:
    return {"content_type": content_type, "data": data, "err": err, "status_code": status_code}
