"""Slips of the finger: what may have been meant by a figure that was written, and how likely each slip is.

Belongs here: the SQL of the kinds of slips. Does not: which cells are doubted, or what their unit usually reports (probable).
"""

from __future__ import annotations

#: of all wrong figures, how many come of each slip: guessed once, alike for all that are common, so that no kind is favoured
TRANSPOSED = DOUBLED = DROPPED = MISTYPED = 0.14
STRAY = 0.03
#: the same of a figure that is so many times too large, or too small
FACTORS = {10.0: 0.09, 100.0: 0.04, 1000.0: 0.02}
#: how many digits a figure is looked at
_DIGITS = 9


def slips_sql(cells: str) -> str:
    """Return the query of (cell, meant, likely) over ``cells`` (cell, figure): what may have been meant, and how often that slips.

    One cell may have one ``meant`` on several lines; they add up.
    """
    factors = "\nUNION ALL ".join(
        f"SELECT cell, figure {operator} {factor} AS meant, {often / 2} AS likely FROM written WHERE figure > 0"
        for factor, often in FACTORS.items()
        for operator in "*/"
    )
    return f"""
WITH written AS (SELECT cell, figure, digits, length(digits) AS n FROM (
    SELECT *, regexp_replace(figure::VARCHAR, '\\.0$', '') AS digits FROM {cells}) WHERE length(digits) <= {_DIGITS}),
placed AS (
    SELECT cell, digits, n, i, digits[i] AS here, digits[i + 1] AS next,
           left(digits, i - 1) AS before, substr(digits, i + 1) AS after
    FROM written, range(0, {_DIGITS + 1}) place(i) WHERE i <= n),
retyped AS (
    SELECT cell, before || next || here || substr(after, 2) AS text, {TRANSPOSED} / (n - 1) AS likely
        FROM placed WHERE i BETWEEN 1 AND n - 1 AND here <> next
    UNION ALL SELECT cell, before || after, {DOUBLED} / (n - 1) FROM placed WHERE i BETWEEN 1 AND n - 1 AND here = next
    UNION ALL SELECT cell, before || after, {STRAY} / (10 * n) FROM placed WHERE i >= 1 AND n > 1 AND here <> next
    UNION ALL SELECT cell, left(digits, i) || d || substr(digits, i + 1), {DROPPED} / (n + 1) FROM placed, range(0, 10) digit(d)
        WHERE i > 0 OR d > 0
    UNION ALL SELECT cell, before || d || after, {MISTYPED} / (9 * n) FROM placed, range(0, 10) digit(d)
        WHERE i >= 1 AND d::VARCHAR <> here AND here BETWEEN '0' AND '9')
SELECT cell, TRY_CAST(text AS DOUBLE) AS meant, likely FROM retyped WHERE TRY_CAST(text AS DOUBLE) IS NOT NULL
UNION ALL {factors}"""
