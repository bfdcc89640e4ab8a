"""Fuzzes for as long as you like, with fresh randomness: `python -m tests.fuzz --minutes 10 [PARSER]`."""

import signal
import sys
import time
import traceback
from collections import Counter
from hashlib import sha256
from random import SystemRandom

import click
import hypothesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.fuzz.mutation import Corpus, mutated
from tests.fuzz.parsers import CORPUS, PARSERS, corpus

_BATCH = 300
_HANGS_AFTER_S = 20


@click.command()
@click.option("--minutes", type=float, default=1.0, help="For how long, all parsers together.")
@click.argument("parsers", nargs=-1, type=click.Choice(list(PARSERS)))
def fuzz(minutes: float, parsers: tuple[str, ...]) -> None:
    """Mutate the corpus until the time is over. An input that breaks a promise goes into the corpus, one a parser."""
    signal.signal(signal.SIGALRM, _hang)
    ends, counts = time.monotonic() + minutes * 60, Counter[str]()
    sound = asked = tuple(parsers or PARSERS)
    while sound and time.monotonic() < ends:
        sound = tuple(parser for parser in sound if _is_sound(parser, counts))
    click.echo(f"tried {dict(counts)}; {len(asked) - len(sound)} of {len(asked)} broke a promise")
    sys.exit(len(asked) != len(sound))


def _is_sound(parser: str, counts: Counter[str]) -> bool:
    """Try one batch. What breaks a promise is told, in its smallest form."""
    broken: list[tuple[bytes, str]] = []

    @hypothesis.seed(SystemRandom().getrandbits(64))
    @given(mutated(Corpus(corpus(parser).values())))
    @settings(
        max_examples=_BATCH,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    def check(text: bytes) -> None:
        counts[parser] += 1
        signal.alarm(_HANGS_AFTER_S)
        try:
            PARSERS[parser](text)
        except BaseException:
            broken.append((text, traceback.format_exc(limit=-6)))
            raise
        finally:
            signal.alarm(0)

    try:
        check()
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        _keep(parser, *(broken or [(b"", traceback.format_exc())])[-1])
        return False
    return True


def _keep(parser: str, text: bytes, reason: str) -> None:
    file = CORPUS / parser / f"broke-{sha256(text).hexdigest()[:12]}"
    file.write_bytes(text)
    click.echo(f"{reason}\n{text[:500]!r}\nreplay: pytest tests/fuzz -n 0 -k '{parser} and {file.name}'\n")


def _hang(*_: object) -> None:
    raise TimeoutError(f"still at it after {_HANGS_AFTER_S} s")


if __name__ == "__main__":
    fuzz()
