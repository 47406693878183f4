"""What the questions of examples/queries have to be answered, worked out from the reports that the sample was written from.

Does not belong here: the tests (tests.assets.test_queries), reading the corpus (corpus).
"""

from __future__ import annotations

from collections.abc import Callable

from tests.assets.answers import units, work
from tests.assets.answers.corpus import Answer, Corpus

#: by number of the question; 26 and 27 need two releases and 30 its files: they have tests of their own
ANSWERS: dict[str, Callable[[Corpus], Answer]] = {
    "01": work.reach_by_unit_type,
    "02": work.units_with_training,
    "03": work.sessions_by_year,
    "04": work.training_by_kind,
    "05": work.rollout,
    "06": work.member_attendance,
    "07": work.models_by_status,
    "08": work.units_with_models,
    "09": work.recognised_then_replicated,
    "10": work.copied_models,
    "11": work.status_flow,
    "12": work.inspections,
    "13": work.inspecting_units,
    "14": work.good_ratings,
    "15": work.recurring_findings,
    "16": work.overdue,
    "17": units.dialogue_compliance,
    "18": units.dialogues_held,
    "19": units.history,
    "20": units.on_units_of_2024,
    "21": units.like_for_like,
    "22": units.by_superior,
    "23": units.over_a_break,
    "24": units.cadres,
    "25": units.as_known_then,
    "28": units.mean_per_unit,
    "29": units.half_years,
    "31": units.petitions,
    "32": units.late_three_times,
    "33": units.limitations,
    "34": units.party_members,
}
