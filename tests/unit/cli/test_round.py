"""``huiguan round`` and ``huiguan draw audit`` as a person types them."""

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import huiguan.cli.homes.draw
import huiguan.cli.homes.round
from huiguan.cli import app
from huiguan.foundation.faults import CheckFault, InputFault
from tests.rounds import SIGNATURE, write_round

assert huiguan.cli.homes.round.round_app
assert huiguan.cli.homes.draw.draw


def run(*words: str) -> str:
    result = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_round_from_freeze_to_release(tmp_path: Path) -> None:
    source = write_round(tmp_path / "in", applicants=60, programmes=6, choices=4, seed=2)
    folder, public = str(tmp_path / "round"), str(tmp_path / "public")
    commitment = run("round", "freeze", folder, "--from", str(source)).splitlines()[0]
    assert len(commitment) == 64
    with pytest.raises(InputFault, match="give its whole signature"):
        run("round", "draw", folder, "--signature", "no")
    with pytest.raises(InputFault, match="not drawn yet; draw first"):
        run("round", "release", folder, "--out", public)
    assert "public value fe290beca108" in run("round", "draw", folder, "--signature", SIGNATURE)
    assert "applications have a home" in run("round", "allocate", folder)
    assert "no finding" in run("round", "check", folder)
    assert json.loads(run("round", "check", folder, "--json")) == []
    assert "results.csv" in run("round", "release", folder, "--out", public)
    story = json.loads(run("round", "explain", folder, "00000001X", "--json"))
    assert story["number"] == "00000001X"
    assert "摇号名次" in run("round", "explain", folder, "00000001X", "--lang", "zh")
    assert commitment in run("round", "void", folder, "--reason", "a building was forgotten")
    assert run("round", "check", folder).splitlines()[0] == "no finding; the attempt is void"
    with pytest.raises(InputFault, match="void attempt"):
        run("round", "allocate", folder)


def test_the_next_command_says_in_which_state_an_interrupted_round_is(tmp_path: Path) -> None:
    source = write_round(tmp_path / "in", applicants=30, programmes=4, choices=3, seed=4)
    folder = tmp_path / "round"
    run("round", "freeze", str(folder), "--from", str(source))
    (tmp_path / ".round.step/new").mkdir(parents=True)
    (tmp_path / ".round.step/new/tickets.csv.new").write_text("number,pl")
    call = CliRunner().invoke(app, ["round", "draw", str(folder), "--signature", SIGNATURE])
    assert call.exit_code == 0, call.output
    assert "interrupted before it was taken; this is the old state" in call.stderr
    drawn = {name: (folder / name).read_bytes() for name in ("draw.toml", "tickets.csv")}
    waiting = tmp_path / ".round.step/new"
    waiting.mkdir(parents=True)
    (folder / "draw.toml").rename(waiting / "draw.toml")  # as a killed draw leaves it
    manifest = hashlib.sha256((folder / "MANIFEST").read_bytes()).hexdigest()
    step = {"manifest": manifest, "units": ["tickets.csv", "draw.toml"]}
    (tmp_path / ".round.step/STEP").write_text(json.dumps(step))
    call = CliRunner().invoke(app, ["round", "allocate", str(folder)])
    assert call.exit_code == 0, call.output
    assert "what it began is finished, and this is the new state" in call.stderr
    assert drawn == {name: (folder / name).read_bytes() for name in drawn}
    assert not (tmp_path / ".round.step").exists()
    assert CliRunner().invoke(app, ["round", "check", str(folder)]).exit_code == 0


def test_a_frozen_folder_may_be_its_own_input(tmp_path: Path) -> None:
    folder = write_round(tmp_path / "round", applicants=30, programmes=4, choices=3, seed=4)
    other = write_round(tmp_path / "in", applicants=30, programmes=4, choices=3, seed=4)
    here = run("round", "freeze", str(folder)).splitlines()[:-1]  # the next step names the folder
    there = run("round", "freeze", str(tmp_path / "out"), "--from", str(other)).splitlines()[:-1]
    assert here == there


def test_a_changed_result_is_told_and_ends_the_check(tmp_path: Path) -> None:
    source = write_round(tmp_path / "in", applicants=60, programmes=6, choices=4, seed=2)
    folder = tmp_path / "round"
    run("round", "freeze", str(folder), "--from", str(source))
    run("round", "draw", str(folder), "--signature", SIGNATURE)
    run("round", "allocate", str(folder))
    path = folder / "results.csv"
    path.write_text(path.read_text().replace("rest", "best", 1))
    with pytest.raises(CheckFault, match=r"^1 finding; the round must not be released"):
        run("round", "check", str(folder))
    shown = CliRunner().invoke(app, ["round", "check", str(folder)]).stdout
    assert shown == "results.csv differs from RESULT; the folder was changed or cut [folder]\n"
    with pytest.raises(CheckFault, match=r"results.csv differs from RESULT"):
        run("round", "release", str(folder), "--out", str(tmp_path / "public"))


def test_audits_read_their_files_strictly(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name\n" + "".join(f"n{row}\n" for row in range(1, 26)))
    out = tmp_path / "out.csv"
    key = "9319./2.5.8.10.12./9.18.26.34.41.45./"
    rfc = ("draw", "audit", "--method", "rfc3797", "--key", key)
    run(*rfc, "--places", "10", str(names), "--out", str(out))
    lines = [line.split(",") for line in out.read_text().splitlines()[1:]]
    winners = [name for name, win, _ in lines if win == "Yes"]
    assert winners == [f"n{row}" for row in (17, 7, 2, 16, 25, 23, 8, 24, 19, 13)]
    assert len(lines) == 25
    sample = ("draw", "audit", "--method", "r-sample", "--seed", "1", "--places", "1")
    with pytest.raises(InputFault, match="'weight' is nowhere among them"):
        run(*sample, str(names), "--out", str(out))
    with pytest.raises(InputFault, match="does not exist"):
        run(*sample, str(tmp_path / "none.csv"), "--out", str(out))
    names.write_text("name,weight\na,1\nb,x\n")
    with pytest.raises(InputFault, match="b has the weight 'x'"):
        run(*sample, str(names), "--out", str(out))
    with pytest.raises(InputFault, match="needs --places"):
        run("draw", "audit", "--method", "r-sample", str(names))
    with pytest.raises(InputFault, match="lotteryBuckets cannot be read"):
        run("draw", "audit", "--method", "sf-buckets", str(names))


NAMED = {
    "": "names nobody",
    "name,weight\n": "names nobody",
    "name,weight\na,1\nb\n": "line 3 has 1 fields where the heading has 2",
    "name,weight\na,1,9\nb,1,8\n": "line 2 has 3 fields where the heading has 2",
    "name,weight\n,1\nb,1\n": "line 2 names nobody",
    "name,weight\na,-1\nb,1\n": "a has the weight '-1', not a whole number from 0 up",
    "name,weight\na,1.5\nb,1\n": "a has the weight '1.5'",
    "name,weight\na,1\nb,1\na,2\n": "a stands in the lines 2 and 4",
    "name,weight,weight\na,1,1\nb,1,2\n": "'weight' is twice among them",
    "name;weight\na;1\nb;1\n": "'weight' is nowhere among them",
    "name,weight\na,1\n": "has 1 rows, so 2 cannot win",
}


@pytest.mark.parametrize("text", NAMED)
def test_a_table_that_cannot_be_drawn_is_refused_by_its_line(tmp_path: Path, text: str) -> None:
    path, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    path.write_text(text)
    call = ("draw", "audit", "--places", "2", str(path), "--out", str(out))
    with pytest.raises(InputFault, match=re.escape(NAMED[text])):
        run(*call, "--method", "r-sample", "--seed", "1")
    assert not out.exists()


def test_spelling_of_a_table_changes_no_draw(tmp_path: Path) -> None:
    """A byte-order mark, carriage returns, blank lines and gzip are the same rows."""
    rows = "name,weight\na,1\nb,2\nc,0\nd,5\n"
    crlf = b"\xef\xbb\xbf" + rows.replace("\n", "\r\n").encode()
    texts = {"a.csv": rows.encode(), "b.csv": crlf, "c.csv.gz": gzip.compress(crlf)}
    texts["d.csv"] = rows.replace("\n", "\n\n").encode()
    results = set()
    for name, data in texts.items():
        (tmp_path / name).write_bytes(data)
        out = tmp_path / f"{name}.out"
        call = ("draw", "audit", "--method", "r-sample", "--seed", "1", "--places", "1")
        assert "1 winner, 3 waiting" in run(*call, str(tmp_path / name), "--out", str(out))
        results.add(out.read_bytes())
    assert len(results) == 1


def buckets_text(*lists: tuple[str, dict[str, object]]) -> str:
    """Return a result file with lists of one row, rank 1 of number x but for what is given."""
    row: dict[str, object] = {"preferenceRank": 1, "lotteryRank": 1, "lotteryNumber": "x"}
    buckets = [{"preferenceName": name, "preferenceResults": [row | odd]} for name, odd in lists]
    return json.dumps({"lotteryBuckets": buckets})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "KeyError"),
        ("[1]", "TypeError"),
        ("[" * 100_000, "RecursionError"),
        ('{"lotteryBuckets": []}', "no preference list"),
        (buckets_text(("A", {"preferenceRank": "z"})), "preferenceRank: 'z' is no whole number"),
        (buckets_text(("A", {}), ("A", {})), "two of one name"),
    ],
)
def test_a_file_of_buckets_that_is_none_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "results.json"
    path.write_text(text)
    with pytest.raises(InputFault, match=message):
        run("draw", "audit", "--method", "sf-buckets", str(path))


def test_a_file_whose_totals_differ_from_its_rows_is_told(tmp_path: Path) -> None:
    rows = [
        {"preferenceRank": rank, "lotteryRank": 2 * rank, "lotteryNumber": f"n{rank}"}
        for rank in (1, 3)
    ]
    buckets = [
        {"preferenceName": "COP", "totalSubmittedApps": 3, "preferenceResults": rows},
        {"preferenceName": "L_W", "totalSubmittedApps": 2, "preferenceResults": rows[:1]},
    ]
    path = tmp_path / "results.json"
    path.write_text(json.dumps({"lotteryBuckets": buckets, "lotteryAppTotal": 4}))
    text = run("draw", "audit", "--method", "sf-buckets", str(path))
    for line in (
        "not whole: COP: 2 ranked, the printed total is 3",
        "not whole: COP: rank 2 has no row",
        "not whole: L_W: 1 ranked, the printed total is 2",
        "not whole: 2 applications in all lists, the printed total is 4",  # n1 and n3
        "inside every list the ranks ascend with the lottery rank",
        "who is missing from the file is not checked",
    ):
        assert line in text
