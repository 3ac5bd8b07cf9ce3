"""Commands in Chinese, as a person calls them: what is told holds no English sentence."""

import json
import re
import sys
from pathlib import Path

import pytest

from huiguan.cli import main
from huiguan.exchange.messages import Offset, Side
from huiguan.exchange.reports.words import width
from huiguan.housing.supply.claims import HoldReason, Purpose
from huiguan.storage.homes.estate import write_estate
from tests.markets import market_image
from tests.rounds import SIGNATURE, write_round
from tests.trading_days import order, run_day
from tests.unit.housing.estates import APRIL, Estate

CODE, SELLER = "000000000000", "000100000001"
NAMES = re.compile(
    r"`[^`]*`|'[^']*'|\"[^\"]*\"|下一步：.*|huiguan(?: [a-z]+)*|[A-Z]{2,}|--?[a-z-]+|\S*[/_.0-9]\S*"
)
SENTENCE = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
Shown = pytest.CaptureFixture[str]


def call(words: str | list[str], *more: str, lang: bool = True) -> int:
    """Run ``huiguan`` with ``--lang zh`` at the end; return its exit code."""
    called = [*(words.split() if isinstance(words, str) else words), *more]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["huiguan", *called, *(["--lang", "zh"] if lang else [])])
        with pytest.raises(SystemExit) as ended:
            main()
    return int(ended.value.code or 0)


def english_in(text: str) -> list[str]:
    """Return every run of three English words that is no name, code, path or option."""
    return SENTENCE.findall(NAMES.sub("§", text))


def said(shown: Shown) -> str:
    out, err = shown.readouterr()
    assert english_in(out + err) == []
    return out + err


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("market") / "2026-08-21"
    orders = [
        order(0, 1, Side.BUY, 10_686, 3),
        order(1, 1, Side.SELL, 10_686, 3),
        order(0, 1, Side.BUY, 99_999, 1),  # above the limit
        order(1, 1, Side.SELL, 10_690, 2),  # stays in the book
        order(0, 1, Side.SELL, 10_600, 9, Offset.CLOSE),  # closes more than it has
    ]
    run_day(root, market_image(), orders)
    assert call("day close", str(root)) == 0
    return root


DAYS = (
    ("day verify {day}", "正确"),
    ("day close {day}", "已结算"),
    ("day open {day}", "已核对"),
    ("explain {day} --settlement cu2610", "当日结算价"),
    ("explain {day} --settlement cu2609", "无成交"),
    ("explain {day} --limit cu2610", "涨停板"),
    (f"explain {{day}} --margin {CODE}", "单向大边"),
    (f"explain {{day}} --fees {CODE}", "手续费合计"),
    ("explain {day} --call 0000", "结算准备金"),
    ("explain {day} --command 5", "检查项目"),
    ("explain {day} --command 6", "高于涨停价"),
    ("explain {day} --command 1", "登录"),
    ("explain {day}", "请指明要说明什么"),
    (f"orders {{day}} {CODE}", "的报单"),
    (f"orders {{day}} {CODE} --contract xx", "不交易"),
    ("orders {day} nobody", "不是该日的交易编码"),
    ("market {day}", "有成交的"),
    ("market {day} cu2610", "分钟"),
    ("statement {day} 0000", "会员"),
    (f"statement {{day}} {CODE} --format table", "结算单"),
    ("journal check {day}", "正确"),
    ("journal show {day}", "会话"),
    ("journal show {day} --to 1 --from 2", "之前"),
    ("rules show cu --on 2026-08-21", "风险控制管理办法"),
    ("rules show ec --on 2026-08-21", "能源中心"),
    ("rules show cu --on 2026-8-21", "不是日期"),
    ("rules show nosuch --on 2026-08-21", "规则库"),
    ("rules check", "已证实"),
    ("instruments --on 2026-08-21 --product cu", "最后交易日"),
    ("homes rules --on 2026-07-01", "租金份额"),
    ("homes rules --on tomorrow", "不是日期"),
    ("day verify nowhere", "不存在"),
    ("day verify", "缺少参数"),
    ("day shut", "没有命令"),
    ("simulate --out x --days two", "必须为整数"),
    ("--help", "用法"),
    ("day close --help", "交易日文件夹"),
    ("round --help", "号签"),
)


@pytest.mark.parametrize(("words", "part"), DAYS, ids=[words for words, _ in DAYS])
def test_a_day_is_told_in_chinese(
    day: Path, words: str, part: str, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")  # no column is left out
    call(words.format(day=day))
    assert part in said(capsys)


def test_a_day_follows_in_chinese(day: Path, tmp_path: Path, capsys: Shown) -> None:
    following = str(tmp_path / "next")
    assert call("day open", str(day), "--out", following) == 0
    assert call("day reconcile", str(day), following) == 0
    assert "别无其他" in said(capsys)
    assert call("market", str(day), "cu2610", "--html", str(tmp_path / "page.html")) == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert '<html lang="zh">' in page
    assert "有成交的每根K线" in page


def test_a_round_is_told_in_chinese(tmp_path: Path, capsys: Shown) -> None:
    folder = str(tmp_path / "round")
    source = write_round(tmp_path / "in", applicants=60, programmes=6, choices=4, seed=2)
    for words, part in (
        ((f"round draw {folder}", "--signature", "no"), "huiguan"),
        (("round freeze", folder, "--from", str(source)), "封存"),
        (("round draw", folder, "--signature", "no"), "完整签名"),
        (("round draw", folder, "--signature", SIGNATURE), "公开随机值"),
        (("round allocate", folder), "分到房源"),
        (("round check", folder), "没有问题"),
        (("round explain", folder, "00000001X"), "摇号名次"),
        (("round explain", folder, "x"), "不是申请编号"),
        (("round results", folder), "份申请"),
        (("round release", folder, "--out", str(tmp_path / "public")), "公布前检查"),
        (("round void", folder, "--reason", "forgotten", "--by", "me"), "作废"),
    ):
        call(*words)
        assert part in said(capsys)


def test_the_supply_of_an_estate_is_told_in_chinese(tmp_path: Path, capsys: Shown) -> None:
    estate = Estate()
    for place in ("A1r1", "A1r2", "B1"):
        estate.claim(place, APRIL, None)
    write_estate(tmp_path, estate.occupancy)
    assert call("homes supply", str(tmp_path), "--on", "2026-04-01") == 1
    assert "既未出租，也不在轮次中或保留" in said(capsys)
    estate.claim("A1s1", APRIL, None, Purpose.HELD, HoldReason.REPAIR)
    write_estate(tmp_path, estate.occupancy)
    assert call("homes supply", str(tmp_path), "--on", "2026-04-01") == 0
    assert "保留，维修：1" in said(capsys)


@pytest.mark.parametrize("columns", [60, 80, None])
def test_tables_of_wide_letters_keep_their_columns(
    day: Path, columns: int | None, capsys: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Chinese character takes two columns of a terminal; no line is wider than the terminal."""
    if columns is None:
        monkeypatch.delenv("COLUMNS", raising=False)
    else:
        monkeypatch.setenv("COLUMNS", str(columns))
    for words in ("instruments --on 2026-08-21 --product cu", f"orders {day} {CODE}"):
        assert call(words) == 0
        beside = ("因宽度不足略去", "下一步")  # sentences below a table
        lines = [x for x in capsys.readouterr().out.split("\n") if not x.startswith(beside)]
        assert max(map(width, lines)) <= (columns or 160)
        rules = [at for at, line in enumerate(lines) if line.startswith("─")]
        for at in rules:
            marks = [len(line) for line in re.split("  ", lines[at])]
            head = lines[at - 1]
            assert width(head) <= sum(marks) + 2 * (len(marks) - 1)


def test_what_a_program_reads_is_not_translated(day: Path, capsys: Shown) -> None:
    for words in (
        ("rules check --json"),
        ("rules show cu2610 --on 2026-08-21 --json"),
        (f"statement {day} {CODE} --format json"),
        (f"journal show {day} --to 4 --json"),
    ):
        assert call(words) == 0
        chinese = capsys.readouterr().out
        assert call(words, lang=False) == 0
        assert capsys.readouterr().out == chinese


def test_json_has_iso_days_and_names(day: Path, capsys: Shown) -> None:
    """The buyer bought 3 lots of cu2610 to open; both codes' days are ISO, words beside codes."""
    assert call(f"statement {day} {CODE} --format json", lang=False) == 0
    page = json.loads(capsys.readouterr().out)
    trade, held = page["Transactions"][0], page["PositionsDetail"][0]
    assert (page["Date"], trade["TradeDate"], held["OpenDate"]) == ("2026-08-21",) * 3
    assert (trade["Side"], trade["Offset"], trade["Hedge"]) == ("buy", "open", "speculation")
    assert (trade["Direction"], trade["OffsetFlag"]) == ("0", "0")  # CTP's own stay
    assert call(f"statement {day} 0000 --format json", lang=False) == 0
    member = json.loads(capsys.readouterr().out)
    assert member["TradingDay"] == "2026-08-21"
    assert [pool["Owner"] for pool in member["Pools"]] == ["clients", "own"]
    assert call(f"journal show {day} --json", lang=False) == 0
    frames = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    commands = [command for frame in frames for command in frame["commands"]]
    entered = next(command for command in commands if command["kind"] == "enter_order")
    assert entered["instrument_name"] == "cu2610"
    assert (entered["trading_code_name"], entered["price"]) == (CODE, "106860")
    assert (entered["side"], entered["offset"]) == ("buy", "open")
    assert call(f"journal check {day} --json", lang=False) == 0
    assert json.loads(capsys.readouterr().out)["trading_day"] == "2026-08-21"
