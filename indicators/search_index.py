"""An index of what can be searched: by name, pinyin in full or its initials, English, code.

A search takes the exact spelling first, then beginnings, then what stands within; where there is
nothing, spellings that differ by a slip: they share n-grams with what was typed, and rapidfuzz
says how alike they are. Places are read as places: data/reference/readings.csv.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
import numpy.typing as npt
from pypinyin import Style, lazy_pinyin, load_phrases_dict
from rapidfuzz import fuzz, process

from indicators.catalogue import REFERENCE

Ints = npt.NDArray[np.int64]
_IGNORED = re.compile(r"[\W_]+")
_BREAK = ord("\n")
_HAN = 0x2E80
MOST_TYPED = 80  # letters
MOST_INSIDE = 400  # spellings that hold what was typed, looked at
MOST_ALIKE = 250  # spellings that share most n-grams with it
ALIKE = 76.0  # of 100, as rapidfuzz counts: below it two spellings are different words
EXACT, BEGINS, INSIDE, SLIP = 0.0, 1.0, 2.0, 3.0


@dataclass(frozen=True)
class Entry:
    """What can be found: its name in both languages, its code, and the page that opens it.

    kind: indicator, region, industry, clause, target or document. short: further names. address:
    what the page's address says, by its keys.
    """

    kind: str
    code: str
    zh: str
    en: str
    page: str
    address: tuple[tuple[str, str], ...]
    short: tuple[str, ...] = ()


def folded(text: str) -> str:
    """Return a text as it is compared: no case, accents, spaces or punctuation; ü is v."""
    plain = unicodedata.normalize("NFKC", text).lower()
    bare = unicodedata.normalize("NFD", plain).replace("u\N{COMBINING DIAERESIS}", "v")
    return _IGNORED.sub("", "".join(each for each in bare if not unicodedata.combining(each)))


@cache
def _load_readings() -> None:
    with (REFERENCE / "readings.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            load_phrases_dict({row["name"]: [[part] for part in row["reading"].split()]})


def pinyin(text: str) -> list[str]:
    """Return the syllables of a Chinese text, without tones; other letters stay together."""
    _load_readings()
    return [folded(part) for part in lazy_pinyin(text, style=Style.NORMAL, v_to_u=False)]


def spellings(entry: Entry) -> set[str]:
    """Return all that an entry may be typed as, folded."""
    found = {folded(text) for text in (entry.zh, entry.en, entry.code, *entry.short)}
    for text in (entry.zh, *entry.short):
        if not any(ord(each) >= _HAN for each in text):
            continue
        syllables = [part for part in pinyin(text) if part]
        whole = "".join(syllables)
        # A ü is typed as v or as u.
        found |= {whole, whole.replace("v", "u"), "".join(part[0] for part in syllables)}
    return found - {""}


class Index:
    """Entries by their spellings. A hundred thousand are searched in milliseconds."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = tuple(entries)
        owned = sorted(
            (spelling, number)
            for number, entry in enumerate(self.entries)
            for spelling in spellings(entry)
        )
        self._keys = [spelling for spelling, _ in owned]
        self._owners = np.array([number for _, number in owned], np.int64)
        text = "\n" + "".join(f"{key}\n" for key in self._keys)
        lengths = np.array([len(key) + 1 for key in self._keys], np.int64)
        letters = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
        of_key = np.concatenate([[0], np.repeat(np.arange(len(owned)), lengths)])
        self._grams = [_Grams(*part) for part in _grams(letters, of_key)]

    def find(self, text: str, most: int = 12) -> list[Entry]:
        """Return the entries that a text means, the nearest first; none for nothing typed."""
        asked = folded(text[:MOST_TYPED])
        if not asked or not self._keys:
            return []
        ranks: dict[int, tuple[float, int]] = {}

        def take(key: int, rank: float) -> None:
            owner = int(self._owners[key])
            ranks[owner] = min(ranks.get(owner, (9.0, 0)), (rank, len(self._keys[key])))

        for key, rank in self._written(asked):
            take(key, rank)
        parts = [folded(part) for part in text.split()]
        if not ranks and len(parts) > 1:
            for owner in self._of_all([part for part in parts if part]):
                ranks[owner] = INSIDE, 0
        if not ranks and len(asked) > 1:
            for key, alike in self._alike(asked):
                take(key, SLIP + (100 - alike) / 100)
        order = sorted(ranks, key=lambda owner: (*ranks[owner], owner))
        return [self.entries[owner] for owner in order[:most]]

    def _written(self, asked: str) -> Iterator[tuple[int, float]]:
        """Yield the spellings that are, begin with, or hold what was typed."""
        key = bisect_left(self._keys, asked)
        last = min(len(self._keys), key + MOST_INSIDE)
        while key < last and self._keys[key].startswith(asked):
            yield key, EXACT if self._keys[key] == asked else BEGINS
            key += 1
        if len(asked) == 1 and ord(asked) >= _HAN:
            held: Iterable[int] = range(len(self._keys))
        else:  # one or two letters stand within nearly everything
            held = self._rarest(asked)
        inside = (int(key) for key in held if asked in self._keys[key])
        yield from ((key, INSIDE) for key in islice(inside, MOST_INSIDE))

    def _rarest(self, asked: str) -> Ints:
        """Return the keys in which the rarest n-gram of what was typed stands."""
        letters, nowhere = np.array([*map(ord, asked)], np.int64), np.empty(0, np.int64)
        least: Ints | None = None
        for grams, (wanted, _) in zip(self._grams, _grams(letters), strict=True):
            found = grams.holding(np.unique(wanted))
            if len(found) < len(np.unique(wanted)):
                return nowhere
            least = min([*found, *([least] if least is not None else [])], key=len, default=None)
        return nowhere if least is None else least

    def _of_all(self, parts: Sequence[str]) -> set[int]:
        """Return the entries whose spellings hold every part of what was typed."""
        owners = [{int(self._owners[key]) for key, _ in self._written(part)} for part in parts]
        return set.intersection(*owners) if owners else set()

    def _alike(self, asked: str) -> Iterator[tuple[int, float]]:
        """Yield spellings that differ by a slip, with how alike they are, of 100."""
        letters = np.array([_BREAK, *map(ord, asked), _BREAK], np.int64)
        counts = np.zeros(len(self._keys), np.int64)
        for grams, (wanted, _) in zip(self._grams, _grams(letters), strict=True):
            if found := grams.holding(np.unique(wanted)):
                counts += np.bincount(np.concatenate(found), minlength=len(counts))
        shared = np.flatnonzero(counts)
        if len(shared) > MOST_ALIKE:
            shared = shared[np.argpartition(-counts[shared], MOST_ALIKE)[:MOST_ALIKE]]
        choices = {int(key): self._keys[key] for key in shared}
        for _, alike, key in process.extract(
            asked, choices, scorer=fuzz.WRatio, score_cutoff=ALIKE, limit=24
        ):
            yield key, alike


def _grams(letters: Ints, of_key: Ints | None = None) -> list[tuple[Ints, Ints]]:
    """Return the n-grams of a text with the key each stands in: of three letters, of two signs."""
    of_key = np.zeros(len(letters), np.int64) if of_key is None else of_key
    first, second = letters[:-1], letters[1:]
    signs = (np.maximum(first, second) >= _HAN) & ~((first == _BREAK) & (second == _BREAK))
    pairs = (first << 21 | second)[signs], np.maximum(of_key[:-1], of_key[1:])[signs]
    third = letters[2:]
    highest = np.maximum(np.maximum(first[:-1], second[:-1]), third)
    latin = (highest < _HAN) & (second[:-1] != _BREAK)
    triples = (first[:-1] << 42 | second[:-1] << 21 | third)[latin], of_key[1:-1][latin]
    return [triples, pairs]


class _Grams:
    """In which keys each n-gram stands."""

    def __init__(self, grams: Ints, keys: Ints) -> None:
        order = np.argsort(grams, kind="stable")
        self._keys = keys[order]
        self._grams, self._begins = np.unique(grams[order], return_index=True)
        self._ends = np.append(self._begins[1:], len(grams))

    def holding(self, wanted: Ints) -> list[Ints]:
        """Return the keys in which each of the wanted n-grams stands that stand anywhere."""
        at = np.searchsorted(self._grams, wanted)
        there = at < len(self._grams)
        at = at[there][self._grams[at[there]] == wanted[there]]
        return [self._keys[self._begins[place] : self._ends[place]] for place in at]
