"""The rules in the light of evidence: what is observed now, what differs, and the settings that follow Wix."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

_WIX_HOST = "www.wixapis.com"
# With this setting these rules do not hold, although it is another rule's.
_DUPLICATES_ALLOWED = ("duplicate_tracking_scope", "off")
_ON_DUPLICATES = ("R115", "R117")

if TYPE_CHECKING:
    from emulator.conformance.evidence import Difference, Evidence, Finding
    from emulator.domain.rules import Rule


@dataclass(frozen=True)
class Weighed:
    """A rule, how it is known now, where from, and in what the server of the evidence differs."""

    rule: "Rule"
    known: str
    source: str
    differences: "tuple[Difference, ...]" = ()

    def described(self) -> dict[str, Any]:
        """As JSON."""
        rule = self.rule
        described = {"id": rule.id, "statement": rule.statement, "evidence": self.known, "source": self.source}
        differences = {"differences": [one.model_dump() for one in self.differences]} if self.differences else {}
        return described | {"setting": rule.setting} | differences


@dataclass(frozen=True)
class Proposal:
    """Settings that have the emulator do as the server of the evidence, and what cannot be set, and why."""

    settings: Mapping[str, str]
    remarks: tuple[str, ...] = ()


def weigh(rules: "Iterable[Rule]", evidence: "Evidence | None") -> list[Weighed]:
    """The rules with the evidence. Only what was seen at Wix makes an inferred rule an observed one.

    What agreed only since it was told to expect another setting than the default differs from the rule.
    """
    findings = evidence.by_rule() if evidence else {}
    return [_weighed(rule, findings.get(rule.id), evidence) for rule in rules]


def is_of_wix(evidence: "Evidence") -> bool:
    """Whether it was Wix that answered, and not an emulator or something in its place."""
    return evidence.kind == "wix" and urlsplit(evidence.server).hostname == _WIX_HOST


def propose(rule_ids: Iterable[str], evidence: "Evidence") -> Proposal:
    """The settings from the findings on these rules that differ; of contradictory ones the first."""
    settings: dict[str, str] = {}
    remarks: list[str] = []
    findings = evidence.by_rule()
    for finding in (findings[one] for one in rule_ids if one in findings):
        for name, value in _needed(finding).items():
            remark = _objection(name, value, settings)
            if remark:
                remarks.append(f"{finding.rule}: {name} {value}: {remark}")
            else:
                settings[name] = value
    return Proposal(settings, tuple(remarks))


def configuration(settings: Mapping[str, str]) -> str:
    """The settings as they stand in `wix-emulator.yaml`."""
    import yaml

    tree: dict[str, Any] = {}
    for name, value in settings.items():
        *parents, leaf = name.split(".")
        below = tree
        for parent in parents:
            below = below.setdefault(parent, {})
        below[leaf] = int(value) if value.isdecimal() else value
    return str(yaml.safe_dump({"set": tree}, sort_keys=False, allow_unicode=True))


def _weighed(rule: "Rule", finding: "Finding | None", evidence: "Evidence | None") -> Weighed:
    if finding is None or evidence is None:
        return Weighed(rule, rule.evidence, rule.source)
    seen = f"at {evidence.server} on {finding.date or evidence.date:%Y-%m-%d}"
    relied = _relied_on(rule, finding)
    if finding.outcome == "differed":
        return Weighed(rule, "differs", f"{rule.source}; differed {seen}", tuple(finding.differences))
    if finding.outcome == "agreed" and relied:
        named = ", ".join(f"{name}={value}" for name, value in relied.items())
        return Weighed(rule, "differs", f"{rule.source}; differs {seen} (with {named} it agrees)")
    if finding.outcome == "agreed" and is_of_wix(evidence) and rule.evidence == "inferred":
        return Weighed(rule, "observed", f"{rule.source}; observed {seen}")
    return Weighed(rule, rule.evidence, rule.source)


def _needed(finding: "Finding") -> dict[str, str]:
    """The settings with which the emulator does as the finding's server."""
    from emulator.domain.rules import RULES

    if finding.outcome not in ("agreed", "differed") or finding.rule not in RULES:
        return {}
    return _relied_on(RULES[finding.rule], finding) | finding.settings


def _relied_on(rule: "Rule", finding: "Finding") -> dict[str, str]:
    """The settings that the rule depends on, and that the check was told to expect."""
    return {name: value for name, value in finding.expected.items() if _depends(rule, name, value)}


def _depends(rule: "Rule", name: str, value: str) -> bool:
    if rule.id in _ON_DUPLICATES and (name, value) == _DUPLICATES_ALLOWED:
        return True
    return rule.setting is not None and f"{name}.".startswith(f"{rule.setting}.")


def _objection(name: str, value: str, settings: Mapping[str, str]) -> str | None:
    """Why the setting cannot be proposed beside these; None if it can."""
    from emulator.settings import SettingsError, parse_behaviours

    if settings.get(name, value) != value:
        return f"another rule's check found {settings[name]}"
    try:
        parse_behaviours([f"{name}={value}"])
    except SettingsError as error:
        return str(error)
    return None
