"""Every setting of the program: its name in the environment, what it says, what holds without it.

A setting is read when it is first needed; a wrong one is told together with all that are wrong.
README.md lists them. Signing in is set up in `.streamlit/secrets.toml`: see `indicators.access`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from indicators.findings import Finding, FindingsError, Message, message
from indicators.wording import Text

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")


@lru_cache(1)
def program_version() -> str:
    """Return the version of this program, as pyproject.toml has it and CHANGELOG.md tells it."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


class SettingError(FindingsError):
    """Raised with what is wrong with settings, nothing secret among it."""


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One variable of the environment.

    read: its text → its value, raising `SettingError`. default: the text that holds where it is
    not set; usual: the same in words.
    """

    name: str
    read: Callable[[str], T]
    default: str
    about: Text
    usual: Text

    @property
    def text(self) -> str:
        """Return what is written, whether it can be read or not."""
        return os.environ.get(self.name) or self.default

    @property
    def value(self) -> T:
        """Return what is set; raises `SettingError` with all settings that are wrong."""
        try:
            value: T = _value(self, self.text)
        except SettingError:
            raise SettingError(wrong_settings()) from None
        return value


@lru_cache(64)
def _value(setting: Setting[Any], text: str) -> Any:
    return setting.read(text)


def wrong_settings() -> list[Finding]:
    """Return what is wrong with settings, all of them."""
    wrong: list[Finding] = []
    for setting in SETTINGS:
        try:
            _value(setting, setting.text)
        except SettingError as error:
            wrong += error.findings
    return wrong


def _error(name: str, found: str, expected: Message, advice: Message | None = None) -> SettingError:
    advice = advice or message("correct the setting, or leave it out")
    return SettingError([Finding(name, found, expected, advice, check="setting")])


_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


def database_address(text: str) -> str:
    """Return the address of an SQLite or PostgreSQL database as SQLAlchemy takes it.

    Of an address that is none, `SettingError` shows what may be read aloud: where it is malformed
    nobody can tell its host from its password, so of a server's only the scheme.
    """
    # Loaded here: a command that needs no database does not wait for it.
    import sqlalchemy as sa

    scheme, mark, rest = text.partition("://")
    url = text
    if mark and scheme in ("postgres", "postgresql"):
        url = f"postgresql+psycopg://{rest}"
    try:
        address = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise _no_address(text) from None
    server = address.get_backend_name() != "sqlite"
    # SQLite without a file is a database in memory: what is published there ends with the command.
    in_memory = not server and address.database in (None, "", ":memory:")
    # A part of a password may have been read as host or database.
    clean = re.fullmatch(r"[\w.,:%-]*", address.host or "") and "@" not in (address.database or "")
    torn = server and (url.count("@") > 1 or not clean)
    if address.drivername not in _DRIVERS or in_memory or torn:
        raise _no_address(text)
    return url


def _no_address(text: str) -> SettingError:
    scheme, _, rest = text.partition(":")
    place = rest.partition("?")[0] if scheme.startswith("sqlite") else ""
    examples = "sqlite:///C:/data/quality.sqlite, postgresql://user:password@host:5432/quality"
    return _error(
        "DATABASE_URL",
        f"{scheme}:…{place}" if rest else scheme,
        message("an address of SQLite or PostgreSQL: {examples}", examples=examples),
        message("correct the setting; where the password holds @ : / or %, write %40 %3A %2F %25"),
    )


LEAST_MEMORY = 600 * 10**6  # bytes
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[MG])(?P<binary>i?)B", re.IGNORECASE)


def _bytes(text: str) -> int:
    if found := _SIZE.fullmatch(text.strip()):
        unit = (1024 if found["binary"] else 1000) ** {"M": 2, "G": 3}[found["unit"].upper()]
        if (limit := int(float(found["number"]) * unit)) >= LEAST_MEMORY:
            return limit
    expected = message("a size such as 4GB, {least} at least", least=f"{LEAST_MEMORY // 10**6}MB")
    raise _error("ETL_MEMORY_LIMIT", text, expected)


def _folder(name: str) -> Callable[[str], Path | None]:
    def read(text: str) -> Path | None:
        if text and not Path(text).is_dir():
            raise _error(name, text, message("a folder that is there"))
        return Path(text) if text else None

    return read


def _language(text: str) -> str:
    if text not in ("zh", "en"):
        raise _error("ETL_LANGUAGE", text, message("one of {names}", names="zh, en"))
    return text


def _province(text: str) -> str:
    if text and not re.fullmatch(r"[0-9]{2}0000", text):
        raise _error("HOME_REGION", text, message("a code of {file}", file="regions.csv"))
    return text


def _who(text: str) -> str:
    if text not in ("", "local", "sign-in", "public"):
        raise _error("ACCESS", text, message("one of {names}", names="local, sign-in, public"))
    return text


def _lines(text: str) -> str:
    if text not in ("text", "json"):
        raise _error("LOG_FORMAT", text, message("one of {names}", names="text, json"))
    return text


def _hours(text: str) -> float:
    try:
        hours = float(text)
    except ValueError:
        hours = 0
    if not 0 < hours <= 720:
        raise _error("SIGN_IN_HOURS", text, message("a number above 0, 720 at most"))
    return hours


DATABASE_URL = Setting(
    "DATABASE_URL",
    database_address,
    f"sqlite:///{ROOT / 'data' / 'quality.sqlite'}",
    Text(
        "PostgreSQL 地址，如 `postgresql://user@host/figures`",
        "the address of a PostgreSQL, such as `postgresql://user@host/figures`",
    ),
    Text("`data/quality.sqlite`", "`data/quality.sqlite`"),
)
ETL_ENGINE = Setting(
    "ETL_ENGINE",
    str,
    "duckdb",
    Text(
        "证书汇总在哪里计算：`duckdb`，或 Spark 集群地址 `spark://主机:端口`"
        "（需安装附加依赖 `spark`）",
        "where certificates are counted: `duckdb`, or a Spark cluster at `spark://host:port`",
    ),
    Text("`duckdb`", "`duckdb`"),
)
ETL_MEMORY_LIMIT = Setting(
    "ETL_MEMORY_LIMIT",
    _bytes,
    "4GB",
    Text(
        "证书汇总最多占用的内存，超出部分写入磁盘，不小于 600MB",
        "the memory that counting certificates may take, 600MB at least; the rest goes to disk",
    ),
    Text("`4GB`", "`4GB`"),
)
ETL_SPILL = Setting(
    "ETL_SPILL",
    _folder("ETL_SPILL"),
    "",
    Text("超出部分写入的文件夹", "the folder for what is beyond that memory"),
    Text("系统临时文件夹", "the system's temporary folder"),
)
ETL_LANGUAGE = Setting(
    "ETL_LANGUAGE",
    _language,
    "zh",
    Text("命令行的语言：`zh` 或 `en`", "the language of the command line: `zh` or `en`"),
    Text("`zh`", "`zh`"),
)
CODE_VERSION = Setting(
    "CODE_VERSION",
    str,
    "",
    Text(
        "随每版记下的程序版本，用于没有 git 的部署",
        "the version of the program kept with each release, where there is no git",
    ),
    Text("git 的提交", "git's commit"),
)
HOME_REGION = Setting(
    "HOME_REGION",
    _province,
    "",
    Text(
        "本单位所在省份的代码（如 330000）；各页由此打开",
        "the code of the province that this deployment is for, where every page begins",
    ),
    Text("未设置：全国", "not set: the nation"),
)
MAP_BOUNDARIES = Setting(
    "MAP_BOUNDARIES",
    _folder("MAP_BOUNDARIES"),
    "",
    Text(
        "本单位的边界文件夹（缺任一省级单位或南海插图则拒绝启动）",
        "an own folder of boundaries, refused where a province or the inset is missing",
    ),
    Text("自带", "those shipped"),
)
MAP_REVIEW_NUMBER = Setting(
    "MAP_REVIEW_NUMBER",
    str,
    "",
    Text(
        "审图号，印在地图下方和导出的图片里",
        "the map-review number, printed below maps and in exported pictures",
    ),
    Text("未设置：仅供内部使用", "not set: for internal use only"),
)
ACCESS = Setting(
    "ACCESS",
    _who,
    "",
    Text(
        "谁可以查看：`local` 仅本机，`sign-in` 登录后，`public` 所有人",
        "who may see it: `local` this machine, `sign-in` who has signed in, `public` everybody",
    ),
    Text("未设置：拒绝所有人；`make run` 设为 `local`", "nobody; `make run` sets `local`"),
)
SIGN_IN_HOURS = Setting(
    "SIGN_IN_HOURS",
    _hours,
    "12",
    Text(
        "登录最长有效小时数；身份令牌先到期的以令牌为准",
        "how many hours a sign-in holds at most; it ends earlier with its token",
    ),
    Text("`12`", "`12`"),
)
LOG_FORMAT = Setting(
    "LOG_FORMAT",
    _lines,
    "text",
    Text(
        "服务日志的形式：`text`，或每行一个 JSON 对象的 `json`（请求、页面、版本、用时）",
        "the form of the server's log: `text`, or `json`, an object a line of requests and pages",
    ),
    Text("`text`", "`text`"),
)
SETTINGS: tuple[Setting[Any], ...] = (
    *(DATABASE_URL, ETL_ENGINE, ETL_MEMORY_LIMIT, ETL_SPILL, ETL_LANGUAGE, CODE_VERSION),
    *(HOME_REGION, MAP_BOUNDARIES, MAP_REVIEW_NUMBER, ACCESS, SIGN_IN_HOURS),
    LOG_FORMAT,
)
