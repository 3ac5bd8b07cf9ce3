"""``huiguan replay``: what the columns mean, and one sentence for every file that is wrong."""

import gzip
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from huiguan.cli import whole_app
from huiguan.foundation.faults import InputFault
from huiguan.storage.files import write_output
from huiguan.storage.market.recorded.orders import read_recording

HEADER = "seq,action,order_no,side,limit_price,qty,kind\n"
TIMED = "action,order_no,side,limit_price,qty,time_hhmmsscc\n"


def run(tmp_path: Path, text: str, *options: str) -> tuple[list[str], str]:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(text, "utf-8")
    result = CliRunner().invoke(
        whole_app(), ["replay", str(source), "--trades", str(target), *options]
    )
    if result.exception:
        raise result.exception
    return target.read_text("utf-8").splitlines(), result.stdout


def test_continuous_trades_at_the_resting_price_by_price_then_time(tmp_path: Path) -> None:
    rows, _ = run(
        tmp_path,
        HEADER + "1,NEW,11,S,10.02,5,\n2,NEW,12,S,10.01,5,\n3,NEW,13,S,10.01,5,\n"
        "4,NEW,-7,B,10.02,12,\n",
    )
    assert rows == [
        "input_seq,bid_no,ask_no,price,qty",
        "4,-7,12,10.01,5",
        "4,-7,13,10.01,5",
        "4,-7,11,10.02,2",
    ]


def test_middle_rule_prices_by_buy_sell_and_last(tmp_path: Path) -> None:
    # last 10 after the first trade; then sell 8 meets bid 12: middle of 12, 8, 10 is 10
    text = HEADER + "1,NEW,1,S,10,1,\n2,NEW,2,B,10,1,\n3,NEW,3,B,12,1,\n4,NEW,4,S,8,1,\n"
    rows, _ = run(tmp_path, text, "--price-rule", "middle")
    assert rows[1:] == ["2,2,1,10,1", "4,3,4,10,1"]


def test_auction_leftovers_trade_on_and_phases_come_in_any_order(tmp_path: Path) -> None:
    text = (
        HEADER + "1,PHASE_CALL_AUCTION,,,,,\n2,NEW,1,B,102,10,\n3,NEW,2,S,100,4,\n"
        "4,NEW,3,S,101,4,\n5,UNCROSS,,,,,\n6,NEW,4,S,102,2,\n7,CANCEL,1,,,,\n"
    )
    rows, out = run(tmp_path, text)
    # buys at 102: 10 lots; sells 8 lots fill whole; the buy is partly filled, so its price rules
    assert rows[1:] == ["5,1,2,102,4", "5,1,3,102,4", "6,1,4,102,2"]
    assert "1 x 4001" in out  # the cancel of a finished order is a counted refusal


def test_session_empties_the_book(tmp_path: Path) -> None:
    rows, out = run(
        tmp_path, HEADER + "1,NEW,1,B,5,1,\n2,SESSION,,,,,\n3,NEW,2,S,5,1,\n4,CANCEL,1,,,,\n"
    )
    assert rows[1:] == []
    assert "1 x 4001" in out


def test_fill_and_kill_and_fill_or_kill(tmp_path: Path) -> None:
    text = HEADER + "1,NEW,1,S,5,2,\n2,NEW,2,B,5,3,FOK\n3,NEW,3,B,5,3,IOC\n4,NEW,4,S,5,1,\n"
    rows, _ = run(tmp_path, text)
    assert rows[1:] == ["3,3,1,5,2"]


def test_a_compressed_file_in_cents_is_read(tmp_path: Path) -> None:
    path = tmp_path / "in.csv.gz"
    text = "action,order_no,side,limit_price_cents,qty\nNEW,9223372036854775807,B,1000,1\n"
    path.write_bytes(gzip.compress(text.encode()))
    recording = read_recording(path)
    assert recording.order_no[1] == 2**63 - 1
    assert str(recording.tick) == "1000"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("seq,order_no\n1,2\n", "no column action"),
        (HEADER + "1,BUY,1,B,5,1,\n", "line 2: action 'BUY' is none of"),
        (HEADER + "1,NEW,x,B,5,1,\n", "line 2: order_no 'x' is not a 64-bit integer"),
        (HEADER + "1,NEW,1,Q,5,1,\n", "line 2: side 'Q' is none of"),
        (HEADER + "1,NEW,1,B,5,0,\n", "line 2: qty 0 is not from 1 to"),
        (HEADER + "1,NEW,1,B,abc,1,\n", "line 2: price 'abc' is not a number"),
        (HEADER + "1,NEW,1,B,,1,\n", "line 2: price '' is not a number"),
        (HEADER + "1,NEW,1,B,nan,1,\n", "line 2: price 'nan' is not a number"),
        (HEADER + "1,NEW,1,B,5,1,GTC\n", "line 2: kind 'GTC' is none of"),
        (HEADER + "1,CANCEL,1,,,,\n", "holds no NEW order"),
        (HEADER, "holds no NEW order"),
        ("", "can not be read as CSV"),
        (HEADER + "1,NEW,1,B,5,1,,,,\n", "can not be read as CSV"),
        (HEADER + "1,NEW,1,B,1,1,\n2,NEW,2,S,2000002,1,\n", "2,000,002 ticks"),
        (HEADER + "1,NEW,1,B,1e400,1,\n", "price '1e400' is not below 1,000,000,000,000,000"),
        ("action,order_no,side,limit_price,qty,qty\n", "two columns qty"),
        (HEADER + "\n,,,,,,\n3,NEW,1,B,x,1,\n", "line 4: price 'x'"),
        (TIMED + "NEW,1,B,5,1,9300025\nNEW,2,B,5,1,9600025\n", "line 3: time_hhmmsscc '9600025'"),
    ],
)
def test_a_wrong_file_gets_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputFault) as fault:
        run(tmp_path, text)
    assert words in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_missing_file_and_a_wrong_date_get_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputFault, match="does not exist"):
        read_recording(tmp_path / "none.csv")
    with pytest.raises(InputFault, match="is not a date"):
        run(tmp_path, HEADER + "1,NEW,1,B,5,1,\n", "--date", "2023-13-01")
    with pytest.raises(InputFault, match="the years 1970 to 2200"):
        run(tmp_path, HEADER + "1,NEW,1,B,5,1,\n", "--date", "0001-01-01")


def test_empty_lines_are_passed_over(tmp_path: Path) -> None:
    text = "action,order_no,side,limit_price,qty\n\nNEW,1,B,5,1\n,,,,\nNEW,2,S,5,1\n\n"
    assert run(tmp_path, text)[0][1:] == ["2,1,2,5,1"]


def test_trades_on_the_screen_cut_off_nothing(tmp_path: Path) -> None:
    source, screen = tmp_path / "in.csv", tmp_path / "screen"
    source.write_text(HEADER + "1,NEW,1,B,5,1,\n2,NEW,2,S,5,1,\n", "utf-8")
    program = f"""
import sys
from huiguan.cli import main
print("before", flush=True)
sys.argv = ["huiguan", "replay", {str(source)!r}, "--trades", "/dev/stdout"]
main()
"""
    with screen.open("wb") as output:
        subprocess.run([sys.executable, "-c", program], stdout=output, check=True)
    assert screen.read_text() == "before\ninput_seq,bid_no,ask_no,price,qty\n2,1,2,5,1\n"


def test_the_output_never_takes_the_place_of_the_input_or_of_a_device(tmp_path: Path) -> None:
    inputs = tmp_path / "in.csv"
    inputs.write_text(HEADER)
    same = CliRunner().invoke(whole_app(), ["replay", str(inputs), "--trades", str(inputs)])
    assert isinstance(same.exception, InputFault)
    assert "is the input and would be lost" in str(same.exception)
    assert inputs.read_text() == HEADER
    link, real = tmp_path / "link", tmp_path / "real.csv"
    link.symlink_to(real)
    write_output(link, b"1\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"1\n"
