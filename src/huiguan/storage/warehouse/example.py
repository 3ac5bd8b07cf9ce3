"""An invented warehouse to begin with: two places, three brands of nickel, seven warrants."""

from __future__ import annotations

WARRANTS = (  # warrant, holder, place, brand: 6 t each
    ("NI0001", "00010001", "W1", "RED"),
    ("NI0002", "00010001", "W1", "RED"),
    ("NI0003", "00010001", "W1", "BLUE"),
    ("NI0004", "00010001", "W2", "BLUE"),
    ("NI0005", "00020001", "W2", "RED"),
    ("NI0006", "00020001", "W2", "GREEN"),
    ("NI0007", "00020001", "W1", "GREEN"),
)
WEIGHED = {"NI0003": "6.01", "NI0004": "5.99"}  # the others weigh 6 t


def step(day: str, act: str, warrant: str, **more: str) -> list[str]:
    """Return the cells of a step."""
    names = ("by", "to", "product", "facility", "brand", "grade", "quantity", "produced")
    return [day, act, warrant, *(more.get(n, "") for n in names), more.get("cause", "none"), ""]


def example_steps() -> list[list[str]]:
    """Return the steps that bring the seven warrants into the register."""
    found = []
    for warrant, holder, place, brand in WARRANTS:
        more = {"by": holder, "product": "ni", "facility": place, "brand": brand}
        found.append(step("2026-08-03", "apply", warrant, quantity="6", **more))
    for day, act in (("2026-08-03", "approve"), ("2026-08-05", "store")):
        found += [step(day, act, warrant) for warrant, *_ in WARRANTS]
    for warrant, *_ in WARRANTS:
        weighed = WEIGHED.get(warrant, "6")
        found.append(step("2026-08-06", "inspect", warrant, quantity=weighed))
    found += [step("2026-08-07", "issue", warrant) for warrant, *_ in WARRANTS]
    return [*found, step("2026-08-10", "pledge", "NI0007", by="00020001", to="00030001")]


def example_rows() -> dict[str, list[list[str]]]:
    """Return the rows of every table of the example."""
    holders = ("00010001", "00020001", "00030001", "00040001", "00050001", "00060001")
    people = [[code, code[:4], "no", "yes", "yes"] for code in holders]
    return {
        "holders.csv": [
            *people,
            ["00040002", "0004", "yes", "no", "no"],
            ["00050002", "0005", "no", "yes", "yes"],
        ],
        "facilities.csv": [
            ["W1", "Yangshan 1", "warehouse", "Shanghai", "any"],
            ["W2", "Wuxi 2", "warehouse", "Jiangsu", "any"],
        ],
        "capacities.csv": [["W1", "ni", "120"], ["W2", "ni", "60"]],
        "brands.csv": [
            ["ni", "RED", "A", "110"],
            ["ni", "BLUE", "A", "0"],
            ["ni", "GREEN", "B", "-40"],
        ],
        "steps.csv": example_steps(),
    }


CONTRACT = "ni2609"  # ends on 2026-09-15; two delivery days: 2026-09-16 and 17


def example_delivery() -> dict[str, list[list[str]]]:
    """Return what is handed in for the delivery of the example.

    A natural person and a position that is no whole unit cannot deliver; one seller has no warrant,
    another hands in one that is pledged.
    """
    free = [(warrant, holder) for warrant, holder, *_ in WARRANTS]
    return {
        "positions.csv": [
            ["00010001", "0", "24", "620000.00"],
            ["00020001", "0", "12", "310000.00"],
            ["00030001", "18", "0", "465000.00"],
            ["00040001", "18", "0", "465000.00"],
            ["00040002", "4", "0", "103000.00"],
            ["00050001", "0", "6", "155000.00"],
            ["00050002", "0", "4", "103000.00"],
            ["00060001", "6", "0", "155000.00"],
        ],
        "handed_in.csv": [
            [holder, warrant, "2026-09-16", f"09:{10 + number}"]
            for number, (warrant, holder) in enumerate(free)
        ],
        "intentions.csv": [
            ["00030001", "2026-09-16", "09:05", "W1", "", "RED", ""],
            ["00040001", "2026-09-16", "09:40", "W2", "W1", "BLUE", "RED"],
        ],
        "invoices.csv": [
            ["00010001", "2026-09-18", "10:00"],
            ["00020001", "2026-09-21", "15:30"],
        ],
    }
