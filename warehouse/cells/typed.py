"""What a kind reads, as a spreadsheet can tell it while a cell is typed: conditions made of the readers' own words.

They let pass all that the readers read and refuse what a spreadsheet can know to be refused. Formulas are those of the file
format (English names, commas; ``{cell}`` is the cell that is typed) and stand under names, since that of a validation may have
255 characters; an office program may write a name out wherever it is used, so that each part is used a few times only.
Belongs here: texts of cells as formulas. Does not: reading (figures, days, words), drawing names (assets.template).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from warehouse.cells.days import FIRST_SERIAL, LAST_SERIAL, PIVOT, YEARS
from warehouse.cells.figures import COUNTED, MAX_COUNT, QUALIFIERS, SCALES, words_to_99
from warehouse.cells.words import NONE_WORDS, NOT_YET_WORDS


def _list(words: Iterable[str], between: str = ",") -> str:
    return "{" + between.join(f'"{word}"' for word in words) + "}"


#: the words that conditions look up, by name: in a row, but the numbers in a column, so that each meets each of what is counted
WORDS: dict[str, str] = {
    "list_none": _list(sorted(NONE_WORDS | NOT_YET_WORDS)),
    "list_qualifiers": _list(QUALIFIERS),
    "list_scales": _list(SCALES),
    "list_counted": _list(sorted({word.replace(",", "") for word in ("", *COUNTED)})),
    "list_numbers": _list(words_to_99(), ";"),
}
#: the range of the numbers from 1 to as many characters as are looked at
PLACES, LOOKED_AT = "list_places", 90
_DIGITS = "0123456789"
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZĐ"


def _replaced(text: str, signs: str | tuple[str, ...], by: str = "") -> str:
    for sign in signs:
        text = f'SUBSTITUTE({text},"{sign}","{by}")'
    return text


def _holds(condition: str) -> str:
    """A condition that cannot be worked out does not hold."""
    return f"IFERROR({condition},FALSE)"


def _either(*conditions: str) -> str:
    return f"OR({','.join(map(_holds, conditions))})"


def _among(text: str, words: str) -> str:
    return f"SUMPRODUCT(--({text}={words}))>0"


def _digits(text: str) -> str:
    return f'{text}=TEXT(VALUE({text}),REPT("0",LEN({text})))'


def _whole(text: str) -> str:
    """Digits, with dots or spaces between thousands or without."""
    grouped = f"FIXED(VALUE({_replaced(text, '. ')}),0,FALSE)"  # with the separators of the computer
    grouped = f'SUBSTITUTE({_replaced(grouped, ", ", ".")},CHAR(160),".")'
    return _either(_digits(text), f'SUBSTITUTE({text}," ",".")={grouped}')


def _decimal(name: str) -> str:
    """Digits and a comma before more digits; ``name`` begins and ends with a digit."""
    before, behind = f"{name}_before", f"{name}_behind"
    more = _either(f'{behind}=""', _digits(behind))
    return f"AND({_whole(before)},{more})"


def _sides(name: str) -> dict[str, str]:
    """What stands before and behind the first comma of the figure; nothing behind when there is none."""
    comma = 'FIND(",",figure_core&",")'
    return {
        f"{name}_before": f"LEFT(figure_core,{comma}-1)",
        f"{name}_behind": f"MID(figure_core,{comma}+1,62)",
    }


def _figure(number: str, text: str) -> str:
    """A number of the file for which ``number`` holds, a word for none, or a text for which ``text`` does."""
    return f"IF(ISNUMBER({{cell}}),AND({{cell}}<={MAX_COUNT},{number}),OR(cell_none,{_holds(text)}))"


def _rate() -> str:
    """With its sign a rate is clear, and a dot is a comma; a bare number up to 2 may be a share of 1."""
    core = "figure_core"
    bare = _replaced(core, ".")
    dotted = f"AND(LEN({core})-LEN({bare})=1,{_digits(bare)})"
    clear = f'AND(figure_clear,OR(AND(VALUE(figure_before)>=2,{core}<>"2"),{_replaced(core, "0,")}=""))'
    signed = _either(_decimal("figure"), dotted)
    rate = f'IF(LEFT(figure_behind_it,1)="%",{signed},AND({_decimal("figure")},{clear}))'
    return f'AND(OR(rate_said="",{_among("rate_said", "list_qualifiers")}),{rate})'


def _day() -> dict[str, str]:
    timed = 'IF(ISNUMBER(FIND(":",cell_text)),LEFT(cell_text,FIND(" ",cell_text)-1),cell_text)'
    bare = _replaced(_replaced(timed, (" ", "ngày")), ("tháng", "năm", "-", "."), "/")
    part = 'TRIM(MID(SUBSTITUTE(day_text,"/",REPT(" ",99)),{},99))'
    year, day = "VALUE(IF(day_leads,day_one,day_three))", "VALUE(IF(day_leads,day_three,day_one))"
    lengths = "IF(day_leads,LEN(day_three)<3,AND(LEN(day_one)<3,OR(LEN(day_three)=2,LEN(day_three)=4)))"
    middle, reach = (YEARS.start + YEARS.stop - 1) / 2, len(YEARS) / 2
    there = (
        f'LEN(day_text)-LEN(SUBSTITUTE(day_text,"/",""))=2,{_replaced("day_one&day_two&day_three", _DIGITS)}="",'
        f"{lengths},LEN(day_two)<3,ABS(VALUE(day_two)-6.5)<6,ABS(day_year-{middle})<{reach},"
        f"DAY(DATE(day_year,VALUE(day_two),{day}))={day}"
    )
    return {
        "day_text": bare,
        "day_one": part.format(1),
        "day_two": part.format(100),
        "day_three": part.format(199),
        "day_leads": "LEN(day_one)=4",  # the year stands first
        "day_year": f"{year}+IF(LEN(day_three)=2,IF(day_leads,0,IF(VALUE(day_three)<{PIVOT},2000,1900)),0)",
        "is_date": f"IF(ISNUMBER({{cell}}),AND({{cell}}>={FIRST_SERIAL},{{cell}}<{LAST_SERIAL}),"
        f"OR(cell_none,{_holds(f'AND({there})')}))",
    }


def _citation() -> dict[str, str]:
    """A digit, a stroke and a capital in a row, spaces left out."""
    signs = "*".join(
        f'ISNUMBER(FIND(MID(document_text&"  ",{PLACES}+{i},1),"{of}"))'
        for i, of in enumerate((_DIGITS, "-/", _CAPITALS))
    )
    return {
        "document_text": _replaced('SUBSTITUTE(SUBSTITUTE({cell},"–","-"),CHAR(160),"")', " "),
        "is_citation": f"OR(cell_none,SUMPRODUCT(({PLACES}<=LEN(document_text))*{signs})>0)",
    }


_found = f'ISNUMBER(FIND(MID(cell_text,{PLACES},1),"{_DIGITS}"))'
_counted = f'OR(figure_behind_it="",{_among("figure_behind_it", "list_counted")})'
_qualified = f'OR(figure_said="",{_among("figure_said", "list_qualifiers")})'
_phone = 'AND(LEFT(figure_core,1)="0",LEN(figure_core)>8)'
_scaled = "SUMPRODUCT(--(LEFT(figure_behind_it,LEN(list_scales))=list_scales))>0"
_in_words = 'SUMPRODUCT(--(figure_words=TRIM(list_numbers&" "&list_counted)))>0'
#: the formulas by name
NAMES: dict[str, str] = {
    "cell_text": 'LOWER(TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({cell},CHAR(160)," "),CHAR(10)," "),"–","-")))',
    "cell_none": f'OR(cell_text="",{_among("cell_text", "list_none")})',
    # what is said before the first digit, from there to the last one, and what is counted
    "figure_first": "SUMPRODUCT(MIN(FIND({" + ",".join(_DIGITS) + f'}},cell_text&"{_DIGITS}")))',
    "figure_last": f"SUMPRODUCT(MAX({_found}*({PLACES}<=LEN(cell_text))*{PLACES}))",
    "figure_said": "TRIM(LEFT(cell_text,figure_first-1))",
    "figure_core": "MID(cell_text,figure_first,figure_last-figure_first+1)",
    "figure_behind_it": f"TRIM({_replaced('MID(cell_text,figure_last+1,62)', '.,;')})",
    "figure_words": f"TRIM({_replaced('cell_text', (*QUALIFIERS, *'.,;'))})",
    "is_count": _figure(
        "AND({cell}>=0,{cell}=INT({cell}))",
        _either(f"AND({_qualified},OR({_scaled},AND({_counted},{_whole('figure_core')},NOT({_phone}))))", _in_words),
    ),
    "share_part": 'TRIM(LEFT(figure_core,FIND("/",figure_core)-1))',
    "share_whole": 'TRIM(MID(figure_core,FIND("/",figure_core)+1,62))',
    "is_ratio": _figure(
        "FALSE",
        f'OR(IFERROR(FIND("/",figure_said),0)>1,AND({_qualified},{_counted},{_whole("share_part")},{_whole("share_whole")}))',
    ),
    **_sides("figure"),
    # 8.125 is eight thousand or eight and an eighth
    "figure_clear": f'OR(ISNUMBER(FIND(",",figure_core)),LEN(figure_core)-LEN({_replaced("figure_core", ".")})<>1)',
    "is_decimal": _figure("{cell}>=0", f"AND({_qualified},{_counted},figure_clear,{_decimal('figure')})"),
    "rate_said": f"TRIM({_replaced('figure_said', ('đạt',))})",
    "is_percent": _figure("OR({cell}=0,{cell}>2)", _rate()),
    **_day(),
    **_citation(),
}
_WORD = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")


@cache
def names_for(conditions: frozenset[str]) -> dict[str, str]:
    """Return the names that ``conditions`` need, with their formulas, without those of ``WORDS`` and ``PLACES``."""
    wanted, asked = set[str](), sorted(conditions)
    while asked:
        name = asked.pop()
        if name not in wanted:
            wanted.add(name)
            asked += [word for word in _WORD.findall(NAMES[name]) if word in NAMES]
    return {name: formula for name, formula in NAMES.items() if name in wanted}
