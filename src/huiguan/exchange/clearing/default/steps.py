"""A member's default from its declaration to the last fen: each step moves money in the books.

declare: the books as they stand. isolate: the member's own money leaves both its pools; what its
clients owe beyond their money is made good, so that the clients' pool holds exactly what it owes.
port: solvent clients leave with positions and money. auction: what is left is given away. pay out:
the others get what is theirs. waterfall: the loss meets the layers of the books.

The exchange's book has an account for each pool, each part of the fund, reserve and own funds,
against ``bank``; ``default`` of the member is where its loss gathers. A pool's book has its trading
codes and ``member`` (what is the member's own) against ``exchange``, as in the day's postings.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from huiguan.exchange.clearing.default.auction import Award, auction, cost_shares
from huiguan.exchange.clearing.default.estate import Account, Estate, Holding, Side, Terms
from huiguan.exchange.clearing.default.outcome import (
    Cost,
    Deficit,
    Handled,
    Loss,
    Moved,
    PaidOut,
    Ported,
    Step,
)
from huiguan.exchange.clearing.default.porting import code_at, port_to
from huiguan.exchange.clearing.default.waterfall import EXCHANGE, Payment, allocate_loss
from huiguan.foundation.faults import InputFault
from huiguan.foundation.postings import Posting, post
from huiguan.foundation.readers.signatures import unchecked

BANK, MARKING, MEMBER = "bank", "marking", "member"
LAYER_ACCOUNTS = {"risk_reserve": "risk reserve", "own_funds": "own funds", "margin": BANK}


def handle_default(estate: Estate, terms: Terms) -> Handled:
    """Return what a default comes to; the same estate and terms give the same bytes.

    Lots that nobody bids for are an ``InputFault``: the loss is not known before all is closed.
    """
    work = _Work(estate, terms)
    work.declare()
    work.isolate()
    work.port()
    work.hold_auction()
    work.pay_out()
    work.allocate()
    return Handled(
        member=estate.member,
        steps=work.steps,
        ported=work.ported,
        awards=work.awards,
        costs=work.costs,
        deficits=work.deficits,
        paid_out=work.paid_out,
        moved=work.moved,
        loss=work.loss,
        payments=work.payments,
        left_fen=work.left_fen,
        surplus_fen=work.surplus_fen,
    )


class _Work:
    """The estate while it is handled: equity of each account, and where the loss stands."""

    def __init__(self, estate: Estate, terms: Terms) -> None:
        self.estate, self.terms = estate, terms
        self.accounts = sorted(estate.accounts, key=lambda row: row.code)
        self.equity = {row.code: row.equity_fen for row in self.accounts}
        self.house, self.clients = f"{estate.member}/house", f"{estate.member}/clients"
        self.default = f"default {estate.member}"
        self.own_fen = estate.clients_fen - sum(
            row.equity_fen for row in self.accounts if not row.house
        )
        self.house_fen = estate.house_fen
        self.steps: list[Step] = []
        self.ported: list[Ported] = []
        self.awards: list[Award] = []
        self.costs: list[Cost] = []
        self.deficits: list[Deficit] = []
        self.paid_out: list[PaidOut] = []
        self.moved: list[Moved] = []
        self.payments: list[Payment] = []
        self.left_fen = self.surplus_fen = 0

    def begin(self, name: str) -> None:
        """Begin a step."""
        self.steps.append(Step(name, []))

    def move(self, book: str, debit: str, credit: str, amount_fen: int, what: str = "") -> None:
        """Move an amount within a book in the step that goes on; negative: the other way round."""
        step = self.steps[-1]
        reference = f"{self.estate.member}:{step.name}" + (f":{what}" if what else "")
        step.postings.extend(post(book, debit, credit, amount_fen, reference))

    def of_pool(self, *, house: bool) -> list[Account]:
        """Return the accounts of one of the two pools."""
        return [row for row in self.accounts if row.house == house]

    def declare(self) -> None:
        """Write down the books as they stand at settlement."""
        self.begin("declare")
        resources = self.terms.resources
        pools = {
            self.house: self.estate.house_fen,
            self.clients: self.estate.clients_fen,
            **self.terms.pools_fen,
        }
        for name, fen in sorted(pools.items()):
            self.move(EXCHANGE, BANK, name, fen)
        for member, fen in sorted(resources.fund_fen.items()):
            self.move(EXCHANGE, BANK, f"fund {member}", fen)
        self.move(EXCHANGE, BANK, LAYER_ACCOUNTS["risk_reserve"], resources.risk_reserve_fen)
        self.move(EXCHANGE, BANK, LAYER_ACCOUNTS["own_funds"], resources.own_funds_fen)
        for house, book, cash in (
            (True, self.house, self.estate.house_fen),
            (False, self.clients, self.estate.clients_fen),
        ):
            own = cash
            for row in self.of_pool(house=house):
                self.move(book, EXCHANGE, row.code, row.equity_fen)
                own -= row.equity_fen
            self.move(book, EXCHANGE, MEMBER, own)

    def isolate(self) -> None:
        """Take the member's own out of both pools, and make good what clients owe."""
        self.begin("isolate")
        self.move(EXCHANGE, self.house, self.default, self.house_fen, "house")
        own = self.house_fen
        for row in self.of_pool(house=True):
            self.move(self.house, row.code, EXCHANGE, row.equity_fen, "house")
            own -= row.equity_fen
        self.move(self.house, MEMBER, EXCHANGE, own, "house")
        self.move(EXCHANGE, self.clients, self.default, self.own_fen, "own")
        self.move(self.clients, MEMBER, EXCHANGE, self.own_fen, "own")
        self.cover_deficits()

    def cover_deficits(self) -> None:
        """Pay into the clients' pool what clients owe beyond their money."""
        owing = [row.code for row in self.of_pool(house=False) if self.equity[row.code] < 0]
        for code in owing:
            fen = -self.equity[code]
            self.deficits.append(Deficit(code=code, step=self.steps[-1].name, amount_fen=fen))
            self.move(self.clients, EXCHANGE, code, fen, "deficit")
            self.equity[code] = 0
        total = sum(row.amount_fen for row in self.deficits if row.step == self.steps[-1].name)
        self.move(EXCHANGE, self.default, self.clients, total, "deficits")

    def port(self) -> None:
        """Hand solvent clients over, each with all its positions and all its money."""
        self.begin("port")
        found = unchecked(port_to)(self.accounts, self.terms.receivers)
        money: dict[str, int] = defaultdict(int)
        for row in self.accounts:
            if row.code not in found:
                continue
            taker = found[row.code]
            code = code_at(taker, row.code)
            self.ported.append(Ported(account=row, member=taker, code=code))
            money[taker] += row.equity_fen
            self.move(self.clients, row.code, EXCHANGE, row.equity_fen, "money")
            self.move(f"{taker}/clients", EXCHANGE, code, row.equity_fen, f"money {row.code}")
            self.equity[row.code] = 0
            for held in row.held:
                self.change(row.code, held, -held.lots)
                self.change(code, held, held.lots)
        for taker, fen in sorted(money.items()):
            self.move(EXCHANGE, self.clients, f"{taker}/clients", fen, "money")

    def change(self, code: str, held: Holding, lots: int) -> None:
        """Note that a trading code has more or fewer lots."""
        name = self.steps[-1].name
        self.moved.append(Moved(name, code, held.instrument, held.side, held.hedge, lots))

    def hold_auction(self) -> None:
        """Give away every position that was not ported, side by side of each contract."""
        self.begin("auction")
        gone = {row.account.code for row in self.ported}
        left = [row for row in self.accounts if row.code not in gone]
        offered: dict[tuple[str, Side], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for row in left:
            for held in row.held:
                offered[held.instrument, held.side][row.code] += held.lots
                self.change(row.code, held, -held.lots)
        for (instrument, side), lots in sorted(offered.items()):
            self.give_away(instrument, side, dict(lots))
        self.cover_deficits()

    def give_away(self, instrument: str, side: Side, lots: dict[str, int]) -> None:
        """Auction one side of one contract, and book what it costs at its settlement price."""
        bids = [b for b in self.terms.bids if (b.instrument, b.side) == (instrument, side)]
        total = sum(lots.values())
        awards, unsold = unchecked(auction)(total, side, bids)
        if unsold:
            raise InputFault(
                f"{unsold:,} of {total:,} lots {side} in {instrument} found no bid; the loss is"
                " not known before all is closed: hold the auction with more bids"
            )
        sign, settled = (1 if side == "short" else -1), self.terms.lot_fen[instrument]
        cost = 0
        for award in awards:
            bid = award.bid
            gain = sign * (bid.lot_fen - settled) * award.lots
            cost += gain
            self.move(EXCHANGE, MARKING, f"{bid.member}/house", gain, f"{instrument} {side}")
            self.move(f"{bid.member}/house", EXCHANGE, bid.code, gain, f"{instrument} {side}")
            taken = Holding(instrument=instrument, side=side, lots=award.lots)
            self.change(bid.code, taken, award.lots)
        self.awards += awards
        self.charge(instrument, side, lots, cost_shares(cost, lots))

    def charge(
        self, instrument: str, side: Side, lots: dict[str, int], shares: dict[str, int]
    ) -> None:
        """Charge each account its share of what one auction cost."""
        houses = {row.code for row in self.of_pool(house=True)}
        of_clients = 0
        what = f"{instrument} {side}"
        for code in sorted(lots):
            cost = shares[code]
            row = Cost(code=code, instrument=instrument, side=side, lots=lots[code], cost_fen=cost)
            self.costs.append(row)
            if code in houses:
                self.house_fen -= cost
                self.move(EXCHANGE, self.default, MARKING, cost, f"{what} {code}")
            else:
                of_clients += cost
                self.equity[code] -= cost
                self.move(self.clients, code, EXCHANGE, cost, what)
        self.move(EXCHANGE, self.clients, MARKING, of_clients, what)

    def pay_out(self) -> None:
        """Pay clients that were not ported what is theirs after their positions are closed."""
        self.begin("pay out")
        for row in self.of_pool(house=False):
            fen = self.equity[row.code]
            if fen:
                self.paid_out.append(PaidOut(code=row.code, amount_fen=fen))
                self.move(self.clients, row.code, EXCHANGE, fen)
        self.move(EXCHANGE, self.clients, BANK, sum(row.amount_fen for row in self.paid_out))

    @property
    def loss(self) -> Loss:
        """Return the loss as it stands, and the member's own money against it."""
        return Loss(
            house_fen=max(0, -self.house_fen),
            clients_fen=sum(row.amount_fen for row in self.deficits),
            missing_fen=max(0, -self.own_fen),
            cash_fen=max(0, self.house_fen) + max(0, self.own_fen),
            collateral_fen=self.estate.collateral_fen,
        )

    def allocate(self) -> None:
        """Let the layers pay in their order; what the member has over is its estate's."""
        self.begin("waterfall")
        loss, row = self.loss, self.terms.waterfall
        self.payments, self.left_fen = unchecked(allocate_loss)(
            loss.total_fen,
            row.layers,
            self.estate.member,
            loss.member_fen,
            self.terms.resources,
            Decimal(row.assessment_share_ppb).scaleb(-9),
        )
        cash = min(loss.cash_fen, loss.total_fen)  # it lies in the account of the default already
        for paid in self.payments:
            source = LAYER_ACCOUNTS.get(paid.layer, f"fund {paid.payer}")
            source = BANK if paid.layer == "assessments" else source
            fen = paid.amount_fen - (cash if paid.layer == "margin" else 0)
            self.move(EXCHANGE, source, self.default, fen, f"{paid.layer} {paid.payer}")
        self.move(EXCHANGE, "uncovered loss", self.default, self.left_fen, "left")
        self.surplus_fen = loss.cash_fen - cash
        self.move(
            EXCHANGE, self.default, f"estate {self.estate.member}", self.surplus_fen, "surplus"
        )
        self.prove()

    def prove(self) -> None:
        """Check after every step that books sum to zero, and that both sides know a pool alike."""
        money: dict[tuple[str, str], int] = defaultdict(int)
        pools = (self.house, self.clients)
        for step in self.steps:
            for place, fen in money_of(step.postings).items():
                money[place] += fen
            books: dict[str, int] = defaultdict(int)
            for (book, _), fen in money.items():
                books[book] += fen
            assert not any(books.values()), (step.name, books)
            for pool in pools:
                assert money[EXCHANGE, pool] == -money[pool, EXCHANGE], (step.name, pool)
        for account in (self.default, MARKING, *pools):
            assert not money[EXCHANGE, account], account
        lots: dict[tuple[str, str], int] = defaultdict(int)
        for moved in self.moved:
            lots[moved.instrument, moved.side] += moved.lots
        assert not any(lots.values()), lots


def money_of(postings: Iterable[Posting]) -> dict[tuple[str, str], int]:
    """Return what stands to the credit of every (book, account): what is owed to it, in fen."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in postings:
        found[row.book, row.credit] += row.amount_fen
        found[row.book, row.debit] -= row.amount_fen
    return found
