"""What a parser does not tell of a sheet: formulas, errors, hidden rows, text struck out; and cells that would harm it.

Most sheets are proven plain by a few searches and are not read twice; the others are read with a real XML parser, so that it
does not matter how a program spells them. Does not belong here: the package (package), limits on it (guard).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assets.intake.grid import Refused
from assets.intake.package import parse
from assets.intake.styles import Runs, Styles, decoded, number

MAX_ROW = 100_000
MAX_COLUMN = 512
MAX_CELLS = 5_000_000

#: (1-based row, 0-based column)
Place = tuple[int, int]

_ADDRESS = re.compile(r"([A-Z]{1,7})(\d{1,10})")
#: attributes as nearly every program writes them
_USUAL_ATTRIBUTES = rb'(?: [\w:]++="[^"<>]*+")*+'
#: the usual spelling of a cell that holds one thing at most and is not far away:
#: 9,999 rows of 494 columns are no more than MAX_CELLS
_USUAL_CELL = re.compile(
    rb'<c r="([A-R]?[A-Z]\d{1,4}+)"%b(?:/>|>(?:<v>[^<>]*+</v>|<is><t%b>[^<>]*+</t></is>)?</c>)'
    % (_USUAL_ATTRIBUTES, _USUAL_ATTRIBUTES)
)
#: rows without their cells: whatever else stands there is not usual, or damage
_USUAL_ROWS = re.compile(rb"<sheetData>\s*(?:<row%b(?:/>|>\s*</row>)\s*)*" % _USUAL_ATTRIBUTES)
#: a cell that names a shared text as usual; the parser takes the first text of all for a number that it cannot read
_USUAL_TEXT = re.compile(rb't="s"[^<>]*><v>\d{1,9}</v>')
#: what usual cells and rows have only when there is more to tell: errors, hidden or flat rows, letters as numbers
_TELLING = (b't="e"', b"idden", b'ht="0', b"&#", b"_x")
#: what stands before the rows where columns are hidden, or rows that do not say how high they are; or where it may be
_TELLING_HEAD = (b"hidden", b"zeroHeight", b'idth="0', b'eight="0', b"='", b"= ", b" =")


@dataclass(slots=True)
class SheetFacts:
    """What was found. ``uncomputed``: formulas without a cached value; ``filled``: cells that hold something, None: not looked;
    ``certain``: those of them that a parser must give, with the number or text that stands there, tagged; empty: not compared.

    ``hidden_columns`` are 0-based; ``hides_others``: rows that are not written are hidden.
    ``marked``: cells with parts raised or struck out; ``struck``: cells struck out as a whole; ``percents``: cells that show a
    percent sign, and by what they multiply their number.
    """

    formulas: set[Place] = field(default_factory=set)
    uncomputed: set[Place] = field(default_factory=set)
    errors: dict[Place, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    hides_others: bool = False
    marked: set[Place] = field(default_factory=set)
    struck: set[Place] = field(default_factory=set)
    percents: dict[Place, int] = field(default_factory=dict)
    filled: set[Place] | None = None
    certain: dict[Place, str] = field(default_factory=dict)


def scan_sheet(content: bytes, styles: Styles) -> SheetFacts:
    """Scan one sheet. Raises Refused (F-RANGE, F-TRUNCATED, F-DTD) when it must not be parsed."""
    if _is_plain(content, styles) and _is_whole_around(content):
        return SheetFacts()
    return _Scan(styles).run(content)


def _is_plain(content: bytes, styles: Styles) -> bool:
    """Tell whether nothing is to be found, by searches alone: no cell is far, none stands twice, all are spelled as usual."""
    start = content.find(b"<sheetData>")
    cells = content[start : content.rfind(b"</sheetData>")]
    if start < 0 or any(t in cells for t in _TELLING):
        return False
    if styles.may_tell_of(cells) or any(t in content[:start] for t in _TELLING_HEAD):
        return False
    if len(_USUAL_TEXT.findall(cells)) != cells.count(b't="s"'):
        return False
    pieces = _USUAL_CELL.split(cells)
    rows, addresses = pieces[::2], pieces[1::2]
    return len(addresses) == len(set(addresses)) and _USUAL_ROWS.fullmatch(b"".join(rows)) is not None


def _is_whole_around(content: bytes) -> bool:
    """Tell whether what stands before and behind the rows is XML: no figure is there, but a part broken there is damaged."""
    start, end = content.find(b"<sheetData>"), content.rfind(b"</sheetData>")
    try:
        parse(content[:start] + b"<sheetData>" + content[end:], None, spaces=False)
    except Refused:
        return False
    return True


class _Scan:
    """The handlers of one sheet."""

    def __init__(self, styles: Styles) -> None:
        self._filled: set[Place] = set()
        self.facts = SheetFacts(filled=self._filled)
        self._styles = styles
        self._rows: set[int] = set()
        self._places: set[Place] = set()
        self._last = [0, 0]
        self._row, self._column = 0, -1
        self._cell: dict[str, str] = {}
        self._value: list[str] | None = None
        self._runs = Runs()
        self._holds = self._is_value = self._has_formula = self._is_flat = self._is_phonetic = False
        self._columns = 0  # bit n: column n is hidden

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""
        local = name.rpartition(" ")[2]
        if local == "row":
            self._open_row(attributes)
        elif local == "c":
            self._open_cell(attributes)
        elif not self._cell:
            self._note_columns(local, attributes)
        elif local in ("v", "is"):
            if self._value is not None or "value" in self._cell:
                raise Refused("F-CELL-TWICE", f"dòng {self._row}, cột {self._column + 1}: một ô có hai giá trị")
            self._holds, self._is_value = True, local == "v"
            self._value, self._runs = [], Runs()
        elif local == "f":
            self._holds = self._has_formula = True
        elif local == "rPh":
            self._is_phonetic = True
        else:
            self._inside(local, attributes)

    def text(self, data: str) -> None:
        """Take text."""
        if self._value is not None and not self._is_phonetic:
            self._value.append(data)

    def end(self, name: str) -> None:
        """Close an element."""
        local = name.rpartition(" ")[2]
        if local == "c" and self._cell:
            self._close_cell()
            self._cell = {}
        elif local == "rPh":
            self._is_phonetic = False
        elif local in ("v", "is") and self._value is not None:
            self._cell["value"] = "".join(self._value)
            self._value = None

    def run(self, content: bytes) -> SheetFacts:
        """Scan a sheet."""
        parse(content, self.start, self.end, self.text)
        self.facts.hidden_columns = {n for n in range(MAX_COLUMN) if self._columns >> n & 1}
        return self.facts

    def _inside(self, local: str, attributes: dict[str, str]) -> None:
        """Take an element of a cell's text; a value has none."""
        if self._value is not None and self._is_value:
            raise Refused("F-TRUNCATED", f"dòng {self._row}, cột {self._column + 1}: giá trị của ô bị hỏng")
        self._runs.start(local, attributes)

    def _note_columns(self, local: str, attributes: dict[str, str]) -> None:
        """What stands before the rows: columns that are hidden, and what rows and columns are that say nothing themselves."""
        if local == "col":
            first, last = (min(number(attributes.get(k, "1")), MAX_COLUMN) for k in ("min", "max"))
            named = (1 << max(first, last)) - (1 << max(first - 1, 0))
            self._columns = self._columns | named if _is_hidden(attributes, "width") else self._columns & ~named
        elif local == "sheetFormatPr":
            self._is_flat = _is_zero(attributes.get("defaultRowHeight"))
            self.facts.hides_others = attributes.get("zeroHeight") in ("1", "true")
            if _is_zero(attributes.get("defaultColWidth")):
                self._columns = (1 << MAX_COLUMN) - 1

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._row = number(attributes["r"]) if "r" in attributes else self._row + 1
        self._column = -1
        if self._row in self._rows:
            raise Refused("F-CELL-TWICE", f"dòng {self._row} có hai lần")
        self._rows.add(self._row)
        if _is_hidden(attributes, "ht") or (self._is_flat and "ht" not in attributes):
            self.facts.hidden_rows.add(self._row)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        if self._cell:
            raise Refused("F-TRUNCATED", f"dòng {self._row}, cột {self._column + 1}: một ô nằm trong ô khác")
        self._column += 1
        if found := _ADDRESS.fullmatch(attributes.get("r", "").upper()):
            self._row, self._column = int(found[2]), column_number(found[1])
        if (self._row, self._column) in self._places:
            raise Refused("F-CELL-TWICE", f"dòng {self._row}, cột {self._column + 1} có hai lần")
        self._places.add((self._row, self._column))
        self._cell = {"t": attributes.get("t", "n"), "s": attributes.get("s", "0")}
        self._runs = Runs()
        self._holds = self._has_formula = False

    def _close_cell(self) -> None:
        at, value, kind = (self._row, self._column), self._cell.get("value", ""), self._cell["t"]
        if not self._holds:
            return
        self._check_range()
        if self._has_formula:
            self.facts.formulas.add(at)
            if not value and kind != "str":  # an empty text is a result: ="" is how forms keep unused rows blank
                self.facts.uncomputed.add(at)
        if kind == "e":
            self.facts.errors[at] = value
        elif value:
            self._note_value(at, value, kind)
        style = number(self._cell["s"])
        self._note_marks(at, int(value) if kind == "s" and value.isdecimal() else -1, style)
        if kind == "n" and style in self._styles.percents:
            self.facts.percents[at] = self._styles.percents[style]

    def _note_value(self, at: Place, value: str, kind: str) -> None:
        self._filled.add(at)
        if kind == "s":  # a shared text may be an empty one
            if value and not (value.isascii() and value.isdecimal()):
                raise Refused("F-TRUNCATED", f"dòng {self._row}, cột {self._column + 1}: không rõ là chữ nào")
            texts, shared = self._styles.texts, number(value)
            if shared < len(texts) and decoded(texts[shared]).strip():
                self.facts.certain[at] = "s:" + texts[shared]
        elif kind == "n" and value.strip():
            self.facts.certain[at] = "n:" + value
        elif decoded(value).strip():
            self.facts.certain[at] = "s:" + value if kind in ("str", "inlineStr") else ""

    def _note_marks(self, at: Place, shared: int, style: int) -> None:
        styles, runs = self._styles, self._runs
        if style in styles.struck or shared in styles.struck_texts or runs.are_struck:
            self.facts.struck.add(at)
        elif shared in styles.marked or runs.are_marked:
            self.facts.marked.add(at)

    def _check_range(self) -> None:
        """Refuse a used range that a parser would allocate whole; cells that hold nothing do not stretch it."""
        self._last = [max(self._last[0], self._row), max(self._last[1], self._column)]
        rows, columns = self._last[0], self._last[1] + 1
        if rows > MAX_ROW or columns > MAX_COLUMN or rows * columns > MAX_CELLS:
            raise Refused("F-RANGE", f"{rows} dòng, {columns} cột")


def column_number(letters: str) -> int:
    """Return the 0-based number of a column: A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def _is_hidden(attributes: dict[str, str], size: str) -> bool:
    return attributes.get("hidden", "0") in ("1", "true") or _is_zero(attributes.get(size))


def _is_zero(text: str | None) -> bool:
    try:
        return text is not None and float(text) == 0
    except ValueError:
        return False
