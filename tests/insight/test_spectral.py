import numpy as np
import pytest

from palate.insight.spectral import spectral
from palate.parts import Matrix, Rows


def test_two_rings_are_two_places() -> None:
    """Rings in planes of their own, whose means are the same: k-means on the points cannot part them."""
    of = np.repeat([0, 1], [30, 40])
    angles = np.concatenate([np.linspace(0, 2 * np.pi, size, endpoint=False) for size in (30, 40)])
    points = np.zeros((len(of), 4), np.float32)
    points[np.arange(len(of)), 2 * of] = np.cos(angles)
    points[np.arange(len(of)), 2 * of + 1] = np.sin(angles)
    apart(spectral(points, seed=3, neighbours=4, dims=2), of)


def test_many_points_are_placed_by_a_solver_for_sparse_graphs() -> None:
    of = np.repeat([0, 1], [200, 300])
    points = np.eye(6)[of] + np.random.default_rng(1).normal(0, 0.1, (500, 6))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    found = spectral(points, seed=3, dims=2)
    apart(found, of)
    assert np.array_equal(found, spectral(points, seed=3, dims=2))


def apart(found: Matrix, of: Rows) -> None:
    """All of a group lie in one place, and the groups in two."""
    means = np.stack([found[of == group].mean(axis=0) for group in (0, 1)])
    assert float(np.sum(found * means[of], axis=1).min()) > 0.9
    assert float(means[0] @ means[1]) < 0.9


def test_coordinates_are_eigenvectors_of_the_walk_over_the_graph() -> None:
    """D^-1 A v = value v for the graph in dense form, by a solver for any matrix."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(40, 3))
    points = (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32)
    near = np.argsort(-(points @ points.T - 9 * np.eye(40)), axis=1)[:, :5]
    graph = np.zeros((40, 40))
    graph[np.arange(40)[:, None], near] = 1
    graph = np.maximum(graph, graph.T)
    values, vectors = np.linalg.eig(graph / graph.sum(axis=1, keepdims=True))
    order = np.argsort(-values.real)
    assert values.real[order[1]] < 1 - 1e-6
    vector = vectors.real[:, order[1]]
    found = spectral(points, seed=0, neighbours=5, dims=1)[:, 0]
    assert abs(float(np.sign(vector) @ found)) == pytest.approx(40)
