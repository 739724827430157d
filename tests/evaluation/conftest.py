import pytest


@pytest.fixture(scope="session")
def asreview(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The package asreview, imported where it may write: one of its own imports leaves synergy_cache.sqlite
    where it runs.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("asreview"))
        import asreview.metrics
        import asreview.simulation.simulate  # noqa: F401
