"""A small invented office to try a round with: two buildings, eight flats, twenty applications."""

from collections.abc import Sequence

from huiguan.housing.people.forms import PEOPLE
from huiguan.housing.round.draw import commit_secret

ON = "2026-09-01"
SECRETS = {"housing-office": "an example, so everybody knows it", "notary": "another example"}
ROUND_TOML = f"""\
round = "example-2026-09"
date = "{ON}"
list_limit = 20
randomness = "parties"
"""
Row = tuple[object, ...]

# one row each: id, day received, scheme, the people in it, what they choose
HOUSEHOLDS = (
    ("2026-0001", "06-01", "arh", ("P01 张伟 1994-03-02 m", "P02 王芳 1995-07-19 f"),
     "SMALL LARGE"),
    ("2026-0002", "06-01", "arh", ("P03 李娜 1998-11-05 f",), "SMALL"),
    ("2026-0003", "06-02", "arh", ("P04 刘洋 1990-01-23 m", "P05 陈静 1991-05-30 f",
                                   "P06 刘一诺 2020-02-14 f"), "LARGE SMALL"),
    ("2026-0004", "06-02", "arh", ("P07 杨磊 1987-09-09 m",), "SMALL"),
    ("2026-0005", "06-03", "arh", ("P08 赵敏 1996-12-01 f", "P09 黄强 1996-04-17 m"),
     "LARGE SMALL"),
    ("2026-0006", "06-03", "arh", ("P10 周杰 1999-08-08 m",), "SMALL"),
    ("2026-0007", "06-04", "arh", ("P11 吴丽 1993-10-10 f",), "SMALL"),
    ("2026-0008", "06-04", "arh", ("P12 徐明 1989-06-21 m", "P13 孙燕 1990-03-03 f"), "LARGE"),
    ("2026-0009", "06-05", "arh", ("P03 李娜 1998-11-05 f",), "SMALL"),
    ("2026-0010", "06-05", "arh", ("P14 马超 1985-02-27 m", "P15 朱琳 1986-09-14 f",
                                   "P16 马小宝 2018-07-07 m"), "LARGE"),
    ("2026-0011", "06-08", "bed", ("P17 胡军 2001-01-15 m",), "BEDS-M"),
    ("2026-0012", "06-08", "bed", ("P18 郭涛 1997-05-05 m",), "BEDS-M"),
    ("2026-0013", "06-08", "bed", ("P19 何秀英 1979-12-12 f",), "BEDS-F"),
    ("2026-0014", "06-09", "bed", ("P20 高峰 1983-03-31 m",), "BEDS-M"),
    ("2026-0015", "06-09", "bed", ("P21 林霞 1988-08-18 f",), "BEDS-F"),
    ("2026-0016", "06-09", "bed", ("P22 罗斌 1992-10-02 m",), "BEDS-M"),
    ("2026-0017", "06-10", "bed", ("P23 梁红 1995-01-29 f",), "BEDS-F"),
    ("2026-0018", "06-10", "bed", ("P24 宋刚 1990-07-11 m",), "BEDS-M"),
    ("2026-0019", "06-10", "bed", ("P25 唐丹 2000-04-04 f",), "BEDS-F"),
    ("2026-0020", "06-11", "bed", ("P26 许飞 1994-06-16 m",), "BEDS-M"),
)  # fmt: skip
PROGRAMMES = {
    "SMALL": "MQ-01.small", "LARGE": "MQ-01.large",
    "BEDS-F": "MQ-05.bed-f", "BEDS-M": "MQ-05.bed-m",
}  # fmt: skip
ODD = {  # what is not as usual: who owns too much, who lacks a paper, who moves, who has a claim
    "2026-0004": {"employed_in_city": ""},
    "2026-0006": {"claims": "access"},
    "2026-0008": {"owns_home": "yes", "floor_area_m2": "30.00"},
    "2026-0010": {"own_home": "MQ-01-101", "has_minor_child": "yes"},
    "2026-0003": {"has_minor_child": "yes", "owns_home": "yes", "floor_area_m2": "44.99"},
    "2026-0014": {"work_group": "finance"},
}


def estate_rows() -> dict[str, list[Row]]:
    """Return the rows of the estate: flats let whole in one building, beds in the other."""
    places: list[Row] = [("MQ", "", "community", "0", "no", "no")]
    levels: list[Row] = []
    claims: list[Row] = []
    places.append(("MQ-01", "MQ", "building", "0", "no", "no"))
    for number in range(101, 107):
        flat = f"MQ-01-{number}"
        places.append((flat, "MQ-01", "flat", "58.00" if number % 2 else "38.00", "no", "no"))
        levels.append((flat, "whole", "2025-01-01"))
    claims.append(("MQ-01-101", "let", "lease-2025-014", "any", "2025-03-01", "2028-03-01"))
    claims += [(f"MQ-01-{n}", "round", "2026-09", "any", ON, "") for n in (102, 103, 104, 105)]
    claims.append(("MQ-01-106", "held", "repair", "any", "2026-08-01", ""))
    places.append(("MQ-05", "MQ", "building", "0", "no", "yes"))
    fits: list[Row] = []
    for number, sex in ((101, "women"), (102, "men")):
        flat, room = f"MQ-05-{number}", f"MQ-05-{number}-1"
        places.append((flat, "MQ-05", "flat", "36.00", "no", "yes"))
        places.append((room, flat, "room", "24.00", "no", "yes"))
        places += [(f"{room}-{bed}", room, "bed", "0", "no", "yes") for bed in (1, 2, 3, 4)]
        levels.append((flat, "bed", "2026-01-01"))
        fits.append((room, 4, sex, "any", "2026-01-01"))
        claims.append((f"{room}-1", "let", f"lease-2026-{number}", sex, "2026-02-01", "2027-02-01"))
        claims += [(f"{room}-{bed}", "round", "2026-09", sex, ON, "") for bed in (2, 3, 4)]
    offered: list[Row] = [
        ("MQ-01.small", "MQ-01", "whole", "any", "", "45.00", 1, 2, "homes"),
        ("MQ-01.large", "MQ-01", "whole", "any", "45.00", "", 2, 4, "homes"),
        ("MQ-05.bed-f", "MQ-05", "bed", "f", "", "", 1, 1, "beds"),
        ("MQ-05.bed-m", "MQ-05", "bed", "m", "", "", 1, 1, "beds"),
    ]
    tables = {
        "places": places, "levels": levels, "fits": fits, "claims": claims, "offered": offered,
    }  # fmt: skip
    return {f"estate/{name}.csv": rows for name, rows in tables.items()}


def people_rows(facts: Sequence[str]) -> list[Row]:
    """Return the rows of people; ``facts`` are the columns behind the ones of every office."""
    rows: list[Row] = []
    for own_id, received, scheme, persons, choices in HOUSEHOLDS:
        known = {
            "application": own_id,
            "received": f"2026-{received}",
            "scheme": scheme,
            "choices": " ".join(PROGRAMMES[choice] for choice in choices.split()),
            "source": "papers shown",
            "known_on": "2026-06-12",
            "employed_in_city": "yes",
            "owns_home": "no",
            **(
                {"employer_qualified": "yes", "work_group": "sanitation"} if scheme == "bed" else {}
            ),
            **ODD.get(own_id, {}),
        }
        for at, text in enumerate(persons):
            person, name, born, sex = text.split()
            cells = {"application": own_id, "received": f"2026-{received}"} if at else known
            cells = cells | {"person": person, "name": name, "birth": born, "sex": sex}
            columns = [column.name for column in PEOPLE] + list(facts)
            rows.append(tuple(cells.get(column, "") for column in columns))
    return rows


def example_rows(facts: Sequence[str]) -> dict[str, list[Row]]:
    """Return the rows of every table of the office."""
    return {**estate_rows(), "people.csv": people_rows(facts)}


def example_round() -> str:
    """Return ``round.toml`` of the example, with commitments to its secrets."""
    parties = [
        f'\n[[party]]\nname = "{name}"\ncommitment = "{commit_secret(name, secret)}"\n'
        for name, secret in SECRETS.items()
    ]
    return ROUND_TOML + "".join(parties)
