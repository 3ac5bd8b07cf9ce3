"""Every table that people write for an estate and a round: its columns, as readers ask for them.

The reference of these files is generated from here (``tools/generate``).
"""

from typing import get_args

from huiguan.foundation.cited import Status
from huiguan.foundation.readers.sheets import Column, Table
from huiguan.housing.allocation.reserves import ROUNDINGS
from huiguan.housing.people.alike import TABLE
from huiguan.housing.round.answers import ANSWERS
from huiguan.housing.round.frozen import SEXES, STATES
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.housing.supply.places import Kind, Level, Sex, Shift

A_NAME = "1 to 48 letters and digits of ASCII, Chinese characters, `.`, `_` or `-`"
A_NUMBER = "eight digits and their check character"
A_CODE = "text that names one place and has one spelling"
A_DAY = "day like 2026-07-01"
WHOLE = "whole number"
YES_NO = ("yes", "no")


def words(values: type[Kind | Level | Sex | Shift | Purpose | HoldReason]) -> tuple[str, ...]:
    """Return the words of a file for the members of an enumeration."""
    return tuple(member.name.lower() for member in values)


CHINESE = {  # other heads of the tables of an estate
    "place": "房源编号", "parent": "所在房源", "kind": "类型", "area_m2": "面积",
    "accessible": "无障碍", "dormitory": "宿舍型", "flat": "套房编号", "level": "出租方式",
    "start": "起始日", "end": "终止日", "room": "房间编号", "beds": "床位数", "sex": "性别",
    "shift": "班次", "purpose": "用途", "owner": "持有人编号", "programme": "项目",
    "within": "范围", "least_area_m2": "最小面积", "below_area_m2": "面积上限",
    "size_least": "最少人数", "size_most": "最多人数", "policy": "规则",
}  # fmt: skip


def in_chinese(table: Table) -> Table:
    """Return a table whose columns have their Chinese heads too."""
    columns = tuple(c._replace(chinese=CHINESE[c.name]) for c in table.columns)
    return table._replace(columns=columns)


SUPPLY = ("homes supply", "homes units", "homes intake --estate", "round freeze --estate")
PLACES = in_chinese(
    Table(
        "places.csv",
        "Every place of the estate; a place stands below the place it is in.",
        SUPPLY,
        (
            Column("place", A_CODE, "the place", "MQ-05-001-1"),
            Column("parent", "code of a place above, or empty", "the place it is in", "MQ-05-001"),
            Column("kind", "word", "what it is", "room", words(Kind)),
            Column("area_m2", "decimal of at most two places", "built area", "28.00"),
            Column("accessible", "word", "without steps, wide doors", "no", YES_NO, "no"),
            Column("dormitory", "word", "approved for beds, with all inside", "yes", YES_NO, "no"),
        ),
    )
)
LEVELS = in_chinese(
    Table(
        "levels.csv",
        "From which day a flat is let whole, by the room or by the bed; later lines start later.",
        SUPPLY,
        (
            Column("flat", "code of a flat", "the flat", "MQ-05-001"),
            Column("level", "word", "how it is let", "bed", words(Level)),
            Column("start", A_DAY, "first day", "2026-07-01"),
        ),
    )
)
FITS = in_chinese(
    Table(
        "fits.csv",
        "From which day a room has how many beds, for whom; later lines start later.",
        SUPPLY,
        (
            Column("room", "code of a room", "the room", "MQ-05-001-1"),
            Column("beds", WHOLE, "beds set up", "4"),
            Column("sex", "word", "for whom", "women", words(Sex), "any"),
            Column("shift", "word", "whose sleep it is kept for", "any", words(Shift), "any"),
            Column("start", A_DAY, "first day", "2026-07-01"),
        ),
    )
)
CLAIMS = in_chinese(
    Table(
        "claims.csv",
        "Who has a place from when to when; the file may be missing. What clashes is refused.",
        SUPPLY,
        (
            Column("place", "code of a flat, room or bed", "the place", "MQ-01-001"),
            Column("purpose", "word", "why it is taken", "let", words(Purpose)),
            Column(
                "owner",
                f"your own id of a lease or round; of a hold {', '.join(words(HoldReason))}",
                "who has it",
                "lease-2024-0117",
            ),
            Column("sex", "word", "who lives there", "any", words(Sex), "any"),
            Column("start", A_DAY, "first day", "2024-02-27"),
            Column("end", f"{A_DAY}, or empty", "first day after it; empty: no end", "2028-02-16"),
        ),
    )
)
OFFERED = in_chinese(
    Table(
        "offered.csv",
        "What applicants choose between: each line is a programme, or a further part of one.",
        ("homes intake --estate", "round freeze --estate"),
        (
            Column("programme", A_NAME, "the programme, as choices name it", "MQ-05.bed-f"),
            Column("within", "code of a place", "its units are in this place", "MQ-05"),
            Column("level", "word", "its units are let so", "bed", words(Level)),
            Column("sex", "word", "beds in rooms for these; `any`: all units", "f", SEXES, "any"),
            Column(
                "least_area_m2", "decimal, or empty", "units of at least this area", "35.00", (), ""
            ),
            Column("below_area_m2", "decimal, or empty", "units below this area", "45.00", (), ""),
            Column("size_least", WHOLE, "fewest people", "1", (), "1"),
            Column("size_most", WHOLE, "most people", "2"),
            Column("policy", A_NAME, "policy of `rules/policies.toml`", "beds"),
        ),
    )
)
PROGRAMMES = Table(
    "programmes.csv",
    "Homes of a building, level and form, the unit of choice: stock = let + held + capacity.",
    ("round freeze",),
    (
        Column("programme", A_NAME, "the programme", "MQ-05.bed-f"),
        Column("stock", WHOLE, "all there are", "40"),
        Column("let", WHOLE, "let to people who take no part", "12"),
        Column("held", WHOLE, "held back", "1"),
        Column("reason", "text without commas, or empty", "why some are held", "repair", (), ""),
        Column("own", WHOLE, "homes of tenants who take part", "0", (), "0"),
        Column("capacity", WHOLE, "homes given out, those of `own` too", "27"),
        Column("size_least", WHOLE, "fewest people", "1"),
        Column("size_most", WHOLE, "most people", "1"),
        Column("sex", "word", "for whom", "f", SEXES, "any"),
        Column("policy", A_NAME, "policy of `rules/policies.toml`", "beds"),
    ),
)
APPLICATIONS = Table(
    "applications.csv",
    "Every application that was received, refused ones too.",
    ("round freeze",),
    (
        Column("number", A_NUMBER, "the application", "00000001X"),
        Column("state", "word", "only `in` is drawn", "in", STATES),
        Column("tier", WHOLE, "priority; the smallest comes first", "9"),
        Column("size", WHOLE, "how many people", "2"),
        Column("weight", "whole number from 1 to 10000", "tickets in the draw", "1", (), "1"),
        Column("since", f"{A_DAY}, or empty", 'list date, for `lottery = "since"`', "", (), ""),
    ),
)
CHOICES = Table(
    "choices.csv",
    "What each application asks for; sealed.",
    ("round freeze",),
    (
        Column("number", A_NUMBER, "the application", "00000001X"),
        Column("choices", "programmes with blanks between, or empty", "best first", "MQ-05.bed-f"),
    ),
)
FACTS = Table(
    "facts.csv",
    "What decides beside tier and size; sealed. The round folder page says what each fact does.",
    ("round freeze",),
    (
        Column("number", A_NUMBER, "the application", "00000001X"),
        Column("fact", "word", "which", "sex", ("sex", "own", "claim", "tier")),
        Column("value", "as the fact wants it", "what it is", "f"),
    ),
)
ANSWERS_GIVEN = Table(
    "answers.csv",
    "Answers to offers since the last result; a file of any name.",
    ("round allocate --answers",),
    (
        Column("number", A_NUMBER, "the application", "00000001X"),
        Column("answer", "word", "what it says", "withdrawn", ANSWERS),
    ),
)
DECISIONS = Table(
    TABLE,
    "What somebody decided of two ids that may be one person; a table of any name.",
    ("homes intake --decisions",),
    (
        Column("person", "your own id", "one of the two", "P-4711", chinese="人员编号"),
        Column("other", "your own id", "the other", "P-4812", chinese="另一人员编号"),
        Column("decision", "word", "whether they are one person", "same", ("same", "different"),
               chinese="认定"),
        Column("by", "text", "who decided", "housing officer 3", chinese="认定人"),
        Column("on", A_DAY, "when", "2026-06-20", chinese="认定日期"),
        Column("reason", "text", "why", "both passports shown", chinese="理由"),
    ),
)  # fmt: skip
ESTATE = (PLACES, LEVELS, FITS, CLAIMS, OFFERED)
ROUND = (PROGRAMMES, APPLICATIONS, CHOICES, FACTS, ANSWERS_GIVEN)

HEAD_KEYS = (  # of round.toml; which are needed, and what the others are, says ``RoundHead``
    Column("format", "whole number", "of the folder; the freeze writes it", "3"),
    Column("round", "text without quotes, Chinese too", "its name", "马桥2026年第一轮"),
    Column("attempt", "whole number", "counted by the freeze, with --previous", "1"),
    Column("previous", "commitment", "of the void attempt; the freeze writes it", ""),
    Column("date", A_DAY, "of the freeze", "2026-09-01"),
    Column("lottery", "text", "the order: the draw, or list date first", "ticket",
           ("ticket", "since")),
    Column("randomness", "text", "who or what draws", "parties", ("drand", "parties")),
    Column("chain", "64 hexadecimal digits", "of drand: the hash of quicknet", "52db9ba7..."),
    Column("beacon_round", WHOLE, "of drand: the round, still to come", "32000000"),
    Column("list_limit", WHOLE, "most choices of one application", "20"),
    Column("profile", "text", "what is public: a row of `homes/publication.toml`", "standard",
           ("standard", "counts-only")),
    Column("promise", "text", "the freeze writes it", ""),
    Column("party", "tables `[[party]]`", "who draws, if it is not drand", ""),
)  # fmt: skip
PARTY_KEYS = (
    Column("name", "printable ASCII without blank or `=`", "who", "notary"),
    Column("commitment", "64 hexadecimal digits", "to the secret: `round pledge`", "9c1f5a..."),
)
POLICY_KEYS = (
    Column("name", A_NAME, "the policy, as `programmes.csv` names it", "homes"),
    Column("source", "text", "where the rule stands", "letting plan 2026, section 4"),
    Column("status", "text", "how sure that is", "assumed", get_args(Status)),
    Column("slot", "tables `[[policy.slot]]`", "reserves, in the order they are filled", ""),
)
SLOT_KEYS = (
    Column("name", A_NAME, "the slot; `rest` is taken", "access"),
    Column("claim", A_NAME, "the claim it asks for; none: for everybody", "access"),
    Column("own", "true or false", "the homes of tenants who take part; must come first", "true"),
    Column("seats", WHOLE, "seats as a number", "2"),
    Column("share", "text", "seats as a share of the homes", "20%"),
    Column("rounding", "text", "of a share", "down", ROUNDINGS),
    Column("minimum", WHOLE, "of a share, at least", "1"),
    Column("lapses", "true or false", "unclaimed seats fall to everybody", "true"),
)
