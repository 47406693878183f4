"""The statement that weighs the cells of one table against each other: what each may have been meant to be, tried on all rules.

Of each cell that a violated rule joins: the chance that it was written wrong, over the chance that it is right. Both are
compared with what the unit reported before, in rows about the same, of the same kind of period, the newest first; else with
what others report.
Belongs here: the text of the statement. Does not: what is put into it (probable), kinds of slips (slips).
"""

from __future__ import annotations

#: findings of one rule in one submission that are looked at
_LOOKED_AT = 100
#: a rule that still fails wants another mistake: so much less likely, as a logarithm
_STILL_FAILS = 4.0
#: rows of the past that a figure is compared with
_PAST_ROWS = 8
#: share of figures that are like nothing before
_UNLIKE = 0.05
#: of two cells the likelier is named alone when it is so many times as likely; else both, and of more none
_CLEARLY = 2.0
#: share of a cell's chance that one value has when it is named
_MEANT = 0.6
#: of wrong figures, how many are another cell's, and how many are like nothing
_NEIGHBOUR, _OTHER = 0.14, 0.05
#: how often a wrong choice is made beside a wrong figure
_CHOICE = 0.03


def _near(figure: str, usual: str, width: str) -> str:
    """The chance of a figure whose logarithm strays from ``usual`` by ``width``; NULL where nothing is usual."""
    chance = f"exp(-abs(ln({figure} + 1) - {usual}) / {width}) / (2 * {width} * ({figure} + 1))"
    return f"CASE WHEN {width} > 0 THEN least(1, {chance}) END"


def _plain(figure: str) -> str:
    """The chance of a figure of which nothing is known: each power of ten is as likely as another."""
    return f"1 / (14 * ({figure} + 1))"


def _of_anyone(figure: str) -> str:
    """The chance of a figure in its column, whoever reports it."""
    return f"coalesce({1 - _UNLIKE} * {_near(figure, 'e.usual', 'e.width')} + {_UNLIKE} * {_plain(figure)}, {_plain(figure)})"


def _fit(figure: str) -> str:
    """The chance of a figure beside those of its unit's past: near one of them, as far as they are from each other."""
    of_unit = f"avg({_near(figure, 'ln(p.figure + 1)', 'h.width')})"
    return f"coalesce({1 - _UNLIKE} * {of_unit} + {_UNLIKE} * {_of_anyone(figure)}, {_of_anyone(figure)})"


def _text(figure: str) -> str:
    return f"replace(regexp_replace({figure}::VARCHAR, '\\.0$', ''), '.', ',')"


#: the totals rows, the violations that are looked at (of a rule of rows, or of a total), and the rows that they are about
_FAULTS = f"""
total AS MATERIALIZED (
    SELECT -row_number() OVER () AS cell, submission_id, row_no AS total_no, column_name, cell AS place,
           stated_value, computed_value, least_value, from_row, to_row, NOT ({{foots}}) AS fails
    FROM staging.stated_total WHERE table_name = {{table}}),
fault AS MATERIALIZED (
    SELECT v.tbl, v.submission_id, v.row_no, v.code, r.bit, NULL AS total_no
    FROM staging.violation v JOIN (VALUES {{codes}}) r(code, bit) USING (code) WHERE v.tbl = {{tbl}}
    QUALIFY row_number() OVER (PARTITION BY v.submission_id, v.code ORDER BY v.row_no) <= {_LOOKED_AT}
    UNION ALL
    SELECT v.tbl, v.submission_id, v.row_no, v.code, 0, t.total_no
    FROM staging.violation v JOIN total t ON t.submission_id = v.submission_id AND t.total_no = v.row_no AND t.fails
    WHERE v.tbl = 'staging.stated_total'
    QUALIFY row_number() OVER (PARTITION BY v.submission_id, v.code ORDER BY v.row_no) <= {_LOOKED_AT}),
beside AS (
    SELECT *, {{beside}} FROM staging.{{name}} SEMI JOIN fault USING (submission_id)
    WINDOW in_order AS (PARTITION BY submission_id ORDER BY row_no)),
suspect AS MATERIALIZED (
    SELECT s.*, {{mask}} AS failing FROM beside s
    WHERE (submission_id, row_no) IN (SELECT (f.submission_id, f.row_no) FROM fault f WHERE f.total_no IS NULL)
       OR EXISTS (FROM total t WHERE t.fails AND t.submission_id = s.submission_id
                  AND s.source_row BETWEEN t.from_row AND t.to_row))"""

#: the cells of these rows, with the totals that close them; ``doubted`` are those that a fault joins
_CELLS = """
written AS MATERIALIZED (
    SELECT row_number() OVER () AS cell, * FROM (
        SELECT submission_id, row_no, source_row, failing, unnest([{cells}], recursive := true) FROM suspect)
    WHERE figure IS NOT NULL),
placed AS (SELECT submission_id, column_name, column_index, cell AS place FROM staging.column_map WHERE table_name = {table}),
closing AS MATERIALIZED (
    SELECT w.cell, t.* EXCLUDE (cell, submission_id, column_name, place)
    FROM written w JOIN total t ON t.submission_id = w.submission_id AND t.column_name = w.column_name AND w.choices = 0
        AND w.source_row BETWEEN t.from_row AND t.to_row),
doubted AS MATERIALIZED (
    SELECT w.*, m.place, m.column_index FROM written w LEFT JOIN placed m USING (submission_id, column_name)
    WHERE w.joins & w.failing <> 0 OR w.cell IN (SELECT cell FROM closing WHERE fails)),
neighbour AS (
    SELECT cell, avg((near = figure)::INTEGER) AS copied FROM (
        SELECT cell, figure, unnest(near) AS near FROM doubted UNION ALL
        SELECT d.cell, d.figure, o.figure FROM doubted d JOIN written o USING (submission_id, row_no)
        JOIN placed m ON m.submission_id = o.submission_id AND m.column_name = o.column_name
        WHERE abs(m.column_index - d.column_index) = 1 AND o.choices = 0 AND d.choices = 0)
    WHERE near IS NOT NULL GROUP BY cell)"""

#: what the unit reported before, and what everybody reports
_PAST = f"""
past AS MATERIALIZED (
    SELECT d.cell, p.period_id, p.past.figure AS figure, row_number() OVER newest AS n FROM doubted d JOIN (
        SELECT s.submission_id, s.row_no, f.period_id, f.period_end, f.submission_id AS past_id, {{alike}} AS alike,
               f.period_kind = s.period_kind AS is_same, unnest([{{past}}]) AS past
        FROM suspect s JOIN core.{{core}} f ON f.unit_id = s.unit_id AND f.form_code = s.form_code AND f.is_current
            AND f.submission_id <> s.submission_id AND f.period_end <= s.period_end AND NOT core.is_roll_up(f.period_kind)) p
        ON p.submission_id = d.submission_id AND p.row_no = d.row_no AND p.past.column_name = d.column_name
    WHERE p.past.figure IS NOT NULL
    WINDOW newest AS (PARTITION BY d.cell ORDER BY p.alike DESC, p.is_same DESC, p.period_end DESC, p.past_id, p.past.figure)
    QUALIFY n <= {_PAST_ROWS}),
habit AS MATERIALIZED (
    SELECT cell, greatest(0.05, CASE WHEN count(*) < 3 THEN 0.3 ELSE mad(ln(figure + 1)) END) AS width,
           arg_min(core.period_label(period_id) || ': ' || {_text("figure")}, n) AS told
    FROM past GROUP BY cell),
everyone AS MATERIALIZED (
    SELECT of.* FROM (
        SELECT unnest([{{everyone}}]) AS of FROM core.{{core}} f WHERE f.is_current AND NOT core.is_roll_up(f.period_kind)))"""

#: what may have been meant by each cell, and what the rules and the totals then say
_TRIALS = f"""
figure AS (
    SELECT cell, figure FROM doubted WHERE choices = 0 UNION ALL SELECT cell, stated_value FROM total WHERE fails),
aim AS (
    SELECT cell, unnest(aims) AS meant FROM doubted WHERE choices = 0 UNION
    SELECT cell, figure FROM past UNION
    SELECT d.cell, d.figure + t.stated_value - t.computed_value FROM doubted d JOIN closing t USING (cell) WHERE t.fails),
slip AS MATERIALIZED (
    SELECT cell, meant, likely FROM ({{slips}}) UNION ALL
    SELECT a.cell, a.meant, {_OTHER} * {_plain("d.figure")} + {_NEIGHBOUR} * coalesce(n.copied, 0)
    FROM aim a JOIN doubted d USING (cell) LEFT JOIN neighbour n USING (cell) UNION ALL
    SELECT cell, unnest(aims), {_CHOICE} / choices FROM doubted WHERE choices > 0),
trial AS MATERIALIZED (
    SELECT d.submission_id, d.row_no, d.column_name, d.cell, s.meant, sum(s.likely) AS likely
    FROM slip s JOIN doubted d USING (cell)
    WHERE s.meant >= 0 AND s.meant <> d.figure AND s.meant < 1e15 AND (s.meant = floor(s.meant) OR NOT d.whole)
    GROUP BY ALL),
tried AS MATERIALIZED (
    SELECT cell, meant, likely, {{mask}} AS failing FROM (
        SELECT s.* REPLACE ({{written}}), t.cell, t.meant, t.likely FROM trial t JOIN suspect s USING (submission_id, row_no))),
footed AS MATERIALIZED (
    SELECT cell, meant, total_no, fails AS failed, NOT ({{foots}}) AS fails FROM (
        SELECT t.cell, t.meant, c.* EXCLUDE (cell) REPLACE (
            c.computed_value - d.figure + t.meant AS computed_value,
            CASE WHEN c.least_value = c.computed_value THEN c.computed_value - d.figure + t.meant
                 ELSE greatest(c.least_value, t.meant) END AS least_value)
        FROM trial t JOIN closing c USING (cell) JOIN doubted d USING (cell))),
change AS (
    SELECT t.cell, t.meant, t.likely, t.failing, bit_count(t.failing) - bit_count(d.failing) + coalesce(f.more, 0) AS more
    FROM tried t JOIN doubted d USING (cell)
    LEFT JOIN (SELECT cell, meant, sum(fails::INTEGER - failed::INTEGER) AS more FROM footed GROUP BY ALL) f
        USING (cell, meant)),
fitting AS (
    SELECT c.cell, c.meant, c.likely, c.failing, c.more,
           CASE WHEN d.choices > 0 THEN 1 ELSE {_fit("c.meant")} / {_fit("d.figure")} END AS fits
    FROM change c JOIN doubted d USING (cell) LEFT JOIN habit h USING (cell) LEFT JOIN past p USING (cell)
    LEFT JOIN everyone e ON e.column_name = d.column_name
    WHERE (d.joins & d.failing & c.failing) <> (d.joins & d.failing) OR c.cell IN (SELECT cell FROM closing WHERE fails)
    GROUP BY c.cell, c.meant, c.likely, c.failing, c.more, d.choices, d.figure, e.usual, e.width)"""

#: how likely each cell is the wrong one of a fault; of a total that fails, the total itself too
_CHANCES = f"""
chance AS (
    SELECT f.tbl, f.submission_id, f.row_no, f.code, replace(d.place, '*', d.source_row::VARCHAR) AS place, d.shown,
           h.told, c.meant, d.choices, c.likely * c.fits * exp(-{_STILL_FAILS} * c.more) AS chance
    FROM fault f JOIN doubted d ON d.submission_id = f.submission_id
        AND (f.total_no IS NOT NULL OR d.row_no = f.row_no AND d.joins & f.bit <> 0)
    JOIN fitting c USING (cell) LEFT JOIN habit h USING (cell)
    LEFT JOIN footed o ON o.cell = c.cell AND o.meant = c.meant AND o.total_no = f.total_no
    WHERE CASE WHEN f.total_no IS NULL THEN c.failing & f.bit = 0 ELSE NOT o.fails END
    UNION ALL
    SELECT f.tbl, f.submission_id, f.row_no, f.code, t.place, {_text("t.stated_value")}, NULL, t.computed_value, 0,
           exp({_STILL_FAILS}) * ({_OTHER} * {_plain("t.stated_value")} + coalesce(sum(s.likely), 0))
    FROM fault f JOIN total t ON t.submission_id = f.submission_id AND t.total_no = f.total_no
    LEFT JOIN slip s ON s.cell = t.cell AND s.meant = t.computed_value
    GROUP BY f.tbl, f.submission_id, f.row_no, f.code, t.place, t.stated_value, t.computed_value),
weighed AS (
    SELECT tbl, submission_id, row_no, code, place, shown, told, sum(chance) AS chance,
           CASE WHEN max(chance) >= {_MEANT} * sum(chance) AND any_value(choices) = 0
                THEN {_text("arg_max(meant, chance)")} END AS meant
    FROM chance WHERE chance > 0 GROUP BY tbl, submission_id, row_no, code, place, shown, told),
ranked AS (
    SELECT *, row_number() OVER likeliest AS n, chance * {_CLEARLY} > max(chance) OVER likeliest AS is_near
    FROM weighed WINDOW likeliest AS (PARTITION BY tbl, submission_id, row_no, code ORDER BY chance DESC, place)),
named AS (
    SELECT tbl, submission_id, row_no, code, CASE count(*)
        WHEN 1 THEN 'Có lẽ ô ' || any_value(concat(place, ': ghi ', shown, ', có thể là ' || meant, '; ' || told))
        WHEN 2 THEN 'Có lẽ một trong hai ô ' ||
            string_agg(concat(place, ': ghi ', shown, '; ' || told), ' - ' ORDER BY n) END AS told
    FROM ranked WHERE is_near GROUP BY ALL)"""

#: fills ``staging.violation.probable`` of one table's faults
STATEMENT = f"""
WITH {", ".join((_FAULTS, _CELLS, _PAST, _TRIALS, _CHANCES))}
UPDATE staging.violation SET probable = named.told FROM named
WHERE violation.tbl = named.tbl AND violation.submission_id = named.submission_id AND violation.row_no = named.row_no
    AND violation.code = named.code
"""
