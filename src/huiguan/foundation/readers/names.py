"""Texts, names and identity numbers: one thing has one spelling, and is named once.

Readers as those of ``values``: the value in its one form, or ``InputFault`` and what to write.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, cast

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.values import LONGEST_SHOWN, day, shown, whole_number

IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
OLD_IDENTITY = re.compile(r"[0-9]{15}")
HOME_PERMIT = re.compile(r"([HM][0-9]{8})([0-9]{2})?")
TAIWAN_PERMIT = re.compile(r"([0-9]{8})([0-9]{2}(\([0-9A-Z]\))?)?")
PASSPORT = re.compile(r"([A-Z]{3}|D):([0-9A-Z]{5,9})")
EXPONENT = re.compile(r"[0-9](\.[0-9]+)?E\+?[0-9]+")
WIDE_SIGNS = str.maketrans("（）：", "():")
MOD_11_2 = "0123456789X"
DOTS = dict.fromkeys(map(ord, "·.‧•∙⋅⸱⸳᛫・"), "·")  # how keyboards write the dot inside a name


def text(value: object, what: str) -> str:
    """Return a text without control characters or halves of characters."""
    if not isinstance(value, str):
        raise InputFault(f"{what}: {shown(value)} is no text; write it in quotation marks")
    if not value.isprintable() and any(unicodedata.category(c) in ("Cc", "Cs") for c in value):
        raise InputFault(f"{what}: {shown(value)} holds a character that cannot be printed")
    return value


def name(value: object, what: str) -> str:
    """Return the name by which something is known, as it was given.

    What could make one thing two is refused: blanks at an end or twice, characters that do not
    show (of no width, control, direction), and letters composed in another way than usual (NFC).
    """
    if not isinstance(value, str):
        raise InputFault(f"{what}: {shown(value)} is no name; write it in quotation marks")
    if not value.strip():
        raise InputFault(f"{what}: {shown(value)} names nothing; write a name")
    if value.isascii() and value.isprintable():
        clean = "  " not in value and value[0] != " " and value[-1] != " "
    else:
        clean = (
            "  " not in value
            and value == value.strip()
            and value == unicodedata.normalize("NFC", value)
            and all(c == " " or shows(c) for c in value)
        )
    if not clean:
        raise InputFault(
            f"{what}: {ascii(value)[: 2 * LONGEST_SHOWN]} would be a second spelling of a name; "
            "write it without blanks at its ends, characters of no width or composed letters"
        )
    return value


def name_or_number(value: object, what: str) -> str:
    """Return a name, or the whole number that stands for one in examples of the literature."""
    if isinstance(value, int) and not isinstance(value, bool):
        return cast("str", whole_number(value, what, 0))
    return name(value, what)


def shows(character: str) -> bool:
    """Return whether a character can be seen."""
    return unicodedata.category(character)[0] not in "CZ" and not variation(character)


def variation(character: str) -> bool:
    """Return whether a character only chooses the shape of the one before it."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def spelling(known_as: str) -> str:
    """Return what two ways to type one name have in common: width of letters, middle dots."""
    if known_as.isascii() and "." not in known_as:
        return known_as
    return unicodedata.normalize("NFKC", known_as).translate(DOTS)


def office_id(value: object, what: str) -> str:
    """Return an id by which an office knows something: a name that has one way to be typed."""
    known_as = name(value, what)
    if spelling(known_as) != known_as:
        raise InputFault(
            f"{what}: {shown(known_as)} is written in wide letters; use the usual ones"
        )
    return known_as


def one_spelling(names: Iterable[str], what: str) -> None:
    """Refuse two names that differ only in the way they are typed; equal names are one."""
    seen: dict[str, str] = {}
    different = dict.fromkeys(names)
    if len({isinstance(entry, str) for entry in different}) > 1:
        raise InputFault(f"{what}: some names are texts and some are numbers; write all alike")
    for entry in different:
        other = seen.setdefault(spelling(str(entry)), entry)
        if other != entry:
            raise InputFault(
                f"{what}: {other!a} and {entry!a} are one name in two spellings; "
                "write it in one way"
            )


def distinct(value: object, what: str, each: Callable[[object, str], str] = name) -> list[str]:
    """Return a list of names, each once and in one spelling."""
    if isinstance(value, (str, bytes)):
        raise InputFault(f"{what}: the text {shown(value)} is one name; give a list of names")
    if not isinstance(value, Iterable):
        raise InputFault(f"{what}: {shown(value)} is no list of names")
    names = [each(entry, what) for entry in value]
    once(names, what)
    one_spelling(names, what)
    return names


def once(names: Sequence[str], what: str) -> None:
    """Refuse a list that names something twice."""
    if len(set(names)) == len(names):
        return
    seen: set[str] = set()
    for entry in names:
        if entry in seen:
            raise InputFault(f"{what}: {entry!r} is named twice; name it once")
        seen.add(entry)


def person_name(value: object, what: str) -> str:
    """Return what is compared of a person's name: letters, marks and digits, in small letters.

    Width, blanks, dots and other signs, characters of no width and the way letters are composed
    do not count, because keyboards and registers write them differently.
    """
    if not isinstance(value, str):
        raise InputFault(f"{what}: {shown(value)} is no name; write it in quotation marks")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    kept = "".join(
        c for c in folded if unicodedata.category(c)[0] in "LMN" and not variation(c)
    )  # fmt: skip
    if not kept:
        raise InputFault(f"{what}: {shown(value)} holds no letter; write the name")
    return kept


def check_digit(digits: str) -> str:
    """Return the check character of ISO 7064, MOD 11-2, for ASCII ``digits``."""
    rest = 0
    for digit in digits:
        rest = (rest + int(digit)) * 2 % 11
    return MOD_11_2[(12 - rest) % 11]


def identity_number(value: object, what: str) -> str:
    """Return a citizen's identity number (GB 11643): district, birth day, order, check character.

    Blanks between the digits and the case of a final X do not matter. Refused: other characters, a
    wrong check character, a day of birth that is not in the calendar or not of a life of today.
    """
    if not isinstance(value, str):
        raise InputFault(f"{what}: {shown(value)} is no id number; write it in quotation marks")
    number = value.replace(" ", "").upper()
    if not IDENTITY.fullmatch(number):
        raise InputFault(f"{what}: an id number has 17 digits and a check character, 0 to 9 or X")
    if check_digit(number[:17]) != number[17]:
        raise InputFault(f"{what}: the id number's check character is wrong: a digit is mistyped")
    born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    try:
        year = day(born, what).year
    except InputFault:
        year = 0
    if not 1900 <= year < 2100:
        raise InputFault(f"{what}: nobody is born on {born}, digits 7 to 14; a digit is mistyped")
    return number


def identity_document(value: object, what: str) -> str:
    """Return what a person's document is known by, the same for each document of one number.

    An identity number or a residence permit of Hong Kong, Macau (81, 82) or Taiwan (83): 18 places
    (``identity_number``). An old number of 15 digits is the same person's of 18 (GB 11643-1989: a
    year of two digits, of the 1900s, and no check character). A permit to travel to the mainland:
    H or M and eight digits for life, and two that count its renewals (Ministry of Public Security,
    10 March 2010); eight digits for life for Taiwan, before 2008 with two more and an office's sign
    in brackets. A passport: three letters of who issued it (ICAO 9303, D for Germany), a colon and
    its number; without its state a number would make two people one.

    Example: ``identity_document("110105491231002", "id")`` is ``"11010519491231002X"``;
    ``identity_document("H1234567801", "id")`` is ``"H12345678"``.
    """
    if not isinstance(value, str):
        raise InputFault(f"{what}: {shown(value)} is no id number; write it in quotation marks")
    number = value.replace(" ", "").translate(WIDE_SIGNS).upper()
    if EXPONENT.fullmatch(number):
        raise InputFault(
            f"{what}: {shown(value)} is what a spreadsheet made of a number, and its last digits"
            " are lost; format the column as text and type it again"
        )
    if OLD_IDENTITY.fullmatch(number):
        longer = f"{number[:6]}19{number[6:]}"
        return identity_number(longer + check_digit(longer), what)
    permit = HOME_PERMIT.fullmatch(number) or TAIWAN_PERMIT.fullmatch(number)
    if permit:
        return permit[1]
    if PASSPORT.fullmatch(number):
        return number
    if IDENTITY.fullmatch(number):
        return identity_number(number, what)
    raise InputFault(
        f"{what}: this is no number of a document; write an id number or residence permit of 18"
        " places, an old one of 15, a travel permit (H or M and 8 or 10 digits; Taiwan 8 digits),"
        " or a passport with its state in front, as GBR:123456789"
    )


Name = Annotated[str, name]
Names = Annotated[Sequence[str], distinct]
