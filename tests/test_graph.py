import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedream_pipe.graph import ancestors, find_cycle, inverted, order

MANY = 10_000


@st.composite
def graphs(draw, *, cycles=False):
    size = draw(st.integers(0, 12))
    nodes = draw(st.permutations(range(size)))
    return {
        node: draw(st.lists(st.sampled_from(range(size) if cycles else range(node)), max_size=4))
        if size and (cycles or node)
        else []
        for node in nodes
    }


@given(graphs())
def test_every_node_stands_once_and_after_what_it_needs(needs):
    result = order(needs)
    assert sorted(result) == sorted(needs)
    position = {node: index for index, node in enumerate(result)}
    assert all(position[want] < position[node] for node in needs for want in needs[node])


@given(graphs())
def test_an_order_that_is_possible_is_kept(needs):
    possible = {node: needs[node] for node in order(needs)}
    assert order(possible) == list(possible)


def test_nodes_stand_in_the_order_of_the_mapping_where_they_can():
    assert order({"poster": ["sheet"], "a": [], "sheet": [], "b": ["a"]}) == ["a", "sheet", "poster", "b"]
    assert order({"a": [], "b": ["a"], "c": []}) == ["a", "b", "c"]


@given(graphs(cycles=True))
def test_a_graph_has_an_order_or_a_cycle(needs):
    cycle = find_cycle(needs)
    if not cycle:
        assert len(order(needs)) == len(needs)
        return
    assert cycle[0] == cycle[-1]
    assert len(set(cycle)) == len(cycle) - 1
    assert all(other in needs[one] for one, other in pairwise(cycle))
    with pytest.raises(ValueError, match="cycle"):
        order(needs)


@pytest.mark.parametrize(
    ("needs", "cycle"),
    [
        ({"a": ["a"]}, ["a", "a"]),
        ({"a": ["b"], "b": ["c"], "c": ["b"]}, ["b", "c", "b"]),
        ({"a": [], "b": ["a"]}, []),
        ({}, []),
    ],
)
def test_a_cycle_is_spelled_out(needs, cycle):
    assert find_cycle(needs) == cycle


@given(graphs())
def test_inverting_twice_gives_the_same_edges(needs):
    edges = {(node, want) for node in needs for want in needs[node]}
    assert {(user, node) for node, users in inverted(needs).items() for user in users} == edges
    assert all(len(set(users)) == len(users) for users in inverted(needs).values())


@given(graphs())
def test_ancestors_are_closed_under_needs(needs):
    targets = list(needs)[:2]
    found = ancestors(needs, targets)
    assert set(targets) <= found
    assert all(want in found for node in found for want in needs[node])


def test_ancestors_are_nothing_else():
    assert ancestors({"a": [], "b": ["a"], "c": ["b"], "d": ["a"]}, ["c"]) == {"a", "b", "c"}


def chain():
    return {i: [i + 1] if i + 1 < MANY else [] for i in range(MANY)}


def diamonds():
    """2**(MANY/3) paths from one end to the other."""
    needs = {(0, "end"): []}
    for i in range(MANY // 3):
        needs[i, "left"] = needs[i, "right"] = [(i, "end")]
        needs[i + 1, "end"] = [(i, "left"), (i, "right")]
    return dict(reversed(needs.items()))


@pytest.mark.parametrize("needs", [chain(), diamonds()], ids=["chain", "diamonds"])
def test_long_chains_and_many_paths_take_linear_time(needs):
    begin = time.perf_counter()
    assert len(order(needs)) == len(needs)
    assert find_cycle(needs) == []
    assert len(ancestors(needs, [next(iter(needs))])) == len(needs)
    assert time.perf_counter() - begin < 1


def test_a_long_cycle_is_found_without_recursion():
    needs = chain()
    needs[MANY - 1] = [0]
    assert len(find_cycle(needs)) == MANY + 1
