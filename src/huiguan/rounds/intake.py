"""Intake: an office's table of people becomes the input of a round, with numbers and reasons."""

from collections.abc import Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.housing.people.alike import Decisions, read_decisions
from huiguan.housing.people.faults import CellFault
from huiguan.housing.people.forms import Form, Forms, fact_columns, read_forms
from huiguan.housing.people.record import Intake, judged, missing, numbered
from huiguan.housing.round.frozen import Programme
from huiguan.housing.round.programmes import Offered, places_of, programmes_of, unoffered
from huiguan.housing.rules import HomeRules
from huiguan.housing.supply.reconcile import HomeState, states_on
from huiguan.housing.supply.tables import Occupancy
from huiguan.storage.change import finish_change
from huiguan.storage.homes.declared import DECISIONS
from huiguan.storage.homes.estate import read_estate
from huiguan.storage.homes.offered import read_offered
from huiguan.storage.homes.office import (
    RECORD,
    finish_office,
    read_given_rows,
    read_intake,
    read_people,
    register_bytes,
    round_table,
    verdicts_bytes,
    write_office,
)
from huiguan.storage.homes.round_tables import TABLES
from huiguan.storage.lock import hold
from huiguan.storage.sheets.tables import Say, unheard


class Wanted(NamedTuple):
    """What an intake is asked to do."""

    people: Path
    out: Path
    on: date
    scheme: str  # of applications that name none
    policy: str  # "last", "first" or "void": of somebody in two applications
    estate: Path | None
    dry: bool
    decided: Path | None = None  # table of people who may be one


class Found(NamedTuple):
    """What an intake found; with faults nothing was decided or written."""

    faults: list[CellFault]
    notes: list[str]
    intake: Intake | None
    new: int  # numbers given for the first time
    changed: list[str]  # applications whose state is another than before
    programmes: list[Programme]


class Homes(NamedTuple):
    """What an estate says of the choices and homes of a table of people."""

    faults: list[CellFault]
    notes: list[str]
    own: dict[str, tuple[int, str]]  # own id -> place and programme of the present home
    programmes: list[Programme]


def take_in(wanted: Wanted, rules: HomeRules, say: Say = unheard) -> Found:
    """Read the people, judge them on the day and write the input of a round, all or nothing.

    A number that was given stays; a run again with the same rows changes nothing. With ``dry``
    nothing is written.
    """
    if wanted.dry:
        finish_change(wanted.out)
    with nullcontext() if wanted.dry else hold(wanted.out, "homes intake"):
        if not wanted.dry:
            finish_office(wanted.out)
        before = earlier(wanted.out)
        columns = fact_columns(rules)
        rows = read_people(wanted.people, columns, say)
        decisions = decisions_of(wanted, say)
        if decisions.faults:
            return Found(decisions.faults, [], None, 0, [], [])
        read = read_forms(rows, columns, wanted.scheme, decisions.rows)
        if read.faults:
            return Found(read.faults, read.notes, None, 0, [], [])
        if not read.forms:
            raise InputFault(f"{wanted.people} has nobody below its heads; write a row a person")
        known = {e.application: e.number for e in before.applications} if before else {}
        lost = missing(known, read.forms)
        if lost:
            raise InputFault(f"{wanted.people}: {lost[0]} ({len(lost):,} such in all)")
        numbers = numbered(known, read.forms)
        intake = judged(read.forms, numbers, rules, wanted.on, wanted.policy)
        decided = tuple(row for _, row in decisions.rows)
        intake = msgspec.structs.replace(intake, decided=decided)
        homes = homes_of(wanted, read, intake, say)
        notes = [*read.notes, *homes.notes]
        if homes.faults:
            return Found(homes.faults, notes, None, 0, [], [])
        if not wanted.dry:
            write_office(wanted.out, files_of(read.forms, intake, homes, wanted.estate is not None))
        return Found(
            [], notes, intake, len(numbers) - len(known), changes(before, intake), homes.programmes
        )


def decisions_of(wanted: Wanted, say: Say) -> Decisions:
    """Return what was decided of people alike; without a table nothing was."""
    if wanted.decided is None:
        return Decisions([], [])
    return read_decisions(read_given_rows(wanted.decided, DECISIONS.columns, say))


def earlier(out: Path) -> Intake | None:
    """Return what was taken in before; applications that no intake gave are refused."""
    before = read_intake(out)
    if before is None and (out / "applications.csv").exists():
        raise InputFault(
            f"{out} holds applications.csv and no {RECORD}: these numbers were not given by an "
            "intake, and new ones could be the same; name a folder of its own with --out"
        )
    return before


def taken_in(folder: Path) -> Intake:
    """Return what the intake of a folder decided last."""
    finish_change(folder)
    found = read_intake(folder)
    if found is None:
        raise InputFault(
            f"{folder} is no folder of an intake, so nobody can be found in it; name the folder "
            "that huiguan homes intake wrote with --out"
        )
    return found


def changes(before: Intake | None, after: Intake) -> list[str]:
    """Return a sentence for every application that is in another state than it was."""
    states = {e.number: e.state for e in before.applications} if before else {}
    return [
        f"{e.number} ({e.application}): {states[e.number]} before, {e.state} now"
        for e in after.applications
        if states.get(e.number, e.state) != e.state
    ]


def homes_of(wanted: Wanted, read: Forms, intake: Intake, say: Say) -> Homes:
    """Return what the estate says of choices and homes; without an estate nobody has a home."""
    if wanted.estate is None:
        what = "name the estate with --estate, so that it is found"
        lost = [CellFault(form.line, "own_home", what) for form in read.forms if form.own_home]
        return Homes(lost, [], {}, [])
    occupancy = read_estate(wanted.estate, say)
    offers = read_offered(wanted.estate, occupancy, say)
    offered = {offer.programme for offer in offers}
    what = "{} is not offered by the estate; offered.csv has the programmes"
    faults = [
        CellFault(form.line, "choices", what.format(choice))
        for form in read.forms
        for choice in form.choices
        if choice not in offered
    ]
    own, lost = own_homes(occupancy, offers, read.forms, intake)
    faults += lost
    if faults:
        return Homes(faults, [], {}, [])
    movers = [place for place, _ in own.values()]
    programmes = programmes_of(occupancy, offers, wanted.on, movers)
    notes = []
    if waiting := unoffered(occupancy, offers, wanted.on):
        notes = [f"{len(waiting):,} units in a round are in no programme; {waiting[0]} is one"]
    return Homes([], notes, own, programmes)


def own_homes(
    occupancy: Occupancy, offers: Sequence[Offered], forms: Sequence[Form], intake: Intake
) -> tuple[dict[str, tuple[int, str]], list[CellFault]]:
    """Return place and programme of the home of every tenant who takes part, by own id."""
    programmes = {
        occupancy.tree.codes[place]: (place, name)
        for name, places in places_of(occupancy, offers, intake.on).items()
        for place in places
    }
    states, _ = states_on(occupancy, intake.on)
    inside = {entry.application for entry in intake.applications if entry.state == "in"}
    own: dict[str, tuple[int, str]] = {}
    first: dict[str, int] = {}
    faults = []
    for form in forms:
        found = programmes.get(form.own_home)
        if form.own_home and (found is None or states[found[0]] != HomeState.LET):
            what = f"{form.own_home} is no home of a programme that is let on {intake.on}"
            faults.append(CellFault(form.line, "own_home", what))
        elif found and form.own_id in inside:
            own[form.own_id] = found
            line = first.setdefault(form.own_home, form.line)
            if line != form.line:
                faults.append(CellFault(form.line, "own_home", f"row {line} has the same home"))
    return own, faults


def files_of(
    forms: Sequence[Form], intake: Intake, homes: Homes, counted: bool
) -> dict[str, bytes]:
    """Return the files of the office's folder; programmes only where they were counted."""
    by_own_id = {form.own_id: form for form in forms}
    applications, choices, facts = [], [], []
    for entry in intake.applications:
        form, number = by_own_id[entry.application], entry.number
        row = (number, entry.state, entry.tier, entry.size, form.tickets, form.since)
        applications.append(row)
        choices.append((number, " ".join(form.choices)))
        if entry.state != "in":
            continue
        if form.sex:
            facts.append((number, "sex", form.sex))
        if form.own_id in homes.own:
            facts.append((number, "own", homes.own[form.own_id][1]))
        facts += [(number, "claim", claim) for claim in form.claims]
    files = {
        "applications.csv": round_table("applications.csv", applications),
        "choices.csv": round_table("choices.csv", choices),
        "facts.csv": round_table("facts.csv", facts),
        "register.csv": register_bytes(intake),
        "verdicts.csv": verdicts_bytes(intake),
        RECORD: msgspec.json.format(msgspec.json.encode(intake), indent=1) + b"\n",
    }
    if counted:
        rows = [
            [getattr(programme, column) for column in TABLES["programmes.csv"]]
            for programme in homes.programmes
        ]
        files["programmes.csv"] = round_table("programmes.csv", rows)
    return files
