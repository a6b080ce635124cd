"""Order, cycles, ancestors: of any hashable nodes, in linear time, without recursion."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

__all__ = ["ancestors", "find_cycle", "inverted", "order"]

N = TypeVar("N", bound=Hashable)


def order(needs: Mapping[N, Iterable[N]]) -> list[N]:
    """Nodes so that each stands after what it needs; otherwise in the mapping's order.

    Args:
        needs: each node with the nodes it needs; every needed node is a key.

    Raises:
        ValueError: the graph has a cycle (`find_cycle` spells it out).

    """
    result: dict[N, None] = {}
    for start in needs:
        if start in result:
            continue
        path, on_path = [(start, iter(needs[start]))], {start}
        while path:
            node, wants = path[-1]
            want = next((want for want in wants if want not in result), None)
            if want is None:
                path.pop()
                on_path.discard(node)
                result[node] = None
            elif want in on_path:
                raise ValueError("the graph has a cycle")
            else:
                on_path.add(want)
                path.append((want, iter(needs[want])))
    return list(result)


def inverted(needs: Mapping[N, Iterable[N]]) -> dict[N, list[N]]:
    """Each node with the nodes that need it."""
    users: dict[N, list[N]] = {node: [] for node in needs}
    for node, wants in needs.items():
        for want in dict.fromkeys(wants):
            users[want].append(node)
    return users


def find_cycle(needs: Mapping[N, Iterable[N]]) -> list[N]:
    """One cycle, first node repeated at its end (`a, b, a`), or an empty list."""
    done: set[N] = set()
    for start in needs:
        if start in done:
            continue
        path: list[N] = [start]
        on_path = {start}
        walks = [iter(needs[start])]
        while walks:
            step = next((node for node in walks[-1] if node not in done), None)
            if step is None:
                walks.pop()
                node = path.pop()
                on_path.discard(node)
                done.add(node)
            elif step in on_path:
                return [*path[path.index(step) :], step]
            else:
                path.append(step)
                on_path.add(step)
                walks.append(iter(needs[step]))
    return []


def ancestors(needs: Mapping[N, Iterable[N]], targets: Iterable[N]) -> set[N]:
    """The targets and everything they need, directly or not."""
    found: set[N] = set()
    queue = deque(targets)
    while queue:
        node = queue.popleft()
        if node not in found:
            found.add(node)
            queue.extend(needs[node])
    return found
