"""An office beside a real floor: copper and gold in continuous trading, its clock stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from django.conf import settings

from huiguan.exchange.messages import COMMAND_HEADER, MESSAGE_BYTES
from huiguan.floor.hall.serve import DOORS_NAME
from huiguan.storage.journal.recovery import scan_folder
from tests.halls import RunningHall, running_hall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.office.peopled import Office


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHall]:
    with running_hall(tmp_path_factory.mktemp("days") / "hall", products="cu,au") as found:
        found.start("floor", DOORS_NAME)
        found.ask("step")
        found.ask("step")
        yield found


class Desk:
    """The office of a hall, and what its people do about the day."""

    def __init__(self, office: Office, hall: RunningHall) -> None:
        self.office, self.hall = office, hall

    def propose(self, action: str, about: str, **after: Any) -> Any:
        from huiguan.office.people import proposals, roles

        return proposals.propose(
            maker=self.office["clearing-clerk"], action=roles.Action(action), subject=about,
            after=after, why="an odd price",
        )  # fmt: skip

    def approve(self, proposal: Any, by: str = "supervisor") -> str:
        """Approve; return what became of it at the market."""
        from huiguan.office.people import proposals

        proposals.approve(checker=self.office[by], number=proposal.pk)
        proposal.refresh_from_db()
        return proposals.became(proposal)

    def do(self, action: str, about: str, **after: Any) -> str:
        return self.approve(self.propose(action, about, **after))

    def journaled(self, kind: int) -> int:
        """Return how many commands of a kind the journal of the day holds."""
        (day,) = (self.hall.folder / "days").iterdir()
        found = 0
        for frame in scan_folder(day / "journal"):
            heads = np.frombuffer(frame.commands, np.uint8).reshape(-1, MESSAGE_BYTES)
            found += int((heads.reshape(-1).view(COMMAND_HEADER)["kind"] == kind).sum())
        return found


@pytest.fixture
def desk(office: Office, hall: RunningHall, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return the office of the hall; nothing is stopped in its market."""
    monkeypatch.setattr(settings, "HALL_FOLDER", str(hall.folder))
    found = hall.ask("read switches")
    assert not any(found[name] for name in ("halted", "killed_members", "killed_codes"))
    return Desk(office, hall)
