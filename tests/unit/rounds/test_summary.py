"""What a freeze tells: counts that add up, and what somebody should look at before the draw."""

from pathlib import Path

from huiguan.housing.round.frozen import FrozenRound
from huiguan.housing.round.summary import summary_of
from huiguan.rounds.freeze import freeze_round
from tests.rounds import HEAD

POLICIES = """\
[[policy]]
name = "plain"
source = "example"
status = "invented"

[[policy]]
name = "reserved"
source = "example"
status = "invented"

[[policy.slot]]
name = "access"
claim = "access"
seats = 2

[[policy.slot]]
name = "veteran"
claim = "veteran"
share = "50%"
minimum = 2
"""
PROGRAMMES = """\
programme,stock,let,held,reason,own,capacity,size_least,size_most,sex,policy
A,3,0,0,,0,3,1,2,any,plain
B,2,0,0,,0,2,3,4,any,plain
C,1,1,0,,0,0,1,1,any,plain
D,2,0,0,,0,2,1,1,f,plain
E,3,0,0,,0,3,1,2,any,reserved
"""
APPLICATIONS = """\
number,state,tier,size,weight,since
00000001X,in,1,1,1,
000000028,in,2,2,1,
000000036,in,2,1,1,
000000044,refused,9,1,1,
000000052,void,9,1,1,
"""


def frozen(tmp_path: Path, choices: str, facts: str = "") -> FrozenRound:
    source = tmp_path / "in"
    (source / "rules").mkdir(parents=True)
    (source / "round.toml").write_text(HEAD)
    (source / "rules/policies.toml").write_text(POLICIES)
    tables = {
        "programmes": PROGRAMMES,
        "applications": APPLICATIONS,
        "choices": f"number,choices\n{choices}",
        "facts": f"number,fact,value\n{facts}",
    }
    for name, text in tables.items():
        (source / f"{name}.csv").write_text(text)
    return freeze_round(source, tmp_path / "round", None).frozen


def test_counts_add_up(tmp_path: Path) -> None:
    said = summary_of(frozen(tmp_path, "00000001X,A D\n000000028,A E\n000000036,A\n000000044,A\n"))
    assert said.states == {"in": 3, "refused": 1, "void": 1}
    assert said.tiers == {1: 1, 2: 2}
    assert (said.programmes, said.homes) == (5, 3 + 2 + 0 + 2 + 3)
    assert said.choices == 2 + 2 + 1  # the refused one's is not counted


def test_what_should_be_looked_at(tmp_path: Path) -> None:
    """1 lists B (3 to 4 people) and D (women) as one person who has not said; 2 lists nothing."""
    round_ = frozen(tmp_path, "00000001X,B D\n000000036,A C\n")
    vain = "is a choice no one may have: it fits none of the 1 applications that list it"
    passed = (
        "choices passed over, because the home is for another number of people or the other sex"
    )
    assert summary_of(round_).warnings == [
        "applications in the draw without choices: 1 (000000028 is one)",
        f"B (3 to 4 people, sex any) {vain}",
        "C has no home and is a choice of 1",
        f"D (1 to 1 people, sex f) {vain}",
        "nobody asks for E (3 homes)",
        f"{passed}: 2 (00000001X: B is one)",
        # access takes 2 of 3, veteran asks for max(1, 2)
        "slot 'veteran' of E asks for 2 homes and 1 of 3 are left for it",
    ]


def test_a_woman_may_have_a_room_for_women(tmp_path: Path) -> None:
    said = summary_of(
        frozen(tmp_path, "00000001X,D\n000000028,A E\n000000036,A\n", "00000001X,sex,f\n")
    )
    assert not any(warning.startswith(("D ", "choices")) for warning in said.warnings)
