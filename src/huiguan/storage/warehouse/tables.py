"""The tables of a warehouse folder, declared once: what is read, and what a template shows."""

from __future__ import annotations

from huiguan.foundation.readers.sheets import Column, Table

YES_NO = ("yes", "no")
KINDS = ("warehouse", "factory", "bonded")
PLACES = ("any", "indoors", "outdoors")
DAY, QUANTITY, CODE = "a day, as 2026-08-21", "a number of the product's unit", "a code of yours"
TAKE, RUN = ("warrants take",), ("delivery run",)
STEPS = (
    *("apply", "approve", "refuse", "store", "inspect", "issue", "freeze", "release", "pledge"),
    *("redeem", "transfer", "deliver", "withdraw", "expire"),
)
CAUSES = ("none", "delivery", "efp", "margin", "order", "dispute")

HOLDERS = Table(
    "holders.csv",
    "Who may hold warrants, and who may not deliver.",
    TAKE,
    (
        Column("holder", "a trading code", "who holds", "00010001"),
        Column("member", "a member's number", "through whom", "0001"),
        Column("natural_person", "yes or no", "a person", "no", YES_NO, "no"),
        Column("warrant_account", "yes or no", "has one", "yes", YES_NO, "yes"),
        Column("invoice", "yes or no", "gives and takes invoices", "yes", YES_NO, "yes"),
    ),
)
FACILITIES = Table(
    "facilities.csv",
    "Delivery storage facilities.",
    TAKE,
    (
        Column("facility", CODE, "the place", "W1"),
        Column("name", "a text", "its name", "Yangshan 1"),
        Column("kind", "one of the words", "what it is", "warehouse", KINDS, "warehouse"),
        Column("region", "a text", "where it is", "Shanghai"),
        Column("place", "one of the words", "where storage differs", "any", PLACES, "any"),
    ),
)
CAPACITIES = Table(
    "capacities.csv",
    "What a place is approved for.",
    TAKE,
    (
        Column("facility", CODE, "the place", "W1"),
        Column("product", "a product", "what it may hold", "ni"),
        Column("capacity", QUANTITY, "how much", "50000"),
    ),
)
BRANDS = Table(
    "brands.csv",
    "Registered brands; a product without a row takes any.",
    TAKE,
    (
        Column("product", "a product", "of what", "ni"),
        Column("brand", "a text", "its name", "RED"),
        Column("group", "a text", "brands that stand for each other", "A", (), ""),
        Column("premium", "yuan a unit, may be negative", "on the price", "110", (), "0"),
    ),
)
STEP_ROWS = Table(
    "steps.csv",
    "Every step of every warrant, in order.",
    TAKE,
    (
        Column("day", DAY, "when", "2026-08-21"),
        Column("step", "one of the words", "what", "apply", STEPS),
        Column("warrant", CODE, "which", "NI0001"),
        Column("by", "a trading code", "the holder, where the step is his", "00010001", (), ""),
        Column("to", "a trading code", "new holder, pledgee", "", (), ""),
        Column("product", "a product", "of an application", "ni", (), ""),
        Column("facility", CODE, "of an application", "W1", (), ""),
        Column("brand", "a text", "of the goods", "RED", (), ""),
        Column("grade", "a text", "of the goods", "", (), ""),
        Column("quantity", QUANTITY, "nominal, weighed or loaded", "6", (), ""),
        Column("produced", DAY, "of the goods", "", (), ""),
        Column("cause", "one of the words", "of a freeze", "none", CAUSES, "none"),
        Column("paid_through", DAY, "until when the seller pays storage", "", (), ""),
    ),
)
TABLES = (HOLDERS, FACILITIES, CAPACITIES, BRANDS, STEP_ROWS)

CLOCK = "a time, as 14:00"
POSITIONS = Table(
    "positions.csv",
    "What each trading code holds after the last trading day.",
    RUN,
    (
        Column("holder", "a trading code", "whose", "00010001"),
        Column("long", "lots", "bought", "0", (), "0"),
        Column("short", "lots", "sold", "24", (), "0"),
        Column("margin", "yuan", "kept for the delivery", "0", (), "0"),
    ),
)
HANDED_IN = Table(
    "handed_in.csv",
    "Warrants that sellers hand in.",
    RUN,
    (
        Column("seller", "a trading code", "who", "00010001"),
        Column("warrant", CODE, "which", "NI0001"),
        Column("day", DAY, "when", "2026-09-16"),
        Column("clock", CLOCK, "when", "09:30"),
    ),
)
INTENTIONS = Table(
    "intentions.csv",
    "What buyers declare: the first and second place and brand they would like.",
    RUN,
    (
        Column("buyer", "a trading code", "who", "00030001"),
        Column("day", DAY, "when", "2026-09-16"),
        Column("clock", CLOCK, "when", "09:10"),
        Column("facility", CODE, "first place", "W1", (), ""),
        Column("second_facility", CODE, "second place", "", (), ""),
        Column("brand", "a text", "first brand", "RED", (), ""),
        Column("second_brand", "a text", "second brand", "", (), ""),
    ),
)
PAYMENTS = Table(
    "payments.csv",
    "What buyers paid in time; who is not in it paid all that was due.",
    RUN,
    (
        Column("buyer", "a trading code", "who", "00030001"),
        Column("amount", "yuan", "how much", "0"),
    ),
)
INVOICES = Table(
    "invoices.csv",
    "When the invoices of sellers came; who is not in it has not given his.",
    RUN,
    (
        Column("seller", "a trading code", "who", "00010001"),
        Column("day", DAY, "when", "2026-09-18"),
        Column("clock", CLOCK, "when", "10:00"),
    ),
)
DELIVERY_TABLES = (POSITIONS, HANDED_IN, INTENTIONS, PAYMENTS, INVOICES)
EFP = Table(
    "efp.csv",
    "Applications of EFP; without warrants the two settle the goods themselves.",
    ("delivery efp",),
    (
        Column("day", DAY, "when", "2026-09-07"),
        Column("clock", CLOCK, "when", "10:00"),
        Column("contract", "a contract", "of what", "ni2609"),
        Column("buyer", "a trading code", "holds long", "00030001"),
        Column("seller", "a trading code", "holds short", "00010001"),
        Column("lots", "lots", "how many", "6"),
        Column("price", "yuan a unit", "agreed", "128500"),
        Column("previous_settlement", "yuan a unit", "of the day before", "128900"),
        Column("buyer_carried", "lots", "held from earlier days", "18"),
        Column("seller_carried", "lots", "held from earlier days", "24"),
        Column("warrants", "names between blanks", "one a unit", "NI0003", (), ""),
    ),
)
