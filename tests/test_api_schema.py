"""Every route asked what its description allows, and more, by schemathesis over real HTTP: nothing fails inside, and all that comes back is described."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_headers_conformance, response_schema_conformance, status_code_conformance

from assistant.language.glossary import Dictionary
from tests.api_server import Running, running

EXAMPLES = 12


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, dictionary: Dictionary) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("schema"), dictionary, rate_limit=1_000_000) as server:
        yield server


def test_what_comes_back_is_described(server: Running) -> None:
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance, response_schema_conformance]
    operations: list[Any] = [result.ok() for result in schemathesis.openapi.from_url(f"{server.url}/api/v1/openapi.json").get_all_operations()]  # type: ignore[union-attr]  # an error fails here
    asked: set[str] = set()

    def ask(operation: Any) -> None:
        @hypothesis.given(case=operation.as_strategy())
        @hypothesis.settings(max_examples=EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(hypothesis.HealthCheck))
        def each(case: Any) -> None:
            response = case.call_and_validate(checks=checks, timeout=60)
            assert b"Traceback" not in response.content  # which may be a Word file
            asked.add(operation.label)

        each()

    for operation in operations:
        ask(operation)
    assert asked == {operation.label for operation in operations}
    assert len(asked) >= 13
