"""The templates of a period: one for each unit that has to report on it and has not, in its form version.

Who is due is the calendar's to say (``core.reports_due``). Does not belong here: how a workbook looks (workbook), the command.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assets.progress import report
from assets.template.cover import UnitLine
from assets.template.workbook import write_template
from warehouse import query
from warehouse.carried import carried
from warehouse.files import safe_path, written
from warehouse.forms import form_versions

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from warehouse.forms import FormVersion
    from warehouse.periods import Period


@dataclass(frozen=True, slots=True)
class Templates:
    """How many were ``written``; how many units' were there already (``kept``) or need none, having ``reported``."""

    written: int
    kept: int
    reported: int


def write_templates(con: duckdb.DuckDBPyConnection, period: Period, folder: Path) -> Templates:
    """Write ``<form>_<unit>_<period>.xlsx`` into ``folder``, which is made when missing; a file that is there stays as it is.

    So the command may be given again after it was stopped. Raises LookupError when no unit has to report on ``period``,
    OSError where nothing can be written.
    """
    due = query.rows(con, "reports_of_period", year=period.year, period_id=period.period_id)
    if not due:
        raise LookupError(f"no unit has to report for {period.period_id} ({period.label})")
    wanted = [row for row in due if not row["is_accepted"]]
    if wanted:
        folder.mkdir(parents=True, exist_ok=True)
    rows = {form: carried(con, form, period) for form in {_form(row) for row in wanted}}
    count = 0
    report("templates", 0, len(wanted))
    for done, row in enumerate(wanted, start=1):
        form = _form(row)
        unit = UnitLine(row["unit_code"], row["unit_name"], row["party_kind_code"], row["superior_name"])
        target = safe_path(folder, f"{form.form_code}_{unit.unit_code}_{period.period_id}", ".xlsx")
        if not target.exists():
            with written(target) as making:
                write_template(form, unit, period, making, rows[form].get(unit.unit_code))
            count += 1
        report("templates", done, len(wanted))
    return Templates(count, len(wanted) - count, len(due) - len(wanted))


def _form(row: dict[str, Any]) -> FormVersion:
    return form_versions()[row["form_code"], row["form_version"]]
