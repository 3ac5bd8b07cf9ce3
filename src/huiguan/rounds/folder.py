"""Round folders: freeze, draw, allocate, release, void (decisions, Folders).

``MANIFEST`` lists what is frozen; its SHA-256 is the commitment. ``RESULT`` lists what came after,
and the manifest itself. Both are in the form of ``sha256sum``. A void attempt keeps its folder and
says so in ``VOID``; the next attempt names its commitment.
"""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

import huiguan.housing
import huiguan.rulebooks
from huiguan.foundation.faults import CheckFault, InputFault
from huiguan.housing.allocation.deferred import match_market
from huiguan.housing.allocation.market import LOW, Market, Match
from huiguan.housing.allocation.reserves import REST, Policy
from huiguan.housing.check.rows import check_frozen
from huiguan.housing.round import draw as drawing
from huiguan.housing.round.frozen import (
    PROMISE,
    STATES,
    FrozenRound,
    Programme,
    RoundHead,
    build_market,
    group_names,
    lottery_rows,
)
from huiguan.rounds.stages import (
    VOID,
    require_drawn,
    require_frozen,
    require_open,
    rerun_folders,
)
from huiguan.storage import manifest as manifests
from huiguan.storage.files import Files, write_file
from huiguan.storage.homes.round_tables import (
    NUMBER_BYTES,
    codes,
    fixed_bytes,
    parse_table,
    parse_toml,
    read_bytes,
    read_table,
    read_tables,
    read_toml,
    table_bytes,
    toml_bytes,
)

PUBLIC_TABLES = ("programmes.csv", "applications.csv")
SEALED_TABLES = ("choices.csv", "facts.csv")
PROGRAMS = ("verify.py", "verify_beacon.py")
SIGNATURE_DIGITS = (96, 192)  # a point of one or the other group of the curve, in hexadecimal
OUTCOME = ("draw.toml", "tickets.csv", "cutoffs.csv", "results.csv")


class Policies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``rules/policies.toml``: the slots of every policy."""

    policy: tuple[Policy, ...]


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``rules/publication.toml``: which files the public gets, by a dated row."""

    name: str
    effective: date
    public: tuple[str, ...]
    sealed: tuple[str, ...]
    source: str
    status: str


class Profiles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The shipped rows of all profiles."""

    profile: tuple[Profile, ...]


class DrawRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``draw.toml``: the public value and what proves it."""

    format: int = 1
    commitment: str
    value: str
    beacon_round: int = 0
    signature: str = ""
    dice: str = ""
    party: tuple[drawing.Party, ...] = ()


def put(path: Path, data: bytes) -> None:
    """Write a file of the folder: whole and on disk when it has its name."""
    write_file(path, [data], Files())


def manifest_bytes(folder: Path, names: Iterable[str], elsewhere: Path | None = None) -> bytes:
    """Return lines as ``sha256sum`` writes them, in byte order of the names.

    A file that is still ``elsewhere`` is read there, by the last part of its name.
    """
    order = sorted(names)
    paths = [folder / name for name in order]
    if elsewhere is not None:
        paths = [path if path.exists() else elsewhere / path.name for path in paths]
    hashes = manifests.hash_files(paths)
    return manifests.manifest_bytes(dict(zip(order, hashes, strict=True)))


def profile_in_force(name: str, day: str) -> Profile:
    """Return the newest row of a profile that is in force on ``day`` (yyyy-mm-dd)."""
    path = Path(huiguan.rulebooks.__path__[0]) / "homes/publication.toml"
    rows = parse_toml(read_bytes(path), Profiles, "publication.toml").profile
    known = [row for row in rows if row.name == name and str(row.effective) <= day]
    if not known:
        raise InputFault(f"no publication profile {name!r} is in force on {day}")
    return max(known, key=lambda row: row.effective)


def sealed_files(folder: Path) -> tuple[str, ...]:
    """Return the files of a frozen folder that the public does not get."""
    return read_toml(folder, "rules/publication.toml", Profile).sealed


def check_manifest(folder: Path, manifest: str, sealed_may_miss: bool) -> list[str]:
    """Return the names a manifest lists after comparing every file; ``CheckFault`` names one."""
    sealed = sealed_files(folder) if sealed_may_miss else ()
    data = read_bytes(folder / manifest)
    if not data.isascii():
        raise CheckFault(f"{manifest} has a name outside ASCII, which no round has")
    listed = manifests.parse_manifest(data, manifest)
    found = manifests.hash_files([folder / name for name in listed])
    for (name, sha256), actual in zip(listed.items(), found, strict=True):
        if not actual and name not in sealed:
            raise CheckFault(
                f"{name} is missing and {manifest} lists it; this needs every file, sealed ones too"
            )
        if actual and actual != sha256:
            raise CheckFault(f"{name} differs from {manifest}; the folder was changed or cut")
    return list(listed)


def commitment_of(folder: Path) -> str:
    """Return the commitment of a frozen folder."""
    return manifests.sha256_of(folder / "MANIFEST")


def columns_of(head: RoundHead, policies: Policies, tables: dict[str, pl.DataFrame]) -> FrozenRound:
    """Return the frozen round of parsed tables; names that point nowhere are refused."""
    programmes = [Programme(**row) for row in tables["programmes.csv"].iter_rows(named=True)]
    applications = tables["applications.csv"]
    numbers = fixed_bytes(applications["number"], NUMBER_BYTES)
    list_start, listed = lists_of(numbers, tables["choices.csv"], [p.programme for p in programmes])
    facts = tables["facts.csv"]
    since = applications["since"].str.replace_all("-", "")
    return FrozenRound(
        head=head,
        policies={policy.name: policy for policy in policies.policy},
        programmes=programmes,
        numbers=numbers,
        state=codes(applications["state"], STATES, "applications.csv: state"),
        tier=applications["tier"].to_numpy(),
        size=applications["size"].to_numpy(),
        weight=applications["weight"].to_numpy(),
        since=since.replace("", "0").cast(pl.Int32).to_numpy(),
        list_start=list_start,
        listed=listed,
        fact_row=find(numbers, facts["number"], "facts.csv"),
        fact_name=facts["fact"].to_list(),
        fact_value=facts["value"].to_list(),
    )


def lists_of(
    numbers: np.ndarray, table: pl.DataFrame, names: list[str]
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the list of every application starts, and the programmes of all lists."""
    find(numbers, table["number"], "choices.csv")
    table = table.filter(pl.col("choices") != "")
    half = table.height // 2
    halves = (table["choices"][:half], table["choices"][half:])
    with ThreadPoolExecutor() as pool:
        parts = list(pool.map(lambda half: split_choices(half, names), halves))
    lengths = np.zeros(numbers.size + 1, dtype=np.int64)
    rows = find(numbers, table["number"], "choices.csv")
    lengths[1 + rows] = np.concatenate([length for length, _ in parts])
    return np.cumsum(lengths), np.concatenate([listed for _, listed in parts])


def split_choices(texts: pl.Series, names: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return how many programmes each text lists, and the int32 rows of all of them."""
    lists = texts.str.split(" ")
    listed = lists.explode() if texts.len() else pl.Series([], dtype=pl.String)
    rows = listed.cast(pl.Enum(names), strict=False)
    if rows.null_count():
        raise InputFault(
            f"choices.csv: {listed.filter(rows.is_null())[0]} is not in programmes.csv"
        )
    return lists.list.len().to_numpy(), rows.to_physical().cast(pl.Int32).to_numpy()


def find(numbers: np.ndarray, wanted: pl.Series, where: str) -> np.ndarray:
    """Return the rows of ``wanted`` numbers; one that has no application is refused."""
    texts = fixed_bytes(wanted, NUMBER_BYTES)
    if np.array_equal(numbers, texts):
        return np.arange(numbers.size)
    rows = np.searchsorted(numbers, texts)
    missing = np.ones(rows.size, dtype=np.bool_)
    inside = rows < numbers.size
    missing[inside] = numbers[rows[inside]] != texts[inside]
    if missing.any():
        number = texts[np.flatnonzero(missing)[0]].decode()
        raise InputFault(f"{where}: {number} has no row in applications.csv")
    return rows


def read_frozen(folder: Path) -> FrozenRound:
    """Return the round of a frozen folder with its sealed files, every byte checked."""
    names = check_manifest(folder, "MANIFEST", sealed_may_miss=False)
    for name in ("round.toml", "rules/policies.toml", *PUBLIC_TABLES, *SEALED_TABLES):
        if name not in names:
            raise CheckFault(f"MANIFEST does not list {name}; the folder is no whole round")
    policies = parse_toml(
        read_bytes(folder / "rules/policies.toml"), Policies, "rules/policies.toml"
    )
    tables = read_tables(folder, (*PUBLIC_TABLES, *SEALED_TABLES))
    return columns_of(read_toml(folder, "round.toml", RoundHead), policies, tables)


def read_right(folder: Path) -> FrozenRound:
    """Return the round of a frozen folder whose rows are those a freeze lets through."""
    frozen = read_frozen(folder)
    findings = check_frozen(frozen)
    if findings:
        first = findings[0]
        raise CheckFault(
            f"{first.file}: {first.row}: {first.sentence}; no freeze writes that, so the folder "
            "is not the one that was frozen"
        )
    return frozen


def read_source(source: Path) -> tuple[FrozenRound, dict[str, bytes]]:
    """Return the round an input folder describes, and the canonical bytes of its tables."""
    head = parse_toml(read_bytes(source / "round.toml"), RoundHead, "round.toml")
    head = msgspec.structs.replace(head, promise=PROMISE.format(limit=head.list_limit))
    rules = read_bytes(source / "rules/policies.toml")
    policies = parse_toml(rules, Policies, "rules/policies.toml")
    tables, out = {}, {"round.toml": toml_bytes(head), "rules/policies.toml": rules}
    for name in (*PUBLIC_TABLES, *SEALED_TABLES):
        tables[name] = parse_table(name, read_bytes(source / name), name)
        out[name] = table_bytes(name, tables[name])
    for path in (source / "rules").glob("*.toml"):  # the rules of the day travel with the round
        out.setdefault(f"rules/{path.name}", path.read_bytes())
    profile = profile_in_force(head.profile, head.date)
    out["rules/publication.toml"] = toml_bytes(profile)
    return columns_of(head, policies, tables), out


def freeze(source: Path, target: Path, previous: Path | None) -> str:
    """Write the canonical folder of an input folder; return the commitment to publish.

    Nothing is written unless every row is right. A frozen folder is never frozen again: a new
    attempt names the void one in ``previous``.
    """
    if (target / "MANIFEST").exists():
        raise InputFault(f"{target} is frozen already; a new attempt needs a folder of its own")
    if not source.is_dir():
        raise InputFault(f"there is no folder {source}; name the input folder of a round")
    frozen, files = read_source(source)
    if previous is not None:
        head = follow(frozen.head, previous)
        frozen = frozen._replace(head=head)
        files["round.toml"] = toml_bytes(head)
    findings = check_frozen(frozen)
    if findings:
        first = findings[0]
        raise InputFault(
            f"{first.file}: {first.row}: {first.sentence}; nothing was frozen "
            f"({len(findings)} such findings in all)"
        )
    for program in PROGRAMS:
        files[program] = Path(huiguan.housing.__file__).with_name(program).read_bytes()
    for name, data in files.items():
        put(target / name, data)
    put(target / "MANIFEST", manifest_bytes(target, files))
    return commitment_of(target)


def follow(head: RoundHead, previous: Path) -> RoundHead:
    """Return the head of the attempt after a void one, chained to its commitment."""
    require_frozen(previous)
    check_manifest(previous, "MANIFEST", sealed_may_miss=True)
    before = read_toml(previous, "round.toml", RoundHead)
    if not (previous / "VOID").exists():
        raise InputFault(f"{previous} is not void; declare it void before another attempt")
    if before.round != head.round:
        raise InputFault(f"{previous} is an attempt of {before.round}, not of {head.round}")
    return msgspec.structs.replace(
        head, attempt=before.attempt + 1, previous=commitment_of(previous)
    )


def draw_round(folder: Path, signature: str, secrets: dict[str, str], dice: str) -> DrawRecord:
    """Write ``draw.toml`` and ``tickets.csv``: the public value has come, everybody has a rank."""
    require_open(folder)
    commitment = commitment_of(folder)
    check_manifest(folder, "MANIFEST", sealed_may_miss=True)
    if (folder / "draw.toml").exists():
        raise InputFault(f"{folder} is drawn already; a draw is never repeated over an old one")
    head = read_toml(folder, "round.toml", RoundHead)
    record = DrawRecord(commitment=commitment, value="")
    if head.randomness == "drand":
        if secrets or dice:
            raise InputFault(f"{folder} is drawn by drand; secrets and dice have no part in it")
        if len(signature) not in SIGNATURE_DIGITS:
            raise InputFault(
                f"{folder} is drawn by round {head.beacon_round} of drand; give its whole "
                f"signature with --signature ({len(signature)} digits are not one)"
            )
        record = msgspec.structs.replace(
            record,
            value=drawing.beacon_value(signature),
            beacon_round=head.beacon_round,
            signature=signature,
        )
    else:
        names = {pledge.name for pledge in head.party}
        if signature or names != secrets.keys():
            raise InputFault(
                f"{folder} is drawn by the secrets of {', '.join(sorted(names))} and dice; give "
                "--reveal NAME=SECRET once for each of them, --dice, and nothing else"
            )
        parties = tuple(
            drawing.Party(p.name, p.commitment, secrets[p.name])
            for p in sorted(head.party, key=lambda pledge: pledge.name)
        )
        value = drawing.combine_secrets(parties, dice)
        record = msgspec.structs.replace(record, value=value, dice=dice, party=parties)
    applications = read_table(folder, "applications.csv").filter(pl.col("state") == "in")
    prefix = drawing.ticket_prefix(head.round, commitment, record.value)
    put(folder / "tickets.csv", tickets_bytes(head, applications, prefix))
    put(folder / "draw.toml", toml_bytes(record))
    return record


def tickets_bytes(head: RoundHead, applications: pl.DataFrame, prefix: bytes) -> bytes:
    """Return ``tickets.csv``: rank is the draw's, place the order the programmes use."""
    numbers, weights = applications["number"].to_list(), applications["weight"].to_list()
    tickets, which = drawing.best_tickets(prefix, numbers, weights)
    rank = drawing.ranks_of_tickets(tickets)
    place = rank
    if head.lottery == "since":
        dates = np.array([since or "~" for since in applications["since"]], dtype="S10")
        place = np.empty_like(rank)
        place[np.lexsort((rank, dates))] = np.arange(1, rank.size + 1, dtype=np.int32)
    digits = tickets.tobytes().hex()
    columns = {"place": place, "rank": rank, "k": which}
    ticket = pl.Series("ticket", [digits[at : at + 64] for at in range(0, len(digits), 64)])
    return table_bytes(
        "tickets.csv",
        applications.select("number").with_columns(
            *(pl.Series(name, column) for name, column in columns.items()),
            ticket.cast(pl.String),
        ),
    )


def ranks_of(folder: Path, frozen: FrozenRound) -> np.ndarray:
    """Return the draw rank of every application, 0 if it takes no part."""
    tickets = read_table(folder, "tickets.csv")
    rank = np.zeros(frozen.numbers.size, dtype=np.int32)
    rank[find(frozen.numbers, tickets["number"], "tickets.csv")] = tickets["rank"].to_numpy()
    if not np.array_equal(rank > 0, frozen.state == 0):
        raise CheckFault("tickets.csv does not rank exactly the applications in the draw")
    return rank


def allocate_round(folder: Path) -> Match:
    """Write ``cutoffs.csv``, ``results.csv`` and ``RESULT`` from the frozen rows and the draw."""
    require_open(folder)
    require_drawn(folder)
    if (folder / "RESULT").exists():
        raise InputFault(
            f"{folder} has its result already and it is never written over; after answers to "
            "offers run it again with --answers"
        )
    frozen = read_right(folder)
    rows = lottery_rows(frozen, ranks_of(folder, frozen))
    market = build_market(frozen, rows)
    match = match_market(market)
    write_match(folder, frozen, rows, market, match)
    put(folder / "RESULT", manifest_bytes(folder, ("MANIFEST", *OUTCOME)))
    return match


def write_match(
    folder: Path, frozen: FrozenRound, rows: np.ndarray, market: Market, match: Match
) -> None:
    """Write ``results.csv`` and ``cutoffs.csv`` of a match of applications ``rows``."""
    chosen = np.full(frozen.numbers.size, -1, dtype=np.int64)
    group = np.full(frozen.numbers.size, -1, dtype=np.int64)
    placed = match.choice >= 0
    at = np.flatnonzero(placed)
    chosen[rows[at]] = market.edges["programme"][at, match.choice[at]]
    group[rows[at]] = match.group[at]
    tier = np.full(frozen.numbers.size, -1, dtype=np.int64)
    tier[rows[at]] = market.edges["rank"][at, match.choice[at]]
    put(folder / "results.csv", results_bytes(frozen, chosen, group, tier))
    put(folder / "cutoffs.csv", cutoffs_bytes(frozen, market, match))


def results_bytes(
    frozen: FrozenRound, chosen: np.ndarray, group: np.ndarray, tier: np.ndarray
) -> bytes:
    """Return ``results.csv``: one row for every application, also for those without a home."""
    programmes = ["", *(p.programme for p in frozen.programmes)]
    slots = ["", REST, *(name for _, name in group_names(frozen))]
    slot = np.where(chosen < 0, 0, group + 2)
    tiers = pl.Series(["", *map(str, range(int(tier.max(initial=0)) + 1))], dtype=pl.String)
    return table_bytes(
        "results.csv",
        pl.DataFrame(
            {
                "number": pl.Series(frozen.numbers.tolist(), dtype=pl.Binary).cast(pl.String),
                "programme": pl.Series(programmes, dtype=pl.String)[chosen + 1],
                "slot": pl.Series(slots, dtype=pl.String)[slot],
                "tier": tiers[tier + 1],
            }
        ),
    )


def cutoffs_bytes(frozen: FrozenRound, market: Market, match: Match) -> bytes:
    """Return ``cutoffs.csv``: of every slot its seats, its homes filled, and the last one served.

    Tier and place are empty where a seat is left (everybody who asks gets in) or there is none.
    """
    seats, held, left = market.group_seats, match.group_held, match.rest_seats
    names = group_names(frozen)
    every = np.arange(len(frozen.programmes))
    owner = np.concatenate([np.array([row for row, _ in names], dtype=np.int64), every])
    filled = np.concatenate([held, match.rest_held]).astype(np.int64)
    cut = np.concatenate([match.group_cut, match.rest_cut])
    full = (cut >= 0) & (filled == np.concatenate([seats, left])) & (filled > 0)
    table = pl.DataFrame(
        {
            "programme": pl.Series([p.programme for p in frozen.programmes])[owner],
            "slot": [name for _, name in names] + [REST] * len(frozen.programmes),
            "seats": np.concatenate([seats, left]),
            "filled": filled,
            "tier": np.where(full, cut // LOW, -1),
            "place": np.where(full, cut % LOW + 1, -1),
        }
    ).with_columns(
        pl.when(pl.col(name) >= 0).then(pl.col(name).cast(pl.String)).otherwise(pl.lit(""))
        for name in ("tier", "place")
    )
    return table_bytes("cutoffs.csv", table)


def void_round(folder: Path, reason: str) -> None:
    """Declare the attempt void: it stays, with its reason, and the next one chains to it."""
    require_open(folder)
    check_manifest(folder, "MANIFEST", sealed_may_miss=True)
    if not reason or not reason.isascii() or not reason.isprintable():
        raise InputFault("say in one printable ASCII sentence why the attempt is void")
    put(folder / VOID, f"{commitment_of(folder)}  {reason}\n".encode("ascii"))


def release_round(folder: Path, target: Path) -> list[str]:
    """Copy what the public may see into ``target``; return the names copied."""
    if (target / "MANIFEST").exists() and commitment_of(target) != commitment_of(folder):
        raise InputFault(f"{target} holds another round; release into a folder of its own")
    if target.exists() and target.samefile(folder):
        raise InputFault(f"{target} is the round itself; release into a folder of its own")
    names = {"MANIFEST", *check_manifest(folder, "MANIFEST", sealed_may_miss=True)}
    if (folder / "RESULT").exists():
        names |= {"RESULT", *check_manifest(folder, "RESULT", sealed_may_miss=True)}
    if (folder / VOID).exists():
        names.add(VOID)
    for step in rerun_folders(folder):
        listed = check_manifest(folder, f"reruns/{step.name}/RESULT", sealed_may_miss=True)
        names |= {f"reruns/{step.name}/RESULT", *listed} - {f"reruns/{step.name}/answers.csv"}
    sealed = sealed_files(folder)
    names = {name for name in names if Path(name).name not in sealed}
    for name in sorted(names, reverse=True):  # the manifests last
        put(target / name, (folder / name).read_bytes())
    return sorted(names)
