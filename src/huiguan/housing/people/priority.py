"""Priority tiers: the lowest number among the tiers an applicant's facts prove."""

from collections.abc import Sequence
from datetime import date

from huiguan.foundation.cited import rule
from huiguan.foundation.readers.names import Name
from huiguan.foundation.readers.signatures import checked, unchecked
from huiguan.foundation.readers.values import Count
from huiguan.housing.people.household import Fact, fact_on, true_or_false
from huiguan.housing.rules import Tier, rows_in_force


@rule("priority tiers of a project", "invented")
@checked
def tier_of(
    tiers: Sequence[Tier], facts: Sequence[Fact], scheme: Name, on: date, open_tier: Count
) -> int:
    """Return an applicant's tier on a day: the lowest proved, else ``open_tier``.

    A fact that is missing, expired or contradicted proves nothing: the applicant drops to the next
    tier, never out of the line. Example: tiers 1 (staff) and 2 (children), open tier 9: children
    proved, staff unknown gives 2; nothing proved gives 9.
    """
    proved = [open_tier]
    for row in unchecked(rows_in_force)(tiers, scheme, on):
        fact = unchecked(fact_on)(facts, row.fact, on)
        if fact is not None and true_or_false(fact):
            proved.append(row.tier)
    return min(proved)
