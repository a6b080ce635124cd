"""Order, cycles, ancestors: of any hashable nodes, in (nearly) linear time, without recursion."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Hashable, Iterable, Mapping
from heapq import heappop, heappush
from typing import TypeVar

__all__ = ["ancestors", "find_cycle", "inverted", "order"]

N = TypeVar("N", bound=Hashable)


def order(needs: Mapping[N, Collection[N]]) -> list[N]:
    """Nodes so that each stands after what it needs; otherwise in the mapping's order.

    A mapping whose order is possible comes back as it is.

    Args:
        needs: each node with the nodes it needs; every needed node is a key.

    Raises:
        ValueError: the graph has a cycle (`find_cycle` spells it out).

    """
    nodes = list(needs)
    position = {node: index for index, node in enumerate(nodes)}
    missing = {node: len(set(wants)) for node, wants in needs.items()}
    users = inverted(needs)
    ready = [index for index, node in enumerate(nodes) if not missing[node]]
    result: list[N] = []
    while ready:
        node = nodes[heappop(ready)]
        result.append(node)
        for user in users[node]:
            missing[user] -= 1
            if not missing[user]:
                heappush(ready, position[user])
    if len(result) != len(nodes):
        raise ValueError("the graph has a cycle")
    return result


def inverted(needs: Mapping[N, Collection[N]]) -> dict[N, list[N]]:
    """Each node with the nodes that need it."""
    users: dict[N, list[N]] = {node: [] for node in needs}
    for node, wants in needs.items():
        for want in dict.fromkeys(wants):
            users[want].append(node)
    return users


def find_cycle(needs: Mapping[N, Collection[N]]) -> list[N]:
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


def ancestors(needs: Mapping[N, Collection[N]], targets: Iterable[N]) -> set[N]:
    """The targets and everything they need, directly or not."""
    found: set[N] = set()
    queue = deque(targets)
    while queue:
        node = queue.popleft()
        if node not in found:
            found.add(node)
            queue.extend(needs[node])
    return found
