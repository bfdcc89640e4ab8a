"""The rules in the light of evidence: what is observed now, what differs, and the settings that follow Wix."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

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
    """The rules with the evidence. Only what was seen at Wix makes an inferred rule an observed one."""
    findings = evidence.by_rule() if evidence else {}
    return [_weighed(rule, findings.get(rule.id), evidence) for rule in rules]


def propose(rule_ids: Iterable[str], evidence: "Evidence") -> Proposal:
    """The settings from the findings on these rules that differ; of contradictory ones the first."""
    settings: dict[str, str] = {}
    remarks: list[str] = []
    findings = evidence.by_rule()
    differing = [findings[one] for one in rule_ids if one in findings and findings[one].outcome == "differed"]
    for finding in differing:
        for name, value in finding.settings.items():
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
    seen = f"at {evidence.server} on {evidence.date:%Y-%m-%d}"
    if finding.outcome == "differed":
        return Weighed(rule, "differs", f"{rule.source}; differed {seen}", tuple(finding.differences))
    if finding.outcome == "agreed" and evidence.kind == "wix" and rule.evidence == "inferred":
        return Weighed(rule, "observed", f"{rule.source}; observed {seen}")
    return Weighed(rule, rule.evidence, rule.source)


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
