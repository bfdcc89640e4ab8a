"""Parsers keep their promises whatever they are given: each file of the corpus, and mutations of it."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.mutation import Corpus, mutated
from tests.fuzz.parsers import PARSERS, corpus

EXAMPLES = {"requests": 300, "snapshots": 60, "webhooks": 100}
EXAMPLES_OTHERWISE = 200


@pytest.mark.parametrize(("parser", "name"), [(parser, name) for parser in PARSERS for name in corpus(parser)])
def test_a_file_of_the_corpus_breaks_nothing(parser: str, name: str) -> None:
    PARSERS[parser](corpus(parser)[name])


@pytest.mark.parametrize("parser", PARSERS)
def test_mutations_of_the_corpus_break_nothing(parser: str) -> None:
    @given(mutated(Corpus(corpus(parser).values())))
    @settings(
        max_examples=EXAMPLES.get(parser, EXAMPLES_OTHERWISE),
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    def check(text: bytes) -> None:
        try:
            PARSERS[parser](text)
        except Exception as error:
            error.add_note(f"{parser} was given {bytes(text[:500])!r}")
            raise

    check()
