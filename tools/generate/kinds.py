"""Every kind of message with its fields, in the order of its number."""

from huiguan.exchange import messages

KINDS = sorted([*messages.COMMANDS.values(), *messages.EVENTS.values()], key=lambda k: k.KIND)


def fields(kind: type[messages.Message]) -> list[tuple[str, str, int]]:
    """Return name, dtype and offset of every field."""
    layout = messages.message_layout(kind)
    assert layout.fields is not None
    return [(n, layout.fields[n][0].str, layout.fields[n][1]) for n in kind.__struct_fields__]
