"""How a figure is written in an office paper in Vietnamese: thousands with points, decimals with a comma, days day first.

Does not belong here: which figure is written in which way (the papers' declarations).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import Any

_WORDS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")


def count(value: Any) -> str:
    """Write a number as it is, with two decimals at most: 2.065; 12,5."""
    number = round(Decimal(str(value)), 2)
    whole, _, part = f"{number:,f}".partition(".")
    part = part.rstrip("0")
    return whole.replace(",", ".") + (f",{part}" if part else "")


def padded(value: Any) -> str:
    """Write a count in prose, at least two digits: 01; 77."""
    text = count(value)
    return f"0{text}" if len(text) == 1 else text


def word(value: Any) -> str:
    """Write a small count as a word: ba; more than ten as a number."""
    return _WORDS[int(value)] if value in range(len(_WORDS)) else count(value)


def opening_word(value: Any) -> str:
    """Write a small count as the word that opens a sentence: Ba."""
    text = word(value)
    return text[0].upper() + text[1:]


def stated_percent(value: Any) -> str:
    """Write a rate with the digits in which it was stated: 99%."""
    return f"{count(value)}%"


def percent(value: Any) -> str:
    """Write a computed rate with one decimal: 99,4 %."""
    return f"{decimal(value)} %"


def decimal(value: Any) -> str:
    """Write a number with one decimal, halves away from zero: 7,5."""
    return count_of_digits(rounded(value))


def count_of_digits(number: Decimal) -> str:
    """Write a number with the decimals that it has: 99,0."""
    return f"{number:,f}".translate(str.maketrans(",.", ".,"))


def rounded(value: Any) -> Decimal:
    """Return ``value`` with the one decimal of a computed rate."""
    return Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def day(value: date) -> str:
    """Write a day as office papers do, day first: 30/8/2013; days below ten and the first two months with a nought (05/02/2016)."""
    month = f"{value.month:02d}" if value.month < 3 else f"{value.month}"
    return f"{value.day:02d}/{month}/{value.year}"


#: how a figure may be written; a numeral in the finished paper is of one of these
FIGURES: Mapping[str, Callable[[Any], str]] = MappingProxyType(
    {
        "count": count,
        "padded": padded,
        "word": word,
        "opening_word": opening_word,
        "stated_percent": stated_percent,
        "percent": percent,
        "decimal": decimal,
    }
)
#: what is no figure: a name, a day, a number of a document
TEXTS: Mapping[str, Callable[[Any], str]] = MappingProxyType({"text": str, "day": day})
