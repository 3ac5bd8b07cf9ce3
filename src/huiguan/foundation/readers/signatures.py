"""Every argument of a public function, read by its annotation before the function runs.

``checked`` turns annotations into readers: ``int`` is a whole number, ``date`` a day, ``Literal`` a
word of a set, ``Sequence[Name]`` a list of names in one spelling; a struct is read field by field;
``Annotated[int, reader, "words"]`` names a reader and the words for the value. What a function asks
of its arguments beyond their kind (an order, a sum, a limit) stands in the function.
"""

import re
import types
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache, partial, wraps
from typing import (
    Annotated,
    Any,
    Literal,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from huiguan.foundation.faults import InputFault
from huiguan.foundation.readers.names import name, name_or_number, one_spelling, text
from huiguan.foundation.readers.values import (
    a_float,
    day,
    decimal,
    finite,
    member,
    shown,
    whole_number,
    word,
    yes_or_no,
)

F = TypeVar("F", bound=Callable[..., Any])
Reader = Callable[[Any, str], Any]
UNIT = re.compile(r"_(fen|ppb|m2|dm2)$")
PLAIN: dict[Any, Reader] = {
    bool: yes_or_no,
    int: whole_number,
    float: finite,
    str: text,
    date: day,
    Decimal: decimal,
}
NAMES = (name, name_or_number)  # of several, no two may be one name in two spellings
IN_ORDER = (list, tuple, Sequence)
LISTS = (*IN_ORDER, set, frozenset, Collection, Iterable, Iterator)


def checked(function: F) -> F:
    """Return the function with its arguments read first; the readers are made at the first call."""
    ordered: list[tuple[str, Reader]] = []
    named: dict[str, tuple[str, Reader]] = {}

    @wraps(function)
    def read_first(*given: Any, **options: Any) -> Any:  # noqa: ANN401  whatever is given
        if not ordered:
            ordered.extend(argument_readers(function))
            hints = list(get_type_hints(function))
            named.update(zip(hints, ordered, strict=False))
        read = [reader(value, what) for (what, reader), value in zip(ordered, given, strict=False)]
        for key, value in options.items():
            if key in named:
                what, reader = named[key]
                options[key] = reader(value, what)
        return function(*read, *given[len(read) :], **options)

    return cast("F", read_first)


def unchecked(function: F) -> F:
    """Return a checked function as written, for callers that have read the same values already."""
    return cast("F", getattr(function, "__wrapped__", function))


def argument_readers(function: Callable[..., Any]) -> list[tuple[str, Reader]]:
    """Return the words and the reader of every parameter, in their order."""
    hints = get_type_hints(function, include_extras=True)
    return [
        (words_for(parameter, hints[parameter]), reader_of(hints[parameter]))
        for parameter in hints
        if parameter != "return"
    ]


def words_for(parameter: str, form: Any) -> str:  # noqa: ANN401  an annotation
    """Return the words for a parameter: those of its annotation, else its name without the unit."""
    return own_words(form) or UNIT.sub("", parameter).replace("_", " ")


def own_words(form: Any) -> str:  # noqa: ANN401  an annotation
    """Return the words that an annotation has for its value, or none."""
    given = [extra for extra in getattr(form, "__metadata__", ()) if isinstance(extra, str)]
    return given[-1] if given else ""


@cache
def reader_of(form: Any) -> Reader:  # noqa: ANN401  an annotation; one kind a line
    """Return the reader that an annotation asks for; what it says nothing about passes."""
    origin, parts = get_origin(form), get_args(form)
    if origin is Annotated:
        marks = (extra for extra in form.__metadata__ if not isinstance(extra, type))
        readers = [extra for extra in marks if callable(extra)]
        return cast("Reader", readers[-1]) if readers else reader_of(parts[0])
    if form in PLAIN:
        return PLAIN[form]
    if origin is Literal:
        return partial(read_word, parts)
    if origin in (Union, types.UnionType):
        return partial(read_one_of, list(parts), {})
    if origin is tuple and parts[-1:] != (...,):
        return partial(read_tuple, [(own_words(part), reader_of(part)) for part in parts])
    if origin in (Mapping, dict):
        return partial(read_mapping, reader_of(parts[0]), reader_of(parts[1]))
    if origin in LISTS:
        return partial(read_list, reader_of(parts[0]), origin in IN_ORDER)
    if isinstance(form, TypeVar):
        return reader_of(form.__bound__)
    if not isinstance(form, type) or form in (object, Any):
        return as_given
    if issubclass(form, Enum):
        return partial(read_member, form)
    if issubclass(form, msgspec.Struct) or hasattr(form, "_fields"):
        return partial(read_struct, form)
    return partial(read_instance, form)


def as_given(value: Any, _what: str) -> Any:  # noqa: ANN401  nothing is known of it
    """Return the value: its annotation asks for nothing."""
    return value


def read_word(words: tuple[str, ...], value: object, what: str) -> str:
    """Read a word of a set."""
    return word(value, what, words)


def read_member(kind: type[Enum], value: object, what: str) -> Enum:
    """Read a member of an enumeration."""
    return member(value, what, kind)


def read_instance(kind: type, value: object, what: str) -> object:
    """Read a value of a class that has no parts to read."""
    if not isinstance(value, kind):
        raise InputFault(f"{what}: {shown(value)} is no {kind.__name__}; give one")
    return value


def read_one_of(kinds: list[Any], by_type: dict[type, Reader], value: object, what: str) -> object:
    """Read a value of one of several kinds: the one it is given as, never another."""
    reader = by_type.get(type(value))
    if reader is None:
        reader = by_type[type(value)] = reader_given_as(kinds, value)
    return reader(value, what)


def reader_given_as(kinds: list[Any], value: object) -> Reader:
    """Return the reader for a value of this type: of its own kind, or the one that refuses it."""
    if value is None and type(None) in kinds:
        return as_given
    others = [form for form in kinds if form is not type(None)]
    if len(others) == 1:
        return reader_of(others[0])
    for form in others:
        if is_given_as(form, value):
            return reader_of(form)
    return partial(read_none_of, others)


def read_none_of(kinds: list[Any], value: object, what: str) -> object:
    """Refuse a value that is of none of the kinds."""
    if isinstance(value, float) and (Decimal in kinds or int in kinds):
        raise a_float(value, what)
    raise InputFault(f"{what}: {shown(value)} is none of what may be given: {names_of(kinds)}")


def is_given_as(form: Any, value: object) -> bool:  # noqa: ANN401  an annotation
    """Return whether a value is of the kind of an annotation, before it is read."""
    if get_origin(form) is Annotated:
        return is_given_as(get_args(form)[0], value)
    if get_origin(form) is Literal:
        return isinstance(value, str)
    kind = get_origin(form) or form
    if kind is int:
        return hasattr(value, "__index__") and not isinstance(value, bool)
    if kind in LISTS and isinstance(value, (str, bytes)):
        return False
    return isinstance(kind, type) and isinstance(value, kind)


def names_of(kinds: list[Any]) -> str:
    """Return the kinds of a union as words."""
    plain = {bool: "True or False", int: "a whole number", str: "a text", date: "a date"}
    return ", ".join(plain.get(kind, getattr(kind, "__name__", str(kind))) for kind in kinds)


def read_tuple(readers: Sequence[tuple[str, Reader]], value: object, what: str) -> tuple[Any, ...]:
    """Read a row of so many values."""
    if not isinstance(value, (tuple, list)) or len(value) != len(readers):
        raise InputFault(f"{what}: {shown(value)} is no row of {len(readers)} values; give one")
    pairs = zip(readers, value, strict=True)
    read = tuple(reader(part, said or what) for (said, reader), part in pairs)
    if isinstance(value, tuple) and all(map(is_the_same, read, value)):
        return value
    return read


def is_the_same(read: object, given: object) -> bool:
    """Return whether reading left a value as it was given."""
    return read is given


def read_list(item: Reader, in_order: bool, value: object, what: str) -> Collection[Any]:
    """Read a list, a tuple or, where no order is meant, a set; an iterator is read to its end."""
    if in_order and isinstance(value, (set, frozenset)):
        raise InputFault(f"{what}: {shown(value)} is a set, which has no order; give a list")
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise InputFault(f"{what}: {shown(value)} is no list; give one, as ['a', 'b']")
    given = value if isinstance(value, (list, tuple, set, frozenset)) else list(value)
    read = [item(entry, what) for entry in given]
    if item in NAMES:
        one_spelling(read, what)
    if all(map(is_the_same, read, given)):
        return given
    return set(read) if isinstance(given, (set, frozenset)) else read


def read_mapping(
    key: Reader, item: Reader, value: object, what: str
) -> Mapping[Any, Any]:  # fmt: skip
    """Read a mapping; a value that is refused is named by its key."""
    if not isinstance(value, Mapping):
        raise InputFault(f"{what}: {shown(value)} is no mapping; give one, as {{'a': ...}}")
    read = {}
    same = True
    for known_as, given in value.items():
        entry = key(known_as, what)
        try:
            read[entry] = item(given, what)
        except InputFault:
            item(given, f"{what} of {shown(known_as)}")
            raise
        same = same and entry is known_as and read[entry] is given
    if key in NAMES:
        one_spelling(read, what)
    return value if same else read


@cache
def field_readers(kind: type) -> list[tuple[str, str, Reader]]:
    """Return name, words and reader of every field of a struct."""
    if issubclass(kind, msgspec.Struct):
        hints = {field.name: field.type for field in msgspec.structs.fields(kind)}
    else:
        hints = get_type_hints(kind, include_extras=True)
    return [(field, words_for(field, hint), reader_of(hint)) for field, hint in hints.items()]


def read_struct(kind: type, value: object, what: str) -> object:
    """Read a struct or a named tuple, field by field."""
    if not isinstance(value, kind):
        raise InputFault(f"{what}: {shown(value)} is no {kind.__name__}; give one")
    changed = {}
    for field, said, reader in field_readers(cast("Any", type(value))):
        given = getattr(value, field)
        read = reader(given, said)
        if read is not given:
            changed[field] = read
    if not changed:
        return value
    if isinstance(value, msgspec.Struct):
        return msgspec.structs.replace(value, **changed)
    return cast("Any", value)._replace(**changed)
