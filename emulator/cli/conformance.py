"""`wix-emulator conformance`: the rules as checks, against a running emulator or a Wix test site."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.address import DEFAULT_URL
from emulator.cli.client import CallFailed, WebUrl, control_token_option, json_option
from emulator.cli.ending import FAILED, NOT_READY, fail
from emulator.cli.files import check_folder, write_atomically
from emulator.cli.options import WITH_DEFAULTS
from emulator.cli.rule_ids import chosen
from emulator.cli.wording import counted
from emulator.conformance import ORDERS_MAX

if TYPE_CHECKING:
    from emulator.conformance.evidence import Evidence, Finding, Record
    from emulator.conformance.runner import Run
    from emulator.conformance.servers import Limits

WIX_EVIDENCE = "wix-evidence.json"


@click.command(context_settings=WITH_DEFAULTS)
@click.option("--url", type=WebUrl(), default=DEFAULT_URL, help="The emulator's URL.")
@click.option("--base-url", type=WebUrl(), allow_from_autoenv=False, help="Another server than the one at --url.")
@click.option(
    "--wix", is_flag=True, allow_from_autoenv=False, help="A Wix test site, at Wix unless --base-url is given."
)
@click.option("--site-id", allow_from_autoenv=False, help="With --wix: the test site.")
@click.option(
    "--api-key",
    "conformance_api_key",
    help="With --wix: a key that may manage orders; better WIX_EMULATOR_CONFORMANCE_API_KEY.",
)
@click.option("--yes", is_flag=True, allow_from_autoenv=False, help="With --wix: do not ask for confirmation.")
@click.option(
    "--orders-max",
    type=click.IntRange(1, 1_000),
    default=ORDERS_MAX,
    allow_from_autoenv=False,
    help="Create no more orders.",
)
@click.option(
    "--timeout-s", type=click.FloatRange(1, 300), default=30, allow_from_autoenv=False, help="For each request."
)
@click.option(
    "--rule", "rule_ids", multiple=True, allow_from_autoenv=False, help="Only this one, or all of R1xx; repeatable."
)
@click.option(
    "--evidence",
    type=click.Path(path_type=Path, dir_okay=False),
    allow_from_autoenv=False,
    help=f"Add what was asked and answered to this file, rule by rule; with --wix to {WIX_EVIDENCE} in any case.",
)
@click.option("--set", "set", multiple=True, metavar="NAME=VALUE", help="Expect this behaviour; as of serve.")
@control_token_option
@json_option
def conformance(
    url: str,
    base_url: str | None,
    wix: bool,
    site_id: str | None,
    conformance_api_key: str | None,
    yes: bool,
    orders_max: int,
    timeout_s: float,
    rule_ids: tuple[str, ...],
    evidence: Path | None,
    set: tuple[str, ...],
    control_token: str | None,
    json: bool,
) -> None:
    """Check a server rule by rule: where it does as the emulator's rules state, and where not.

    An emulator on this machine is checked on a site of its own, which is emptied afterwards. At Wix, which takes
    --wix, a test site, its key and a confirmation, the checks create orders of their own that name nobody, with
    notifications off; they cost nothing, or are marked as paid. Afterwards they delete the fulfillments of these and
    cancel them: the API removes no more, so canceled orders (and one that ends as REJECTED) stay in the list of the
    site. What is written holds no credentials, site ids or personal fields.

    Exit status: 0 all agreed, 1 something differed or could not be checked, 2 wrong usage, 3 no server answers.
    """
    from emulator.conformance.evidence import Record, read_earlier
    from emulator.conformance.servers import WIX_URL, Limits
    from emulator.settings import parse_behaviours

    wanted = _wanted(rule_ids)
    limits = Limits(parse_behaviours(set), orders_max, timeout_s)
    server, file = base_url or (WIX_URL if wix else url), _evidence_file(evidence, wix=wix)
    if wix:
        run = _begin_at_wix(server, site_id, conformance_api_key, limits)
    else:
        run = _begin_at_emulator(server, site_id, control_token, limits, yes=yes)
    earlier = read_earlier(file, run.target.kind, server) if file else None
    if wix and not yes:
        _confirm(server, str(site_id), wanted, orders_max)
    _conclude(run, wanted, Record(server, file, earlier), as_json=json)


def _wanted(rule_ids: Iterable[str]) -> tuple[str, ...]:
    from emulator.domain.rules import RULES

    return chosen(rule_ids, RULES) or tuple(RULES)


def _evidence_file(named: Path | None, *, wix: bool) -> Path | None:
    """Where the evidence goes, if it is kept; found out before anything is asked."""
    file = named or (Path(WIX_EVIDENCE) if wix else None)
    if file is not None:
        check_folder(file, "--evidence")
    return file


def _begin_at_wix(server: str, site_id: str | None, api_key: str | None, limits: "Limits") -> "Run":
    from emulator.conformance.servers import at_wix

    if click.get_current_context().get_parameter_source("url") is click.core.ParameterSource.COMMANDLINE:
        raise click.UsageError("--url is for emulators; with --wix use --base-url")
    return at_wix(server, site_id, api_key, limits)


def _begin_at_emulator(
    server: str, site_id: str | None, control_token: str | None, limits: "Limits", *, yes: bool
) -> "Run":
    from emulator.conformance.servers import at_emulator

    if site_id or yes:
        raise click.UsageError("--site-id and --yes go with --wix; an emulator is checked on a site of its own")
    try:
        return at_emulator(server, limits, control_token)
    except CallFailed as error:
        fail(f"{error}; a server that is no emulator needs --wix", NOT_READY)


def _conclude(run: "Run", wanted: Iterable[str], record: "Record", *, as_json: bool) -> None:
    """Run the checks, tell and write what came of them, and end with the status that says it."""
    from emulator.conformance.evidence import gathered, merged

    findings: list[Finding] = []
    stopped = _checked(run, wanted, findings, quietly=as_json)
    report = gathered(run.target.kind, record.server, findings)
    if findings:
        if record.file is not None:
            _write(record.file, merged(record.earlier, report))
        click.echo(report.content() if as_json else _summary(findings, record.file), nl=not as_json)
    _tell_leftovers(run)
    if stopped is not None:
        fail(*stopped)
    if any(one.outcome in ("differed", "failed") for one in findings):
        raise SystemExit(FAILED)


def _tell_leftovers(run: "Run") -> None:
    if run.leftovers:
        click.echo(f"left behind, for you to cancel: orders {', '.join(run.leftovers)}", err=True)
    for mark in run.lost:
        click.echo(f"an order may be left: look for one with channelInfo.externalOrderId {mark}", err=True)


def _checked(run: "Run", wanted: Iterable[str], findings: "list[Finding]", *, quietly: bool) -> tuple[str, int] | None:
    """Run the checks, a line each; if that ended before the last one, why and with which exit status."""
    from emulator.conformance.exchange import NoAnswer
    from emulator.conformance.interruption import terminable
    from emulator.conformance.runner import AccessRefused

    try:
        with terminable():
            for finding in run.findings(wanted):
                findings.append(finding)
                if not quietly:
                    click.echo("\n".join(_lines(finding)))
    except NoAnswer as error:
        return run.redaction.text(str(error)), NOT_READY
    except AccessRefused as error:
        return run.redaction.text(str(error)), FAILED
    except KeyboardInterrupt:
        return "interrupted", FAILED
    return None


def _lines(finding: "Finding") -> list[str]:
    """The finding as it is told: a line, and one for each difference."""
    reason = f"  {finding.reason}" if finding.reason else ""
    lines = [f"{finding.rule} {finding.outcome}{reason}"]
    lines += [f"     expected {one.expected}, got {one.actual}" for one in finding.differences]
    return lines + [f"     the emulator does so with --set {name}={value}" for name, value in finding.settings.items()]


def _summary(findings: "list[Finding]", file: Path | None) -> str:
    outcomes = Counter(one.outcome for one in findings)
    said = ", ".join(f"{outcomes[outcome]} {outcome}" for outcome in ("agreed", "differed", "failed", "skipped"))
    return f"{counted(len(findings), 'rule')}: {said}" + (f"; evidence in {file}" if file else "")


def _write(file: Path, report: "Evidence") -> None:
    try:
        write_atomically(file, report.content())
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}")


def _confirm(server: str, site_id: str, wanted: Iterable[str], orders_max: int) -> None:
    """Have the site's id typed. Raises UsageError if it is not."""
    from emulator.conformance.checks import orders_at_wix

    orders = counted(min(orders_max, orders_at_wix(wanted)), "order")
    click.echo(
        f"This creates up to {orders} on site {site_id} at {server}, fulfills "
        "some of them, marks some as paid, and then cancels all; canceled orders stay in the list of the site.",
        err=True,
    )
    try:
        typed = click.prompt("Type the site's id to go on", default="", show_default=False, err=True)
    except click.Abort:
        typed = ""
    if str(typed).strip() != site_id:
        raise click.UsageError("not confirmed: type the site's id, or pass --yes")
