"""Everything that is wrong with one file, as far as people can read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import NoReturn

from indicators.findings import Finding, FindingsError, Message, message

LIMIT = 1_000


@dataclass
class Listing:
    """The findings of one file: all are counted, the first LIMIT are kept."""

    file: str
    sheet: str | None = None
    count: int = 0
    findings: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    _earlier: int = 0  # findings of other parts

    @property
    def full(self) -> bool:
        return len(self.findings) >= LIMIT

    def add(
        self,
        found: str,
        expected: Message,
        advice: Message,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        """Take in one finding."""
        self.count += 1
        if not self.full:
            self.findings.append(self._finding(found, expected, advice, row, column))

    def uncounted(self, more: int) -> None:
        """Count findings that are too many to be listed."""
        self.count += more

    def warn(self, found: str, expected: Message, advice: Message) -> None:
        """Take in one thing that may be right, but should be looked at."""
        finding = self._finding(found, expected, advice)
        self.warnings.append(replace(finding, severity="warning"))

    def stop(
        self,
        found: str,
        expected: Message,
        advice: Message,
        row: int | None = None,
        column: str | None = None,
    ) -> NoReturn:
        """Take in one finding after which nothing more can be read."""
        self.add(found, expected, advice, row, column)
        self.refuse()
        raise AssertionError

    @contextmanager
    def part(self) -> Iterator[None]:
        """Go on after what is wrong with one part of the file, once that is listed."""
        self._earlier = self.count
        with suppress(FindingsError):
            yield
        self._earlier, self.sheet = 0, None

    def refuse(self) -> None:
        """Raise `FindingsError` if there is any finding; of a long list, with the total at its end.

        Within a part, only what is wrong with the part counts.
        """
        if self.count == self._earlier:
            return
        listed = sorted(self.findings, key=lambda finding: finding.row or 0)
        if self.count > len(listed):
            expected = message("not more than {limit} findings in a file", limit=LIMIT)
            advice = message("correct what is listed, then read the file again")
            listed.append(self._finding(str(self.count), expected, advice))
        raise FindingsError(listed)

    def _finding(
        self,
        found: str,
        expected: Message,
        advice: Message,
        row: int | None = None,
        column: str | None = None,
    ) -> Finding:
        shown = found if len(found) <= 200 else found[:200] + "…"
        return Finding(self.file, shown, expected, advice, row, column, self.sheet)
