"""What a bureau's files call things, and why a row of them may be set aside."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from etl.certificates.size_class import NOT_CLASSIFIED

COLUMNS = {
    "certificate": "证书编号",
    "organisation": "统一社会信用代码",
    "region": "地区",
    "industry": "行业",
    "scheme": "认证领域",
    "size": "企业规模",
    "employees": "从业人员",
    "revenue": "营业收入",
    "assets": "资产总计",
    "issued": "颁证日期",
    "expires": "到期日期",
    "status": "证书状态",
    "status_date": "状态日期",
    "body": "认证机构",
}
OPTIONAL = ("size", "employees", "revenue", "assets", "status_date", "body")
STATUSES = {
    "有效": "valid", "暂停": "suspended", "撤销": "withdrawn", "注销": "cancelled",
    "过期": "expired", "失效": "expired", "过期失效": "expired",
}  # fmt: skip
STATUS_CODES = ("valid", "suspended", "withdrawn", "cancelled", "expired")
SIZE_WORDS = {"大型": "LARGE", "中型": "MEDIUM", "小型": "SMALL", "微型": "MICRO",
              "未划型": NOT_CLASSIFIED}  # fmt: skip

# What stands in place of a size, an amount or a day of the status that is not known.
_WORDS = r"- -- — —— / 无 N/A #N/A NULL null None NaN nan NaT \N"
MISSING = tuple(_WORDS.split())

# Why a row is set aside, in the order in which reasons are looked for.
REASONS = (
    "certificate_missing",
    "credit_code_malformed",
    "credit_code_check_digit",
    "region_unknown",
    "industry_unknown",
    "scheme_unknown",
    "size_unknown",
    "status_unknown",
    "issue_date_unreadable",
    "expiry_date_unreadable",
    "expiry_before_issue",
    "issue_in_future",
    "status_date_missing",
    "status_date_unreadable",
    "status_date_before_issue",
    "status_date_in_future",
    "duplicate",
)
# Why a row counts without a size of its own, beside what its sector's rule leaves open.
REMARKS = ("employees_unreadable", "revenue_unreadable", "assets_unreadable")


@dataclass(frozen=True)
class Declaration:
    """How a bureau's files name things: `columns` maps our names to the headers of the files.

    `as_of` is the day the files were drawn; dates after it are impossible. `revenue_unit` is how
    many yuan one unit of revenue and assets is. Organisations of a region called one of `abroad`
    have no credit code to check; they count in the region `ALL` alone. `encoding` is that of CSV
    files; each tells its own unless it is given. `missing` are the texts that stand for no value.
    `serial` says that five digits are the days that spreadsheets count from 1899-12-30.
    """

    as_of: date
    columns: dict[str, str] = field(default_factory=lambda: dict(COLUMNS))
    statuses: dict[str, str] = field(default_factory=lambda: dict(STATUSES))
    sizes: dict[str, str] = field(default_factory=lambda: dict(SIZE_WORDS))
    revenue_unit: float = 1.0
    abroad: tuple[str, ...] = ("境外", "国外")
    encoding: str = ""
    missing: tuple[str, ...] = MISSING
    serial: bool = False
