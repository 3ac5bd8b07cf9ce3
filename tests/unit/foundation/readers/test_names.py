"""One thing has one spelling; persons are compared by what every keyboard writes alike."""

import pytest

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import (
    check_digit,
    distinct,
    identity_document,
    identity_number,
    name,
    name_or_number,
    one_spelling,
    person_name,
    text,
)


@pytest.mark.parametrize(
    "value", ["ann", "MQ-05.bed4-f", "上海建工（集团）", "阿迪·卡米", "Ann Lee", "é", "김"]
)
def test_a_name_as_it_is_written(value: str) -> None:
    assert name(value, "payer") == value


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "\u3000",
        "ann ",
        " ann",
        "an  n",
        "ann\n",
        "a\tb",
        "a\u00a0b",
        "a\u3000b",
        "ann\u200b",
        "\ufeffann",
        "a\u00adb",
        "\u202eann",
        "e\u0301",
        "葛\U000e0100",
        "a\x00",
        "\ud800",
        1,
        None,
        b"ann",
        True,
    ],
    ids=ascii,
)
def test_what_would_be_a_second_spelling_is_refused(value: object) -> None:
    with pytest.raises(InputFault, match=r"^payer: "):
        name(value, "payer")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A1", "Ａ１"),
        ("阿迪·卡米", "阿迪・卡米"),
        ("阿迪·卡米", "阿迪•卡米"),
        ("阿迪·卡米", "阿迪．卡米"),
        ("R.1", "R．1"),
        ("（甲）", "(甲)"),
        ("ｱ", "ア"),
    ],
)
def test_two_spellings_of_one_name(first: str, second: str) -> None:
    with pytest.raises(InputFault, match=r"payers: .* are one name in two spellings"):
        one_spelling([first, "x", second, first], "payers")
    with pytest.raises(InputFault, match="one name in two spellings"):
        distinct([first, second], "payers")


def test_names_may_be_whole_numbers_but_not_both() -> None:
    assert distinct([1, 2], "rooms", name_or_number) == [1, 2]
    with pytest.raises(InputFault, match="some names are texts and some are numbers"):
        distinct([1, "1"], "rooms", name_or_number)
    for wrong in (-1, True, 1.0, 10**5000):
        with pytest.raises(InputFault, match=r"^room: "):
            name_or_number(wrong, "room")


def test_names_that_differ_are_two() -> None:
    assert distinct(("1 11", "11 1", "a", "A"), "rooms") == ["1 11", "11 1", "a", "A"]
    with pytest.raises(InputFault, match="rooms: '1' is named twice"):
        distinct(["1", "2", "1"], "rooms")
    for wrong in ("abc", b"abc", 7, None):
        with pytest.raises(InputFault, match=r"^rooms: "):
            distinct(wrong, "rooms")


@pytest.mark.parametrize(
    "other",
    [
        "阿迪・卡米",
        "阿迪•卡米",
        "阿迪．卡米",
        "阿迪.卡米",
        "阿迪卡米",
        "阿迪 · 卡米",
        "阿迪\u3000卡米",
        "阿迪·\u200b卡米",
        "\ufeff阿迪·卡米 ",
    ],
    ids=ascii,
)
def test_a_persons_name_on_another_keyboard(other: str) -> None:
    assert person_name(other, "name") == person_name("阿迪·卡米", "name")


def test_persons_names_that_differ() -> None:
    assert person_name("Ａｎｎ LEE", "name") == person_name("ann lee", "name")
    assert person_name("José", "name") == person_name("Jose\u0301", "name")
    assert person_name("José", "name") != person_name("Jose", "name")
    assert person_name("李明", "name") != person_name("李敏", "name")
    for wrong in ("", "··", " ", 5, None):
        with pytest.raises(InputFault, match=r"^name: "):
            person_name(wrong, "name")


def test_a_text_has_no_control_characters() -> None:
    assert text("", "note") == ""
    for wrong in ("a\x00", "a\nb", "\ud800", 5, None, b"a"):
        with pytest.raises(InputFault, match=r"^note: "):
            text(wrong, "note")


def with_check(digits: str) -> str:
    return digits + check_digit(digits)


def test_an_identity_number() -> None:
    # the printed example of GB 11643: 11010519491231002X
    assert check_digit("11010519491231002") == "X"
    assert identity_number("110105 19491231 002x", "id") == "11010519491231002X"
    assert identity_number(with_check("11010520000229001"), "id")  # 2000 was a leap year


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("110105194912310021", "check character is wrong"),
        ("1101051949123100", "17 digits"),
        ("１１010519491231002X", "17 digits"),
        ("11010519491231002Ⅹ", "17 digits"),
        ("11010519491231002X\u200b", "17 digits"),
        ("-1010519491231002X", "17 digits"),
        (with_check("11010519900230001"), "born on 1990-02-30"),  # no 30 February
        (with_check("11010519001301001"), "born on 1900-13-01"),
        (with_check("11010519900431001"), "born on 1990-04-31"),
        (with_check("11010520990229001"), "born on 2099-02-29"),  # 2099 is no leap year
        (with_check("11010518991231001"), "born on 1899-12-31"),
        (with_check("11010529990101001"), "born on 2999-01-01"),
        (with_check("11010500000101001"), "born on 0000-01-01"),
        (110105194912310021, "in quotation marks"),
    ],
)
def test_what_is_no_identity_number(number: str, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        identity_number(number, "id")


@pytest.mark.parametrize(
    ("written", "known_by"),
    [
        ("110105 19491231 002x", "11010519491231002X"),  # the printed example of GB 11643
        ("110105491231002", "11010519491231002X"),  # its old number: 19 before the year, a check
        (with_check("81000019900101001"), with_check("81000019900101001")),  # residence, Hong Kong
        (with_check("83000019900101001"), with_check("83000019900101001")),  # residence, Taiwan
        ("H12345678", "H12345678"),
        ("h1234567800", "H12345678"),  # first issue
        ("M1234567801", "M12345678"),  # after one renewal: the eight digits are for life
        ("01234567", "01234567"),
        ("0123456702", "01234567"),  # second issue, since 2006
        ("0123456702（B）", "01234567"),  # with the office's sign, since 1992
        ("gbr: 123456789", "GBR:123456789"),
        ("D:C01X00T47", "D:C01X00T47"),
    ],
)
def test_documents_of_several_kinds(written: str, known_by: str) -> None:
    assert identity_document(written, "id") == known_by


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("110105194912310021", "check character is wrong"),
        ("110105491331002", "born on 1949-13-31"),
        ("1.10105E+17", "last digits are lost"),
        ("1E17", "last digits are lost"),
        ("1234567", "no number of a document"),  # a zero in front was lost
        ("H123456789", "no number of a document"),
        ("K12345678", "no number of a document"),  # a passport of which state?
        ("GBR123456789", "no number of a document"),
        ("UK:123456789", "no number of a document"),
        ("GBR:1234", "no number of a document"),
        ("1234567\u0668", "no number of a document"),
        (1234567, "in quotation marks"),
    ],
)
def test_what_is_no_document(written: object, sentence: str) -> None:
    with pytest.raises(InputFault, match=sentence):
        identity_document(written, "id")
