"""What is wrong with a file: what was found, where, what was expected and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Message:
    """A sentence of the message catalogue with its values, put into a language when shown."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)


def message(text: str, **values: Any) -> Message:
    """Return a sentence of the message catalogue; `text` is its English form."""
    return Message(text, values)


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, in one place. `row` counts as a spreadsheet does, header = 1."""

    file: str
    found: str
    expected: Message
    advice: Message
    row: int | None = None
    column: str | None = None
    sheet: str | None = None
    severity: Severity = "error"

    def record(self) -> dict[str, Any]:
        """Return the finding as a flat record, for tables and files."""
        return asdict(self) | {"expected": str(self.expected), "advice": str(self.advice)}


class Refused(Exception):  # noqa: N818 - the word that people see
    """Raised with every finding that keeps rows out of the database."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            "\n".join(
                f"{finding.file}:{finding.row or ''}:{finding.column or ''}: "
                f"{finding.found!r}; {finding.expected}; {finding.advice}"
                for finding in findings
            )
        )
        self.findings = list(findings)
