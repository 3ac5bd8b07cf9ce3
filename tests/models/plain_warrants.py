"""A plain register of warrants, written from the rules: lists, words and sums, nothing shared.

Rulebook 6.8: who owns goods applies, the exchange approves room, goods arrive, are weighed, the
warrant is registered; it is frozen, pledged, passed on, taken out or too old; one
holder at a time.
"""

from dataclasses import dataclass, field

BEFORE_ISSUE = ["applied", "approved", "stored", "inspected"]


@dataclass
class PlainWarrant:
    name: str
    product: str
    place: str
    holder: str
    quantity: int
    state: str = "applied"
    cause: str = "none"
    ever_issued: bool = False


@dataclass
class PlainRegister:
    room: dict[tuple[str, str], int]  # of a place for a product
    accounts: set[str]
    units: dict[str, int]  # one warrant of a product
    brands: dict[str, set[str]]
    weights: dict[str, tuple[int, int]]  # least and most of a product
    warrants: list[PlainWarrant] = field(default_factory=list)
    day: int = 0

    def find(self, name: str) -> PlainWarrant | None:
        for warrant in self.warrants:
            if warrant.name == name:
                return warrant
        return None

    def filled(self, place: str, product: str) -> int:
        gone = ("applied", "refused", "withdrawn")
        return sum(
            w.quantity
            for w in self.warrants
            if w.place == place and w.product == product and w.state not in gone
        )

    def step(self, step: dict[str, object]) -> str:
        """Do one step; return "" or the name of what refuses it."""
        if step["day"] < self.day:  # type: ignore[operator]
            return "STEP_OUT_OF_ORDER"
        said = self.apply(step) if step["act"] == "apply" else self.change(step)
        if not said:
            self.day = step["day"]  # type: ignore[assignment]
        return said

    def apply(self, step: dict[str, object]) -> str:
        product, place = str(step["product"]), str(step["facility"])
        if self.find(str(step["warrant"])):
            return "WARRANT_STATE"
        if step["by"] not in self.accounts:
            return "NO_WARRANT_ACCOUNT"
        if not self.room.get((place, product)):
            return "FACILITY_NOT_APPROVED"
        if self.brands.get(product) and step["brand"] not in self.brands[product]:
            return "BRAND_NOT_REGISTERED"
        if step["quantity"] != self.units[product]:
            return "NOT_ONE_WARRANT"
        self.warrants.append(
            PlainWarrant(str(step["warrant"]), product, place, str(step["by"]), self.units[product])
        )
        return ""

    def change(self, step: dict[str, object]) -> str:  # noqa: C901  as the rules go on
        warrant = self.find(str(step["warrant"]))
        if warrant is None:
            return "UNKNOWN_WARRANT"
        act, to, mine = step["act"], step["to"], step["by"] == warrant.holder
        if act in ("transfer", "deliver", "pledge") and to and to not in self.accounts:
            return "NO_WARRANT_ACCOUNT"
        state = warrant.state
        if act == "approve" and state == "applied":
            room = self.room[warrant.place, warrant.product]
            if self.filled(warrant.place, warrant.product) + warrant.quantity > room:
                return "FACILITY_FULL"
            warrant.state = "approved"
        elif act == "refuse" and state in BEFORE_ISSUE:
            warrant.state = "refused"
        elif act == "store" and state == "approved":
            warrant.state = "stored"
        elif act == "inspect" and state == "stored":
            least, most = self.weights[warrant.product]
            if not least <= step["quantity"] <= most:  # type: ignore[operator]
                return "WEIGHT_OUTSIDE_FORM"
            warrant.state = "inspected"
        elif act == "issue" and state == "inspected":
            if 0 < step["until"] < step["day"]:  # type: ignore[operator]
                return "GOODS_TOO_OLD"
            warrant.state, warrant.ever_issued = "issued", True
        elif act == "freeze" and state == "issued":
            if step["cause"] == "none":
                return "WARRANT_WITHOUT_CAUSE"
            warrant.state, warrant.cause = "frozen", str(step["cause"])
        elif act == "release" and state == "frozen":
            if step["cause"] != warrant.cause:
                return "WARRANT_WITHOUT_CAUSE"
            warrant.state, warrant.cause = "issued", "none"
        elif act == "deliver" and state == "frozen":
            if to in ("", warrant.holder):
                return "WARRANT_TO_NOBODY"
            if warrant.cause not in ("delivery", "efp"):
                return "WARRANT_WITHOUT_CAUSE"
            warrant.state, warrant.cause, warrant.holder = "issued", "none", str(to)
        elif act == "redeem" and state == "pledged":
            warrant.state = "issued"
        elif act == "expire" and state == "issued":
            warrant.state = "expired"
        elif act == "pledge" and state == "issued":
            if not mine:
                return "WARRANT_OF_ANOTHER"
            if to in ("", warrant.holder):
                return "WARRANT_TO_NOBODY"
            warrant.state = "pledged"
        elif act == "transfer" and state in ("issued", "expired"):
            if not mine:
                return "WARRANT_OF_ANOTHER"
            if to in ("", warrant.holder):
                return "WARRANT_TO_NOBODY"
            warrant.holder = str(to)
        elif act == "withdraw" and state in ("issued", "expired"):
            if not mine:
                return "WARRANT_OF_ANOTHER"
            warrant.state = "withdrawn"
        else:
            return "WARRANT_STATE"
        return ""

    def sums(self) -> dict[str, tuple[int, ...]]:
        """Return issued, held, frozen, pledged, expired, withdrawn of each product."""
        found = {}
        for product in sorted({w.product for w in self.warrants if w.state != "refused"}):
            own = [w for w in self.warrants if w.product == product]
            found[product] = (
                sum(w.quantity for w in own if w.ever_issued),
                *(
                    sum(w.quantity for w in own if w.state == state)
                    for state in ("issued", "frozen", "pledged", "expired", "withdrawn")
                ),
            )
        return found
