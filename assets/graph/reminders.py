"""The asset of the reminders that go to units.

Does not belong here: who owes what (warehouse.due) or the messages (assets.reminders).
"""

# no ``from __future__ import annotations``: dagster reads the type of ``context`` at run time

from datetime import timedelta

import dagster as dg

from assets.graph.keys import OWNER, PUBLISHED
from assets.graph.retry import trying_again
from assets.reminders import write_reminders
from warehouse import clock
from warehouse.codes import labels
from warehouse.home import current_home


@dg.asset(
    deps=[PUBLISHED],
    group_name="outbox",
    kinds={"text", "json"},
    owners=[OWNER],
    freshness_policy=dg.FreshnessPolicy.cron(
        deadline_cron="30 7 * * *", lower_bound_delta=timedelta(hours=1), timezone=clock.ZONE
    ),
    description="Nhắc nộp báo cáo - one message per unit with reports due, late or overdue today.",
)
def reminders(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
    """Write today's messages."""
    home = current_home()
    with trying_again(context):
        owed = write_reminders(home, clock.today())
    counts = {state: sum(r.state == state for r in owed) for state in labels("due_state")}
    units = len({r.unit_code for r in owed})
    return dg.MaterializeResult(metadata={**counts, "units": units, "folder": dg.MetadataValue.path(home.outbox)})
