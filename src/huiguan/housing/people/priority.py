"""Priority tiers: the lowest number among the tiers an applicant's facts prove."""

from collections.abc import Sequence
from datetime import date

from huiguan.foundation.cited import rule
from huiguan.housing.people.household import Fact, fact_on
from huiguan.housing.rules import Tier, rows_in_force


@rule("priority tiers of a project", "invented")
def tier_of(
    tiers: Sequence[Tier], facts: Sequence[Fact], scheme: str, on: date, open_tier: int
) -> int:
    """Return an applicant's tier on a day: the lowest proved, else ``open_tier``.

    A fact that is missing, expired or contradicted proves nothing: the applicant drops to the next
    tier, never out of the line. Example: tiers 1 (staff) and 2 (children), open tier 9: children
    proved, staff unknown gives 2; nothing proved gives 9.
    """
    proved = [open_tier]
    for row in rows_in_force(tiers, scheme, on):
        fact = fact_on(facts, row.fact, on)
        if fact is not None and fact.value is True:
            proved.append(row.tier)
    return min(proved)
