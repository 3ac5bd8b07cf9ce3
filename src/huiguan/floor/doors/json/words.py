"""Messages and records in words: a struct for JSON and converters, derived from each declaration.

Rows become names, ticks become decimals of the quote, numbers of an enumeration become its words in
small letters, flags become true and false; everything else stays. A field that says ``price_ticks``
is then called ``price``, ``instrument`` is ``contract``, ``command`` is the word of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from struct import Struct
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    NamedTuple,
    get_args,
    get_type_hints,
)

import msgspec

from huiguan.exchange.day.names import NOBODY, DayNames, name_at
from huiguan.exchange.messages import COMMANDS, Scope
from huiguan.floor.doors.records import DoorReason
from huiguan.foundation.records import Flag, Record
from huiguan.foundation.refusals import BY_NUMBER, Refusal

if TYPE_CHECKING:
    import numpy as np

CODES = {"|i1": "b", "<i2": "h", "<i4": "i", "<i8": "q"}
REASONS = {int(reason): reason for reason in DoorReason}
KIND_WORDS = {kind: str(record.__struct_config__.tag) for kind, record in COMMANDS.items()}
Price = Annotated[str, msgspec.Meta(max_length=24, description="Decimal in the unit of the quote.")]
Name = Annotated[str, msgspec.Meta(max_length=40)]
Values = dict[str, int]  # the fields of a record as they are
Show = Callable[[DayNames, int, Values], Any]
Read = Callable[[DayNames, Any, Values], int]


class Word(NamedTuple):
    """A field in words: its name, its type, and how it is shown and read."""

    field: str
    name: str
    type: Any
    show: Show
    read: Read


def as_is(_: DayNames, value: Any, __: Values) -> Any:  # noqa: ANN401  whatever the field holds
    """Return a value as it is."""
    return value


def price_word(field: str) -> Word:
    """Return a price of the record's instrument."""
    return Word(
        field,
        field.removesuffix("_ticks"),
        Price,
        lambda names, ticks, row: names.price(row["instrument"], ticks),
        lambda names, text, row: (
            0 if row["instrument"] == NOBODY else names.ticks(row["instrument"], text)
        ),
    )


def row_word(field: str, name: str, attribute: str) -> Word:
    """Return a row of the image by its name; ``attribute`` is the list of names."""
    rows = {"contracts": "contract_rows", "codes": "code_rows"}.get(attribute, "")
    return Word(
        field,
        name,
        Name,
        lambda names, row, _: name_at(getattr(names, attribute), row),
        lambda names, text, _: getattr(names, rows).get(text, NOBODY),
    )


def choice_word(field: str, kind: type[IntEnum], but: tuple[IntEnum, ...] = ()) -> Word:
    """Return a value of an enumeration by its word."""
    words = {int(member): member.name.lower() for member in kind if member not in but}
    numbers = {word: number for number, word in words.items()}
    return Word(
        field,
        field,
        Literal[tuple(numbers)],
        lambda _, value, __: words[value],
        lambda _, word, __: numbers[word],
    )


def target_name(names: DayNames, target: int, row: Values) -> str:
    """Return the name of what a mass cancel speaks of."""
    tables = {Scope.TRADING_CODE: names.codes, Scope.PRODUCT: names.products}
    return name_at(tables.get(Scope(row["scope"]), []), target) or ""


def target_row(names: DayNames, text: str, row: Values) -> int:
    """Return the row of what a mass cancel speaks of; a member speaks for itself."""
    tables = {Scope.TRADING_CODE: names.code_rows, Scope.PRODUCT: names.product_rows}
    scope = Scope(row["scope"])
    return tables[scope].get(text, NOBODY) if scope in tables else 0


ROWS = {
    "instrument": ("contract", "contracts"),
    "trading_code": ("trading_code", "codes"),
    "buy_code": ("buy_code", "codes"),
    "sell_code": ("sell_code", "codes"),
}
BY_FIELD = {
    "target": Word("target", "target", Name, target_name, target_row),
    "scope": choice_word("scope", Scope, (Scope.ALL, Scope.INSTRUMENT)),
    "command": Word("command", "command", str, lambda _, kind, __: KIND_WORDS[kind], as_is),
    "reason": Word("reason", "reason", int, as_is, as_is),
}


def own_side(word: Word) -> Word:
    """Return a field of one side of a trade: null where that side is somebody else's."""
    order = f"{word.field.partition('_')[0]}_order_id"

    def show(names: DayNames, value: int, row: Values) -> Any:  # noqa: ANN401  as the word shows
        return word.show(names, value, row) if row[order] else None

    return word._replace(type=word.type | None, show=show)


def word_of(field: str, hint: Any) -> Word:  # noqa: ANN401  an annotated type
    """Return a field of a record in words."""
    if field.startswith(("buy_", "sell_")):
        return own_side(_word_of(field, hint))
    return _word_of(field, hint)


def _word_of(field: str, hint: Any) -> Word:  # noqa: ANN401  an annotated type
    if field.endswith("_ticks"):
        return price_word(field)
    if field in ROWS:
        return row_word(field, *ROWS[field])
    kind = get_args(hint)[0]
    if issubclass(kind, IntEnum) and kind not in (Refusal, Scope):
        return choice_word(field, kind)
    if hint == Flag:
        return Word(field, field, bool, lambda _, flag, __: bool(flag), lambda _, on, __: int(on))
    if kind is Refusal:
        return Word(field, field, int, as_is, as_is)
    return BY_FIELD.get(field) or Word(field, field, hint, as_is, as_is)


class Spoken(NamedTuple):
    """A kind of record in words."""

    tag: str
    words: list[Word]
    fields: list[str]  # as they stand in the layout
    packed: Struct
    head: int  # fields of the header


def format_of(layout: np.dtype[np.void], names: list[str]) -> Struct:
    """Return a layout as the standard library's struct unpacks it, fastest for one record."""
    assert layout.fields is not None
    parts, end = ["<"], 0
    for name in names:
        form, at = layout.fields[name][:2]
        parts += [f"{at - end}x"] * (at > end) + [CODES[form.str]]
        end = at + form.itemsize
    rest = layout.itemsize - end
    return Struct("".join(parts + [f"{rest}x"] * (rest > 0)))


def spoken(record: type[Record], layout: np.dtype[np.void], header: list[str]) -> Spoken:
    """Return a kind of record in words; fields that another one needs come first."""
    hints = get_type_hints(record, include_extras=True)
    fields = list(record.__struct_fields__)
    words = [word_of(field, hints[field]) for field in fields]
    words.sort(key=lambda word: word.field not in ("instrument", "scope"))
    tag = str(record.__struct_config__.tag)
    return Spoken(tag, words, fields, format_of(layout, header + fields), len(header))


def struct_of(
    said: Spoken,
    name: str,
    head: list[tuple[str, Any]],
    tail: list[tuple[str, Any, Any]] = (),  # type: ignore[assignment]
    defaults: dict[str, Any] | None = None,
    doc: str = "",
) -> type[msgspec.Struct]:
    """Return the struct of a kind in JSON, strict about its fields."""
    known = defaults or {}
    order = {field: place for place, field in enumerate(said.fields)}
    body: list[Any] = [
        (word.name, word.type, known[word.name]) if word.name in known else (word.name, word.type)
        for word in sorted(said.words, key=lambda word: order[word.field])
    ]
    return msgspec.defstruct(
        name,
        [*head, *body, *tail],
        tag_field="type",
        tag=said.tag,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        namespace={"__doc__": doc},
    )


def refusal_words(number: int) -> tuple[str, str]:
    """Return what a refusal says, in English and Chinese."""
    refusal = BY_NUMBER[number]
    return refusal.english, refusal.chinese


def reason_words(number: int) -> tuple[str, str]:
    """Return what a door's reason says, in English and Chinese."""
    reason = REASONS[number]
    return reason.english, reason.chinese
