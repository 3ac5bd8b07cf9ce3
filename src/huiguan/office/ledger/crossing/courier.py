"""Takes money between ledger and floor, one step after the other, and ends what a crash cut.

There is one courier in an office. It keeps nothing in memory: each step is read from the row of the
crossing, so a start after a crash goes on where the rows stand. Before the floor is asked, the row
says on which trading day; the command is for that day alone. Without an answer the same command is
sent again: the floor books an id once a day and says how it stands. When the day is over, its
journal says what was booked, and nothing of it can come later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from huiguan.days.cleared import is_closed
from huiguan.days.moved import Moved, moved_on
from huiguan.exchange.messages import Scope, TransferStage
from huiguan.foundation.arithmetic import show_fen
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.foundation.refusals import BY_NUMBER, Refusal
from huiguan.office.ledger.crossing import crossings
from huiguan.office.ledger.models import Crossing, CrossingStage, Direction
from huiguan.office.ledger.selectors import crossings_open
from huiguan.storage.market.day_image import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from huiguan.exchange.day.image import DayImage
    from huiguan.office.ledger.crossing.floor_line import CommandAnswer, FloorLine

CODE = int(Scope.TRADING_CODE)
PASSED = "the trading day ended before it was booked; it is asked for on the next one"


class Courier:
    """Brings crossings on; one at a time, in the order they were made."""

    def __init__(self, days: Path, floor: FloorLine) -> None:
        """Know the folder of a hall's days, and its floor."""
        self._days, self._floor = days, floor
        self._image: tuple[int, DayImage] | None = None

    def go(self) -> int:
        """Take every step that can be taken now; return how many were taken.

        Raises ``NotReady`` where the floor does not answer: later again.
        """
        taken = 0
        for number in crossings_open():
            while self._step(number):
                taken += 1
        return taken

    def _step(self, number: int) -> bool:
        """Take one step of a crossing; return whether there may be another."""
        crossing = Crossing.objects.select_related("code").get(pk=number)
        if crossing.stage == CrossingStage.RESERVED:
            return self._choose_day(crossing)
        if crossing.stage in (CrossingStage.ASKED, CrossingStage.HELD):
            day = self._days / str(crossing.trading_day)
            if is_closed(day):
                self._read_in_journal(crossing, moved_on(day))
                return True
            asks = self._ask if crossing.stage == CrossingStage.ASKED else self._confirm
            return asks(crossing)
        return False

    def _choose_day(self, crossing: Crossing) -> bool:
        """Note on which day the floor is asked: today, if it knows the trading code."""
        today = self._floor.trading_day()
        if is_closed(self._days / str(today)):
            return False  # the next one is not open yet
        if self._target(crossing, today) is None:
            why = f"trading day {today} has no trading code {crossing.code.name}"
            crossings.note_waiting(number=crossing.pk, why=why)
            return False
        crossings.note_asked(number=crossing.pk, trading_day=today)
        return True

    def _target(self, crossing: Crossing, day: int) -> int | None:
        """Return the row of the trading code in the image of a day."""
        if self._image is None or self._image[0] != day:
            self._image = (day, read_image(self._days / str(day) / "image"))
        codes = self._image[1].names.trading_codes
        return codes.index(crossing.code.name) if crossing.code.name in codes else None

    def _ask(self, crossing: Crossing) -> bool:
        """Ask the floor to credit or to reserve, and write down what it did."""
        goes_in, day = crossing.direction == Direction.IN, crossing.trading_day
        kind = "credit_deposit" if goes_in else "reserve_withdrawal"
        target = self._target(crossing, day)
        assert target is not None, "the day was chosen for it"
        try:
            answer = self._floor.command(
                f"{kind} {crossing.floor_id} {day}",
                day,
                kind,
                transfer_id=crossing.floor_id,
                amount_fen=crossing.amount_fen,
                target=target,
                scope=CODE,
            )
        except InputFault:  # the day is over or ends: its journal will say whether it was heard
            return False
        if answer.refusal == Refusal.TRANSFER_REPEATED:  # it was booked, and the answer was lost
            self._read_in_journal(crossing, moved_on(self._days / str(day)))
        elif answer.refusal:
            crossings.release(number=crossing.pk, why=refused(answer))
        elif goes_in:
            crossings.settle(number=crossing.pk, sequence=answer.sequence)
        else:
            crossings.note_held(number=crossing.pk, sequence=answer.sequence)
        return True

    def _confirm(self, crossing: Crossing) -> bool:
        """Have the floor confirm what it holds."""
        day = crossing.trading_day
        try:
            answer = self._floor.command(
                f"end_withdrawal {crossing.floor_id} {day}",
                day,
                "end_withdrawal",
                transfer_id=crossing.floor_id,
                stage=TransferStage.CONFIRMED,
            )
        except InputFault:
            return False
        if answer.refusal:  # nothing is reserved any more: it was confirmed, the answer was lost
            self._read_in_journal(crossing, moved_on(self._days / str(day)))
        else:
            crossings.settle(number=crossing.pk)
        return True

    def _read_in_journal(self, crossing: Crossing, moved: list[Moved]) -> None:
        """Write down how a crossing stands by the journal of its day.

        Money that was held and not confirmed by the end of the day never left the floor.
        """
        booked = [row for row in moved if row.transfer_id == crossing.floor_id]
        if any((row.amount_fen, row.scope) != (crossing.amount_fen, CODE) for row in booked):
            raise CheckFault(
                f"crossing {crossing.pk}: its id {crossing.floor_id} was used on trading day "
                f"{crossing.trading_day} for other money; an operator has to put it right"
            )
        stages = {row.stage: row.sequence for row in booked}
        number = crossing.pk
        if TransferStage.CREDITED in stages:
            crossings.settle(number=number, sequence=stages[TransferStage.CREDITED])
        elif TransferStage.CONFIRMED in stages:
            crossings.settle(number=number, sequence=stages[TransferStage.RESERVED])
        elif TransferStage.RELEASED in stages:
            crossings.release(number=number, why="an operator released it on the floor")
        elif is_closed(self._days / str(crossing.trading_day)):
            crossings.wait_again(number=number, why=PASSED)
        elif TransferStage.RESERVED in stages and crossing.stage == CrossingStage.ASKED:
            crossings.note_held(number=number, sequence=stages[TransferStage.RESERVED])
        else:
            raise CheckFault(f"crossing {number}: the floor and its journal say different things")


def refused(answer: CommandAnswer) -> str:
    """Return why the floor refused, with the figures that decided it."""
    refusal = BY_NUMBER[answer.refusal]
    if refusal is Refusal.NOT_ENOUGH_MONEY:
        free = show_fen(max(0, answer.second_figure))
        return f"{refusal.english}: {free} yuan can be taken out"
    return refusal.english
