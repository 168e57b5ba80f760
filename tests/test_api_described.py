"""Whatever the description of the routes allows, or does not, is answered as it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

import app
from indicators.api.description import description
from indicators.api.resources import RESOURCES
from indicators.cached import remembered
from indicators.store.database import open_database
from tests.conftest import WORLD, publish_rows


@pytest.fixture(scope="module")
def _world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    url = f"sqlite:///{tmp_path_factory.mktemp('described') / 'figures.sqlite'}"
    engine = open_database(url)
    publish_rows(engine, WORLD)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        for memory in (remembered.engine, remembered.answer, remembered.datasets):
            memory.clear()
        yield
        for memory in (remembered.engine, remembered.answer, remembered.datasets):
            memory.clear()
    engine.dispose()


@pytest.mark.usefixtures("_world")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("path", [resource.path for resource in RESOURCES])
def test_answers_are_as_described(path: str, mode: GenerationMode) -> None:
    described = schemathesis.openapi.from_dict(description())
    described.app = Starlette(
        routes=[Mount("/api/v1", app.programs)], middleware=[Middleware(app.KnownAddresses)]
    )
    strategy = described[path]["GET"].as_strategy(generation_mode=mode)

    @settings(
        max_examples=8,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def ask(case: Any) -> None:
        # Codes are told by lists of their own, not in the description: most texts are none.
        case.validate_response(case.call(), excluded_checks=[positive_data_acceptance])

    ask()
