"""What is wrong with a question: status, what was found and what is expected, in both languages."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.responses import Response

from indicators.findings import Message
from indicators.wording import Wording

MEDIA_TYPE = "application/problem+json"
LONGEST = 80  # characters of what was found


class QuestionError(Exception):
    """Raised for a question that has no answer; `status` is that of HTTP."""

    def __init__(
        self,
        status: int,
        title: Message,
        found: str = "",
        expected: Message | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(str(title))
        self.status, self.title, self.expected = status, title, expected
        self.found = found if len(found) <= LONGEST else f"{found[:LONGEST]}…"
        self.headers = dict(headers or {})


def problem(error: QuestionError) -> Response:
    """Return the answer to such a question."""
    content = {"type": "about:blank", "status": error.status, "title": _both(error.title)}
    if error.expected is not None:
        content |= {
            "detail": _both(error.expected),
            "found": error.found,
            "expected": {
                "zh": error.expected.said(Wording("zh")),
                "en": error.expected.said(Wording("en")),
            },
        }
    headers = {"cache-control": "no-store"} | error.headers
    text = json.dumps(content, ensure_ascii=False)
    return Response(text, error.status, headers, MEDIA_TYPE)


def _both(said: Message) -> str:
    return f"{said.said(Wording('zh'))} · {said.said(Wording('en'))}"
