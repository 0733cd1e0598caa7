import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array, csgraph

from sim.city.components import connected_components


def by_scipy(u, v, size):
    links = coo_array((np.ones(len(u), np.int8), (u, v)), shape=(size, size))
    return csgraph.connected_components(links, directed=False)


@given(st.data())
def test_components_are_those_of_scipy(data):
    size = data.draw(st.integers(1, 40))
    node = st.integers(0, size - 1)
    ends = data.draw(st.lists(st.tuples(node, node), max_size=60))
    u, v = np.array(ends, np.int64).reshape(-1, 2).T
    count, component = connected_components(u, v, size)
    expected, label = by_scipy(u, v, size)
    assert count == expected
    assert component.tolist() == label.tolist()  # both number components by their smallest node


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_long_path_is_one_component(shuffled):
    size = 20_000
    order = np.random.default_rng(5).permutation(size) if shuffled else np.arange(size)
    count, component = connected_components(order[:-1], order[1:], size)
    assert count == 1
    assert not component.any()


def test_nodes_without_edges_are_components():
    count, component = connected_components(np.array([3], int), np.array([1], int), 4)
    assert count == 3
    assert component.tolist() == [0, 1, 2, 1]
